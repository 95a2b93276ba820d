"""MNIST, which ships with the application. Imports numpy, `paths` and `data`."""

from __future__ import annotations

import numpy as np

from explorer import paths
from explorer.data.formats.idx import read_idx
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet, ImageSet

NAME = "mnist"
SIZE = (28, 28)


def mnist(framing: Framing) -> DataSet:
    """70,000 handwritten digits, grey, 28 x 28 unless another side is chosen."""
    used = framing.for_size(*SIZE)
    return DataSet(NAME, "MNIST", NAME, _part("train", used), _part("t10k", used), used)


def _part(prefix: str, framing: Framing) -> ImageSet:
    folder = paths.resources() / "data" / "mnist"
    images = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz").astype(np.uint8, copy=False)
    labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz").astype(np.int64)
    return ImageSet(framing.apply_all(images[..., None]), labels, tuple("0123456789"))
