"""The folder of a run as files that the manifest vouches for. Imports weights and the manifest; no torch.

Nothing is read from outside the folder, and nothing whose checksum differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from explorer.errors import BadInput
from explorer.files import read_file, shown
from explorer.runs.manifest import Manifest
from explorer.weights import FILE_LIMIT, sha256_of

_STATE = re.compile(r"state-\d{1,18}\.safetensors")


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

    def inside(self, name: str) -> Path:
        """The path of a file of the run.

        Raises
        ------
        BadInput
            It is a link, which could lead out of the folder.
        """
        path = self.folder / name
        if path.is_symlink():
            raise BadInput(f"{shown(path)} is a link; the files of a model must lie in its folder.")
        return path

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
