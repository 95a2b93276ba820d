"""Points to pixels: one byte per pixel that names the class drawn there. Pure numpy, no Qt.

A point is a disc of bytes in a buffer the size of the map; the colours are a look-up table, so
that a change of colours costs nothing here. numpy writes disc by disc; from `LARGE` points on compiled
loops grow the pixels instead, at a cost that hardly depends on their number.
"""

from __future__ import annotations

import importlib
import logging
import math
import threading
from functools import lru_cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from explorer.ui.look.palettes import blend

Buffer = NDArray[np.uint8]
log = logging.getLogger(__name__)
LARGE = 30_000
"""Points from which on compiled loops are worth their import."""

_loading, _loaded = threading.Lock(), threading.Event()
_kernels: list[ModuleType] = []

MOST_CLASSES = 127
"""Bytes 1 to 127 are classes; 128 to 254 are the same, dimmed."""
DIMMED = 127


def disc(radius: float) -> list[tuple[int, int]]:
    """Offsets (dy, dx) within the radius, the farthest first and the centre last."""
    reach = range(-int(radius), int(radius) + 1)
    offsets = [(dy, dx) for dy in reach for dx in reach if dy * dy + dx * dx <= radius * radius]
    return sorted(offsets, key=lambda offset: -(offset[0] ** 2 + offset[1] ** 2))


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
    bytes_ = np.minimum(classes, MOST_CLASSES - 1) + np.uint8(1)
    fore = classes == (-1 if front is None else front)
    bright = fore | np.isin(classes, list(shown)) if shown is not None else np.ones(len(classes), bool)
    layers = bright.astype(np.uint8) + fore
    bytes_[~bright] += np.uint8(DIMMED)
    if (kernels := compiled(len(pixels))) is not None:
        out = np.zeros(size[::-1], np.uint8)
        offsets = np.array(disc(radius), np.int32)
        for layer in (1,) if shown is None and front is None else (0, 1, 2):
            kernels.draw_layer(pixels, bytes_, layers, layer, offsets, out)
        return out
    return _scattered(pixels, bytes_, layers, size, radius)


def _scattered(
    pixels: NDArray[np.float32], bytes_: Buffer, layers: Buffer, size: tuple[int, int], radius: float
) -> Buffer:
    """The same by numpy: discs are written point by point, so that the cost grows with their number."""
    width, height = size
    reach = int(radius)
    stride = width + 2 * reach
    buffer = np.zeros((height + 2 * reach) * stride, np.uint8)
    with np.errstate(invalid="ignore"):
        inside = ((pixels >= 0) & (pixels < np.array([width, height]))).all(axis=1)
    columns, rows = pixels[inside].astype(np.int32).T
    places, layers, bytes_ = (rows + reach) * stride + columns + reach, layers[inside], bytes_[inside]
    for layer in np.unique(layers):
        centres, values = places[layers == layer], bytes_[layers == layer]
        # Rings from outside inwards: a pixel under several discs belongs to the nearest centre.
        for dy, dx in disc(radius):
            buffer[centres + (dy * stride + dx)] = values
    framed = buffer.reshape(height + 2 * reach, stride)
    return np.ascontiguousarray(framed[reach : reach + height, reach : reach + width])


@lru_cache(maxsize=16)
def colour_table(colours: tuple[str, ...], paper: str) -> list[int]:
    """The 256 colours (0xffrrggbb) of the bytes: paper, classes, the same dimmed, paper."""
    bright = [*colours[:MOST_CLASSES], *[colours[-1]] * (MOST_CLASSES - len(colours))]
    dim = [blend(blend(name, "#808080", 0.7), paper, 0.85) for name in bright]
    return [0xFF000000 | int(name[1:], 16) for name in (paper, *bright, *dim, paper)]


def point_radius(count: int, magnified: float) -> float:
    """Radius of a point in logical pixels: smaller for many points, larger when zoomed in."""
    base = 1.5 if count > 4000 else 2.3 if count > 800 else 3.2
    return min(base * math.sqrt(math.sqrt(max(magnified, 1.0))), 5.0)


def nearest(pixels: NDArray[np.float32], left: float, top: float, reach: float) -> NDArray[np.intp]:
    """Indices of the points within `reach` pixels of a place, nearest first."""
    if (kernels := compiled(len(pixels))) is not None:
        near: NDArray[np.intp] = kernels.within(pixels, left, top, reach)
        return near[np.argsort(((pixels[near] - (left, top)) ** 2).sum(axis=1), kind="stable")]
    with np.errstate(invalid="ignore", over="ignore"):
        squares = (pixels[:, 0] - left) ** 2 + (pixels[:, 1] - top) ** 2
        near = np.flatnonzero(squares <= reach * reach)
    return near[np.argsort(squares[near], kind="stable")]


def compiled(count: int) -> ModuleType | None:
    """The compiled loops, where there are so many points that they pay, and they are there already."""
    if count < LARGE:
        return None
    if _loading.acquire(blocking=False):
        threading.Thread(target=_load, name="kernels", daemon=True).start()
    return _kernels[0] if _kernels else None


def load_compiled() -> None:
    """Wait until the compiled loops are there."""
    compiled(LARGE)
    _loaded.wait()


def _load() -> None:
    try:
        module = importlib.import_module("explorer.ui.widgets.map.kernels")
        module.compile_all()
        _kernels.append(module)
    except Exception:  # numba finds no compiler here: the map is slower, and works
        log.exception("the loops of large maps could not be compiled")
    finally:
        _loaded.set()


def eased(share: float) -> float:
    """Slow - fast - slow from 0 to 1."""
    share = min(max(share, 0.0), 1.0)
    return 0.5 - math.cos(math.pi * share) / 2.0
