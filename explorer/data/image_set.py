"""What a data set is: uint8 images with labels and attributes, in a training and a test part.

Imports numpy, `errors` and `data.framing`. Readers build these; everything above reads them.

Legend of shapes: N images, H rows, W columns, C channels (1 grey, 3 colour).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.data.framing import Framing

MEMORY_LIMIT = 4 << 30
"""Bytes of pixels that a data set may take."""


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images of one size, and what is known about each of them."""

    images: NDArray[np.uint8]
    """(N, H, W, C)."""
    labels: NDArray[np.int64] | None = None
    """(N,), each from 0 to len(class_names) - 1."""
    class_names: tuple[str, ...] = ()
    attributes: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """Name to values (N,); NaN where the value is unknown."""

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 4 or self.images.shape[3] not in (1, 3):
            raise ValueError(
                f"images must be uint8 (N, H, W, 1 or 3), not {self.images.dtype} {self.images.shape}"
            )
        if self.labels is not None and self.labels.shape != (len(self),):
            raise ValueError(f"{len(self)} images, but labels of shape {self.labels.shape}")
        for name, values in self.attributes.items():
            if values.shape != (len(self),):
                raise ValueError(f"{len(self)} images, but attribute {name} of shape {values.shape}")

    def __len__(self) -> int:
        return len(self.images)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C)."""
        _, height, width, channels = self.images.shape
        return height, width, channels

    def take(self, indices: ArrayLike | slice) -> ImageSet:
        """The images at these places, in their order (a slice copies nothing)."""
        chosen = indices if isinstance(indices, slice) else np.asarray(indices, dtype=np.intp)
        return ImageSet(
            self.images[chosen],
            None if self.labels is None else self.labels[chosen],
            self.class_names,
            {name: values[chosen] for name, values in self.attributes.items()},
        )


@dataclass(frozen=True, eq=False)
class DataSet:
    """A training and a test part of one kind of images, with where they come from."""

    name: str
    """Short id out of [a-z0-9-]."""
    title: str
    origin: str
    """What was asked for: a name of the catalogue or a path."""
    train: ImageSet
    test: ImageSet
    framing: Framing
    """How each picture was brought to the common size; its side is set."""
    notes: tuple[str, ...] = ()
    """Sentences on what was skipped, scaled or limited."""

    def fingerprint(self) -> str:
        """sha256 over pixels and labels of both parts: tells whether a run met these data."""
        digest = hashlib.sha256()
        for part in (self.train, self.test):
            digest.update(repr(part.images.shape).encode())
            digest.update(np.ascontiguousarray(part.images).data)
            if part.labels is not None:
                digest.update(np.ascontiguousarray(part.labels, dtype="<i8").data)
        return digest.hexdigest()


def split_order(n: int) -> tuple[NDArray[np.intp], int]:
    """How n items without parts of their own are divided.

    Returns
    -------
    An order of all items (the same for every n items anywhere), and how many of its first
    are for training; the last seventh, at least one, is for testing.
    """
    return np.random.default_rng(0).permutation(n), n - max(1, n // 7)


def id_from(name: str) -> str:
    """A short id out of [a-z0-9-] for a name of any kind."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or "data"


def grid(images: NDArray[np.uint8], columns: int, gap: int = 1, background: int = 0) -> NDArray[np.uint8]:
    """A contact sheet: images (N, H, W, C) row by row, gap pixels apart."""
    n, height, width, channels = images.shape
    rows = max(1, -(-n // columns))
    sheet = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap, channels), background, np.uint8
    )
    for i, image in enumerate(images):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = image
    return sheet
