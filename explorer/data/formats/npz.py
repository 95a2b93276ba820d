"""An .npz file as a data set: which array holds images, which labels, which attributes.

Imports numpy, `weights` (bounded reading), `data` and `errors`. Names and shapes are judged
from the headers before any array is read; pickled objects are left alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.data.formats.expansion import check_expansion
from explorer.data.framing import Framing
from explorer.data.image_set import ImageSet
from explorer.data.pixels import check_room, image_shape, to_images
from explorer.errors import BadInput
from explorer.files import shown
from explorer.weights import ArrayHeader, array_headers, read_arrays

_IMAGES = ("images", "imgs", "image", "x", "data", "samples", "arr_0")
_LABELS = ("labels", "label", "y", "targets", "target", "arr_1")
_TRAIN, _TEST = ("train", "training"), ("test", "testing", "val", "valid")
_ATTRIBUTE_COLUMNS = 64
_CLASS_LIMIT = 10_000


class _Part(NamedTuple):
    """The keys of one part."""

    images: str
    labels: str | None


def read_npz(path: Path, framing: Framing, notes: list[str]) -> list[ImageSet]:
    """One set, or two when there are arrays for training and for testing.

    Raises
    ------
    BadInput
        Nothing in it is an array of images, or it is damaged.
    """
    headers = array_headers(path)
    objects = [name for name, header in headers.items() if header.dtype.hasobject]
    notes += [f"The array {shown(name)} holds pickled objects and was not opened." for name in objects]
    plain = {name: header for name, header in headers.items() if name not in objects}
    parts = _parts_of(plain)
    if not parts:
        listed = ", ".join(map(shown, list(headers)[:8])) or "nothing"
        raise BadInput(
            f"{shown(path)} holds no array of images: call it images or x, or x_train and x_test "
            f"(it holds {listed})."
        )
    extras = _attribute_keys(plain, parts[0]) if len(parts) == 1 else []
    keys = [key for part in parts for key in part if key is not None]
    _check_sizes(path, {key: plain[key] for key in [*keys, *extras]}, parts, framing)
    arrays = read_arrays(path, names=[*keys, *extras])
    labels, names = _labels([arrays.get(part.labels or "") for part in parts], notes)
    attributes = _attributes({key: arrays[key] for key in extras})
    sets = []
    for part, codes in zip(parts, labels, strict=True):
        images = to_images(arrays.pop(part.images), f"{shown(path)}: {part.images}", framing, notes)
        sets.append(ImageSet(images, codes, names if codes is not None else (), attributes))
    if len({part.shape for part in sets}) > 1:
        raise BadInput(f"{shown(path)} holds training and test images of different kinds.")
    return sets


def _check_sizes(
    path: Path, headers: Mapping[str, ArrayHeader], parts: Sequence[_Part], framing: Framing
) -> None:
    """Hold what the headers claim against the memory, before any array is read."""
    expanded = sum(math.prod(header.shape) * header.dtype.itemsize for header in headers.values())
    check_expansion(shown(path), path.stat().st_size, expanded)
    for part in parts:
        shape = headers[part.images].shape
        if (size := image_shape(shape)) is not None:
            check_room(shape[0], size, f"{shown(path)}: {part.images}", framing)


def _parts_of(headers: Mapping[str, ArrayHeader]) -> list[_Part]:
    lower = {name.lower(): name for name in headers}
    train, test = (_part(headers, lower, words) for words in (_TRAIN, _TEST))
    if train and test:
        return [train, test]
    whole = _part(headers, lower, ())
    return [whole or train] if whole or train else []  # type: ignore[list-item]


def _part(headers: Mapping[str, ArrayHeader], lower: Mapping[str, str], words: Sequence[str]) -> _Part | None:
    """The keys of a part called by one of the words; without words, of the whole."""

    def find(kinds: Sequence[str]) -> list[str]:
        pairs = [(kind, word) for word in words for kind in kinds]
        keys = [key for kind, word in pairs for key in (f"{kind}_{word}", f"{word}_{kind}", f"{kind}{word}")]
        return [lower[key] for key in keys or kinds if key in lower]

    images = [key for key in find(_IMAGES) if image_shape(headers[key].shape)]
    if not images and not words:  # any name, when only one array can hold images
        images = [
            key for key, header in headers.items() if len(header.shape) > 2 and image_shape(header.shape)
        ]
        images = images if len(images) == 1 else []
    if not images:
        return None
    n = headers[images[0]].shape[0]
    labels = [key for key in find(_LABELS) if key != images[0] and headers[key].shape in ((n,), (n, 1))]
    return _Part(images[0], labels[0] if labels else None)


def _labels(
    raw: Sequence[NDArray[Any] | None], notes: list[str]
) -> tuple[list[NDArray[np.int64] | None], tuple[str, ...]]:
    flat = [None if values is None else values.reshape(-1) for values in raw]
    known = [values for values in flat if values is not None]
    whole = all(
        v.dtype.kind in "biuUS" or (v.dtype.kind == "f" and bool((v == np.rint(v)).all())) for v in known
    )
    if not known or not whole:
        if known:
            notes.append("The labels are not whole numbers or words and were left out.")
        return [None] * len(flat), ()
    values = [v.astype(np.int64) if v.dtype.kind in "biuf" else v.astype(np.str_) for v in known]
    distinct = np.unique(np.concatenate(values))
    if len(distinct) > _CLASS_LIMIT:
        notes.append(f"There are {len(distinct):,} different labels: they were left out.")
        return [None] * len(flat), ()
    coded = iter(np.searchsorted(distinct, v).astype(np.int64) for v in values)
    return [None if v is None else next(coded) for v in flat], tuple(map(str, distinct))


def _attribute_keys(headers: Mapping[str, ArrayHeader], part: _Part) -> list[str]:
    """Arrays with a number, or a few, for each image."""
    n = headers[part.images].shape[0]
    return [
        key
        for key, (shape, dtype) in headers.items()
        if key not in part
        and dtype.kind in "buif"
        and (shape == (n,) or (len(shape) == 2 and shape[0] == n and shape[1] <= _ATTRIBUTE_COLUMNS))
    ]


def _attributes(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    columns: dict[str, NDArray[np.float32]] = {}
    for key, array in arrays.items():
        with np.errstate(over="ignore"):
            values = array.astype(np.float32)
        values[~np.isfinite(values)] = np.nan
        if values.ndim == 1:
            columns[key] = values
        else:
            columns |= {f"{key} {i}": values[:, i] for i in range(values.shape[1])}
    return columns
