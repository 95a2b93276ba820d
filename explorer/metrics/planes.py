"""A linear decoder beside principal components: how far apart the planes of pictures are that they span.

Imports torch alone. Legend of shapes: P numbers in a picture, D in a code.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def largest_angle(a: Tensor, b: Tensor) -> float:
    """The largest principal angle, in degrees, between the spans of the columns of a and b, both (P, D).

    Its cosine is the smallest singular value of A'B with orthonormal bases A and B (Björck & Golub 1973).
    """
    bases = [torch.linalg.qr(each.detach().cpu().double()).Q for each in (a, b)]
    cosines = torch.linalg.svdvals(bases[0].T @ bases[1]).clamp(max=1)
    return math.degrees(math.acos(float(cosines.min())))


def smallest_axes_angle(columns: Tensor) -> float | None:
    """The smallest angle, 0 to 90 degrees, between the lines of any two columns of (P, D); None of one."""
    if columns.shape[1] < 2:
        return None
    unit = torch.nn.functional.normalize(columns.detach().cpu().double(), dim=0)
    cosines = (unit.T @ unit).abs().fill_diagonal_(0).clamp(max=1)
    return math.degrees(math.acos(float(cosines.max())))
