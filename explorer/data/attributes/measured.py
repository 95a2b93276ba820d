"""Attributes that are measured on pictures of glyphs, so that they need no labels.

Imports numpy. After Castro et al., Morpho-MNIST (JMLR 2019), which measures thickness, slant, width and
height of handwritten digits; the formulas here work at the pictures' own size, without enlarging.

Legend of shapes: N images, H rows, W columns, C channels. x grows to the right, y downwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]

UNITS = {"ink": "of the picture", "thickness": "px", "slant": "°", "width": "px", "height": "px"}
"""Every measured attribute and its unit."""

INSEPARABLE = {"ink", "thickness"}
"""Of these neither can be held while the other one grows."""

GROUND_SHARE = 0.6
"""Share of a set's pixels that must lie on its ground for the pictures to count as glyphs."""
BORDER_SHARE = 0.9
"""The same for the outermost pixels: a glyph stands free."""
GROUND_WIDTH = 32
"""Levels (of 255) within which a pixel counts as ground."""
TAIL = 0.02
"""Share of the ink left out at either end of the width and the height (as in Morpho-MNIST)."""
CHUNK = 1000


def is_glyph_like(images: Images) -> bool:
    """Whether images (N, H, W, C) are marks on one plain ground, so that measuring means something.

    The rule: one channel, sides of at least 8 pixels, and the ground (black or white, whichever has
    more of the border) has at least 60 % of all pixels and 90 % of the outermost ones. Judged on at
    most 500 images, evenly chosen.
    """
    n, height, width, channels = images.shape
    if channels != 1 or n == 0 or min(height, width) < 8:
        return False
    some = _dark_ground(images[:: max(1, n // 500)][:500])
    ground = some < GROUND_WIDTH
    border = np.concatenate([ground[:, [0, -1]].ravel(), ground[:, :, [0, -1]].ravel()])
    return bool(ground.mean() >= GROUND_SHARE and border.mean() >= BORDER_SHARE)


def measure(images: Images) -> dict[str, Floats]:
    """Measure glyphs (N, H, W, 1), light on dark or dark on light.

    Returns
    -------
    Name to values (N,), NaN where a picture is empty. With I(x, y) the intensity from 0 to 1 and the
    centred moments m_ab = sum I (x - x_mean)^a (y - y_mean)^b:

    ink
        mean of I, 0 to 1.
    thickness
        2 area / outline in pixels, as a stroke of width t and length l has the area t l and an outline
        of about 2 l: sum of I over half the sum of |grad I|, which is the mean length of the outlines at
        all levels (coarea formula) and so finer than a pixel.
    slant
        atan(-m_11 / m_02) in degrees: the horizontal shear that would bring the marks upright
        (Morpho-MNIST); positive where they lean to the right.
    width, height
        extent in x and in y in pixels that holds the ink but for 2 % at either end (Morpho-MNIST).
    """
    parts = [_measure(images[i : i + CHUNK]) for i in range(0, len(images), CHUNK)]
    none = np.zeros(0, np.float32)
    return {name: np.concatenate([none, *(part[name] for part in parts)]) for name in UNITS}


def _measure(images: Images) -> dict[str, Floats]:
    levels = _dark_ground(images)
    light: Floats = levels.astype(np.float32) / np.float32(255)
    area = light.sum((1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "ink": light.mean((1, 2)),
            "thickness": 2 * area / _outline(light),
            "slant": _slant(light, area),
            "width": _extent(light.sum(1)),
            "height": _extent(light.sum(2)),
        }
    return {name: np.where(area > 0, values, np.nan).astype(np.float32) for name, values in found.items()}


def _dark_ground(images: Images) -> NDArray[np.uint8]:
    """Levels (N, H, W) with the ground at 0: a picture is turned where most of its border is light."""
    levels = images[..., 0]
    border = np.concatenate([levels[:, 0], levels[:, -1], levels[:, :, 0], levels[:, :, -1]], axis=1)
    light = (border > 127).mean(1) > 0.5
    return np.where(light[:, None, None], 255 - levels, levels)


def _outline(light: Floats) -> Floats:
    """Sum of |grad I|, taken between each four pixels, (N,)."""
    padded = np.pad(light, ((0, 0), (1, 1), (1, 1)))
    a, b, c, d = padded[:, :-1, :-1], padded[:, :-1, 1:], padded[:, 1:, :-1], padded[:, 1:, 1:]
    along_x, along_y = b + d - a - c, c + d - a - b
    return np.asarray(np.hypot(along_x, along_y).sum((1, 2)) / 2, np.float32)


def _slant(light: Floats, area: Floats) -> Floats:
    _, height, width = light.shape
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    columns, rows = light.sum(1), light.sum(2)
    x_mean, y_mean = columns @ x / area, rows @ y / area
    m_11 = (light @ x * y).sum(1) / area - x_mean * y_mean
    m_02 = rows @ (y * y) / area - y_mean**2
    return np.asarray(np.degrees(np.arctan2(-m_11, np.maximum(m_02, 1e-6))), np.float32)


def _extent(profile: Floats) -> Floats:
    """Between the quantiles TAIL and 1 - TAIL of profiles (N, L), each pixel's ink spread over it evenly."""
    share = np.cumsum(profile, axis=1) / profile.sum(1, keepdims=True)
    rows = np.arange(len(profile))

    def place(q: float) -> Floats:
        pixel = np.minimum((share < q).sum(1), profile.shape[1] - 1)
        before = np.where(pixel > 0, share[rows, pixel - 1], 0)
        return np.asarray(pixel + (q - before) / (share[rows, pixel] - before), np.float32)

    return place(1 - TAIL) - place(TAIL)
