"""Where a command writes its file: whole under its name, or into a pipe or a device that is there already.

Imports files and errors. Every command with `--out FILE` writes by this.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path
from typing import NamedTuple, TextIO

from explorer.errors import BadInput, Failure
from explorer.files import atomic_write, shown, write_all

_STREAMS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"(?:/dev|/proc/self)/fd/(\d{1,9})")


class Out(NamedTuple):
    """The place that was named by `--out`."""

    path: Path
    descriptor: int | None
    """Of a stream of this process, where that is what the path names."""

    @classmethod
    def at(cls, name: str) -> Out:
        """Look at a place before anything is computed for it; its folder is made.

        Raises
        ------
        BadInput
            A folder, a link, nothing that can be written into, or its folder can't be made.
        """
        try:
            path = Path(name).expanduser()
            descriptor = _descriptor(str(path))
            if descriptor is None:
                _check(path)
                path.parent.mkdir(parents=True, exist_ok=True)
            else:
                os.fstat(descriptor)
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: ~ of nobody
            reason = error.strerror if isinstance(error, OSError) else error
            raise BadInput(f"{shown(name)} can't be written ({reason}); choose another place.") from error
        return cls(path, descriptor)

    @property
    def beside(self) -> TextIO:
        """Where the result is told: on standard output, unless that carries the file itself."""
        return sys.stderr if self.descriptor == 1 else sys.stdout

    def put(self, data: bytes) -> None:
        """Write a file in place of the one that is there; what is no file is written into.

        Raises
        ------
        Failure
            The system refused.
        """
        try:
            handle = self._opened()
            if handle is not None:
                try:
                    write_all(handle, data)
                finally:
                    os.close(handle)
                return
        except OSError as error:
            raise Failure(f"Could not write into {shown(self.path)}: {error.strerror}.") from error
        atomic_write(self.path, data)

    def _opened(self) -> int | None:
        """A handle of what is to be written into; None of a file, which is replaced."""
        if self.descriptor is not None:
            sys.stdout.flush()
            # Opened by its name, a file behind it would be written over from its start.
            return os.dup(self.descriptor)
        mode = _mode(self.path)
        if mode is None or stat.S_ISREG(mode):
            return None
        return os.open(self.path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NOCTTY", 0))


def _descriptor(name: str) -> int | None:
    found = _DESCRIPTOR.fullmatch(name)
    return int(found[1]) if found else _STREAMS.get(name)


def _check(path: Path) -> None:
    mode = _mode(path)
    if mode is None or stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return
    if stat.S_ISLNK(mode):
        raise BadInput(f"{shown(path)} is a link, and --out follows none; name the file itself.")
    if stat.S_ISDIR(mode):
        raise BadInput(f"{shown(path)} is a folder; --out wants the name of a file.")
    raise BadInput(f"{shown(path)} is neither a file nor a pipe; choose another place.")


def _mode(path: Path) -> int | None:
    """What a path is, links not followed; None where there is nothing."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None
