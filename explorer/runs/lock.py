"""One writer per run: a lock on its folder that says who holds it. Standard library and filelock."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from explorer.errors import BadInput, Failure
from explorer.files import read_json, shown, unlinked, write_json

LOCK, HOLDER = ".lock", ".holder.json"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run for writing, and leave word of who holds it.

    The operating system lets go of the lock when its holder dies, so none is ever stale.

    Raises
    ------
    BadInput
        Another program holds it (the sentence names it), or nothing can be written there.
    """
    unlinked(folder / LOCK)  # taking a lock empties its file
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise BadInput(
            f"{shown(folder.name)} is in use by {holder(folder)}; wait until that has ended."
        ) from None
    except OSError as error:
        raise BadInput(
            f"Nothing can be written in {shown(folder)} ({error.strerror}); choose another folder."
        ) from error
    try:
        with contextlib.suppress(Failure):
            write_json(folder / HOLDER, {"pid": os.getpid(), "host": socket.gethostname()})
        yield
    finally:
        with contextlib.suppress(OSError):
            (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def is_held(folder: Path) -> bool:
    """Whether some program is writing to this run now."""
    if (folder / LOCK).is_symlink() or not (folder / LOCK).is_file():
        return False
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:  # a read-only folder, in which nobody trains
        return False
    lock.release()
    return False


def holder(folder: Path) -> str:
    """In words, who holds a run."""
    try:
        said = read_json(folder / HOLDER)
        return f"process {int(str(said['pid']))} on {shown(str(said['host'])[:80])}"
    except (BadInput, KeyError, ValueError):
        return "another program"
