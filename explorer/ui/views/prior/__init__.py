"""Codes drawn from a prior: their grid, a plane through three, directions, the code of a picture."""
