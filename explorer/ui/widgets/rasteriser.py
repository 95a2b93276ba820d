"""Points to pixels: one byte per pixel that names the class drawn there. Pure numpy.

A point is one byte written into a buffer the size of the map; discs grow from these bytes ring
by ring, at a cost that does not depend on the number of points. The colours are a look-up table.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Buffer = NDArray[np.uint8]
EMPTY = 0
MOST_CLASSES = 127
"""Bytes 1 to 127 are classes; 128 to 254 are the same, dimmed."""
DIMMED = 127


def scatter(pixels: NDArray[np.float32], bytes_: Buffer, width: int, height: int) -> Buffer:
    """A buffer (height, width) with the byte of each point at its pixel; the last one wins."""
    buffer = np.zeros((height, width), np.uint8)
    with np.errstate(invalid="ignore"):
        inside = (pixels[:, 0] >= 0) & (pixels[:, 0] < width)
        inside &= (pixels[:, 1] >= 0) & (pixels[:, 1] < height)
    columns, rows = pixels[inside].astype(np.int32).T
    buffer[rows, columns] = bytes_[inside]
    return buffer


def rings(radius: float) -> list[list[tuple[int, int]]]:
    """Offsets (dy, dx) within the radius but for the centre, grouped by distance, nearest first."""
    reach = int(radius)
    groups: dict[int, list[tuple[int, int]]] = {}
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            square = dy * dy + dx * dx
            if 0 < square <= radius * radius:
                groups.setdefault(square, []).append((dy, dx))
    return [groups[square] for square in sorted(groups)]


def grow(centres: Buffer, radius: float) -> Buffer:
    """Each point as a disc; a pixel that several discs cover belongs to the nearest centre."""
    height, width = centres.shape
    grown = centres.copy()
    for ring in rings(radius):
        reached = np.zeros_like(centres)
        for dy, dx in ring:
            if abs(dy) < height and abs(dx) < width:
                to = reached[max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)]
                source = centres[max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)]
                np.maximum(to, source, out=to)
        np.multiply(reached, grown == EMPTY, out=reached)
        np.maximum(grown, reached, out=grown)
    return grown


def rasterise(
    pixels: NDArray[np.float32],
    classes: Buffer,
    size: tuple[int, int],
    radius: float,
    shown: set[int] | None = None,
    front: int | None = None,
) -> Buffer:
    """Bytes (height, width) of a map of points.

    Parameters
    ----------
    pixels : (N, 2) device pixels, left and top; not finite or outside is not drawn
    classes : (N,) class of each point; those from 126 on share one byte
    size : width and height in device pixels
    radius : of a point, in device pixels
    shown : classes in full colour; the others are dimmed and lie behind. None: all
    front : the class that lies before the others
    """
    width, height = size
    names = np.minimum(classes, MOST_CLASSES - 1).astype(np.uint8) + np.uint8(1)
    bright = np.ones(len(classes), bool)
    if shown is not None:
        bright = np.isin(classes, list(shown))
        if front is not None:
            bright |= classes == front
    fore = classes == front if front is not None else np.zeros(len(classes), bool)
    result = np.zeros((height, width), np.uint8)
    for layer, shift in ((~bright, DIMMED), (bright & ~fore, 0), (fore, 0)):
        if layer.any():
            drawn = grow(scatter(pixels[layer], names[layer] + np.uint8(shift), width, height), radius)
            result = np.where(drawn, drawn, result) if result.any() else drawn
    return result


def point_radius(count: int, magnified: float) -> float:
    """Radius of a point in logical pixels: smaller for many points, larger when zoomed in."""
    base = 1.5 if count > 4000 else 2.3 if count > 800 else 3.2
    return min(base * max(magnified, 1.0) ** 0.25, 5.0)


def nearest(pixels: NDArray[np.float32], left: float, top: float, reach: float) -> NDArray[np.intp]:
    """Indices of the points within `reach` pixels of a place, nearest first."""
    with np.errstate(invalid="ignore", over="ignore"):
        squares = (pixels[:, 0] - left) ** 2 + (pixels[:, 1] - top) ** 2
        near = np.flatnonzero(squares <= reach * reach)
    return near[np.argsort(squares[near], kind="stable")]


def eased(share: float) -> float:
    """Slow - fast - slow from 0 to 1."""
    share = min(max(share, 0.0), 1.0)
    return 0.5 - math.cos(math.pi * share) / 2.0
