"""One training: the recorder's events, and the controls that act between two of them.

One thread runs it, another one controls it. Pausing is not asking for the next event; stopping is leaving
the loop, which saves the run. Imports torch, models and training where it runs only, so that the window
needs none of them.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.runs.library import Library
from explorer.runs.run import Run, framing_of, new
from explorer.session.asking.threads import Cores, import_torch
from explorer.session.learning.plans import Plan
from explorer.training.events import Progress, Snapshot

if TYPE_CHECKING:
    from explorer.training.events import Event
    from explorer.training.trainer import Trainer

log = logging.getLogger(__name__)


class Started(NamedTuple):
    """The run's folder is there and the first step is about to be done."""

    run: Run
    past: Sequence[Mapping[str, Any]]
    """The lines of its curves from before it was interrupted."""


class Ended(NamedTuple):
    """Nothing follows. A fault is one sentence; a run that got a folder is on disk."""

    run: Run | None
    fault: str | None


class Turn(NamedTuple):
    """What to do next: one whole step with all that is to be seen of it, or as much as comes in one go."""

    single: bool
    only: str | None = None
    """The one parameter group that is moved."""


Post = Callable[[object], None]
"""Given `Started`, each event, and `Ended`."""


def read_data(plan: Plan, library: Library) -> DataSet:
    """The data set of a plan.

    Raises
    ------
    BadInput
        It can't be read, or the run that is to go on isn't there.
    """
    from explorer.data.sources import catalogue

    if not plan.resume:
        return catalogue.load(plan.origin, plan.framing)
    manifest = library.find(plan.resume).manifest
    return catalogue.load(manifest.data.origin, framing_of(manifest))


class TrainingJob:
    """Trains according to a plan until its end, or until `stop`.

    Parameters
    ----------
    post
        Called by the thread that runs it.
    """

    def __init__(self, plan: Plan, library: Library, post: Post, data: DataSet) -> None:
        self.plan, self.data = plan, data
        self._library, self._post = library, post
        self._changed = threading.Condition()
        self._paused = self._stopping = False
        self._singles: deque[str | None] = deque()
        self._pace, self._due = 0.0, 0.0
        self._changes: list[tuple[str, object]] = []

    def pause(self, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            self._singles.clear()
            self._changed.notify()

    def step(self, only: str | None = None) -> None:
        """Do one training step, of one parameter group or of all, and pause."""
        with self._changed:
            self._paused = True
            self._singles.append(only)
            self._changed.notify()

    def slow_down(self, steps_per_s: float) -> None:
        """Do so many steps per second, each to be seen; 0 is as fast as can be."""
        with self._changed:
            self._pace, self._due = steps_per_s, time.monotonic()
            self._changed.notify()

    def change(self, knob: str, value: object) -> None:
        """Turn a live knob before the next step; a value turned further meanwhile replaces it."""
        with self._changed:
            self._changes = [change for change in self._changes if change[0] != knob] + [(knob, value)]
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def run(self) -> None:
        """Train, here and now."""
        run, fault = None, None
        try:
            cores = Cores()
            run = self._prepare()
            self._train(run, cores)
        except (BadInput, Failure) as error:
            fault = str(error)
        except Exception as error:  # the one catch point of whoever runs it
            log.error("training failed", exc_info=error)
            fault = _of_device(error) or f"Training failed: {error}. The log has the details."
        self._post(Ended(run, fault))

    def _prepare(self) -> Run:
        import_torch()
        plan = self.plan
        if plan.resume:
            return self._library.find(plan.resume)
        folder = self._library.new_folder(plan.name or f"{plan.family}-{self.data.name}")
        return new(folder, plan.family, plan.settings, self.data, seed=plan.seed)

    def _train(self, run: Run, cores: Cores) -> None:
        from explorer.runs.recorder import record
        from explorer.training.device import choose

        cores.leave_to_window(choose()[0].type)
        trainer = run.trainer(self.data)
        past = _past(run, trainer.step) if self.plan.resume else []
        usual, started = (trainer.interval, trainer.snapshot_interval), False
        events = record(run, trainer, self.data)
        try:
            while turn := self._next_turn():
                cores.leave_to_window(trainer.device.type)  # it may have been handed over to the CPU
                for knob, value in self._pop_changes():
                    try:
                        trainer.change(knob, value)
                    except BadInput as error:
                        self._post(error)
                trainer.interval, trainer.snapshot_interval = (0.0, 0.0) if turn.single else usual
                came = False
                for event in _events_of_turn(turn, trainer, events):
                    if not started:
                        # Only now the manifest says what family and spaces the recorder has met.
                        self._post(Started(run, past))
                        started = True
                    self._post(event)
                    came = True
                if not came:
                    return
        finally:
            events.close()

    def _next_turn(self) -> Turn | None:
        """Wait while paused, or until the next step of slow motion is due; None when it is to stop."""
        with self._changed:
            while not self._stopping:
                if self._paused and self._singles:
                    return Turn(True, self._singles.popleft())
                if not self._paused and not self._pace:
                    return Turn(False)
                wait = None if self._paused else self._due - time.monotonic()
                if wait is not None and wait <= 0:
                    self._due = time.monotonic() + 1 / self._pace
                    return Turn(True)
                self._changed.wait(wait)
            return None

    def _pop_changes(self) -> list[tuple[str, object]]:
        """Settings that were turned since the last turn, each once."""
        with self._changed:
            changes, self._changes = self._changes, []
            return changes


def _events_of_turn(turn: Turn, trainer: Trainer, events: Iterator[Event]) -> Iterator[Event]:
    """The events of a turn; those of a single step end with the weights that it has led to."""
    trainer.only = turn.only
    stepped = False
    for event in events:
        yield event
        stepped = stepped or isinstance(event, Progress)
        if not turn.single or (stepped and isinstance(event, Snapshot)):
            break
    trainer.only = None


def _past(run: Run, step: int) -> list[dict[str, Any]]:
    """The lines of a run's curves up to the step that it goes on from."""
    return [line for line in run.curves() if line["step"] <= step]


def _of_device(error: Exception) -> str | None:
    """The sentence where it is the machine's fault: too little memory, or a GPU that is gone."""
    too_little = "There is too little memory for this training; choose a smaller model or smaller pictures."
    if isinstance(error, MemoryError):
        return too_little
    if "torch" not in sys.modules:
        return None
    from explorer.training.device import first_line, is_lost, lacks_memory

    if is_lost(error):
        return f"The device was lost ({first_line(error)}); resume on the CPU, or after a restart."
    return too_little if lacks_memory(error) else None
