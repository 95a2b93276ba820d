"""The data sets that have a name, and the way to any other: one function for all.

Imports the readers of this package, `paths` and `errors`. `load` blocks; `reading` does the
same piece by piece, for progress and cancelling.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from explorer import paths
from explorer.data.formats import picture_file
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.data.progress import DownloadProgress, ReadProgress
from explorer.data.sources import arrays, embedded, folder, torchvision_sets
from explorer.errors import BadInput
from explorer.files import shown

NAMES = ("mnist", *torchvision_sets.KNOWN)


class NotDownloaded(BadInput):
    """A set with a name that is not on this computer yet: ask, then `download`."""

    def __init__(self, name: str) -> None:
        known = torchvision_sets.KNOWN[name]
        self.name = name
        self.title = known.title
        self.size = known.size
        """Bytes to fetch."""
        self.folder = paths.data_sets()
        super().__init__(
            f"{known.title} is not on this computer yet: agree to its download "
            f"({known.size / 1e6:,.0f} MB into {shown(self.folder)}), or put it there as torchvision does."
        )


def load(origin: str, framing: Framing | None = None) -> DataSet:
    """Read a data set by its name or its path.

    Raises
    ------
    NotDownloaded
        A known name, but its files are not here.
    BadInput
        Nothing usable is there; the sentence says what is wrong.
    """
    return _last(_read(origin, framing or Framing()))


def reading(origin: str, framing: Framing | None = None) -> Iterator[ReadProgress | DataSet]:
    """As `load`, piece by piece: progress first, the data set last. Closing it cancels."""
    yield (yield from _read(origin, framing or Framing()))


def download(name: str) -> Iterator[DownloadProgress]:
    """Fetch a set with a name into the user's folder; closing the generator cancels.

    Raises
    ------
    Failure
        The network, a server, a checksum or the disk failed.
    """
    if name not in torchvision_sets.KNOWN:
        raise BadInput(f"{name} can't be downloaded; choose one of {', '.join(torchvision_sets.KNOWN)}.")
    return torchvision_sets.download(name, paths.data_sets())


def is_here(name: str) -> bool:
    """Whether a set with a name can be read without the network."""
    return name == "mnist" or torchvision_sets.on_disk(name, paths.data_sets())


def _read(origin: str, framing: Framing) -> Generator[ReadProgress, None, DataSet]:
    try:
        return (yield from _found(origin, framing))
    except OSError as error:  # a disk may fail at any call, also where no reader waits for it
        raise BadInput(f"{shown(origin)} can't be read: {error.strerror or error}.") from error


def _found(origin: str, framing: Framing) -> Generator[ReadProgress, None, DataSet]:
    if origin == "mnist":
        return embedded.mnist(framing)
    if origin in torchvision_sets.KNOWN:
        if not is_here(origin):
            raise NotDownloaded(origin)
        return (yield from torchvision_sets.read(origin, paths.data_sets(), framing))
    if not origin.strip():
        raise BadInput(f"Choose a data set: {', '.join(NAMES)}, or the path of a folder or a file.")
    path = Path(origin)
    if _is_folder(path):
        for candidate in (path, path / "raw"):
            if found := arrays.images_file_in(candidate):
                return arrays.read(found, framing)
        return (yield from folder.read(path, framing))
    yield ReadProgress("Reading", 0)
    if arrays.is_array_file(path):
        return arrays.read(path, framing)
    raise BadInput(_refusal(origin, path))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _refusal(origin: str, path: Path) -> str:
    try:
        there = path.exists() or path.is_symlink()
    except (OSError, ValueError):
        there = False
    if not there:
        return f"There is no data set or file {shown(origin)}; known names are {', '.join(NAMES)}."
    if path.suffix.lower() in picture_file.SUFFIXES:
        return f"{shown(path)} is a single file: choose a folder with at least two pictures."
    if path.suffix.lower() in (".zip", ".gz", ".tar", ".tgz", ".7z", ".rar"):
        return f"{shown(path)} is an archive: unpack it and choose the folder."
    return f"{shown(path)} is of no kind that is read here: a folder of pictures, .npy, .npz or idx."


def _last(steps: Generator[ReadProgress, None, DataSet]) -> DataSet:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            data_set: DataSet = end.value
            return data_set
