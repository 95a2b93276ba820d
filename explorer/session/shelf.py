"""The library as the window sees it: cards with previews, and what can be done with a model on disk.

Part of the session. Folders are read by the reader's thread; numpy only.
"""

from __future__ import annotations

import contextlib
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
from explorer.session.learning.training import Training
from explorer.session.message import Refused, Say
from explorer.session.open_model import OpenModel
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
    """Read every manifest and preview; a person's own models come first."""

    library: Library

    def answer(self, held: dict[str, object]) -> Generator[tuple[Card, ...] | Refused, None, None]:
        try:
            cards = [_card(entry) for entry in self.library.entries()]
            yield tuple(sorted(cards, key=lambda card: card.entry.shipped))
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
    """What is in the library, and the intents on it.

    Parameters
    ----------
    first
        What the main side falls back to when its model is deleted.
    """

    changed = Signal()
    """There are new `cards`, or another `fault`."""
    library_changed = Signal()
    """There is another run on disk, one less, or another name."""

    def __init__(
        self,
        library: Library,
        reader: Engine,
        sides: Sequence[Side],
        training: Training,
        say: Say,
        first: str,
    ) -> None:
        library.put_back_all()
        self._first = first
        self._aside: list[Path] = []
        """What was deleted and can still be brought back."""
        self._library, self._sides, self._training, self._say_aloud = library, sides, training, say
        self.cards: tuple[Card, ...] | None = None
        """None until the library has been read for the first time."""
        self.fault: str | None = None
        """Why the last intent was refused, in one sentence."""
        self._list: Question[tuple[Card, ...] | Refused] = Question(reader, self._on_cards)
        self._add: Question[Path | Refused] = Question(reader, self._on_added)

    @property
    def interrupted(self) -> Card | None:
        """Of the own trainings that were stopped before their end the one begun last."""
        own = [card for card in self.cards or () if self.can_go_on(card)]
        return max(own, key=_created, default=None)

    @staticmethod
    def can_go_on(card: Card) -> bool:
        """It is an own training that was stopped before its end."""
        return not card.entry.shipped and card.status in ("stopped", "failed")

    def refresh(self) -> None:
        """Read the library anew, behind the window."""
        self._list.ask(ListLibrary(self._library))

    def open(self, model: str | Path) -> None:
        """Put a model on the main map, by its name or its folder; the one in training lives there."""
        self._say(None)
        folder = self._learning
        if folder is not None and (str(model) == folder.name or _is_at(model, folder)):
            self._training.show_on(self._sides[0])
        else:
            self._sides[0].open(model)

    @property
    def _learning(self) -> Path | None:
        """The folder of the model in training here."""
        model = self._training.learner.model
        return model.run.folder if model is not None and model.living else None

    def is_learning(self, card: Card) -> bool:
        """It is the model in training here."""
        return self._learning == card.entry.folder

    def preview_of(self, card: Card) -> NDArray[np.uint8] | None:
        """Its kept picture (H, W, C), or of the model in training one that it makes now."""
        if not self.is_learning(card):
            return card.preview
        made = self._training.pictures.made
        pictures = made.get("reconstructions", made.get("samples"))
        return None if pictures is None else pictures[-1]

    def resume_refusal(self, card: Card) -> str | None:
        """Why a model can't be trained on now."""
        if self._training.active and card.entry.name in self._trained:
            return "It is being trained now."
        if not card.entry.folder.is_dir():
            return f"{card.entry.name} is not in the library any more."
        if not self.can_go_on(card):
            return "Only an own training that was stopped before its end can be resumed."
        return None

    @property
    def _trained(self) -> tuple[str, str]:
        """Names of what is being trained: of the run, and of the one that is about to be resumed."""
        plan = self._training.plan
        return self._training.learner_name, "" if plan is None else plan.resume

    def resume(self, card: Card) -> None:
        manifest, refusal = card.entry.manifest, self.resume_refusal(card)
        if refusal is not None:
            self._say(refusal)
        elif manifest is not None:
            self._training.resume(Run(card.entry.folder, manifest))

    def rename(self, card: Card, wish: str) -> None:
        """Give an own model another name; one that is on display stays there."""
        try:
            run = Run.open(self._library.rename(card.entry.name, wish))
            for side in self._sides:
                if side.model is not None and side.model.run.folder == card.entry.folder:
                    side.rename(run)
            self._training.follow(card.entry.folder, run)
            self._say(None)
        except (BadInput, Failure) as error:
            self._say(str(error))
        self.library_changed()

    def trash(self, card: Card) -> None:
        """Take an own model off the shelf; it goes to the system's trash when the session ends."""
        try:
            aside = self._library.set_aside(card.entry.name)
        except (BadInput, Failure) as error:
            self._say(str(error))
            self.library_changed()
            return
        self._aside.append(aside)
        self._say(None)
        left = [side for side in self._sides if side.model and side.model.run.folder == card.entry.folder]
        for side in left:
            self._leave(side)
        shown = [(side, side.model) for side in left]
        self._training.follow(card.entry.folder, None)
        self.library_changed()
        text = f"{card.entry.name} goes to the trash when Latent Explorer is closed."
        self._say_aloud(text, action=("Undo", lambda: self._restore(card, aside, shown)))

    def close(self) -> None:
        """What was deleted and not brought back goes to the system's trash."""
        for aside in self._aside:
            with contextlib.suppress(Failure):  # then it is in the library again
                self._library.discard(aside)
        self._aside = []

    def _leave(self, side: Side) -> None:
        """What a side showed is gone: the main one goes back to what ships, the other one is empty."""
        side.show(None)
        if side is self._sides[0]:
            whole = [entry for entry in self._library.entries() if entry.shipped and entry.fault is None]
            first = next((entry for entry in whole if entry.name == self._first), None)
            if first is not None or whole:
                side.open((first or whole[0]).folder)

    def _restore(self, card: Card, aside: Path, left: list[tuple[Side, OpenModel | None]]) -> None:
        """Undo the deletion; where nothing else was opened since, the model is shown again."""
        try:
            folder = self._library.put_back(aside)
        except Failure as error:
            self._say_aloud(str(error), "error")
            return
        self._aside.remove(aside)
        for side, model in left:
            if side.model is model or (side.model and model and side.shows(model)):
                side.open(folder)
        with contextlib.suppress(BadInput):
            self._training.follow(card.entry.folder, Run.open(folder))
        self._say_aloud(f"{folder.name} is in the library again.")
        self.library_changed()

    def add(self, *folders: Path) -> None:
        """Copy models' folders into the library and open the last."""
        self._say(None)
        self._add.ask(AddModels(self._library, folders))

    def _say(self, fault: str | None) -> None:
        if fault != self.fault:
            self.fault = fault
            self.changed()

    def _on_cards(self, result: tuple[Card, ...] | Refused) -> None:
        if isinstance(result, Refused):
            self._say(result.sentence)
        else:
            self.cards = result
            self.changed()

    def _on_added(self, result: Path | Refused) -> None:
        if isinstance(result, Refused):
            self._say(result.sentence)
            # The library may be folded away while something is dropped on the window.
            self._say_aloud(result.sentence, "error")
        else:
            self._say_aloud(f"{result.name} is in the library now.")
            self.library_changed()
            self._sides[0].open(result)


def _is_at(path: str | Path, folder: Path) -> bool:
    """Whether both are one folder on disk."""
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        return Path(path).expanduser().resolve() == folder.resolve()
    return False


def _created(card: Card) -> str:
    """When its training began, ISO 8601."""
    return "" if card.entry.manifest is None else card.entry.manifest.created


def _card(entry: Entry) -> Card:
    preview, fault = None, entry.fault
    if entry.manifest is not None and fault is None:
        try:
            preview = Run(entry.folder, entry.manifest).preview()
        except BadInput as error:
            fault = str(error)
    return Card(entry, "damaged" if fault is not None else entry.status, preview, fault)
