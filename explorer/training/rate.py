"""The step size over a training. Standard library only."""

from __future__ import annotations

import math

WARM_SHARE = 0.1
"""Share of the training in which the learning rate rises."""


def one_cycle(step: int, steps: int) -> float:
    """The share of its peak that the learning rate has: a straight rise, then half a cosine down to zero.

    Smith 2018.
    """
    progress = step / steps
    if progress < WARM_SHARE:
        return (progress + 1 / steps) / (WARM_SHARE + 1 / steps)
    return 0.5 * (1 + math.cos(math.pi * (progress - WARM_SHARE) / (1 - WARM_SHARE)))
