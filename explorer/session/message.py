"""A sentence for the person, and who takes it. Standard library only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

Kind = Literal["info", "warning", "error"]


class Message(NamedTuple):
    """A sentence for the message bar."""

    text: str
    kind: Kind = "info"
    action: tuple[str, Callable[[], None]] | None = None
    """What can be done about it: the word on the button, and what pressing it does."""
    holds: Callable[[], bool] | None = None
    """Whether it is still so; None where that does not change."""


class Refused(NamedTuple):
    """What was asked for can't be done; the sentence says why."""

    sentence: str


class Say(Protocol):
    """Shows a sentence to the person."""

    def __call__(
        self,
        text: str,
        kind: Kind = "info",
        action: tuple[str, Callable[[], None]] | None = None,
        holds: Callable[[], bool] | None = None,
    ) -> None: ...
