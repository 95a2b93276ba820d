"""One training on a thread of its own: the recorder's events, and the controls that act between two of them.

Pausing is not asking for the next event; stopping is leaving the loop, which saves the run.
Imports torch, models and training on its own thread only, so that the window needs none of them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.runs.library import Library
from explorer.runs.run import Run, framing_of
from explorer.session.threads import Cores, import_torch, step_back

if TYPE_CHECKING:
    from explorer.training.events import Event

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What to train, on what."""

    family: str
    settings: Mapping[str, object]
    origin: str
    """Name or path of the data set."""
    framing: Framing = field(default_factory=Framing)
    seed: int = 0
    name: str = ""
    """Wish for the run's name; the library finds a free one like it."""
    resume: str = ""
    """Name of a stopped run to go on with; the rest of the plan is then not asked."""


class Started(NamedTuple):
    """The run's folder is there and the first step is about to be done."""

    run: Run
    data: DataSet
    steps: int


class Ended(NamedTuple):
    """The thread is done. A fault is one sentence; a run that got a folder is on disk."""

    run: Run | None
    fault: str | None


class TrainingJob:
    """Trains according to a plan until its end, or until `stop`.

    Parameters
    ----------
    post
        Called on the job's thread with `Started`, each event, and `Ended`.
    data
        The data set of the plan, where it has been read already.
    """

    def __init__(
        self, plan: Plan, library: Library, post: Callable[[object], None], data: DataSet | None = None
    ) -> None:
        self.plan = plan
        self._library, self._post, self._data = library, post, data
        self._changed = threading.Condition()
        self._paused = self._stopping = False
        self._single_steps = 0
        self._changes: list[tuple[str, object]] = []
        self._thread = threading.Thread(target=self._work, name="trainer")

    def begin(self) -> None:
        self._thread.start()

    def pause(self, paused: bool) -> None:
        with self._changed:
            self._paused, self._single_steps = paused, 0
            self._changed.notify()

    def step(self) -> None:
        """Do one training step and pause."""
        with self._changed:
            self._paused, self._single_steps = True, self._single_steps + 1
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

    def join(self, seconds: float) -> bool:
        """Wait for the thread; tells whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        run, fault = None, None
        try:
            cores = Cores()
            run = self._prepare()
            self._train(run, cores.for_trainer())
        except (BadInput, Failure) as error:
            fault = str(error)
        except MemoryError:
            fault = (
                "There is too little memory for this training; choose a smaller model or smaller pictures."
            )
        except Exception as error:  # the one catch point of this thread
            log.error("training failed", exc_info=error)
            fault = f"Training failed: {error}. The log has the details."
        self._post(Ended(run, fault))

    def _prepare(self) -> Run:
        from explorer.data import catalogue
        from explorer.runs.run import new

        import_torch()
        plan = self.plan
        if plan.resume:
            run = self._library.find(plan.resume)
            self._data = self._data or catalogue.load(run.manifest.data.origin, framing_of(run.manifest))
            return run
        self._data = self._data or catalogue.load(plan.origin, plan.framing)
        folder = self._library.new_folder(plan.name or f"{plan.family}-{self._data.name}")
        return new(folder, plan.family, plan.settings, self._data, seed=plan.seed)

    def _train(self, run: Run, threads: int) -> None:
        import torch

        from explorer.runs.recorder import record

        assert self._data is not None
        # Imports were done at full priority: who holds the interpreter lock must not be kept waiting.
        step_back()
        torch.set_num_threads(threads)
        trainer = run.trainer(self._data)
        usual, started = trainer.interval, False
        events = record(run, trainer, self._data)
        try:
            while self._may_go_on():
                for knob, value in self._take_changes():
                    try:
                        trainer.change(knob, value)
                    except BadInput as error:
                        self._post(error)
                trainer.interval = 0.0 if self._paused else usual
                event: Event | None = next(events, None)
                if event is None:
                    return
                if not started:
                    # Only now the manifest says what family and spaces the recorder has met.
                    self._post(Started(run, self._data, trainer.steps))
                    started = True
                self._post(event)
        finally:
            events.close()

    def _may_go_on(self) -> bool:
        """Wait while paused; tells whether to ask for one more event."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused or self._single_steps or self._stopping)
            self._single_steps = max(0, self._single_steps - 1)
            return not self._stopping

    def _take_changes(self) -> list[tuple[str, object]]:
        with self._changed:
            changes, self._changes = self._changes, []
            return changes
