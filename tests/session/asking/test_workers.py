"""Results that are in the post when something else is opened."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch

from explorer.errors import BadInput
from explorer.session.asking.mailbox import Mailbox
from explorer.session.asking.question import Lifetime, Question
from explorer.session.asking.workers import Workers
from explorer.training import device


@dataclass(frozen=True, eq=False)
class Say:
    """Yields one word."""

    word: str
    delivered: threading.Event = field(default_factory=threading.Event)

    def answer(self, held: dict[str, Any]) -> Generator[str, None, None]:
        yield self.word
        self.delivered.set()


@pytest.fixture
def posted() -> threading.Semaphore:
    return threading.Semaphore(0)


@pytest.fixture
def workers(posted: threading.Semaphore) -> Generator[Workers, None, None]:
    made = Workers(posted.release, lambda fault: None)
    yield made
    assert made.close()


def ask(question: Question[str], word: str) -> None:
    """Ask and wait until the answer lies in the mailbox."""
    request = Say(word)
    question.ask(request)
    assert request.delivered.wait(10)


def test_an_answer_in_the_post_is_dropped_once_the_life_has_ended(workers: Workers) -> None:
    taken: list[str] = []
    life = Lifetime()
    question = Question[str](workers.main, taken.append, during=life)
    ask(question, "of the old model")
    life.end()
    workers.mailbox.collect()
    assert taken == []
    ask(question, "of the new model")
    workers.mailbox.collect()
    assert taken == ["of the new model"]


@pytest.mark.parametrize("late", [False, True])
def test_an_answer_that_was_overtaken_arrives_only_where_it_is_welcome(workers: Workers, late: bool) -> None:
    taken: list[str] = []
    question = Question[str](workers.main, taken.append, late=late)
    ask(question, "first")
    ask(question, "second")
    workers.mailbox.collect()
    assert taken == (["first", "second"] if late else ["second"])


def test_two_questions_to_one_engine_do_not_overtake_each_other(workers: Workers) -> None:
    taken: list[str] = []
    for word in ("one", "other"):
        ask(Question[str](workers.main, taken.append), word)
    workers.mailbox.collect()
    assert taken == ["one", "other"]


def test_a_fault_is_told_once_and_missed_by_who_asked(posted: threading.Semaphore) -> None:
    @dataclass(frozen=True, eq=False)
    class Broken:
        def answer(self, held: dict[str, Any]) -> Generator[str, None, None]:
            raise BadInput("The file is damaged.")
            yield

    faults, missed = list[str](), list[int]()
    workers = Workers(posted.release, faults.append)
    question = Question[str](workers.main, lambda word: None, missed=lambda: missed.append(1))
    question.ask(Broken())
    assert posted.acquire(timeout=10)
    workers.mailbox.collect()
    assert (faults, missed, question.asked) == (["The file is damaged."], [1], None)
    assert workers.close()


def test_a_fault_of_one_letter_leaves_the_others_in_the_post() -> None:
    calls, taken = list[None](), list[str]()
    mailbox = Mailbox(lambda: calls.append(None))
    for letter in (lambda: taken.append("first"), lambda: 1 / 0, lambda: taken.append("last")):
        mailbox.post(letter)
    with pytest.raises(ZeroDivisionError):
        mailbox.collect()
    assert len(calls) == 2, "the owner is asked once more"
    mailbox.collect()
    assert taken == ["first", "last"]


@dataclass(frozen=True, eq=False)
class Fail:
    """Ends in an error."""

    error: Exception

    def answer(self, held: dict[str, Any]) -> Generator[str, None, None]:
        raise self.error
        yield


def test_a_gpu_that_fails_two_threads_is_left_once(
    posted: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "_faults", {})
    monkeypatch.setattr(device, "_left", [])
    happened: list[str] = []
    workers = Workers(posted.release, happened.append, lambda: happened.append("left"))
    lost = torch.AcceleratorError("CUDA error: device removed\nand so on")
    questions = [Question[str](engine, happened.append) for engine in (workers.main, workers.beside)]
    for question in questions:
        question.ask(Fail(lost))
        assert posted.acquire(timeout=10)
        workers.mailbox.collect()
    assert happened == [
        "The GPU was lost (CUDA error: device removed): models are shown on the CPU from here on.",
        "left",
    ]
    assert all(question.asked is None for question in questions)
    assert workers.close()
