"""A training on a thread of the test's own process, which saves it the start of another one.

What it posts is copied as the pipe between two processes copies it.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable

from explorer.data.image_set import DataSet
from explorer.errors import BadInput
from explorer.runs.library import Library
from explorer.session.learning.plans import Plan
from explorer.session.learning.trainers import Job, Trainers
from explorer.session.learning.training_job import Ended, Post, TrainingJob, read_data


class OnThread(Trainers):
    """Makes threads where the application makes processes."""

    def get_ready(self) -> None:
        pass

    def job(self, plan: Plan, library: Library, post: Post, data: DataSet | None) -> Job:
        return _Job(plan, library, lambda event: post(pickle.loads(pickle.dumps(event))), data)


class _Job:
    def __init__(self, plan: Plan, library: Library, post: Post, data: DataSet | None) -> None:
        self.data = data
        self._plan, self._library, self._post = plan, library, post
        self._job: TrainingJob | None = None
        self._waiting: list[Callable[[TrainingJob], None]] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="trainer")

    def begin(self) -> None:
        self._thread.start()

    def pause(self, paused: bool) -> None:
        self._tell(lambda job: job.pause(paused))

    def step(self, only: str | None = None) -> None:
        self._tell(lambda job: job.step(only))

    def slow_down(self, steps_per_s: float) -> None:
        self._tell(lambda job: job.slow_down(steps_per_s))

    def change(self, knob: str, value: object) -> None:
        self._tell(lambda job: job.change(knob, value))

    def stop(self) -> None:
        self._tell(TrainingJob.stop)

    def join(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _tell(self, order: Callable[[TrainingJob], None]) -> None:
        with self._lock:
            if self._job is None:
                self._waiting.append(order)
            else:
                order(self._job)

    def _work(self) -> None:
        try:
            self.data = self.data or read_data(self._plan, self._library)
        except BadInput as error:
            self._post(Ended(None, str(error)))
            return
        job = TrainingJob(self._plan, self._library, self._post, self.data)
        with self._lock:
            self._job = job
            for order in self._waiting:
                order(job)
        job.run()
