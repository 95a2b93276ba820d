"""A process of this program beside this one, and the pipes between the two.

Both ends are this program and nobody else writes into the pipes, so objects cross them as pickle puts them,
the numbers of arrays beside it and uncopied. Nothing that comes from a file is read this way.
Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

_ROOT = Path(__file__).resolve().parents[1]


class Child:
    """A module of this program that runs in a process of its own, until `end` or until this program ends.

    Parameters
    ----------
    module
        What to run.
    environment
        Variables that it is to have besides; those of this process come first.
    forced
        Variables that it is to have in any case.

    Raises
    ------
    OSError
        No process can be started.
    """

    def __init__(
        self,
        module: str,
        environment: Mapping[str, str] | None = None,
        forced: Mapping[str, str] | None = None,
    ) -> None:
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            # Without -P it would look for modules in the current folder first: anyone's.
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**(environment or {}), **os.environ, **(forced or {}), "PYTHONPATH": path},
            # Ctrl+C is the parent's to answer. In a session of its own it would not: Linux shares the
            # processors among sessions first, and a thread that has stepped back would take half of them.
            process_group=0 if os.name == "posix" else None,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def send(self, value: object) -> None:
        """Tell it something.

        Raises
        ------
        OSError
            It is gone.
        """
        send(cast(BinaryIO, self._process.stdin), value)

    def receive(self) -> Any:
        """What it says next, waited for.

        Raises
        ------
        EOFError
            It is gone.
        """
        return receive(cast(BinaryIO, self._process.stdout))

    def end(self, seconds: float = 0.0) -> None:
        """Wait for its end so long at the most, then kill it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Let go of the pipes of a process that has ended, once nobody reads from them."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what could not be written any more
                cast(BinaryIO, pipe).close()

    def epitaph(self) -> str:
        """How it ended, in words that follow "has died"."""
        status = self.status
        if status is None:
            return ""
        return f" (signal {-status})" if status < 0 else f" (status {status})"


def pipes_to_parent() -> tuple[BinaryIO, BinaryIO]:
    """In the child: where to receive from, and where to send to.

    What a library prints goes nowhere from now on, as it must not get between the messages.
    """
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return source, sink


def send(pipe: BinaryIO, value: object) -> None:
    """Write an object whole."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(head), *(buffer.raw() for buffer in buffers)]
    pipe.write(struct.pack(f"<{len(parts) + 1}Q", len(parts), *(len(part) for part in parts)))
    for part in parts:
        pipe.write(part)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Read the next object.

    Raises
    ------
    EOFError
        The other end is gone.
    """
    (count,) = struct.unpack("<Q", _exactly(pipe, 8))
    head, *buffers = [_exactly(pipe, size) for size in struct.unpack(f"<{count}Q", _exactly(pipe, 8 * count))]
    return pickle.loads(head, buffers=buffers)


def _exactly(pipe: BinaryIO, count: int) -> bytearray:
    data = bytearray(count)
    room = memoryview(data)
    while room:
        got = cast(Any, pipe).readinto(room)
        if not got:
            raise EOFError
        room = room[got:]
    return data
