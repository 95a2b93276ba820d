"""Curves, histograms, bars. Know arrays; import Qt and numpy."""
