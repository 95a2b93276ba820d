"""The command line's training in a process of its own, which waits while something else is measured.

Standard library and psutil.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil

from explorer.bench.figures import Meter
from explorer.errors import Failure

START_SECONDS = 120.0


class Headless:
    """Asleep but for the time inside `awake`."""

    def __init__(self, words: Sequence[str]) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "explorer", "train", *words, "--json"], stdout=subprocess.PIPE, text=True
        )
        self._process = psutil.Process(self._child.pid)
        self._meter: Meter | None = None
        self._begun = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        if not self._begun.wait(START_SECONDS) or self._child.poll() is not None:
            self.close()
            raise Failure("Nothing was measured: the training without a window did not begin.")
        self._process.suspend()

    @contextmanager
    def awake(self) -> Iterator[Meter]:
        """Let it train; the meter notes its steps."""
        self._meter = meter = Meter()
        self._process.resume()
        try:
            yield meter
        finally:
            self._process.suspend()

    def close(self) -> None:
        self._child.kill()
        self._child.wait()

    def _listen(self) -> None:
        assert self._child.stdout is not None
        with self._child.stdout as lines:
            for line in lines:
                event = json.loads(line)
                if event["event"] == "progress":
                    self._begun.set()
                    if self._meter is not None:
                        self._meter.note(time.perf_counter(), event["step"])
        self._begun.set()
