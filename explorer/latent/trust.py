"""How far a map can be trusted: the share of each item's neighbours there that are neighbours in truth.

Imports numpy only. Legend of shapes: N items, D numbers in a code.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ITEMS = 2000
"""On so many the measure is taken; more change it in the third digit."""

NEIGHBOURS = 12

_ROWS = 200


def neighbours_kept(codes: Floats, places: Floats, k: int = NEIGHBOURS) -> float | None:
    """Trustworthiness (Venna & Kaski 2001) of a map, from 0 to 1.

    T(k) = 1 - 2 / (n k (2n - 3k - 1)) * sum_i sum_{j in U_k(i)} (r(i, j) - k),

    where U_k(i) are those of the k items nearest to i on the map that are not among the k nearest by their
    codes, and r(i, j) is the rank of j among all others by the distance of codes from i. At 1 no
    neighbour is a false one.

    Parameters
    ----------
    codes, places
        (N, D) and (N, 2). Items that are not finite in both don't count.
    k
        Made smaller where there are few items, as T needs 2k < n.

    Returns
    -------
    None where there are fewer than three items.
    """
    chosen = fixed_items(len(codes))
    kept = np.isfinite(codes[chosen]).all(axis=1) & np.isfinite(places[chosen]).all(axis=1)
    true, drawn = (points[chosen[kept]].astype(np.float64) for points in (codes, places))
    n = len(true)
    k = min(k, (n - 1) // 2)
    if k < 1:
        return None
    parts = (np.arange(row, min(row + _ROWS, n)) for row in range(0, n, _ROWS))
    penalty = sum((_penalty(true, drawn, rows, k) for rows in parts), 0.0)
    return float(1 - 2 * penalty / (n * k * (2 * n - 3 * k - 1)))


def fixed_items(count: int) -> NDArray[np.intp]:
    """The same items each time, out of so many: all of them, or `ITEMS` drawn with a seed of its own."""
    if count <= ITEMS:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, ITEMS, replace=False))


def _penalty(
    codes: NDArray[np.float64], places: NDArray[np.float64], rows: NDArray[np.intp], k: int
) -> float:
    """The inner sum for some of the items."""
    by_code, by_place = _squares(codes, rows), _squares(places, rows)
    near = np.argpartition(by_place, k - 1, axis=1)[:, :k]
    distances = np.take_along_axis(by_code, near, axis=1)
    ranks = 1 + (by_code[:, None, :] < distances[:, :, None]).sum(axis=2)
    return float(np.maximum(ranks - k, 0).sum())


def _squares(points: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Squared distances of some items from all; an item is infinitely far from itself."""
    centred = points - points.mean(axis=0)
    squares = np.einsum("nd,nd->n", centred, centred)
    apart = squares[rows, None] - 2 * centred[rows] @ centred.T + squares
    apart[np.arange(len(rows)), rows] = np.inf
    return np.asarray(apart)
