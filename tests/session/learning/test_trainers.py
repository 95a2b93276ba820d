"""A training in a process beside this one: what it says, how it is told, and what its death leaves."""

from __future__ import annotations

import io
import logging
import os
import queue
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from explorer.child import receive
from explorer.runs.library import Library
from explorer.session.learning.plans import Plan
from explorer.session.learning.trainer_process import Parent
from explorer.session.learning.trainers import Job, Trainers
from explorer.session.learning.training_job import Ended, Started
from explorer.training.events import Changed, Finished, Progress, Snapshot

SECONDS = 60
T = TypeVar("T")


class Said:
    """What a job says, in order."""

    def __init__(self) -> None:
        self._new: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.all: list[object] = []

    def post(self, event: object) -> None:
        self._new.put(event)

    def until(self, kind: type[T]) -> T:
        """The next of a kind; the end, if it comes first, is a failure."""
        while True:
            event = self._new.get(timeout=SECONDS)
            self.all.append(event)
            if isinstance(event, kind):
                return event
            assert not isinstance(event, Ended), event

    @property
    def nothing(self) -> bool:
        return self._new.empty()


@pytest.fixture
def trainers() -> Iterator[Trainers]:
    made = Trainers()
    yield made
    made.close()


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def begun(trainers: Trainers, said: Said, plan: Plan) -> Iterator[Callable[..., Job]]:
    """Begin a training of a small model; it has ended afterwards."""
    jobs: list[Job] = []

    def begin(**changes: object) -> Job:
        knobs = {**plan.settings, **changes}
        job = trainers.job(Plan("vae", knobs, plan.origin, name="bars"), Library(), said.post, None)
        jobs.append(job)
        job.begin()
        return job

    yield begin
    for job in jobs:
        job.stop()
        assert job.join(SECONDS)


def test_a_plan_is_trained_beside_and_its_run_is_on_disk(
    trainers: Trainers, begun: Callable[..., Job], said: Said
) -> None:
    trainers.get_ready()
    (ready,) = trainers.processes
    job = begun(epochs=3)
    assert trainers.processes == [ready]
    assert ready != os.getpid()
    started = said.until(Started)
    assert job.data is not None
    assert len(job.data.train) + len(job.data.test) == 240
    weights = said.until(Snapshot).weights
    assert all(array.flags.writeable for array in weights.values())
    said.until(Finished)
    ended = said.until(Ended)
    assert ended.fault is None
    assert ended.run is not None
    assert ended.run.folder == started.run.folder
    assert Library().find("bars").manifest.status == "finished"
    assert job.join(SECONDS)
    assert not trainers.processes
    assert not psutil.pid_exists(ready)


def test_orders_are_obeyed_whether_given_before_it_has_begun_or_later(
    begun: Callable[..., Job], said: Said
) -> None:
    job = begun(epochs=100_000)
    job.change("beta", 2.0)
    job.step()
    assert said.until(Progress).step == 1
    job.step()
    assert said.until(Progress).step == 2
    job.pause(False)
    said.until(Progress)
    job.stop()
    assert said.until(Ended).fault is None
    assert [event.value for event in said.all if isinstance(event, Changed)] == [2.0]
    assert Library().find("bars").manifest.status == "stopped"


def test_images_that_are_not_there_are_said_and_no_process_is_left(trainers: Trainers, said: Said) -> None:
    trainers.get_ready()
    job = trainers.job(Plan("vae", {}, "no-such-folder"), Library(), said.post, None)
    job.begin()
    ended = said.until(Ended)
    assert ended.run is None
    assert "no-such-folder" in (ended.fault or "")
    assert job.join(SECONDS)
    assert not psutil.Process().children()


def test_a_setting_that_is_refused_is_said(begun: Callable[..., Job], said: Said) -> None:
    begun(width="no number")
    fault = said.until(Ended).fault
    assert fault is not None
    assert "width" in fault
    assert "\n" not in fault


def test_what_is_logged_there_is_in_the_log_here() -> None:
    pipe = io.BytesIO()
    log = logging.getLogger("explorer.beside")
    log.addHandler(parent := Parent(pipe))
    log.propagate = False
    try:
        raise ValueError("wrong")
    except ValueError:
        log.exception("training failed")
    finally:
        log.removeHandler(parent)
        log.propagate = True
    pipe.seek(0)
    record = receive(pipe)
    assert isinstance(record, logging.LogRecord)
    assert record.name == "explorer.beside"
    assert "ValueError: wrong" in record.getMessage()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_a_killed_process_is_said_and_its_run_can_be_resumed(
    trainers: Trainers, begun: Callable[..., Job], said: Said
) -> None:
    job = begun(epochs=100_000)
    said.until(Progress)
    os.kill(trainers.processes[0], signal.SIGKILL)
    ended = said.until(Ended)
    assert ended.fault is not None
    assert "has died (signal 9)" in ended.fault
    assert "bars can be resumed" in ended.fault
    assert [entry.status for entry in Library().entries() if not entry.shipped] == ["stopped"]
    job.pause(True)  # nobody is there to hear it


def test_a_training_whose_window_is_gone_is_saved(tmp_path: Path, plan: Plan) -> None:
    script = textwrap.dedent(f"""
        import os, queue
        from explorer.runs.library import Library
        from explorer.session.learning.plans import Plan
        from explorer.session.learning.trainers import Trainers
        from explorer.training.events import Progress

        events = queue.SimpleQueue()
        plan = Plan("vae", {{**{dict(plan.settings)!r}, "epochs": 100_000}}, {plan.origin!r}, name="bars")
        trainers = Trainers()
        job = trainers.job(plan, Library(), events.put, None)
        job.begin()
        while not isinstance(events.get(timeout={SECONDS}), Progress):
            pass
        print(*trainers.processes, flush=True)
        os._exit(3)
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 3, done.stderr
    child = psutil.Process(int(done.stdout)) if psutil.pid_exists(int(done.stdout)) else None
    if child is not None:
        psutil.wait_procs([child], timeout=SECONDS)
    manifest = Library().find("bars").manifest
    assert manifest.status == "stopped"
    assert manifest.step > 0
    assert any(name.startswith("state-") for name in manifest.files)


def test_one_process_is_ready_ahead_and_a_dead_one_is_replaced(trainers: Trainers) -> None:
    trainers.get_ready()
    trainers.get_ready()
    (first,) = psutil.Process().children()
    first.kill()
    first.wait()
    trainers.get_ready()
    (second,) = (child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE)
    assert second.pid != first.pid
    trainers.close()
    trainers.get_ready()
    assert not [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
