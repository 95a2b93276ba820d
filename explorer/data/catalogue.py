"""The data sets that have a name, and the way to any other: one function for both.

Imports the readers of this package. `load` blocks; `reading` does the same piecewise.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from explorer.data import embedded, folder
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.data.progress import ReadProgress
from explorer.errors import BadInput

NAMES = ("mnist", "fashion-mnist", "kmnist", "emnist", "svhn", "cifar10", "celeba")


def load(origin: str, framing: Framing | None = None) -> DataSet:
    if origin == "mnist":
        return embedded.mnist()
    g = folder.read(Path(origin), framing or Framing())
    while True:
        try:
            next(g)
        except StopIteration as e:
            return e.value
