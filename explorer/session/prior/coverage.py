"""Which classes the samples of a model have, against its data.

Part of the session; numpy only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.session.display import Display


class Coverage(NamedTuple):
    """Which classes samples and data have."""

    names: tuple[str, ...]
    samples: NDArray[np.float64]
    """(K,): the share of each class."""
    data: NDArray[np.float64]

    @property
    def tv(self) -> float:
        """Total variation distance of the two, 0 to 1."""
        return float(0.5 * np.abs(self.samples - self.data).sum())


def no_coverage(display: Display) -> str:
    """Why there are no shares of classes to be shown; empty where there are."""
    model, data = display.model, display.images.data
    if model is None:
        return "Open a model that draws samples, or train one."
    if model.can_encode:
        return "The map shows images, not samples. A model without an encoder has its samples there."
    if display.askable:
        return "This model draws the class that it is asked for, so how often each comes says nothing."
    if data is None:
        return display.images.lacking
    if data.test.labels is None:
        return "These images have no labels, so no class can be told."
    if model.embedding is None:
        return "Samples are being drawn and looked at."
    if model.embedding.labels is None:
        return (
            "There is no classifier for these images yet, which would name the samples. "
            "Evaluating a model makes one: latent-explorer evaluate."
        )
    return ""


def coverage_of(display: Display) -> Coverage | None:
    """Counted among the samples on its map."""
    model, data = display.model, display.images.data
    if no_coverage(display) or model is None or model.embedding is None or data is None:
        return None
    names = data.test.class_names
    samples = _shares(model.embedding.labels, len(names))
    return Coverage(names, samples, _shares(data.test.labels, len(names)))


def _shares(labels: NDArray[np.int64] | None, classes: int) -> NDArray[np.float64]:
    counts = np.zeros(classes) if labels is None else np.bincount(labels, minlength=classes)[:classes]
    return np.asarray(counts / max(counts.sum(), 1), np.float64)
