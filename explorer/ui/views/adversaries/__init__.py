"""The dock of a generator and its critic: scores, curves, coverage, who moves next."""
