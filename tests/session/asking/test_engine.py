"""Newest wins, stale answers are dropped, channels take turns."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from explorer.session.asking.engine import Answers, Engine


@dataclass(frozen=True, eq=False)
class Count:
    """Yields numbers; each waits for the gate."""

    name: str
    results: int = 1
    gate: threading.Event | None = None
    begun: threading.Event = field(default_factory=threading.Event)

    def answer(self, held: dict[str, Any]) -> Generator[object, None, None]:
        for number in range(self.results):
            self.begun.set()
            if self.gate is not None:
                assert self.gate.wait(10)
            yield number


class Collected:
    """An engine whose results are kept in order."""

    def __init__(self) -> None:
        self.results: list[tuple[str, object]] = []
        self.arrived = threading.Condition()
        self.engine = Engine("test", self._deliver)

    def _deliver(self, channel: str, request: Answers, result: object) -> None:
        with self.arrived:
            self.results.append((getattr(request, "name", ""), result))
            self.arrived.notify_all()

    def wait_for(self, count: int) -> list[tuple[str, object]]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.results) >= count, 10)
            return list(self.results)


@pytest.fixture
def collected() -> Generator[Collected, None, None]:
    made = Collected()
    yield made
    assert made.engine.close(5)


def test_a_hundred_requests_cost_one_in_flight_and_one_waiting(collected: Collected) -> None:
    gate = threading.Event()
    first = Count("first", gate=gate)
    collected.engine.submit("cursor", first)
    assert first.begun.wait(10)
    for number in range(100):
        collected.engine.submit("cursor", Count(f"{number}"))
    gate.set()
    assert collected.wait_for(1) == [("99", 0)]
    assert collected.engine.in_flight_max == 1


def test_a_newer_request_ends_the_older_in_mid_way(collected: Collected) -> None:
    gate = threading.Event()
    old = Count("old", results=10_000, gate=gate)
    collected.engine.submit("strip", old)
    assert old.begun.wait(10)
    collected.engine.submit("strip", Count("new"))
    gate.set()
    assert ("new", 0) in collected.wait_for(1)
    assert sum(name == "old" for name, _ in collected.results) < 100


def test_channels_take_turns(collected: Collected) -> None:
    gate = threading.Event()
    long = Count("long", results=50, gate=gate)
    collected.engine.submit("embed", long)
    assert long.begun.wait(10)
    collected.engine.submit("cursor", Count("short"))
    gate.set()
    results = collected.wait_for(51)
    assert results.index(("short", 0)) < 5


def test_an_error_is_delivered_and_the_thread_goes_on(collected: Collected) -> None:
    @dataclass(frozen=True, eq=False)
    class Broken:
        def answer(self, held: dict[str, Any]) -> Generator[object, None, None]:
            raise ValueError("broken")
            yield

    collected.engine.submit("cursor", Broken())
    (_, error), *_ = collected.wait_for(1)
    assert isinstance(error, ValueError)
    collected.engine.submit("cursor", Count("after"))
    assert collected.wait_for(2)[-1] == ("after", 0)


def test_what_is_forgotten_is_not_delivered(collected: Collected) -> None:
    gate = threading.Event()
    asked = Count("asked", gate=gate)
    collected.engine.submit("drawing", asked)
    assert asked.begun.wait(10)
    collected.engine.forget("drawing")
    gate.set()
    collected.engine.submit("cursor", Count("after"))
    assert collected.wait_for(1) == [("after", 0)]


def test_a_fresh_request_comes_before_what_others_have_left_to_say(collected: Collected) -> None:
    gate = threading.Event()
    long = [Count(channel, results=3, gate=gate) for channel in ("embed", "strip", "learner")]
    collected.engine.submit("embed", long[0])
    assert long[0].begun.wait(10)
    for request in long[1:]:
        collected.engine.submit(request.name, request)
    cursor = Count("cursor")
    collected.engine.submit("cursor", cursor)
    gate.set()
    names = [name for name, _ in collected.wait_for(10)]
    assert names.index("embed") == 0
    assert "cursor" in names[1:4]
    assert names[4:].count("cursor") == 0


class Channel:
    """As a question is: nothing but itself."""


def test_of_a_channel_that_is_done_nothing_is_kept(collected: Collected) -> None:
    def ask(given_up: bool) -> weakref.ref[Channel]:
        channel, gate = Channel(), threading.Event()
        request = Count("once", results=3, gate=gate)
        collected.engine.submit(channel, request)
        assert request.begun.wait(10)
        if given_up:
            collected.engine.forget(channel)
        gate.set()
        return weakref.ref(channel)

    channels = [ask(given_up) for given_up in (False, True, False)]
    turns = 5
    collected.engine.submit("last", Count("last", results=turns))
    collected.wait_for(2 * 3 + turns)
    assert collected.engine.close(5)
    gc.collect()
    assert [channel() for channel in channels] == [None] * 3


def test_requests_wait_until_the_engine_begins() -> None:
    delivered = threading.Event()
    engine = Engine("test", lambda channel, request, result: delivered.set(), begin=False)
    engine.submit("cursor", Count("early"))
    assert not delivered.wait(0.05)
    engine.begin()
    assert delivered.wait(10)
    assert engine.close(5)


def test_an_engine_that_never_began_closes() -> None:
    assert Engine("test", lambda channel, request, result: None, begin=False).close(1)
