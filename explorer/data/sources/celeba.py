"""CelebA with its 40 attributes and its official parts, out of the archive or its folder.

Imports the readers beside it. The 202,599 faces are read straight from the zip file: nothing
is unpacked.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Generator
from pathlib import Path, PurePath

import numpy as np

from explorer.data.attributes.table import read_table
from explorer.data.framing import COMMON_SIDE, Framing
from explorer.data.image_set import DataSet, ImageSet, split_order
from explorer.data.progress import ReadProgress
from explorer.data.sources import folder
from explorer.errors import BadInput
from explorer.files import read_file, shown

FOLDER = "celeba"
ARCHIVE, PICTURES = "img_align_celeba.zip", "img_align_celeba"
ATTRIBUTES, PARTS = "list_attr_celeba.txt", "list_eval_partition.txt"
_TEST = "2"
_PICTURE_LIMIT = 10_000_000


def on_disk(root: Path) -> bool:
    base = root / FOLDER
    pictures = (base / ARCHIVE).is_file() or (base / PICTURES).is_dir()
    return pictures and (base / ATTRIBUTES).is_file()


def read(root: Path, framing: Framing) -> Generator[ReadProgress, None, DataSet]:
    """Read the set; without a chosen side, faces are cropped to a square of 64.

    Raises
    ------
    BadInput
        A file is missing or damaged, or the pictures do not fit into the memory limit.
    """
    base = root / FOLDER
    if framing.side is None:
        framing = Framing(COMMON_SIDE, "crop", framing.ground)
    yield ReadProgress("Listing", 0)
    names, opens = _archived(base / ARCHIVE) if (base / ARCHIVE).is_file() else _lying(base / PICTURES)
    order, n_train = _order(base / PARTS, names)
    names = [names[i] for i in order]
    pictures = yield from folder.decode([opens[i] for i in order], framing, 3)
    table = read_table(base / ATTRIBUTES, [PurePath(name) for name in names])
    whole = ImageSet(pictures.images, attributes=table.attributes)
    damaged = int((~pictures.usable).sum())
    notes = [f"{damaged:,} pictures are damaged and were left out."] if damaged else []
    kept = np.flatnonzero(pictures.usable)
    if damaged:
        n_train = int((kept < n_train).sum())
        whole = whole.take(kept)
    if not 0 < n_train < len(whole):
        raise BadInput(f"{shown(base)} does not hold usable pictures for training and for testing.")
    train, test = whole.take(slice(0, n_train)), whole.take(slice(n_train, None))
    notes = [*notes, *table.notes]
    return DataSet("celeba", "CelebA", "celeba", train, test, framing, tuple(notes))


def _archived(path: Path) -> tuple[list[str], list[folder.Open]]:
    try:
        archive = zipfile.ZipFile(path)  # kept open by the functions that read from it
    except (zipfile.BadZipFile, OSError) as error:
        raise BadInput(f"{shown(path)} is not a usable archive: {error}.") from None
    infos = sorted((i for i in archive.infolist() if i.filename.endswith(".jpg")), key=lambda i: i.filename)

    def opener(info: zipfile.ZipInfo) -> folder.Open:
        def open_file() -> io.BytesIO:
            try:
                with archive.open(info) as member:
                    return io.BytesIO(member.read(_PICTURE_LIMIT))
            except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
                raise BadInput(f"{info.filename} is damaged: {error}.") from None

        return open_file

    return [PurePath(i.filename).name for i in infos], [opener(i) for i in infos]


def _lying(pictures: Path) -> tuple[list[str], list[folder.Open]]:
    paths = sorted(pictures.glob("*.jpg"))
    return [path.name for path in paths], [folder.opener(path) for path in paths]


def _order(parts: Path, names: list[str]) -> tuple[list[int], int]:
    """Training and validation pictures first, then those for testing."""
    if not parts.is_file():
        order, n_train = split_order(len(names)) if len(names) > 1 else (np.arange(len(names)), 0)
        return order.tolist(), n_train
    lines = (
        line.split() for line in read_file(parts, limit=50_000_000).decode("utf-8", "replace").splitlines()
    )
    part_of = {line[0]: line[1] for line in lines if len(line) == 2}
    is_test = [part_of.get(name) == _TEST for name in names]
    return sorted(range(len(names)), key=is_test.__getitem__), len(names) - sum(is_test)
