"""What a working thread does before anything else. Standard library and psutil; torch late."""

from __future__ import annotations

import importlib
import os
import sys
import threading
import time

import psutil

NICENESS = 15

BUSY = 0.25
"""Share of all cores that other programs may take before the trainer makes room for them."""

LOOK_SECONDS = 0.1
"""The least time over which other programs are watched."""


def step_back() -> None:
    """Let this thread wait whenever another of the program wants the processor.

    Linux schedules threads one by one; elsewhere niceness belongs to the whole process,
    which would slow the window down too. Torch's own worker threads inherit it, so this comes
    before the thread's first torch operation.
    """
    if sys.platform == "linux":
        usual = os.getpriority(os.PRIO_PROCESS, os.getpid())
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(usual + NICENESS, 19))


class Cores:
    """Watches how busy other programs keep the machine, from now on."""

    def __init__(self) -> None:
        self._began, self._others = time.monotonic(), _other_work()
        self._left = False

    def leave_to_window(self, device: str) -> None:
        """Have this thread trade speed for the window's, where the processor is the device that trains.

        Elsewhere it does little but feed the device, which must not be kept waiting.
        """
        if device != "cpu" or self._left:
            return
        import torch

        self._left = True
        step_back()
        torch.set_num_threads(self.for_trainer())

    def for_trainer(self) -> int:
        """How many threads the trainer's operations may use: all cores, on a busy machine one fewer.

        A parallel operation waits for its slowest thread: one thread too many costs more than it brings.
        The load average won't do: it remembers the last training.
        """
        cores = _cores()
        time.sleep(max(0.0, LOOK_SECONDS - (time.monotonic() - self._began)))
        busy = (_other_work() - self._others) / (time.monotonic() - self._began)
        return max(1, cores - 1) if busy > BUSY * cores else cores


def _cores() -> int:
    """The cores that this program may use, or what `OMP_NUM_THREADS` grants it, as torch reads it."""
    granted = os.environ.get("OMP_NUM_THREADS", "")
    if granted.isdecimal() and int(granted) > 0:
        return int(granted)
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _other_work() -> float:
    """Seconds that the processors have spent on other programs."""
    system, own = psutil.cpu_times(), psutil.Process().cpu_times()
    return float(system.user + system.system - own.user - own.system)


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
