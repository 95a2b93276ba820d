"""What a working thread does before anything else. Standard library and psutil; torch late."""

from __future__ import annotations

import importlib
import math
import os
import sys
import threading
import time

import psutil

NICENESS = 15

SLACK = 1 / 3
"""Of a core, that others may take before the trainer leaves it to them."""

LOOK_SECONDS = 0.2
"""The least time over which the others are watched."""


def step_back() -> None:
    """Let this thread wait whenever another one wants the processor.

    Linux schedules threads one by one; elsewhere niceness belongs to the whole process, of which other
    threads may serve the window. Torch's own worker threads inherit it, so this comes before the thread's
    first torch operation.
    """
    if sys.platform == "linux":
        usual = os.getpriority(os.PRIO_PROCESS, os.getpid())
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(usual + NICENESS, 19))


class Cores:
    """Watches how busy all other programs keep the machine, the window among them, from now on."""

    def __init__(self) -> None:
        self._looked, self._others = time.monotonic(), _other_work()
        self._threads = 0

    def leave_to_window(self, device: str) -> None:
        """Have this thread trade speed for the window's, where the processor is the device that trains.

        Elsewhere it does little but feed the device, which must not be kept waiting. To be called again and
        again: who drags gets a core and leaves it when the hand rests.
        """
        if device != "cpu":
            return
        if not self._threads:
            step_back()
        elif time.monotonic() - self._looked < LOOK_SECONDS:
            return
        import torch

        threads = self.for_trainer()
        if threads != self._threads:
            self._threads = threads
            torch.set_num_threads(threads)

    def for_trainer(self) -> int:
        """How many threads the trainer's operations may use: as many as there are cores to spare.

        A parallel operation waits for its slowest thread: one thread too many costs more than it brings.
        The load average won't do: it remembers the last training.
        """
        time.sleep(max(0.0, LOOK_SECONDS - (time.monotonic() - self._looked)))
        looked, others = time.monotonic(), _other_work()
        busy = (others - self._others) / (looked - self._looked)
        self._looked, self._others = looked, others
        spare = math.floor((os.cpu_count() or 1) - busy + SLACK)
        return max(1, min(_cores(), spare))


def _cores() -> int:
    """The cores that this program may use, or what `OMP_NUM_THREADS` grants it, as torch reads it."""
    granted = os.environ.get("OMP_NUM_THREADS", "")
    if granted.isdecimal() and int(granted) > 0:
        return int(granted)
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _other_work() -> float:
    """Seconds that the processors have spent on other programs."""
    system, own = psutil.cpu_times(), psutil.Process().cpu_times()
    # What has stepped back is counted apart on Linux, and is no other than the rest in what is its own.
    nice = getattr(system, "nice", 0.0)
    return float(system.user + nice + system.system - own.user - own.system)


_importing = threading.Lock()


def import_torch() -> None:
    """Import torch and the models, one thread at a time.

    Two threads that import the same large package meet half-made modules: each module has a lock
    of its own, and Python would rather break the order than wait in a circle.
    """
    with _importing:
        importlib.import_module("torch")
        importlib.import_module("explorer.models.arrays")
        importlib.import_module("explorer.runs.recorder")
