"""The folder of a run as files that the manifest vouches for. Imports weights and the manifest; no torch.

Nothing is read from outside the folder or written there, and nothing is read whose checksum differs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from explorer import paths
from explorer.errors import BadInput
from explorer.files import append, atomic_write, read_file, shown, unlinked
from explorer.runs.manifest import Manifest
from explorer.weights import FILE_LIMIT, sha256_of

NAME_LENGTH = 60
WEIGHTS = "weights.safetensors"

_STATE = re.compile(r"state-\d{1,18}\.safetensors")


def run_id(wish: str) -> str:
    """A name out of [a-z0-9-] that any file system takes."""
    return re.sub(r"[^a-z0-9]+", "-", wish.lower())[:NAME_LENGTH].strip("-") or "model"


class RunKey(NamedTuple):
    """Which model, and as it is after which training: one that goes on has other weights then."""

    folder: Path
    weights: str
    """Their checksum; empty where there are none."""


class RunFolder:
    """A folder with a manifest.

    Attributes
    ----------
    folder
        Where it lies; its name is the run's name.
    manifest
        What is known of it; replaced, never changed.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def key(self) -> RunKey:
        return RunKey(self.folder, str(self.manifest.files.get(WEIGHTS, "")))

    @property
    def writable(self) -> bool:
        """Whether something may be added: what ships stays as it is."""
        folder = self.folder.resolve()
        return folder.parent != paths.trained().resolve() and os.access(folder, os.W_OK)

    def inside(self, name: str) -> Path:
        """The path of a file of the run.

        Raises
        ------
        BadInput
            It is a link, which could lead out of the folder.
        """
        return unlinked(self.folder / name)

    def write(self, name: str, data: bytes) -> str:
        """Write a file of the run whole; gives the checksum by which the manifest shall vouch for it.

        Raises
        ------
        BadInput
            There is a link.
        Failure
            The disk refused.
        """
        atomic_write(self.inside(name), data)
        return sha256_of(data)

    def append(self, name: str, line: str) -> None:
        """Add a line to a file of the run; raises as `write` does."""
        append(self.inside(name), line.encode() + b"\n")

    def checked(self, name: str) -> Path:
        """The path of a file that is as it was written.

        Raises
        ------
        BadInput
            Missing, a link, or damaged.
        """
        path = self.inside(name)
        if sha256_of(read_file(path, limit=FILE_LIMIT)) != self.manifest.files[name]:
            raise BadInput(f"{shown(path)} is damaged: its checksum differs from the manifest's.")
        return path

    def check_present(self) -> None:
        """See that every file which the manifest names is there, without reading them.

        Raises
        ------
        BadInput
            One is missing, or isn't a regular file.
        """
        for name in self.manifest.files:
            if not self.inside(name).is_file():
                raise BadInput(f"{shown(self.folder / name)} is missing, so this model is not whole.")

    def check(self) -> None:
        """See that every file which the manifest names is as it was written.

        Raises
        ------
        BadInput
            One is missing or damaged.
        """
        for name in self.manifest.files:
            self.checked(name)


def newest_states(names: Iterable[str]) -> list[str]:
    """Those among the names of files that are training states, the newest first."""
    return sorted(filter(_STATE.fullmatch, names), key=lambda name: int(name[6:-12]), reverse=True)
