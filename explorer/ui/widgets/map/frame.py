"""Which part of the plane a map shows: the transform between plane and pixels. Pure numpy.

Legend: a place on the plane is (x, y) with y up; a pixel is (left, top), logical, with y down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.ui.widgets.map.rasteriser import compiled

Points = NDArray[np.float32]
ENOUGH = 10_000
ROUNDING = 1e-6
"""Share of their size by which numbers differ that single precision alone has parted."""
MARGIN = 0.06
"""Of the shorter side, left free around the points when all are shown."""


@dataclass(frozen=True)
class MapFrame:
    """Centre of the view on the plane, pixels per unit (the same both ways), size in pixels."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 100.0
    width: int = 100
    height: int = 100

    def to_pixels(self, xy: Points) -> Points:
        """Pixels (N, 2) of places (N, 2)."""
        if (kernels := compiled(len(xy))) is not None:
            pixels = np.empty_like(xy)
            kernels.place(xy, self.x, self.y, self.scale, float(self.width), float(self.height), pixels)
            return pixels
        factor = np.array([self.scale, -self.scale], np.float32)
        centre = np.array([self.x, self.y], np.float32)
        half = np.array([self.width / 2, self.height / 2], np.float32)
        return (xy - centre) * factor + half

    def to_pixel(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.x) * self.scale + self.width / 2, self.height / 2 - (y - self.y) * self.scale

    def to_plane(self, left: float, top: float) -> tuple[float, float]:
        return self.x + (left - self.width / 2) / self.scale, self.y + (self.height / 2 - top) / self.scale

    def panned(self, dx: float, dy: float) -> MapFrame:
        """The ground follows the pointer by (dx, dy) pixels."""
        return replace(self, x=self.x - dx / self.scale, y=self.y + dy / self.scale)

    def zoomed(self, factor: float, left: float, top: float, low: float, high: float) -> MapFrame:
        """Enlarged about a pixel, its scale held between `low` and `high`."""
        x, y = self.to_plane(left, top)
        scale = min(max(self.scale * factor, low), high)
        kept = self.scale / scale
        return replace(self, scale=scale, x=x + (self.x - x) * kept, y=y + (self.y - y) * kept)

    def sized(self, width: int, height: int) -> MapFrame:
        """The same part of the plane in a window of another size."""
        width, height = max(width, 1), max(height, 1)
        grown = min(width / self.width, height / self.height)
        return replace(self, scale=self.scale * grown, width=width, height=height)

    def towards(self, other: MapFrame, share: float) -> MapFrame:
        """Between this view (0) and another (1); the zoom is even for the eye."""
        scale = self.scale * (other.scale / self.scale) ** share
        # The centre moves in step with the zoom, so that the target grows without swerving.
        even = abs(other.scale - self.scale) < 1e-3 * self.scale
        way = share if even else (1 / scale - 1 / self.scale) / (1 / other.scale - 1 / self.scale)
        return replace(
            other, x=self.x + (other.x - self.x) * way, y=self.y + (other.y - self.y) * way, scale=scale
        )


def finite_rows(xy: Points) -> NDArray[np.bool_]:
    """Rows that can be drawn: finite, and not so far away that float32 pixels overflow."""
    # Column by column: a reduction over two numbers each is ten times slower.
    return np.asarray((np.abs(xy[:, 0]) < 1e30) & (np.abs(xy[:, 1]) < 1e30))


def framing(xy: Points, width: int, height: int) -> MapFrame:
    """The view that shows all points; a few far outliers stay outside."""
    width, height = max(width, 1), max(height, 1)
    # Of very many points some tell the view as well as all.
    known = xy[:: max(1, len(xy) // ENOUGH)]
    known = known[finite_rows(known)].T.astype(np.float64, order="C")
    if not known.size:
        return MapFrame(0.0, 0.0, min(width, height) / 8, width, height)
    low, high = known.min(axis=1), known.max(axis=1)
    if known.shape[1] > 50:
        inner_low, inner_high = np.percentile(known, (0.2, 99.8), axis=1)
        if ((high - low) > 1.4 * (inner_high - inner_low)).any():
            low, high = inner_low, inner_high
    span = np.maximum(high - low, 0)
    room = min(width, height) * (1 - 2 * MARGIN)
    free = np.array([width, height]) - min(width, height) * 2 * MARGIN
    largest = float(np.abs(known).max())
    if float(span.max()) <= max(1e-9, ROUNDING * largest):
        scale = room / max(2.0, 1e-3 * largest)
    else:
        scale = float(np.min(free / np.maximum(span, 1e-12)))
    centre = (low + high) / 2
    return MapFrame(float(centre[0]), float(centre[1]), scale, width, height)
