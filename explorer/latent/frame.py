"""The frame of a map, and what of it is empty. numpy only. Legend of shapes: N items on the plane."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CELLS = 40
"""Cells along each side of the frame."""

OUTSIDE = 1.0
"""Per cent of the items that may lie beyond each edge of the frame: a few far ones make no frame."""


class Emptiness(NamedTuple):
    """What of a frame holds no item."""

    share: float
    """0 to 1, of its cells."""
    middles: Floats
    """(M, 2): of the empty cells."""


def emptiness(places: Floats, cells: int = CELLS) -> Emptiness:
    """Lay a grid of `cells` x `cells` over places (N, 2) and look which cells hold none of them."""
    known = places[np.isfinite(places).all(axis=1)]
    if len(known) < 2 or not (np.ptp(known, axis=0) > 0).all():
        return Emptiness(0.0, np.zeros((0, 2), np.float32))
    low, high = np.percentile(known, (OUTSIDE, 100 - OUTSIDE), axis=0)
    side = np.maximum(high - low, 1e-12) / cells
    inside = known[((known >= low) & (known <= high)).all(axis=1)]
    column, row = np.minimum(((inside - low) / side).astype(np.intp), cells - 1).T
    occupied = np.zeros((cells, cells), bool)
    occupied[row, column] = True
    rows, columns = np.nonzero(~occupied)
    middles = low + (np.stack([columns, rows], axis=1) + 0.5) * side
    return Emptiness(float((~occupied).mean()), np.asarray(middles, np.float32))
