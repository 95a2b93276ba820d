"""The Frechet distance between two clouds of features, each taken for a Gaussian.

Imports numpy. Symbols as in Heusel et al. 2017: means m, covariances C.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FEWEST = 10_000
"""Features that a quoted distance is taken from, at the least: with fewer it is mostly bias."""


class Moments(NamedTuple):
    """Mean (D,) and covariance (D, D) of features."""

    m: NDArray[np.float64]
    C: NDArray[np.float64]


def moments(features: NDArray[np.float32]) -> Moments:
    """Mean and unbiased covariance of features (N, D), two at the least."""
    covariance = np.atleast_2d(np.cov(features, rowvar=False, dtype=np.float64))
    return Moments(features.mean(0, dtype=np.float64), covariance)


def frechet_distance(a: Moments, b: Moments) -> float:
    """|m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^1/2) (Frechet 1957; Dowson & Landau 1982).

    The root's trace is that of (C_a^1/2 C_b C_a^1/2)^1/2, whose eigenvalues are real.
    """
    values, vectors = np.linalg.eigh(a.C)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    crossed = np.linalg.eigvalsh(root @ b.C @ root).clip(min=0)
    difference = a.m - b.m
    distance = difference @ difference + np.trace(a.C) + np.trace(b.C) - 2 * np.sqrt(crossed).sum()
    return max(float(distance), 0.0)


def rfcd(real: Moments, judged: Moments) -> float:
    """Relative Frechet classifier distance in per cent: 100 d / tr(C of the real features).

    Comparable only between clouds of the same size in the features of the same ruler; 10,000 test
    images against 60,000 training images give about 0.1.
    """
    return 100 * frechet_distance(real, judged) / float(np.trace(real.C))
