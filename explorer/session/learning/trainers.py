"""The processes that train, seen from here: one for each training, told and heard, and one ahead.

A thread beside the window's would share the interpreter's lock with it: a drag would hold up the training,
and the training the drag. A process gives all its memory back, and whatever ends it ends nothing else.
Part of the session; numpy only.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import Protocol

from explorer.child import Child
from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.runs.library import Library
from explorer.runs.run import Run
from explorer.session.learning.plans import Plan
from explorer.session.learning.training_job import Ended, Post, Started, read_data

log = logging.getLogger(__name__)

GOING_SECONDS = 5.0
"""How long a process that has said its last word may take to be gone."""


class Job(Protocol):
    """One training, as far as a session is concerned with it; the controls are those of `TrainingJob`."""

    data: DataSet | None
    """Known once it has started."""

    def begin(self) -> None: ...
    def pause(self, paused: bool) -> None: ...
    def step(self, only: str | None = None) -> None: ...
    def slow_down(self, steps_per_s: float) -> None: ...
    def change(self, knob: str, value: object) -> None: ...
    def stop(self) -> None: ...
    def join(self, seconds: float) -> bool: ...


class Trainers:
    """Makes the processes, one ahead of the training that asks for it. Called by the GUI thread only."""

    def __init__(self) -> None:
        self._ahead: Child | None = None
        self._last: TrainerBeside | None = None
        self._closed = False

    @property
    def processes(self) -> list[int]:
        """The numbers of those that train or are ready."""
        training = None if self._last is None else self._last.process
        ready = None if self._ahead is None else self._ahead.pid
        return [number for number in (training, ready) if number is not None]

    def get_ready(self) -> None:
        """Have a process import what a training needs, unless there is one; returns at once.

        Where none can be started, the next training says so.
        """
        self._let_go_of_dead()
        if self._ahead is None and not self._closed:
            with contextlib.suppress(OSError):
                self._ahead = _new()

    def job(self, plan: Plan, library: Library, post: Post, data: DataSet | None) -> Job:
        """A training that has not begun.

        Parameters
        ----------
        post
            Called on a thread of the job's.
        data
            The data set of the plan, where it has been read already.
        """
        self._let_go_of_dead()
        ahead, self._ahead = self._ahead, None
        self._last = TrainerBeside(plan, library, post, data, ahead)
        return self._last

    def close(self) -> None:
        """End the process that waits for a training; one that trains goes on until it has saved."""
        ahead, self._ahead, self._closed = self._ahead, None, True
        if ahead is not None:
            ahead.end()
            ahead.close()

    def _let_go_of_dead(self) -> None:
        """Somebody else may have ended the process that waits."""
        if self._ahead is not None and self._ahead.status is not None:
            self._ahead.close()
            self._ahead = None


class TrainerBeside:
    """One training in a process beside this one.

    Parameters
    ----------
    child
        One that is ready; None: it starts one.
    """

    def __init__(
        self, plan: Plan, library: Library, post: Post, data: DataSet | None, child: Child | None
    ) -> None:
        self.data = data
        self.process = None if child is None else child.pid
        """The number of the process, as long as there is one."""
        self._plan, self._library, self._post, self._child = plan, library, post, child
        self._lock = threading.Lock()
        self._told = False
        self._waiting: list[tuple[object, ...]] = []
        self._thread = threading.Thread(target=self._work, name="trainer", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def pause(self, paused: bool) -> None:
        self._tell("pause", paused)

    def step(self, only: str | None = None) -> None:
        self._tell("step", only)

    def slow_down(self, steps_per_s: float) -> None:
        self._tell("slow_down", steps_per_s)

    def change(self, knob: str, value: object) -> None:
        self._tell("change", knob, value)

    def stop(self) -> None:
        self._tell("stop")

    def join(self, seconds: float) -> bool:
        """Wait until all has been heard; tells whether that is so."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _tell(self, *order: object) -> None:
        """Send an order; before the data have been sent it waits, as nobody may wait for them here."""
        with self._lock:
            if not self._told:
                self._waiting.append(order)
            elif self._child is not None:
                with contextlib.suppress(OSError):  # its end is noticed where it is listened to
                    self._child.send(order)

    def _work(self) -> None:
        try:
            self.data = self.data or read_data(self._plan, self._library)
            ended = self._follow(self._begun(self.data))
        except (BadInput, Failure) as error:
            ended = Ended(None, str(error))
        except Exception as error:  # the one catch point of this thread
            log.error("training failed", exc_info=error)
            ended = Ended(None, f"Training failed: {error}. The log has the details.")
        self._let_go()
        self._post(ended)

    def _begun(self, data: DataSet) -> Child:
        """The process, once it knows what to train."""
        try:
            child = self._child = self._child or _new()
        except OSError as error:
            raise Failure(f"The process that trains can't be started: {error.strerror}.") from error
        self.process = child.pid
        with contextlib.suppress(OSError):
            child.send((self._plan, self._library, data))
        with self._lock, contextlib.suppress(OSError):
            self._told = True
            for order in self._waiting:
                child.send(order)
        return child

    def _follow(self, child: Child) -> Ended:
        """Pass on what it says, to its end."""
        run: Run | None = None
        try:
            while not isinstance(heard := child.receive(), Ended):
                if isinstance(heard, logging.LogRecord):
                    logging.getLogger(heard.name).handle(heard)
                    continue
                run = heard.run if isinstance(heard, Started) else run
                self._post(heard)
            return heard
        except EOFError:
            child.end(GOING_SECONDS)
            return _lost(run, child)

    def _let_go(self) -> None:
        """End the process; one that was told nothing would wait on."""
        with self._lock:
            child, self._child, self.process = self._child, None, None
        if child is not None:
            child.end(GOING_SECONDS if self._told else 0)
            child.close()


def _new() -> Child:
    return Child("explorer.session.learning.trainer_process")


def _lost(run: Run | None, child: Child) -> Ended:
    """The process has died; what it saved last is on disk."""
    fault = f"The process that trains has died{child.epitaph()}, perhaps for lack of memory"
    if run is None:
        return Ended(None, f"{fault}; try a smaller model or smaller pictures.")
    with contextlib.suppress(BadInput):
        run = Run.open(run.folder)
    return Ended(run, f"{fault}; {run.name} can be resumed from where it was saved last.")
