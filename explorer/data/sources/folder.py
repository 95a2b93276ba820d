"""A folder of pictures as a data set: class folders, or flat with an attribute table.

Imports the other readers of this package and `errors`. Nothing in a folder is fatal: what can't
be used is counted and named in the notes; only fewer than two usable pictures are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from explorer.data.attributes.table import AttributeTable, find_table, read_table
from explorer.data.formats import picture_file
from explorer.data.framing import Framing
from explorer.data.image_set import MEMORY_LIMIT, DataSet, ImageSet, id_from, split_order
from explorer.data.progress import ReadProgress
from explorer.data.skipped import Skipped
from explorer.data.sources.behind import in_threads
from explorer.data.sources.listing import Listing, list_pictures
from explorer.errors import BadInput
from explorer.files import shown

Open = Callable[[], Path | IO[bytes]]


def read(folder: Path, framing: Framing) -> Generator[ReadProgress, None, DataSet]:
    """Read a folder; the data set is the generator's return value.

    Raises
    ------
    BadInput
        The folder can't be read, holds fewer than two usable pictures, or too many.
    """
    skipped = Skipped()
    listing = yield from list_pictures(folder, skipped)
    opens = [opener(listing.base / file) for file in listing.files]
    headers = yield from _probed(opens, listing, skipped)
    usable = [i for i, header in enumerate(headers) if header is not None]
    if len(usable) < 2:
        raise BadInput(_too_few(folder, len(usable), skipped))
    framing, notes = common_framing([h for h in headers if h is not None], framing)
    channels = max(h.channels for h in headers if h is not None)
    order, in_test = _parts(usable, listing)
    pictures = yield from decode([opens[i] for i in order], framing, channels)
    for i in np.flatnonzero(~pictures.usable):
        skipped.add("it is damaged", str(listing.files[order[i]]))
    kept = np.flatnonzero(pictures.usable)
    if len(kept) < 2:
        raise BadInput(_too_few(folder, len(kept), skipped))
    files = [listing.files[order[i]] for i in kept]
    classes = None if listing.classes is None else [listing.classes[order[i]] for i in kept]
    images = pictures.images if len(kept) == len(order) else pictures.images[kept]
    whole, table_notes = _described(images, files, classes, [listing.base, folder])
    train, test = _cut(whole, in_test[kept])
    notes = (*notes, *pictures.notes(), *table_notes, *skipped.sentences())
    name = folder.resolve().name or "folder"
    return DataSet(id_from(name), name, str(folder.absolute()), train, test, framing, notes)


@dataclass
class Decoded:
    """Pictures brought to one size, and what was met on the way."""

    images: NDArray[np.uint8]
    usable: NDArray[np.bool_]
    animated: int = 0
    scaled: int = 0

    def notes(self) -> Iterator[str]:
        if self.animated:
            yield f"{self.animated:,} held several frames or pages: only the first was taken."
        if self.scaled:
            low, high = picture_file.PERCENTILES
            yield (
                f"{self.scaled:,} had more than 8 bits per pixel: each was scaled from its "
                f"{low} % to its {high} % percentile."
            )


def decode(opens: Sequence[Open], framing: Framing, channels: int) -> Generator[ReadProgress, None, Decoded]:
    """Decode and frame pictures on several threads (Pillow lets the others run).

    Raises
    ------
    BadInput
        They would take more than the memory limit.
    """
    side = framing.side or 0
    size = len(opens) * side * side * channels
    if size > MEMORY_LIMIT:
        raise BadInput(
            f"{len(opens):,} pictures of {side} x {side} would take {size / 1e9:.1f} GB of memory "
            f"(at most {MEMORY_LIMIT / 1e9:.1f} GB): choose a smaller side or fewer pictures."
        )
    result = Decoded(np.zeros((len(opens), side, side, channels), np.uint8), np.zeros(len(opens), np.bool_))

    def one(place: tuple[int, Open]) -> tuple[bool, bool]:
        i, open_file = place
        try:
            picture = picture_file.read_picture(open_file(), at_least=2 * side)
        except BadInput:
            return False, False
        result.images[i] = framing.apply(picture.image, channels)
        result.usable[i] = True
        return picture.animated, picture.scaled

    done = 0
    for flags in in_threads(one, list(enumerate(opens))):
        done += len(flags)
        result.animated += sum(animated for animated, _ in flags)
        result.scaled += sum(scaled for _, scaled in flags)
        yield ReadProgress("Reading", done, len(opens))
    return result


def common_framing(
    headers: Sequence[picture_file.Header], framing: Framing
) -> tuple[Framing, tuple[str, ...]]:
    """A framing with a side: the chosen one, else one that suits the pictures, and why."""
    if framing.side is not None:
        return framing, ()
    sizes = {(h.width, h.height) for h in headers}
    if len(sizes) > 1:
        side = framing.for_several().side
        return framing.for_several(), (
            f"The pictures have several sizes: all were brought to {side} x {side}.",
        )
    width, height = sizes.pop()
    chosen = framing.for_size(width, height)
    if (width, height) == (chosen.side, chosen.side):
        return chosen, ()
    return chosen, (f"The pictures of {width} x {height} were brought to {chosen.side} x {chosen.side}.",)


def opener(path: Path) -> Open:
    """What `decode` needs for a file."""
    return lambda: path


def _probed(
    opens: Sequence[Open], listing: Listing, skipped: Skipped
) -> Generator[ReadProgress, None, list[picture_file.Header | None]]:
    def one(open_file: Open) -> picture_file.Header | str:
        try:
            return picture_file.probe(open_file())
        except BadInput as refusal:
            return str(refusal)

    headers: list[picture_file.Header | None] = []
    for found in in_threads(one, opens):
        for answer in found:
            file = listing.files[len(headers)]
            if isinstance(answer, str):
                skipped.add(_reason(answer, listing.base / file), str(file))
            headers.append(None if isinstance(answer, str) else answer)
        yield ReadProgress("Looking", len(headers), len(opens))
    return headers


def _reason(refusal: str, path: Path) -> str:
    """The sentence about one file, made fit for many."""
    return refusal.replace(shown(path), "it").rstrip(".")


def _parts(usable: list[int], listing: Listing) -> tuple[list[int], NDArray[np.bool_]]:
    """The order in which to read, and which of them are for testing."""
    if listing.in_test is not None:
        in_test = np.array([listing.in_test[i] for i in usable])
        if in_test.any() and not in_test.all():
            return usable, in_test
    order, n_train = split_order(len(usable))
    return [usable[i] for i in order], np.arange(len(usable)) >= n_train


def _cut(whole: ImageSet, in_test: NDArray[np.bool_]) -> tuple[ImageSet, ImageSet]:
    if not in_test.any() or in_test.all():  # what was damaged emptied a part
        in_test = np.arange(len(whole)) >= len(whole) - 1
    n_train = int((~in_test).sum())
    if not in_test[:n_train].any():
        return whole.take(slice(0, n_train)), whole.take(slice(n_train, None))
    return whole.take(np.flatnonzero(~in_test)), whole.take(np.flatnonzero(in_test))


def _described(
    images: NDArray[np.uint8], files: list[Path], classes: list[str] | None, folders: list[Path]
) -> tuple[ImageSet, list[str]]:
    table = AttributeTable()
    try:
        if (path := find_table(folders)) is not None:
            table = read_table(path, files)
    except BadInput as refusal:
        table.notes.append(f"The attributes were left out: {refusal}")
    classes = classes or table.classes
    if classes is None:
        return ImageSet(images, attributes=table.attributes), table.notes
    names, labels = np.unique(classes, return_inverse=True)
    labels = labels.astype(np.int64)
    return ImageSet(images, labels, tuple(map(str, names)), table.attributes), table.notes


def _too_few(folder: Path, n: int, skipped: Skipped) -> str:
    found = "no usable picture" if n == 0 else "only one usable picture"
    reasons = " ".join(skipped.sentences()) if skipped.total else ""
    hint = "" if n else _hint(folder)
    return " ".join(filter(None, [f"{shown(folder)} holds {found}; at least two are needed.", hint, reasons]))


def _hint(folder: Path) -> str:
    try:
        arrays = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in (".npy", ".npz"))
    except OSError:  # it is told already that there is nothing usable
        return ""
    return f"It holds {shown(arrays[0])}: choose that file." if arrays else ""
