"""The sets that torchvision knows: found where it puts them, or fetched to there by us.

Imports the readers beside it, `data.download`, and torchvision late (only for addresses and
checksums, when something is fetched). Reading needs no torchvision and runs no pickle.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.data.formats.idx import read_idx
from explorer.data.formats.mat import read_mat
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet, ImageSet
from explorer.data.pixels import to_images
from explorer.data.progress import DownloadProgress, ReadProgress
from explorer.data.sources import celeba, cifar
from explorer.data.sources.download import RemoteFile, fetch, unpack
from explorer.errors import BadInput
from explorer.files import shown

_Part = tuple[NDArray[Any], NDArray[Any]]
_UNPACKED_LIMIT = 1 << 30


class KnownSet(NamedTuple):
    """What is known of a set without its files."""

    title: str
    size: int
    """Bytes to fetch."""
    classes: tuple[str, ...]
    files: tuple[str, ...]
    """Below the folder of data sets; an idx file may also lie there without its .gz."""


def _idx_files(folder: str, prefixes: tuple[str, str]) -> tuple[str, ...]:
    kinds = ("images-idx3", "labels-idx1")
    return tuple(f"{folder}/raw/{prefix}-{kind}-ubyte.gz" for prefix in prefixes for kind in kinds)


_FASHION = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot")
_EMNIST = tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt")
_USUAL = ("train", "t10k")
_BALANCED = ("emnist-balanced-train", "emnist-balanced-test")
_CIFAR_FOLDER = "cifar-10-batches-py"
_BATCHES = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")

KNOWN = {
    "fashion-mnist": KnownSet("Fashion-MNIST", 30_878_645, _FASHION, _idx_files("FashionMNIST", _USUAL)),
    "kmnist": KnownSet(
        "KMNIST",
        21_200_000,
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        _idx_files("KMNIST", _USUAL),
    ),
    "emnist": KnownSet("EMNIST (balanced)", 561_753_746, _EMNIST, _idx_files("EMNIST", _BALANCED)),
    "svhn": KnownSet("SVHN", 246_300_000, tuple("0123456789"), ("train_32x32.mat", "test_32x32.mat")),
    "cifar10": KnownSet(
        "CIFAR-10", 170_498_071, cifar.CLASSES, tuple(f"{_CIFAR_FOLDER}/{name}" for name in _BATCHES)
    ),
    "celeba": KnownSet("CelebA", 1_472_000_000, (), (f"{celeba.FOLDER}/{celeba.ATTRIBUTES}",)),
}


def on_disk(name: str, root: Path) -> bool:
    """Whether a set lies, in torchvision's layout, in a folder of data sets."""
    if name == "celeba":
        return celeba.on_disk(root)
    return all(_existing(root / file) is not None for file in KNOWN[name].files)


def read(name: str, root: Path, framing: Framing) -> Generator[ReadProgress, None, DataSet]:
    """Read a set that is on disk; the data set is the generator's return value.

    Raises
    ------
    BadInput
        A file is damaged.
    """
    if name == "celeba":
        return (yield from celeba.read(root, framing))
    known = KNOWN[name]
    notes: list[str] = []
    sets = []
    for i, (images, labels) in enumerate(_READERS[name](root)):
        yield ReadProgress("Reading", i, 2)
        pixels = to_images(images, f"{known.title} in {shown(root)}", framing, notes)
        codes = labels.astype(np.int64).reshape(-1)
        if len(codes) != len(pixels) or codes.min() < 0 or codes.max() >= len(known.classes):
            raise BadInput(
                f"{known.title} in {shown(root)} has labels that do not fit its images; get it again."
            )
        sets.append(ImageSet(pixels, codes, known.classes))
    used = framing.used(sets[0].shape[0])
    return DataSet(name, known.title, name, sets[0], sets[1], used, tuple(dict.fromkeys(notes)))


def download(
    name: str, root: Path, files: tuple[RemoteFile, ...] | None = None
) -> Iterator[DownloadProgress]:
    """Fetch a set into a folder of data sets; closing the generator cancels.

    What is there of it already, even half a file, is not fetched again.

    Raises
    ------
    Failure
        The network, a server, a checksum or the disk failed.
    """
    if on_disk(name, root):
        return
    known = KNOWN[name]
    done = 0
    yield DownloadProgress(known.title, 0, known.size)
    for file in files if files is not None else remote_files(name, root):
        got = 0
        if not file.path.is_file():
            for got in fetch(file):
                yield DownloadProgress(file.path.name, done + got, max(known.size, done + got))
        done += got
        for _ in _unpacked(name, file.path, root):
            yield DownloadProgress(f"unpacking {file.path.name}", done, max(known.size, done))


def remote_files(name: str, root: Path) -> tuple[RemoteFile, ...]:
    """Addresses and checksums, as torchvision has them."""
    from torchvision import datasets  # seconds, and only needed here

    if name in ("fashion-mnist", "kmnist"):
        idx_set = datasets.FashionMNIST if name == "fashion-mnist" else datasets.KMNIST
        raw = root / idx_set.__name__ / "raw"
        return tuple(
            RemoteFile(tuple(mirror + file for mirror in idx_set.mirrors), raw / file, md5)
            for file, md5 in idx_set.resources
        )
    if name == "emnist":
        emnist = datasets.EMNIST
        return (RemoteFile((emnist.url,), root / "EMNIST" / "raw" / "gzip.zip", emnist.md5),)
    if name == "svhn":
        parts = (datasets.SVHN.split_list[part] for part in ("train", "test"))
        return tuple(RemoteFile((url,), root / file, md5) for url, file, md5 in parts)
    if name == "cifar10":
        batches = datasets.CIFAR10
        return (RemoteFile((batches.url,), root / batches.filename, batches.tgz_md5),)
    wanted = (celeba.ARCHIVE, celeba.ATTRIBUTES, celeba.PARTS)
    drive = "https://drive.usercontent.google.com/download?id={}&export=download&confirm=t"
    return tuple(
        RemoteFile((drive.format(key),), root / celeba.FOLDER / file, md5)
        for key, md5, file in datasets.CelebA.file_list
        if file in wanted
    )


def _unpacked(name: str, archive: Path, root: Path) -> Iterator[int]:
    """Take what is needed out of a fetched archive, then delete it."""
    files = [root / file for file in KNOWN[name].files]
    if name == "emnist":
        wanted = {f"gzip/{path.name}": path for path in files}
    elif name == "cifar10":
        wanted = {f"{_CIFAR_FOLDER}/{path.name}": path for path in files}
    else:
        return
    yield from unpack(archive, wanted, _UNPACKED_LIMIT)
    archive.unlink()


def _existing(path: Path) -> Path | None:
    """The file, or the same unpacked (torchvision unpacks idx files)."""
    return next((p for p in (path, path.with_name(path.name.removesuffix(".gz"))) if p.is_file()), None)


def _idx_parts(name: str, root: Path) -> Iterator[_Part]:
    paths = [_existing(root / file) or root / file for file in KNOWN[name].files]
    for images, labels in (paths[:2], paths[2:]):
        yield read_idx(images), read_idx(labels)


def _emnist_parts(root: Path) -> Iterator[_Part]:
    for images, labels in _idx_parts("emnist", root):
        yield images.swapaxes(1, 2), labels  # its letters lie on their sides


def _svhn_parts(root: Path) -> Iterator[_Part]:
    for file in KNOWN["svhn"].files:
        arrays = read_mat(root / file)
        if "X" not in arrays or "y" not in arrays or arrays["X"].ndim != 4:
            raise BadInput(f"{shown(root / file)} does not hold the arrays X and y of SVHN; get it again.")
        labels = arrays["y"].astype(np.int64)
        yield np.ascontiguousarray(arrays["X"].transpose(3, 0, 1, 2)), np.where(labels == 10, 0, labels)


def _cifar_parts(root: Path) -> Iterator[_Part]:
    batches = [cifar.read_batch(root / file) for file in KNOWN["cifar10"].files]
    for part in (batches[:-1], batches[-1:]):
        yield np.concatenate([images for images, _ in part]), np.concatenate([labels for _, labels in part])


_READERS: dict[str, Callable[[Path], Iterator[_Part]]] = {
    "fashion-mnist": lambda root: _idx_parts("fashion-mnist", root),
    "kmnist": lambda root: _idx_parts("kmnist", root),
    "emnist": _emnist_parts,
    "svhn": _svhn_parts,
    "cifar10": _cifar_parts,
}
