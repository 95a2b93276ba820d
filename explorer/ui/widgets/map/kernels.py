"""The loops over all points of a large map, compiled by numba. numpy and numba only, no Qt.

numba takes half a second to import and, once per machine, seconds to compile: this module is
imported by a thread when a map first has so many points that it pays.
Legend: pixels (N, 2) float32, left and top; a buffer (height, width) of bytes.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Whole = NDArray[np.int32]


@njit(cache=True, nogil=True)
def draw_layer(pixels: Floats, bytes_: Bytes, layers: Bytes, layer: int, offsets: Whole, out: Bytes) -> None:
    """Draw the points of one layer as discs over what is there.

    Parameters
    ----------
    bytes_, layers
        Of each point, (N,).
    offsets
        (M, 2): rows and columns of a disc, the farthest first and the centre last, so that a pixel under
        several discs belongs to the nearest centre.
    out
        Drawn on; its cost hardly grows with the number of points, as each pixel grows once.
    """
    height, width = out.shape
    centres = np.zeros((height, width), np.uint8)
    for i in range(pixels.shape[0]):
        if layers[i] == layer:
            left, top = pixels[i, 0], pixels[i, 1]
            if 0 <= left < width and 0 <= top < height:
                centres[int(top), int(left)] = bytes_[i]
    for k in range(offsets.shape[0]):
        down, right = offsets[k, 0], offsets[k, 1]
        first, last = max(0, -right), min(width, width - right)
        for row in range(max(0, -down), min(height, height - down)):
            # Without a branch, and on plain rows, the compiler takes 32 pixels at a time.
            source, target = centres[row, first:last], out[row + down, first + right : last + right]
            for column in range(source.size):
                byte = source[column]
                target[column] = byte if byte != 0 else target[column]


@njit(cache=True, nogil=True)
def place(xy: Floats, x: float, y: float, scale: float, width: float, height: float, out: Floats) -> None:
    """Pixels (N, 2) of places (N, 2) in a view about (x, y)."""
    for i in range(xy.shape[0]):
        out[i, 0] = (xy[i, 0] - x) * scale + width / 2
        out[i, 1] = (y - xy[i, 1]) * scale + height / 2


@njit(cache=True, nogil=True)
def within(pixels: Floats, left: float, top: float, reach: float) -> NDArray[np.intp]:
    """Indices of the points within `reach` of a place, in no order."""
    count, most = 0, reach * reach
    # Memory that is never written to costs nothing.
    found = np.empty(pixels.shape[0], np.intp)
    for i in range(pixels.shape[0]):
        across, down = pixels[i, 0] - left, pixels[i, 1] - top
        if across * across + down * down <= most:
            found[count] = i
            count += 1
    return found[:count].copy()


def compile_all() -> None:
    """Have everything compiled, or read from the disk what was."""
    pixels, bytes_ = np.zeros((1, 2), np.float32), np.ones(1, np.uint8)
    place(pixels, 0.0, 0.0, 1.0, 4.0, 4.0, pixels.copy())
    draw_layer(pixels, bytes_, bytes_, 1, np.zeros((1, 2), np.int32), np.zeros((4, 4), np.uint8))
    within(pixels, 0.0, 0.0, 1.0)
