"""A square of decoded pictures over a 2-D latent space: what the map shows before torch is there.

Imports numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TILES = 40
"""Tiles along each side."""

MARGIN = 0.06
"""Room around the data's frame, as a share of its side."""


@dataclass(frozen=True, eq=False)
class Atlas:
    """Pictures decoded at the knots of a regular square grid."""

    pictures: NDArray[np.uint8]
    """(K, K, H, W, C); the first index runs along z2, the second along z1."""
    low: tuple[float, ...]
    high: tuple[float, ...]

    def decode(self, code: NDArray[np.float32]) -> NDArray[np.uint8]:
        """The picture (H, W, C) at a code (2,): the four knots around it, mixed by nearness.

        Beyond the grid the border's picture stands.
        """
        last = len(self.pictures) - 1
        low, high = np.asarray(self.low), np.asarray(self.high)
        place = np.clip((np.nan_to_num(code) - low) / (high - low) * last, 0, last)
        knot = np.minimum(place.astype(int), last - 1)
        (u, v), (column, row) = place - knot, knot
        four = self.pictures[row : row + 2, column : column + 2].astype(np.float32)
        mixed = (four[0] * (1 - v) + four[1] * v)[0] * (1 - u) + (four[0] * (1 - v) + four[1] * v)[1] * u
        return np.asarray(np.rint(mixed), np.uint8)


def knots(codes: NDArray[np.float32]) -> tuple[NDArray[np.float32], tuple[float, ...], tuple[float, ...]]:
    """Codes (TILES * TILES, 2) of a grid that frames the data's codes (N, 2), and its corners."""
    finite = codes[np.isfinite(codes).all(axis=1)]
    finite = finite if len(finite) else np.zeros((1, 2), np.float32)
    low, high = finite.min(axis=0), finite.max(axis=0)
    margin = MARGIN * np.maximum(high - low, 1e-6)
    low, high = low - margin, high + margin
    z1 = np.linspace(low[0], high[0], TILES, dtype=np.float32)
    z2 = np.linspace(low[1], high[1], TILES, dtype=np.float32)
    grid = np.stack(np.meshgrid(z1, z2), axis=-1).reshape(-1, 2)
    return grid, tuple(map(float, low)), tuple(map(float, high))
