"""Warning lights: posterior and mode collapse, a critic that is too strong, dimensions that carry nothing.

Imports numpy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

COLLAPSED_NATS = 0.5
COLLAPSED_SHARE = 0.05
"""Of the running maximum."""
PATIENCE = 30
"""Readings that must agree: a model that has only just begun has a small KL too."""
LEAST_COVERAGE, MOST_CLASS_TV = 0.5, 0.1
LEAST_SPREAD = 0.25
"""Of the spread of the data."""
STRONG_MARGIN = 5.0
"""D(x) - D(G(z)): odds of e^5 to 1 that the critic tells them apart."""


def posterior_collapse(kl: Sequence[float] | NDArray[np.float64]) -> bool:
    """Whether the posterior has become the prior, so that codes say nothing about their images.

    Parameters
    ----------
    kl
        Total KL in nats per image, reading by reading since the training began. Each of the last
        `PATIENCE` readings must be below 0.5 nat, or below 5 % of the largest until then.
    """
    readings = np.asarray(kl, dtype=np.float64)
    if len(readings) < PATIENCE:
        return False
    largest = np.maximum.accumulate(readings)
    low = (readings < COLLAPSED_NATS) | (readings < COLLAPSED_SHARE * largest)
    return bool(low[-PATIENCE:].all())


def mode_collapse(class_tv: float | None, coverage: float | None = None) -> bool:
    """Whether samples leave out part of the data: coverage < 0.5, or class TV > 0.1 (both 0 to 1)."""
    return (coverage is not None and coverage < LEAST_COVERAGE) or (
        class_tv is not None and class_tv > MOST_CLASS_TV
    )


def spread(images: NDArray[np.uint8]) -> float:
    """How far images (N, H, W, C) differ: a pixel's standard deviation, in [0, 1], its mean over pixels."""
    return float((images / np.float32(255)).std(axis=0).mean()) if len(images) else 0.0


def alike(samples: float, data: float) -> bool:
    """Whether samples are all but the same picture: their spread is below a quarter of that of the data."""
    return samples < LEAST_SPREAD * data


def critic_too_strong(margins: Sequence[float], gradients: Sequence[float]) -> bool:
    """Whether the critic tells real from fake so surely that the generator learns nothing any more.

    Parameters
    ----------
    margins
        Mean D(x) - D(G(z)), reading by reading. Each of the last `PATIENCE` must be above 5.
    gradients
        Norms of the generator's gradient. The last `PATIENCE` must have a median below 5 % of the
        largest norm until then.
    """
    if min(len(margins), len(gradients)) < PATIENCE or min(margins[-PATIENCE:]) <= STRONG_MARGIN:
        return False
    return float(np.median(gradients[-PATIENCE:])) < COLLAPSED_SHARE * max(gradients)
