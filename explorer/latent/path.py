"""Curves between two codes, and the blend of two pictures that they are held against.

Imports numpy only.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Manner = Literal["line", "circle", "pixels"]

NEARLY_PARALLEL = 1e-4
"""Below this angle (radians), and as close to opposite, the great circle has no direction of its own."""


def line(a: Floats, b: Floats, t: Floats) -> Floats:
    """Straight line: (1 - t) a + t b. Codes (D,), t (M,); gives (M, D)."""
    steps = np.asarray(t, np.float32)[:, None]
    return np.asarray((1 - steps) * a + steps * b, np.float32)


def great_circle(a: Floats, b: Floats, t: Floats) -> Floats:
    """Spherical interpolation (Shoemake 1985), the length growing evenly from |a| to |b|.

    Where the angle is no angle (a zero code, or nearly parallel or opposite ones) the straight
    line stands in.
    """
    # In single precision the angle of nearly opposite codes is off by more than the angle that is left.
    wide_a, wide_b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    length_a, length_b = float(np.linalg.norm(wide_a)), float(np.linalg.norm(wide_b))
    if min(length_a, length_b) == 0:
        return line(a, b, t)
    unit_a, unit_b = wide_a / length_a, wide_b / length_b
    angle = float(np.arccos(np.clip(unit_a @ unit_b, -1, 1)))
    if angle < NEARLY_PARALLEL or np.pi - angle < NEARLY_PARALLEL:
        return line(a, b, t)
    steps = np.asarray(t, np.float64)[:, None]
    direction = (np.sin((1 - steps) * angle) * unit_a + np.sin(steps * angle) * unit_b) / np.sin(angle)
    return np.asarray(((1 - steps) * length_a + steps * length_b) * direction, np.float32)


def blend(a: NDArray[np.uint8], b: NDArray[np.uint8], t: Floats) -> NDArray[np.uint8]:
    """Pixel by pixel, as a slide fades into the next: pictures (H, W, C), t (M,); gives (M, H, W, C)."""
    steps = np.asarray(t, np.float32)[:, None, None, None]
    return np.asarray(np.rint((1 - steps) * a + steps * b), np.uint8)


def between(manner: Manner, a: Floats, b: Floats, t: Floats) -> Floats:
    """Codes (M, D) on the way; a pixel blend has the straight line's places."""
    return great_circle(a, b, t) if manner == "circle" else line(a, b, t)
