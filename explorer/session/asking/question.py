"""A question to a thread: what is asked of whom, who takes the answer, and how long it means anything.

Whoever asks keeps a `Question` and gives it one request after another. Only answers to the newest one
arrive, so nobody else compares requests or keeps lists of channels. Standard library only.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Generator
from typing import Any, Generic, Protocol, TypeVar

from explorer.session.asking.engine import Engine

Result = TypeVar("Result")
Answer = TypeVar("Answer", covariant=True)


class Request(Protocol[Answer]):
    """A frozen question. Its answer runs on the engine's thread, one result at a time."""

    def answer(self, held: dict[str, Any]) -> Generator[Answer, None, None]:
        """Yield results; `held` is what the thread keeps between requests (the displayed model)."""
        ...


class Lifetime:
    """How long answers mean something: as long as a model is on display, or a side has one."""

    def __init__(self) -> None:
        self._questions: list[Question[Any]] = []

    def hold(self, question: Question[Any]) -> None:
        self._questions.append(question)

    def end(self) -> None:
        """Forget whatever was asked in it; it begins anew."""
        for question in self._questions:
            question.forget()


class Question(Generic[Result]):
    """One thing asked of an engine, again and again; the engine's channel is the question itself.

    Parameters
    ----------
    answered
        Called with each result, on the owner's thread.
    missed
        Called when a request has failed; the fault itself is told elsewhere.
    during
        When this ends what was asked is forgotten; by default it lives as long as the session.
    late
        An answer to an earlier request is welcome too: a picture that follows the pointer is better old
        than not at all.
    """

    def __init__(
        self,
        engine: Engine,
        answered: Callable[[Result], None],
        *,
        missed: Callable[[], None] | None = None,
        during: Lifetime | None = None,
        late: bool = False,
    ) -> None:
        self._engine, self._answered, self._missed, self._late = engine, answered, missed, late
        self.asked: Request[Result] | None = None
        """The newest request, until it is forgotten."""
        self._welcome: weakref.WeakSet[Request[Result]] = weakref.WeakSet()
        if during is not None:
            during.hold(self)

    def ask(self, request: Request[Result]) -> None:
        """Ask; what was asked before is given up."""
        if not self._late:
            self._welcome.clear()
        self.asked = request
        self._welcome.add(request)
        self._engine.submit(self, request)

    def forget(self) -> None:
        """Give up what was asked, in mid-way too; nothing of it arrives any more."""
        if self._welcome:
            self.asked = None
            self._welcome.clear()
            self._engine.forget(self)

    def awaits(self, request: Request[Result]) -> bool:
        """Whether an answer to this request still means something: it may have been in the post."""
        return request in self._welcome

    def deliver(self, result: Result) -> None:
        """Hand a result to who asked."""
        self._answered(result)

    def miss(self, request: Request[Result]) -> None:
        """A request has failed; where it is not the newest that one still goes on."""
        self._welcome.discard(request)
        if request is not self.asked:
            return
        self.asked = None
        if self._missed is not None:
            self._missed()
