"""One writer per run: a lock on its folder that says who holds it. Standard library and filelock."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from explorer.errors import BadInput, Failure
from explorer.files import read_json, write_json

LOCK, HOLDER = ".lock", ".holder.json"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run for writing, and leave word of who holds it.

    The operating system lets go of the lock when its holder dies, so none is ever stale.

    Raises
    ------
    BadInput
        Another program holds it; the sentence names it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BadInput(
            f"{folder.name} is being trained by {holder(folder)}; wait until it has ended."
        ) from None
    try:
        with contextlib.suppress(Failure):
            write_json(folder / HOLDER, {"pid": os.getpid(), "host": socket.gethostname()})
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def holder(folder: Path) -> str:
    """In words, who holds a run."""
    try:
        said = json.loads(json.dumps(read_json(folder / HOLDER)))
        return f"process {int(said['pid'])} on {str(said['host'])[:80]}"
    except (BadInput, KeyError, ValueError, TypeError):
        return "another program"
