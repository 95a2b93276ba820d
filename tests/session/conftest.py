"""A session without a window: the test's own loop collects the mail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.runs.library import Library
from explorer.session.learning.plans import Plan
from explorer.session.session import Session

Until = Callable[[Callable[[], object]], None]


class Loop:
    """Collects a session's mail until something holds."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self.session = Session(Library(), self._woken.set)

    def until(self, holds: Callable[[], object], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "waited in vain"
            self._woken.wait(0.2)
            self._woken.clear()
            self.session.mailbox.collect()


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
