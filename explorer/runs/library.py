"""The shelf of runs: those that ship with the application, and the user's own.

Knows folders and manifests; no Qt, no torch. A run that is damaged or half written is listed
with the sentence that says so, and never as whole.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer import paths
from explorer.errors import BadInput, Failure
from explorer.files import shown
from explorer.runs.folder import run_id
from explorer.runs.lock import holder, is_held, locked
from explorer.runs.manifest import FILE, Manifest
from explorer.runs.run import METRICS, Run

ASIDE = ".aside"
"""Folder of the user's runs in which one waits that was deleted, as long as that can be undone."""
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Names that Windows keeps for itself."""


@dataclass(frozen=True)
class Entry:
    """One folder of the library."""

    name: str
    folder: Path
    shipped: bool
    bytes: int
    """On disk."""
    manifest: Manifest | None
    fault: str | None
    """Why it can't be opened, in one sentence; None when it can."""

    @property
    def run(self) -> Run | None:
        """What can be opened of it; None where its manifest can't be read."""
        return None if self.manifest is None else Run(self.folder, self.manifest)

    @property
    def status(self) -> str:
        """``training``, ``stopped``, ``failed``, ``finished`` or ``damaged``."""
        if self.fault is not None or self.manifest is None:
            return "damaged"
        if self.manifest.status == "training" and not is_held(self.folder):
            return "stopped"
        return self.manifest.status


class Library:
    """All runs in two folders, neither of which need exist.

    Parameters
    ----------
    shipped
        Runs that are never changed.
    own
        The user's, where new ones go.
    """

    def __init__(self, shipped: Path | None = None, own: Path | None = None) -> None:
        self.shipped = paths.trained() if shipped is None else shipped
        self.own = paths.library() if own is None else own

    def entries(self) -> list[Entry]:
        """The shipped runs, then the user's, each by name."""
        return [
            _entry(folder, shipped)
            for root, shipped in ((self.shipped, True), (self.own, False))
            for folder in _folders(root)
        ]

    def find(self, name: str) -> Run:
        """Open the run of this name in the library (an own one first), or the folder of this path.

        Raises
        ------
        BadInput
            There is none, or it is damaged.
        """
        for root in (self.own, self.shipped):
            for folder in _folders(root):
                if folder.name == name:
                    return Run.open(folder)
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            folder = Path(name).expanduser()
            if folder.is_dir():
                return Run.open(folder.absolute())
        names = [folder.name for root in (self.shipped, self.own) for folder in _folders(root)]
        there_are = f"there are {', '.join(names)}" if names else "it is empty"
        raise BadInput(
            f"There is no model named {shown(name)!r} in the library ({there_are}) and no such folder."
        )

    def new_folder(self, wish: str) -> Path:
        """A folder that doesn't exist yet, for a new run: named by the wish made plain, numbered if taken."""
        name = run_id(wish)
        in_use = self._names_in_use()
        numbered = (f"{name}-{n}" for n in itertools.count(2))
        return self.own / next(n for n in itertools.chain([name], numbered) if n not in in_use)

    def rename(self, name: str, wish: str) -> Path:
        """Give an own run another name.

        Raises
        ------
        BadInput
            A shipped run, one in training, or a name that is taken.
        """
        folder = self._own_folder(name, "renamed")
        target = self.own / run_id(wish)
        if target.name == folder.name:
            return folder
        if target.name in self._names_in_use():
            raise BadInput(f"There is a model named {target.name} already; choose another name.")
        try:
            return folder.rename(target)
        except OSError as error:
            raise Failure(f"{name} could not be renamed: {error.strerror}.") from error

    def set_aside(self, name: str) -> Path:
        """Take an own run off the shelf, to be put back or discarded; gives where it lies until then.

        Raises
        ------
        BadInput
            A shipped run, or one in training.
        Failure
            It could not be moved.
        """
        folder = self._own_folder(name, "deleted")
        places = (self.own / ASIDE / str(n) / name for n in itertools.count(1))
        target = next(place for place in places if not place.parent.exists())
        try:
            target.parent.mkdir(parents=True)
            return folder.rename(target)
        except OSError as error:
            raise Failure(f"{name} could not be moved to the trash: {error.strerror}.") from error

    def put_back(self, aside: Path) -> Path:
        """Have a run that was set aside on the shelf again; numbered where its name is taken by now."""
        try:
            folder = aside.rename(self.new_folder(aside.name))
        except OSError as error:
            raise Failure(f"{aside.name} could not be put back: {error.strerror}.") from error
        self._tidy(aside)
        return folder

    def put_back_all(self) -> None:
        """What an application that ended suddenly had set aside is nobody's to discard."""
        with contextlib.suppress(OSError, Failure):
            for aside in sorted((self.own / ASIDE).glob("*/*")):
                self.put_back(aside)

    def discard(self, aside: Path) -> None:
        """Move a run that was set aside to the system's trash.

        Raises
        ------
        Failure
            There is no trash that would take it: it is on the shelf again.
        """
        from send2trash import send2trash

        try:
            send2trash(aside)
        except OSError as error:
            self.put_back(aside)
            raise Failure(f"{aside.name} could not be moved to the trash: {error}.") from error
        self._tidy(aside)

    def _tidy(self, aside: Path) -> None:
        with contextlib.suppress(OSError):
            aside.parent.rmdir()
            aside.parent.parent.rmdir()

    def add(self, folder: Path) -> Path:
        """Copy the folder of a run into the library, when all of it opens; only what its manifest names
        comes along.

        Raises
        ------
        BadInput
            Not the folder of a run, one with a part that can't be read, or one that lies in the library
            already.
        Failure
            The copy could not be written.
        """
        from explorer.runs.whole import check_readable  # some of what it reads is named by this module

        run = Run.open(folder)
        if folder.resolve().parent in (self.own.resolve(), self.shipped.resolve()):
            raise BadInput(f"{run.name} is in the library already.")
        check_readable(run)
        incoming = self.own / ".incoming"
        with locked(incoming):
            staging = incoming / "run"
            shutil.rmtree(staging, ignore_errors=True)
            try:
                _copy(run, staging)
                copy = Run.open(staging)
                copy.check()
                if copy.manifest != run.manifest:
                    raise BadInput(f"{run.name} changed while it was copied; try again.")
                return staging.rename(self.new_folder(run.name))
            except OSError as error:
                raise Failure(f"{run.name} could not be copied: {error.strerror}.") from error
            finally:
                shutil.rmtree(staging, ignore_errors=True)

    def _own_folder(self, name: str, done: str) -> Path:
        for folder in _folders(self.own):
            if folder.name == name:
                if is_held(folder):
                    raise BadInput(f"{name} is being trained by {holder(folder)}; stop it first.")
                return folder
        if any(folder.name == name for folder in _folders(self.shipped)):
            raise BadInput(f"{name} ships with Latent Explorer and can't be {done}.")
        raise BadInput(f"There is no model named {shown(name)!r} in the library.")

    def _names_in_use(self) -> set[str]:
        in_use = set(_RESERVED)
        for root in (self.shipped, self.own):
            with contextlib.suppress(OSError):
                in_use |= {path.name.casefold() for path in root.iterdir()}
        return in_use


def _folders(root: Path) -> Iterator[Path]:
    try:
        inside = sorted(root.iterdir()) if root.is_dir() else []
    except OSError as error:
        raise BadInput(f"The library {shown(root)} can't be read: {error.strerror}.") from error
    return (path for path in inside if not path.name.startswith(".") and path.is_dir())


def _entry(folder: Path, shipped: bool) -> Entry:
    manifest, fault = None, None
    try:
        run = Run.open(folder)
        manifest = run.manifest
        run.check_present()
    except BadInput as error:
        fault = str(error)
    return Entry(folder.name, folder, shipped, _size(folder), manifest, fault)


def _size(folder: Path) -> int:
    total = 0
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            total += path.lstat().st_size
    return total


def _copy(run: Run, target: Path) -> None:
    run.check_present()
    target.mkdir(parents=True)
    names = [FILE, *run.manifest.files]
    if (run.folder / METRICS).is_file():
        names.append(METRICS)
    for name in names:
        shutil.copyfile(run.inside(name), target / name)
