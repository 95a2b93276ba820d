"""Which pictures a folder holds, and what its sub-folders mean.

Imports `data.skipped`, `data.picture_file`, `behind` and `errors`. Links to folders are not followed, so
there are no loops; a listing can be left at any time, for a folder may be huge or far away, or hang.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from explorer.data.formats.picture_file import SUFFIXES
from explorer.data.progress import ReadProgress
from explorer.data.skipped import Skipped
from explorer.data.sources.behind import gathered
from explorer.errors import BadInput
from explorer.files import shown

_DEPTH = 32
_PARTS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "test",
    "valid": "test",
}


@dataclass
class Listing:
    """Pictures in their order, by path relative to `base`."""

    base: Path
    files: list[Path] = field(default_factory=list)
    classes: list[str] | None = None
    """The class of each file, where class folders tell it."""
    in_test: list[bool] | None = None
    """Whether each file belongs to the test part, where folders tell it."""


def list_pictures(folder: Path, skipped: Skipped) -> Generator[ReadProgress, None, Listing]:
    """Find all pictures below a folder.

    Raises
    ------
    BadInput
        The folder can't be read.
    """
    found: list[Path] = []
    unlisted: set[Path] = set()
    for found in gathered(_walk(folder, Path(), skipped, unlisted)):
        yield ReadProgress("Listing", len(found))
    # Half of a folder would be another half the next time, and the images other ones.
    found = sorted(path for path in found if unlisted.isdisjoint(path.parents))
    yield ReadProgress("Listing", len(found))
    return _interpreted(folder, found, skipped)


def _walk(root: Path, below: Path, skipped: Skipped, unlisted: set[Path]) -> Iterator[Path | None]:
    """Pictures below a folder, and None for whatever else was met.

    A sub-folder whose listing fails, at once or half-way, becomes `unlisted`.
    """
    try:
        with os.scandir(root / below) as entries:
            for entry in entries:
                path = below / entry.name
                match _kind(entry):
                    case "folder" if len(path.parts) <= _DEPTH:
                        yield from _walk(root, path, skipped, unlisted)
                    case "picture":
                        yield path
                    case "other":
                        yield None
                    case reason:
                        skipped.add(reason, str(path))
                        yield None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if not below.parts:
            raise BadInput(f"The folder {shown(root)} can't be read: {reason}.") from error
        skipped.add(f"a folder can't be read, {reason}", str(below))
        unlisted.add(below)


def _kind(entry: os.DirEntry[str]) -> str:
    """ "folder", "picture", "other" (files that claim to be no picture), or why not."""
    named_picture = Path(entry.name).suffix.lower() in SUFFIXES
    if entry.name.startswith((".", "__MACOSX")):
        return "it is hidden" if named_picture or entry.is_dir(follow_symlinks=False) else "other"
    try:
        if entry.is_dir():
            if named_picture:
                return "it is a folder with the name of a picture"
            return "it is a link to a folder" if entry.is_symlink() else "folder"
        if not named_picture:
            return "other"
        return "picture" if entry.is_file() else "it is not a regular file"
    except OSError:
        return "it is not a regular file"


def _interpreted(folder: Path, found: list[Path], skipped: Skipped) -> Listing:
    below, found = _descended(found)
    tops = {path.parts[0] for path in found if len(path.parts) > 1}
    loose = sum(len(path.parts) == 1 for path in found)
    parts = {top: _PARTS[top.lower()] for top in tops if top.lower() in _PARTS}
    if set(parts.values()) == {"train", "test"}:
        found = _kept(found, set(parts), skipped)
        inner = [Path(*path.parts[1:]) for path in found]
        classes = [p.parts[0] for p in inner] if all(len(p.parts) > 1 for p in inner) else None
        in_test = [parts[path.parts[0]] == "test" for path in found]
        return Listing(folder / below, found, _distinct(classes), in_test)
    if len(tops) >= 2:
        found = _kept(found, tops, skipped)
        return Listing(folder / below, found, [path.parts[0] for path in found])
    if loose and tops:
        for path in (p for p in found if len(p.parts) > 1):
            skipped.add("it lies in a sub-folder, beside other pictures", str(path))
        found = [p for p in found if len(p.parts) == 1]
    return Listing(folder / below, found)


def _descended(found: list[Path]) -> tuple[Path, list[Path]]:
    """Go down while there is nothing but one sub-folder."""
    below = Path()
    while found and len({path.parts[0] for path in found}) == 1 and len(found[0].parts) > 1:
        below /= found[0].parts[0]
        found = [Path(*path.parts[1:]) for path in found]
    return below, found


def _kept(found: list[Path], tops: set[str], skipped: Skipped) -> list[Path]:
    for path in found:
        if len(path.parts) == 1 or path.parts[0] not in tops:
            skipped.add("it lies outside the class folders", str(path))
    return [path for path in found if len(path.parts) > 1 and path.parts[0] in tops]


def _distinct(classes: list[str] | None) -> list[str] | None:
    return classes if classes and len(set(classes)) > 1 else None
