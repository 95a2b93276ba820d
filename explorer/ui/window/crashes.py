"""Word of sessions that ended without saying so: a crash, a kill, a power cut. Imports paths and files.

While a session lives a file of its own lies in the folder of logs, into which `faulthandler` writes where
the program was when it crashed. Whoever finds such a file of a process that is gone knows what happened.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING

from explorer import paths
from explorer.errors import BadInput
from explorer.files import lives, read_file, shown

if TYPE_CHECKING:
    from explorer.runs.library import Library

LOG = "crash.log"
KEPT = 1_000_000
"""Bytes of one crash that are read."""

_MARK = re.compile(r"running-(\d{1,9})\.log")


def begin() -> IO[str]:
    """Leave word that a session lives; the file is for `faulthandler`.

    Raises
    ------
    OSError
        Nothing can be written there.
    """
    return _own_mark().open("w")


def end() -> None:
    """The session ends as it should."""
    with contextlib.suppress(OSError):
        _own_mark().unlink(missing_ok=True)


def gather() -> bool:
    """Move what sessions that are gone have left into the crash log; tells whether there were any."""
    found = False
    with contextlib.suppress(OSError):
        for path in sorted(paths.logs().iterdir()):
            match = _MARK.fullmatch(path.name)
            if match and not _lives(int(match[1])):
                with contextlib.suppress(OSError, BadInput), (paths.logs() / LOG).open("ab") as log:
                    log.write(f"Session {match[1]} ended without a word.\n".encode())
                    log.write(read_file(path, limit=KEPT))
                path.unlink()
                found = True
    return found


def sentence(library: Library) -> str:
    """What a person wants to know after a crash: what is left."""
    # Only after a crash is it worth the import.
    from explorer.ui.views.library.actions import ACTIONS

    word, _ = ACTIONS["resume"]
    said = ["The last session ended unexpectedly; every model that was finished is in the library."]
    with contextlib.suppress(BadInput):
        for entry in library.entries():
            manifest = entry.manifest
            if manifest is not None and manifest.status == "training" and entry.status == "stopped":
                said.append(
                    f"{shown(entry.name)} was being trained and is saved up to step {manifest.step:,}: "
                    f"{word} in the library goes on from there."
                )
    return " ".join(said)


def _own_mark() -> Path:
    return paths.logs() / f"running-{os.getpid()}.log"


def _lives(pid: int) -> bool:
    # A mark with this program's own number is older than the program.
    return pid != os.getpid() and lives(pid)
