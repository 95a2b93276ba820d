"""Warning lights: posterior collapse, and how many dimensions of a code carry anything.

Imports numpy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ACTIVE_VARIANCE = 0.01
"""Burda, Grosse & Salakhutdinov 2015, appendix C."""
COLLAPSED_NATS = 0.5
COLLAPSED_SHARE = 0.05
"""Of the running maximum."""
PATIENCE = 30
"""Readings that must agree: a model that has only just begun has a small KL too."""


def active_units(means: NDArray[np.float32]) -> int:
    """Dimensions d with Var_x(E_q[z_d|x]) > 0.01, from posterior means (N, D)."""
    return int((means.var(0, dtype=np.float64) > ACTIVE_VARIANCE).sum())


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
