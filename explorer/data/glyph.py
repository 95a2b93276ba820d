"""A drawn or dropped glyph, brought to the norm of MNIST.

Imports numpy and Pillow. The norm (LeCun et al. 1998): white on black, the ink fitted into a
box of 20/28 of the side with its aspect kept, its centre of mass in the middle.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BOX = 20 / 28
_FAINT = 0.1
"""Ink below this share of the strongest counts as paper when the box is found."""
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def to_norm(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Bring a glyph to the norm.

    Parameters
    ----------
    picture
        uint8 (H, W) or (H, W, C); dark on light or light on dark.
    side
        Pixels of the result.

    Returns
    -------
    uint8 (side, side, 1); zeros where nothing is drawn.
    """
    ink = _ink(picture)
    box = _box(ink)
    if box is None:
        return np.zeros((side, side, 1), dtype=np.uint8)
    top, bottom, left, right = box
    fitted = _fitted(ink[top:bottom, left:right], side)
    return _centred(fitted, side)[:, :, None]


def is_normed(picture: NDArray[np.uint8], images: NDArray[np.uint8]) -> bool:
    """Whether a glyph lies as those of a data set do, so that norming it would only blur it.

    Parameters
    ----------
    picture
        uint8 (H, W, 1).
    images
        uint8 (N, H, W, 1): light ink on black.

    Returns
    -------
    True where its paper is black, and its ink as large as theirs and as far from the middle, give or take a
    pixel, and no fainter than half of theirs.
    """
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    own, theirs = _placed(picture), [place for place in map(_placed, images) if place is not None]
    if own is None or not theirs or float(np.median(border)) > 255 * _FAINT:
        return False
    low, high = np.min(theirs, axis=0), np.max(theirs, axis=0)
    apart = np.maximum(low - own, own - high)
    return bool((apart[:3] <= 1).all()) and bool(own[3] >= low[3] / 2)


def _placed(picture: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """The ink's longer side, row and column of its centre of mass, and strength; None where there is none."""
    ink = picture[:, :, 0].astype(np.float32)
    box = _box(ink)
    if box is None:
        return None
    top, bottom, left, right = box
    return np.array([max(bottom - top, right - left), *_centre(ink), ink.max()], np.float64)


def _ink(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Ink as 0 to 255 over paper at 0, whichever of the two was the lighter."""
    grey = picture.astype(np.float32)
    if grey.ndim == 3:
        grey = grey @ _LUMA if grey.shape[2] == 3 else grey[:, :, 0]
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(border))
    middle = (float(grey.min()) + float(grey.max())) / 2
    ink = grey - paper if paper <= middle else paper - grey
    ink = np.maximum(ink, 0)
    strongest = float(ink.max())
    return ink * np.float32(255 / strongest) if strongest >= 16 else np.zeros_like(ink)


def _box(ink: NDArray[np.float32]) -> tuple[int, int, int, int] | None:
    strong = ink > 255 * _FAINT
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    if not len(rows):
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _fitted(ink: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    height, width = ink.shape
    scale = side * BOX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Bicubic as in the original's anti-aliasing; it can overshoot, hence the clip.
    resized = Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC)
    return np.clip(np.asarray(resized, dtype=np.float32), 0, 255)


def _centred(ink: NDArray[np.float32], side: int) -> NDArray[np.uint8]:
    rows, columns = ink.shape
    row, column = _centre(ink)
    # MNIST puts the centre of mass on pixel side / 2, not between the two middle ones.
    top = min(max(round(side / 2 - row), 0), side - rows)
    left = min(max(round(side / 2 - column), 0), side - columns)
    canvas = np.zeros((side, side), dtype=np.uint8)
    canvas[top : top + rows, left : left + columns] = np.rint(ink)
    return canvas


def _centre(ink: NDArray[np.float32]) -> tuple[float, float]:
    """Row and column of the centre of mass."""
    total, (rows, columns) = float(ink.sum()), ink.shape
    return float(ink.sum(axis=1) @ np.arange(rows)) / total, float(
        ink.sum(axis=0) @ np.arange(columns)
    ) / total
