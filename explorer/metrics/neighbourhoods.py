"""Samples against real images by their nearest neighbours in the ruler's features. Imports numpy.

Legend of shapes: N real images, M samples, F features of each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.metrics.progress import Work

K = 5
"""Neighbours that make a real image's ball (Naeem et al. 2020, section 3.1)."""

ROWS = 1000
"""At a time: a block of distances to 10,000 others is 40 MB."""

Floats = NDArray[np.float32]


def coverage_and_density(real: Floats, samples: Floats, k: int = K) -> Work[tuple[float, float]]:
    """Naeem et al. 2020, equations 4 and 3: real (N, F), samples (M, F).

    Around each real image lies a ball that reaches to its k-th nearest other one. Coverage is the share of
    the balls with a sample inside, density the number of balls that a sample lies in, over k: 1 is usual.
    Yields rows done.
    """
    covered, inside = 0, 0
    for start in range(0, len(real), ROWS):
        part = real[start : start + ROWS]
        # The nearest of all is the image itself.
        radius = np.partition(squared_distances(part, real), k, axis=1)[:, k]
        within = squared_distances(part, samples) < radius[:, None]
        covered += int(within.any(axis=1).sum())
        inside += int(within.sum())
        yield float(len(part))
    return covered / len(real), inside / (k * len(samples))


def nearest_distances(samples: Floats, others: Floats) -> Work[Floats]:
    """Distance (M,) of each sample to the nearest of some others. Yields rows done."""
    found = []
    for start in range(0, len(samples), ROWS):
        part = samples[start : start + ROWS]
        found.append(np.sqrt(squared_distances(part, others).min(axis=1)))
        yield float(len(part))
    return np.concatenate(found)


def squared_distances(a: Floats, b: Floats) -> Floats:
    """|a_i - b_j|^2, (len(a), len(b))."""
    crossed: Floats = a @ b.T
    crossed *= -2
    crossed += np.einsum("nf,nf->n", a, a)[:, None]
    crossed += np.einsum("nf,nf->n", b, b)
    return crossed.clip(min=0, out=crossed)
