"""Small images that a model can learn in no time: a bright square in one of four corners."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet, ImageSet

CORNERS = ("top left", "top right", "bottom left", "bottom right")


def squares(n: int, shape: tuple[int, int, int] = (8, 8, 1), seed: int = 0) -> ImageSet:
    """n images (H, W, C) with labels 0 to 3; the brightness varies."""
    height, width, channels = shape
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, n)
    images = np.zeros((n, height, width, channels), np.uint8)
    for image, label in zip(images, labels, strict=True):
        top, left = (label // 2) * (height // 2), (label % 2) * (width // 2)
        image[top : top + height // 2, left : left + width // 2] = rng.integers(120, 256)
    return ImageSet(images, labels.astype(np.int64), CORNERS)


def data_set(train: int = 96, test: int = 24, shape: tuple[int, int, int] = (8, 8, 1)) -> DataSet:
    return DataSet(
        name="squares",
        title="Squares",
        origin="squares",
        train=squares(train, shape, seed=1),
        test=squares(test, shape, seed=2),
        framing=Framing(side=shape[0]),
    )


def write_npz(path: Path, train: int = 96, test: int = 24) -> Path:
    """The same as a file that any program could have written."""
    parts = data_set(train, test)
    np.savez(
        path,
        x_train=parts.train.images[..., 0],
        y_train=parts.train.labels,
        x_test=parts.test.images[..., 0],
        y_test=parts.test.labels,
    )
    return path
