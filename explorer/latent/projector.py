"""The process in which UMAP and t-SNE run, seen from here: made, asked, heard, killed.

They hold up a window from any of its threads, compile for seconds and can't be interrupted: a process
can. Standard library and numpy.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from numpy.typing import NDArray

from explorer.errors import Failure
from explorer.latent.messages import Message, receive, send

log = logging.getLogger(__name__)

MOST_THREADS = 8

_ROOT = Path(__file__).resolve().parents[2]


class Projector:
    """A process that is started when it is wanted, and again when it has died.

    Any thread may call; one request is under way at a time, for which one holds `turn`.
    """

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self._child: _Child | None = None
        self._closed = False
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Of the process, where there is one."""
        child = self._child
        return None if child is None else child.process.pid

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
            self._alive().send({"how": how, "settings": dict(settings)}, arrays)

    def hear(self, seconds: float) -> Message | None:
        """What the process says next; None where it is silent for so long.

        Raises
        ------
        Failure
            It has died, or could not do it.
        """
        child = self._child
        if child is None:
            raise Failure("The projection was stopped.")
        with contextlib.suppress(queue.Empty):
            answer = child.inbox.get(timeout=seconds)
            if answer is None:
                child.end()
                raise Failure(_epitaph(child.process.returncode))
            if "failed" in answer.words:
                log.error("the projector failed:\n%s", answer.words.get("trace"))
                raise Failure(str(answer.words["failed"]))
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
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _alive(self) -> _Child:
        if self._closed:
            raise Failure("The projection was stopped.")
        if self._child is not None and self._child.process.poll() is not None:
            self._kill()
        if self._child is None:
            self._child = _Child()
        return self._child

    def _warm(self) -> None:
        before = self._child
        child = self._alive()
        if child is not before:
            child.send({"how": "warm"})


class _Child:
    """One process, and the thread that listens to it."""

    def __init__(self) -> None:
        try:
            # Started as a command it would look for modules in the current folder first: anyone's.
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "explorer.latent.projector_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise Failure(f"The process for UMAP and t-SNE can't be started: {error.strerror}.") from error
        self.inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._ear = threading.Thread(target=self._listen, name="projector", daemon=True)
        self._ear.start()

    def send(self, words: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> None:
        try:
            send(cast(BinaryIO, self.process.stdin), words, arrays)
        except OSError as error:
            raise Failure(_epitaph(self.process.poll())) from error

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._ear.join()
        with contextlib.suppress(OSError):  # what could not be written any more
            cast(BinaryIO, self.process.stdin).close()

    def _listen(self) -> None:
        with cast(BinaryIO, self.process.stdout) as pipe:
            while (message := receive(pipe)) is not None:
                self.inbox.put(message)
        self.inbox.put(None)


def _environment() -> dict[str, str]:
    """A few threads where they help; linear algebra of this size is faster in one."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    threads = {name: str(min(cores, MOST_THREADS)) for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")}
    path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {
        **threads,
        "GOMP_SPINCOUNT": "1000",
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": path,
    }


def _epitaph(status: int | None) -> str:
    why = "" if status is None else f" (signal {-status})" if status < 0 else f" (status {status})"
    return f"The process for UMAP and t-SNE has died{why}, perhaps for lack of memory; try again."
