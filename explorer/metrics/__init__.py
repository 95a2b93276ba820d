"""Figures that judge a model: likelihood bounds, a Frechet distance, probes, warning lights."""
