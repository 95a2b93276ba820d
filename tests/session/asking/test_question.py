"""What is still welcome of the answers to one question."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from explorer.session.asking.question import Lifetime, Question
from explorer.session.asking.workers import Workers


@dataclass(frozen=True, eq=False)
class Fails:
    def answer(self, held: dict[str, Any]) -> Generator[str, None, None]:
        raise ValueError("broken")
        yield


@dataclass(frozen=True, eq=False)
class Waits:
    """Answers once the gate is open."""

    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def answer(self, held: dict[str, Any]) -> Generator[str, None, None]:
        self.begun.set()
        assert self.gate.wait(10)
        yield "late"


class Asked:
    """A question to which an older answer is welcome too, and what has come of it."""

    def __init__(self) -> None:
        self.woken = threading.Event()
        self.faults: list[str] = []
        self.answers: list[str] = []
        self.missed = 0
        self.life = Lifetime()
        self.workers = Workers(self.woken.set, self.faults.append)
        self.question: Question[str] = Question(
            self.workers.main, self.answers.append, missed=self._miss, during=self.life, late=True
        )

    def _miss(self) -> None:
        self.missed += 1

    def until_posted(self) -> None:
        assert self.woken.wait(10)
        self.woken.clear()


@pytest.fixture
def asked() -> Generator[Asked, None, None]:
    made = Asked()
    yield made
    assert made.workers.close()


def give_up(asked: Asked) -> None:
    asked.question.forget()


def end_life(asked: Asked) -> None:
    asked.life.end()


@pytest.mark.parametrize("end", [give_up, end_life])
def test_after_an_older_failure_the_newer_request_can_still_be_given_up(
    asked: Asked, end: Callable[[Asked], None]
) -> None:
    newer = Waits()
    asked.question.ask(Fails())
    asked.until_posted()
    asked.question.ask(newer)
    assert newer.begun.wait(10)
    asked.workers.mailbox.collect()
    assert len(asked.faults) == 1
    assert asked.missed == 0, "the newer one may still succeed"
    assert asked.question.asked is newer
    end(asked)
    newer.gate.set()
    after = Waits()
    after.gate.set()
    Question[str](asked.workers.main, asked.answers.append).ask(after)
    asked.until_posted()
    asked.workers.mailbox.collect()
    assert asked.answers == ["late"], "of what was asked afterwards alone"


def test_a_failure_of_the_newest_is_a_miss(asked: Asked) -> None:
    asked.question.ask(Fails())
    asked.until_posted()
    asked.workers.mailbox.collect()
    assert asked.missed == 1
    assert asked.question.asked is None
