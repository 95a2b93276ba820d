"""Mean and variance of x_t as they are, beside what q(x_t | x_0) = N(alpha_t x_0, sigma_t^2 I) says.

Part of the session. numpy only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from explorer.session.denoising.requests import Stop


class Moments(NamedTuple):
    """Over all numbers of all pictures of a stop."""

    mean: float
    mean_by_theory: float
    """Of alpha_t x_0."""
    variance: float
    """Of x_t about alpha_t x_0."""
    variance_by_theory: float
    """sigma_t^2."""


def moments(stop: Stop, alpha: float, sigma: float) -> Moments:
    """Of a real picture in noise, or of a walk, where x_0 is the picture that is predicted.

    Parameters
    ----------
    alpha, sigma
        Of the stop's t.
    """
    expected = alpha * (stop.clean / np.float32(127.5) - 1)
    about = float((stop.x_t - expected).var())
    return Moments(float(stop.x_t.mean()), float(expected.mean()), about, sigma**2)
