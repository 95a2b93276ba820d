"""The process in which UMAP and t-SNE run, seen from here: made, asked, heard, killed.

They hold up a window from any of its threads, compile for seconds and can't be interrupted: a process
can. Standard library and numpy.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from explorer.child import Child
from explorer.errors import Failure

log = logging.getLogger(__name__)

MOST_THREADS = 8


class Projector:
    """A process that is started when it is wanted, and again when it has died.

    Any thread may call; one request is under way at a time, for which one holds `turn`.
    """

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self._process: _Process | None = None
        self._closed = False
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Of the process, where there is one."""
        process = self._process
        return None if process is None else process.child.pid

    def warm(self) -> None:
        """Have a process import and compile what it needs, unless there is one; returns at once.

        Where none can be started, whoever asks hears of it.
        """
        with self._lock, contextlib.suppress(Failure):
            self._warm()

    def ask(self, how: str, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Begin a request.

        Raises
        ------
        Failure
            The process can't be started or has died just now.
        """
        with self._lock:
            self._alive().send({"how": how, "settings": dict(settings), **arrays})

    def hear(self, seconds: float) -> dict[str, Any] | None:
        """What the process says next; None where it is silent for so long.

        Raises
        ------
        Failure
            It has died, or could not do it.
        """
        process = self._process
        if process is None:
            raise Failure("The projection was stopped.")
        with contextlib.suppress(queue.Empty):
            answer = process.inbox.get(timeout=seconds)
            if answer is None:
                process.end()
                raise Failure(process.epitaph())
            if "failed" in answer:
                log.error("the projector failed:\n%s", answer.get("trace"))
                raise Failure(str(answer["failed"]))
            return answer
        return None

    def restart(self) -> None:
        """Kill the process, whatever it does, and have a new one get ready; returns at once."""
        with self._lock:
            self._kill()
            with contextlib.suppress(Failure):
                self._warm()

    def close(self) -> None:
        """Kill the process for good."""
        with self._lock:
            self._closed = True
            self._kill()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _alive(self) -> _Process:
        if self._closed:
            raise Failure("The projection was stopped.")
        if self._process is not None and self._process.child.status is not None:
            self._kill()
        if self._process is None:
            self._process = _Process()
        return self._process

    def _warm(self) -> None:
        before = self._process
        process = self._alive()
        if process is not before:
            process.send({"how": "warm"})


class _Process:
    """The process, and the thread that hears what it says."""

    def __init__(self) -> None:
        try:
            self.child = Child(
                "explorer.latent.projector_process", _environment(), {"OPENBLAS_NUM_THREADS": "1"}
            )
        except OSError as error:
            raise Failure(f"The process for UMAP and t-SNE can't be started: {error.strerror}.") from error
        self.inbox: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._ear = threading.Thread(target=self._listen, name="projector", daemon=True)
        self._ear.start()

    def send(self, request: Mapping[str, Any]) -> None:
        try:
            self.child.send(request)
        except OSError as error:
            raise Failure(self.epitaph()) from error

    def end(self) -> None:
        self.child.end()
        self._ear.join()
        self.child.close()

    def epitaph(self) -> str:
        how = self.child.epitaph()
        return f"The process for UMAP and t-SNE has died{how}, perhaps for lack of memory; try again."

    def _listen(self) -> None:
        with contextlib.suppress(EOFError):
            while True:
                self.inbox.put(self.child.receive())
        self.inbox.put(None)


def _environment() -> dict[str, str]:
    """A few threads where they help; linear algebra of this size is faster in one."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    threads = {name: str(min(cores, MOST_THREADS)) for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")}
    return {**threads, "GOMP_SPINCOUNT": "1000"}
