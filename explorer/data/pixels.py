"""Numbers of any shape and type as uint8 images, by stated rules.

Imports numpy, `data.framing`, `data.picture_file` (the percentile rule) and `errors`.

Shapes read: (N, H, W), (N, H, W, C), (N, C, H, W) with C 1, 3 or 4, and (N, K) where K is a
square or three squares (channel after channel).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.data.formats.picture_file import PERCENTILES, PIXEL_LIMIT, percentile_range, scaled_to_bytes
from explorer.data.framing import Framing
from explorer.data.image_set import MEMORY_LIMIT
from explorer.errors import BadInput

_CHUNK_VALUES = 1 << 22


def image_shape(shape: tuple[int, ...]) -> tuple[int, int, int] | None:
    """(H, W, C) of the images that an array of this shape can hold; None if it can't."""
    match shape:
        case (_, k):
            side, grey_rest = math.isqrt(k), math.isqrt(k) ** 2 != k
            if not grey_rest:
                size = (side, side, 1)
            else:
                side = math.isqrt(k // 3)
                size = (side, side, 3) if side * side * 3 == k else (0, 0, 0)
        case (_, height, width):
            size = (height, width, 1)
        case (_, height, width, (1 | 3 | 4) as channels):
            size = (height, width, channels)
        case (_, (1 | 3 | 4) as channels, height, width):
            size = (height, width, channels)
        case _:
            return None
    height, width, _ = size
    return size if min(height, width) > 0 and height * width <= PIXEL_LIMIT else None


def check_room(count: int, size: tuple[int, int, int], what: str, framing: Framing) -> int:
    """The side to which images of a size (H, W, C) are brought.

    Raises
    ------
    BadInput
        There are too many of them.
    """
    height, width, channels = size
    side = framing.for_size(width, height).side or 0
    if count * side * side * channels > MEMORY_LIMIT:
        raise BadInput(f"{what} holds {count:,} images, too many for the memory at a side of {side}.")
    return side


def to_images(array: NDArray[Any], what: str, framing: Framing, notes: list[str]) -> NDArray[np.uint8]:
    """Images uint8 (N, H, W, C) of the framing's size; how they were scaled goes to notes.

    Raises
    ------
    BadInput
        Not numbers, a shape that holds no images, fewer than two, NaN or infinity.
    """
    if array.dtype.kind not in "buif":
        raise BadInput(f"{what} holds {array.dtype}, not numbers that could be pixels.")
    size = image_shape(array.shape)
    if size is None:
        raise BadInput(
            f"{what} has the shape {array.shape}; images are (N, H, W), (N, H, W, C) or (N, C, H, W) "
            "with 1, 3 or 4 channels, or (N, K) with K a square."
        )
    if len(array) < 2:
        found = "no image" if len(array) == 0 else "only one image"
        raise BadInput(f"{what} holds {found}; at least two are needed.")
    _check_finite(array, what)
    raw = _channels_last(array, size)
    side = check_room(len(raw), size, what, framing)
    low, high, rule = _range(raw)
    if rule:
        notes.append(rule)
    if (size[0], size[1]) != (side, side):
        notes.append(f"The images of {size[1]} x {size[0]} were brought to {side} x {side}.")
    result = np.empty((len(raw), side, side, 1 if size[2] == 1 else 3), dtype=np.uint8)
    table = scaled_to_bytes(np.arange(256), low, high)
    for start, chunk in _chunks(raw):
        scaled = table[chunk] if chunk.dtype == np.uint8 else scaled_to_bytes(chunk, low, high)
        result[start : start + len(chunk)] = framing.apply_all(scaled)
    return result


def _chunks(array: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Start and items of parts of bounded size."""
    step = max(1, _CHUNK_VALUES // max(1, math.prod(array.shape[1:])))
    return ((start, array[start : start + step]) for start in range(0, len(array), step))


def _channels_last(array: NDArray[Any], size: tuple[int, int, int]) -> NDArray[Any]:
    height, width, channels = size
    if array.ndim == 4 and array.shape[1:] != size:
        return array.transpose(0, 2, 3, 1)
    if array.ndim == 2 and channels == 3:
        return array.reshape(-1, 3, height, width).transpose(0, 2, 3, 1)
    return array.reshape(-1, height, width, channels)


def _check_finite(array: NDArray[Any], what: str) -> None:
    if array.dtype.kind != "f":
        return
    bad = sum(
        int((~np.isfinite(chunk).all(axis=tuple(range(1, chunk.ndim)))).sum()) for _, chunk in _chunks(array)
    )
    if bad:
        raise BadInput(
            f"{what} holds NaN or infinity in {bad:,} of its {len(array):,} images: clean them first."
        )


def _range(array: NDArray[Any]) -> tuple[float, float, str]:
    """What becomes black and white, and the sentence that says so (empty: bytes as they are)."""
    low, high = float(array.min()), float(array.max())
    whole = array.dtype.kind != "f"
    if array.dtype.kind == "b" or (whole and low >= 0 and high <= 1):
        return 0, 1, "Two-valued pixels: 0 became black, 1 white."
    if whole and low >= 0 and high <= 255:
        return (
            0,
            255,
            "" if array.dtype == np.uint8 else "Whole numbers from 0 to 255 were taken as they are.",
        )
    if not whole and low >= 0 and high <= 1:
        return 0, 1, "Numbers in [0, 1]: 0 became black, 1 white."
    if not whole and low >= -1 and high <= 1:
        return -1, 1, "Numbers in [-1, 1]: -1 became black, 1 white."
    if not whole and low >= 0 and high <= 255:
        return 0, 255, "Numbers in [0, 255] were rounded."
    low, high = percentile_range(array)
    return (
        low,
        high,
        (
            f"Pixels were scaled from their {PERCENTILES[0]} % percentile ({low:g}) to their "
            f"{PERCENTILES[1]} % percentile ({high:g})."
        ),
    )
