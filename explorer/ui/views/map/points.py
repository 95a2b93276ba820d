"""What a map draws of a model: the classes of its points, their words, a place. numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.session.open_model import OpenModel
from explorer.ui.widgets.map.rasteriser import MOST_CLASSES


def classes_of(model: OpenModel) -> NDArray[np.uint8]:
    count = 0 if model.embedding is None else len(model.embedding)
    labels = None if model.embedding is None else model.embedding.labels
    if labels is None:
        return np.zeros(count, np.uint8)
    return np.clip(labels, 0, MOST_CLASSES - 1).astype(np.uint8)


def words_of(model: OpenModel, places: NDArray[np.float32]) -> list[tuple[str, tuple[float, float], int]]:
    """The names of the classes, each at the median of its points."""
    if model.embedding is None or model.embedding.labels is None:
        return []
    words = []
    for label, name in enumerate(model.embedding.class_names[:MOST_CLASSES]):
        members = places[model.embedding.labels == label]
        members = members[np.isfinite(members).all(axis=1)]
        if len(members):
            x, y = np.median(members, axis=0)
            words.append((name, (float(x), float(y)), label))
    return words


def place_of(place: NDArray[np.float32] | None) -> tuple[float, float] | None:
    if place is None or not np.isfinite(place).all():
        return None
    return float(place[0]), float(place[1])
