"""Files of arrays as a data set: .npy, .npz and idx. Imports the readers beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.data.formats.idx import is_idx, read_idx
from explorer.data.formats.npz import read_npz
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet, ImageSet, id_from, split_order
from explorer.data.pixels import to_images
from explorer.errors import BadInput
from explorer.files import shown
from explorer.weights import read_array

SUFFIXES = (".npy", ".npz")
_LABEL_LIMIT = 10_000


def is_array_file(path: Path) -> bool:
    """Whether a file's name is that of a kind read here."""
    return path.suffix.lower() in SUFFIXES or is_idx(path)


def read(path: Path, framing: Framing) -> DataSet:
    """Read a file by its kind.

    Raises
    ------
    BadInput
        No images in it, a wrong type or shape, NaN, fewer than two images, or damaged.
    """
    notes: list[str] = []
    if path.suffix.lower() == ".npz":
        parts = read_npz(path, framing, notes)
    elif path.suffix.lower() == ".npy":
        parts = [ImageSet(to_images(read_array(path), shown(path), framing, notes))]
    else:
        parts = _from_idx(path, framing, notes)
    return _data_set(path, parts, framing, notes)


def images_file_in(folder: Path) -> Path | None:
    """The idx file of (training) images in a folder, when there is one."""
    try:
        files = sorted(p for p in folder.iterdir() if is_idx(p) and "images" in p.name)
    except OSError:
        return None
    return next((p for p in files if "train" in p.name), files[0] if files else None)


def _data_set(path: Path, parts: list[ImageSet], framing: Framing, notes: list[str]) -> DataSet:
    if len(parts) == 1:
        whole = parts[0]
        order, n_train = split_order(len(whole))
        parts = [whole.take(order[:n_train]), whole.take(order[n_train:])]
    train, test = parts
    stem = re.sub(r"(\.gz|\.npy|\.npz|\.idx)+$", "", path.name, flags=re.IGNORECASE)
    if stem.startswith(("train", "t10k", "test")):  # an idx file; its folder has the name
        above = path.absolute().parent
        stem = above.parent.name if above.name == "raw" else above.name
    used = framing.used(train.shape[0])
    return DataSet(id_from(stem), stem, str(path.absolute()), train, test, used, tuple(dict.fromkeys(notes)))


def _from_idx(path: Path, framing: Framing, notes: list[str]) -> list[ImageSet]:
    parts = [_idx_part(path, framing, notes)]
    names = [path.name.replace("train", word) for word in ("t10k", "test")]
    test = next((p for p in map(path.with_name, names) if p != path and p.is_file()), None)
    if test is None:
        return parts
    parts.append(_idx_part(test, framing, notes))
    if parts[0].shape != parts[1].shape:
        raise BadInput(f"{shown(path)} and {test.name} hold images of different sizes.")
    classes = max((part.class_names for part in parts), key=len)
    return [ImageSet(p.images, p.labels, classes if p.labels is not None else ()) for p in parts]


def _idx_part(path: Path, framing: Framing, notes: list[str]) -> ImageSet:
    array = read_idx(path)
    if array.ndim < 3:
        raise BadInput(f"{shown(path)} holds labels, not images: choose the file with the images.")
    images = to_images(array, shown(path), framing, notes)
    labels = _idx_labels(path, len(images), notes)
    names = () if labels is None else tuple(str(i) for i in range(int(labels.max()) + 1))
    return ImageSet(images, labels, names)


def _idx_labels(path: Path, n: int, notes: list[str]) -> NDArray[np.int64] | None:
    name = path.name.replace("images", "labels").replace("idx3", "idx1")
    plain = name.removesuffix(".gz")
    found = next(
        (p for p in map(path.with_name, (name, plain, plain + ".gz")) if p != path and p.is_file()), None
    )
    if found is None:
        notes.append(f"There are no labels beside {path.name} (they would be in {name}).")
        return None
    values: NDArray[Any] = read_idx(found)
    if values.shape != (n,) or values.dtype.kind not in "ui":
        raise BadInput(f"{shown(found)} does not hold one label for each of the {n:,} images.")
    labels = values.astype(np.int64)
    if labels.min() < 0 or labels.max() >= _LABEL_LIMIT:
        raise BadInput(f"{shown(found)} holds labels outside 0 to {_LABEL_LIMIT - 1:,}.")
    return labels
