"""A session without a window: the test's own loop collects the mail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from explorer.runs.library import Library
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.learning.plans import Plan
from explorer.session.message import Message
from explorer.session.session import Session
from tests.on_thread import OnThread

Until = Callable[[Callable[[], object]], None]


class Turns:
    """A request of a few turns: after the last one all that was asked before has had as many."""

    COUNT = 4

    def answer(self, held: dict[str, object]) -> Generator[int, None, None]:
        yield from range(1, self.COUNT + 1)


class Loop:
    """Collects a session's mail until something holds."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self.session = Session(Library(), self._woken.set, trainers=OnThread())

    def until(self, holds: Callable[[], object], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "waited in vain"
            self._woken.wait(0.2)
            self._woken.clear()
            self.session.mailbox.collect()

    def posted(self, *engines: Engine) -> None:
        """Until these threads have nothing left to do, with their answers still in the mailbox."""
        end = time.monotonic() + 60
        while not all(engine.idle for engine in engines):
            assert time.monotonic() < end, "waited in vain"
            self._woken.wait(0.01)
            self._woken.clear()

    def answered(self, *engines: Engine) -> None:
        """Until what was asked of these threads has been answered, where that takes few turns."""
        for engine in engines:
            turns: list[int] = []
            Question[int](engine, turns.append).ask(Turns())
            self.until(lambda turns=turns: Turns.COUNT in turns)  # type: ignore[misc]


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.session.training.stop()
    made.until(lambda: not made.session.training.active)
    assert made.session.close(), "a thread of the session did not end"


@pytest.fixture
def plan(tiny_data: Path) -> Plan:
    """A training that takes a second."""
    knobs = {"network": "dense", "latent_size": 2, "width": 4, "epochs": 30, "batch": 32}
    return Plan("vae", knobs, str(tiny_data), name="bars")


@pytest.fixture
def trained(loop: Loop, plan: Plan) -> Loop:
    """A session with a small model of the user's own open."""
    loop.session.training.start(plan)
    loop.until(lambda: not loop.session.training.active and loop.session.main.ready is not None)
    return loop


@pytest.fixture
def complaints(loop: Loop) -> Iterator[list[str]]:
    """What was said that is more than information; a test that has this ends with none."""
    said: list[str] = []

    def hear(message: Message) -> None:
        if message.kind != "info":
            said.append(message.text)

    loop.session.said.connect(hear)
    yield said
    assert not said
