"""Results that are in the post when something else is opened."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from explorer.session.asking.mailbox import Mailbox
from explorer.session.asking.workers import Workers


@dataclass(frozen=True, eq=False)
class Say:
    """Yields one word."""

    word: str
    channel: str = "words"

    def answer(self, held: dict[str, Any]) -> Generator[str, None, None]:
        yield self.word


@pytest.fixture
def posted() -> threading.Semaphore:
    return threading.Semaphore(0)


@pytest.fixture
def workers(posted: threading.Semaphore) -> Generator[Workers, None, None]:
    made = Workers(posted.release, lambda fault: None)
    yield made
    assert made.close()


def ask(workers: Workers, posted: threading.Semaphore, word: str) -> None:
    """Ask and wait until the answer lies in the mailbox."""
    workers.engine.submit(Say(word))
    assert posted.acquire(timeout=10)


def test_an_answer_in_the_post_is_dropped_once_its_channel_is_forgotten(
    workers: Workers, posted: threading.Semaphore
) -> None:
    taken: list[str] = []
    workers.take("words", lambda request, result: taken.append(result))
    ask(workers, posted, "of the old model")
    workers.engine.forget("words")
    workers.mailbox.collect()
    assert taken == []
    ask(workers, posted, "of the new model")
    workers.mailbox.collect()
    assert taken == ["of the new model"]


def test_an_answer_that_was_only_overtaken_is_shown(workers: Workers, posted: threading.Semaphore) -> None:
    taken: list[str] = []
    workers.take("words", lambda request, result: taken.append(result))
    ask(workers, posted, "first")
    workers.engine.submit(Say("second"))
    workers.mailbox.collect()
    assert taken[0] == "first"


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
