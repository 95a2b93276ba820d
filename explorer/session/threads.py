"""What a working thread does before anything else. Standard library and psutil."""

from __future__ import annotations

import importlib
import os
import sys
import threading

import psutil

NICENESS = 10


def step_back() -> None:
    """Let this thread wait whenever another of the program wants the processor.

    Linux schedules threads one by one; elsewhere niceness belongs to the whole process,
    which would slow the window down too. Torch's own worker threads inherit it, so this comes
    before the thread's first torch operation.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def trainer_threads() -> int:
    """How many threads the trainer's operations may use: all cores, on a busy machine one fewer.

    A parallel operation waits for its slowest thread: one thread too many costs more than it brings.
    """
    cores = os.cpu_count() or 1
    others = psutil.getloadavg()[0]
    return max(1, cores - 1) if others > 0.75 * cores else cores


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
