"""A batch of CIFAR-10, which its authors wrote as a pickle: read without running it.

Imports numpy, `files` and `errors`. The stream's instructions are only listed (pickletools):
the pixels are the one long string in it, the labels the numbers after the word "labels".
"""

from __future__ import annotations

import pickletools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.errors import BadInput
from explorer.files import read_file, shown

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_LIMIT = 64_000_000
_NUMBERS = ("BININT1", "BININT2", "BININT", "INT", "LONG1")
_ITEM = 3 * 32 * 32


def read_batch(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (N, 32, 32, 3) and labels (N,).

    Raises
    ------
    BadInput
        Not a batch of CIFAR-10, or damaged.
    """
    pixels, in_labels = b"", False
    labels: list[int] = []
    try:
        for code, value, _ in pickletools.genops(read_file(path, limit=_LIMIT)):
            if isinstance(value, (str, bytes)):
                raw = value.encode("latin-1", "replace") if isinstance(value, str) else value
                in_labels = raw == b"labels"
                pixels = max(pixels, raw, key=len)
            elif in_labels and value is not None and code.name in _NUMBERS:
                labels.append(value)
    except (ValueError, IndexError, OverflowError) as error:
        raise BadInput(f"{shown(path)} is damaged: {error}.") from None
    n = len(labels)
    if n == 0 or len(pixels) != n * _ITEM or not all(0 <= label < len(CLASSES) for label in labels):
        raise BadInput(f"{shown(path)} is not a batch of CIFAR-10; get it again.")
    images = np.frombuffer(pixels, np.uint8).reshape(n, 3, 32, 32).transpose(0, 2, 3, 1)
    return images, np.array(labels, np.int64)
