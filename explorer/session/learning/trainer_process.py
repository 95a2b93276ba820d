"""What the process that trains does: one training, told and heard through its standard input and output.

Run by `trainers`, never imported by the window. When its parent is gone, the training stops and is saved.
Imports torch before it is told what to train.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
from logging.handlers import QueueHandler
from typing import BinaryIO

from explorer.child import pipes_to_parent, receive, send
from explorer.session.asking.threads import import_torch
from explorer.session.learning.training_job import TrainingJob


class Parent(QueueHandler):
    """Whoever listens, and reads the log."""

    def __init__(self, sink: BinaryIO) -> None:
        super().__init__(queue.SimpleQueue())
        self._sink = sink
        self._turn = threading.Lock()

    def post(self, said: object) -> None:
        """Say something, from any thread; nobody needs it when the parent is gone."""
        with self._turn, contextlib.suppress(OSError):
            send(self._sink, said)

    def enqueue(self, record: logging.LogRecord) -> None:
        self.post(record)


def main() -> None:
    """Train once."""
    source, sink = pipes_to_parent()
    parent = Parent(sink)
    logging.basicConfig(level=logging.INFO, handlers=[parent])
    told: queue.SimpleQueue[TrainingJob] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, parent, told), daemon=True).start()
    import_torch()
    told.get().run()
    os._exit(0)  # the listener waits inside its pipe, and would be missed


def _listen(source: BinaryIO, parent: Parent, told: queue.SimpleQueue[TrainingJob]) -> None:
    """Take in what is to be trained, then the orders."""
    job: TrainingJob | None = None
    try:
        plan, library, data = receive(source)
        job = TrainingJob(plan, library, parent.post, data)
        told.put(job)
        while True:
            order, *words = receive(source)
            getattr(job, order)(*words)
    except (EOFError, MemoryError):
        if job is None:
            os._exit(1)  # nobody is there, or there is no room for the images: the parent says so
        job.stop()


if __name__ == "__main__":
    main()
