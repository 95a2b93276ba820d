"""The library as the window sees it: cards with previews, and what can be done with a model on disk.

Part of the session. Folders are read by the reader's thread; numpy only.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.errors import BadInput, Failure
from explorer.runs.library import Entry, Library
from explorer.runs.run import Run
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.learning.plans import Plan
from explorer.session.learning.training import Training
from explorer.session.message import Refused, Say
from explorer.session.side import Side


class Card(NamedTuple):
    """One model of the library."""

    entry: Entry
    status: str
    """As `Entry.status` said when the shelf was read."""
    preview: NDArray[np.uint8] | None
    """(H, W, C)."""
    fault: str | None
    """Why it can't be opened, in one sentence."""


@dataclass(frozen=True, eq=False)
class ListLibrary:
    """Read every manifest and preview."""

    library: Library

    def answer(self, held: dict[str, object]) -> Generator[tuple[Card, ...] | Refused, None, None]:
        try:
            yield tuple(_card(entry) for entry in self.library.entries())
        except BadInput as error:
            yield Refused(str(error))


@dataclass(frozen=True, eq=False)
class AddModels:
    """Copy models' folders into the library; gives where each lies now."""

    library: Library
    folders: tuple[Path, ...]

    def answer(self, held: dict[str, object]) -> Generator[Path | Refused, None, None]:
        for folder in self.folders:
            try:
                yield self.library.add(folder)
            except (BadInput, Failure) as error:
                yield Refused(str(error))


class Shelf:
    """What is in the library, and the intents on it."""

    changed = Signal()
    """There are new `cards`, or another `fault`."""
    library_changed = Signal()
    """There is another run on disk, one less, or another name."""

    def __init__(
        self, library: Library, reader: Engine, sides: Sequence[Side], training: Training, say: Say
    ) -> None:
        self._library, self._sides, self._training, self._say_aloud = library, sides, training, say
        self.cards: tuple[Card, ...] | None = None
        """None until the library has been read for the first time."""
        self.fault: str | None = None
        """Why the last intent was refused, in one sentence."""
        self._list: Question[tuple[Card, ...] | Refused] = Question(reader, self._take_cards)
        self._add: Question[Path | Refused] = Question(reader, self._take_added)

    def refresh(self) -> None:
        """Read the library anew, behind the window."""
        self._list.ask(ListLibrary(self._library))

    def open(self, card: Card) -> None:
        self._say(None)
        self._sides[0].open(card.entry.folder)

    def resume_refusal(self, card: Card) -> str | None:
        """Why a model can't be trained on now."""
        if self._training.active and card.entry.name in self._trained:
            return "It is being trained now."
        if card.entry.shipped or card.status not in ("stopped", "failed"):
            return "Only an own training that was stopped before its end can be resumed."
        return None

    @property
    def _trained(self) -> tuple[str, str]:
        """Names of what is being trained: of the run, and of the one that is about to be resumed."""
        plan = self._training.plan
        return self._training.learner_name, "" if plan is None else plan.resume

    def resume(self, card: Card) -> None:
        manifest = card.entry.manifest
        if self.resume_refusal(card) is None and manifest is not None:
            name, origin = card.entry.name, manifest.data.origin
            self._training.start(Plan(manifest.family, manifest.settings, origin, resume=name))

    def rename(self, card: Card, wish: str) -> None:
        """Give an own model another name; one that is on display stays there."""
        try:
            folder = self._library.rename(card.entry.name, wish)
            for side in self._sides:
                if side.model is not None and side.model.run.folder == card.entry.folder:
                    side.update(run=Run.open(folder))
            self._say(None)
        except (BadInput, Failure) as error:
            self._say(str(error))
        self.library_changed()

    def trash(self, card: Card) -> None:
        """Move an own model to the system's trash."""
        try:
            self._library.trash(card.entry.name)
            self._say(None)
        except (BadInput, Failure) as error:
            self._say(str(error))
        self.library_changed()

    def add(self, *folders: Path) -> None:
        """Copy models' folders into the library and open the last."""
        self._say(None)
        self._add.ask(AddModels(self._library, folders))

    def _say(self, fault: str | None) -> None:
        if fault != self.fault:
            self.fault = fault
            self.changed()

    def _take_cards(self, result: tuple[Card, ...] | Refused) -> None:
        if isinstance(result, Refused):
            self._say(result.sentence)
        else:
            self.cards = result
            self.changed()

    def _take_added(self, result: Path | Refused) -> None:
        if isinstance(result, Refused):
            self._say(result.sentence)
            # The library may be folded away while something is dropped on the window.
            self._say_aloud(result.sentence, "error")
        else:
            self._say_aloud(f"{result.name} is in the library now.")
            self.library_changed()
            self._sides[0].open(result)


def _card(entry: Entry) -> Card:
    preview, fault = None, entry.fault
    if entry.manifest is not None and fault is None:
        try:
            preview = Run(entry.folder, entry.manifest).preview()
        except BadInput as error:
            fault = str(error)
    return Card(entry, "damaged" if fault is not None else entry.status, preview, fault)
