"""The card of one model at a time, whichever was asked for: read from disk, and measured on demand.

Part of the session. The reader reads and measures; numpy only.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from psygnal import Signal

from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.metrics.figures import Figures
from explorer.metrics.progress import EvaluateProgress
from explorer.runs.folder import WEIGHTS
from explorer.runs.images import kept_images
from explorer.runs.keeping import keep_figures
from explorer.runs.model_card import ModelCard, read_card
from explorer.runs.run import Run
from explorer.session.asking.engine import Engine
from explorer.session.asking.measuring import read_images, working_device
from explorer.session.asking.question import Question
from explorer.session.asking.requests import Held
from explorer.session.asking.threads import import_torch
from explorer.session.data_at_hand import DataAtHand
from explorer.session.message import Refused


class Read(NamedTuple):
    """A run as it lay on disk when its card was read, and that card."""

    run: Run
    card: ModelCard


@dataclass(frozen=True, eq=False)
class ReadCard:
    """What is known of the run in a folder."""

    folder: Path

    def answer(self, held: Held) -> Generator[Read | Refused, None, None]:
        import_torch()
        try:
            run = Run.open(self.folder)
            if WEIGHTS not in run.manifest.files and run.manifest.status == "training":
                yield Refused("It has no weights yet; wait for its training.")
            else:
                yield Read(run, read_card(run))
        except BadInput as error:
            yield Refused(str(error))


@dataclass(frozen=True)
class Measured:
    """The figures of a run, and what has to be said of them."""

    figures: Figures
    of_all: bool
    """Of all images of the run, not only of those that were kept with it."""
    note: str


@dataclass(frozen=True, eq=False)
class MeasureFigures:
    """Measure a run on its held-out images, and keep the figures with it."""

    run: Run
    full: bool
    data: DataSet | None
    """Its images, where they are at hand."""

    def answer(self, held: Held) -> Generator[EvaluateProgress | Measured | Refused, None, None]:
        device = working_device()
        from explorer.metrics.evaluate import evaluate

        try:
            data, note = self._images()
            for item in evaluate(self.run.model(), data, full=self.full, device=device):
                if isinstance(item, Figures):
                    yield Measured(item, not note, note or self._keep(item))
                else:
                    yield item
        except (BadInput, Failure) as error:
            yield Refused(str(error))

    def _images(self) -> tuple[DataSet, str]:
        """Those of the run, or else the ones that were kept with it and a sentence that says so."""
        if self.data is not None:
            return self.data, ""
        try:
            return read_images(self.run), ""
        except BadInput as error:
            kept = kept_images(self.run)
            if kept is None:
                raise
            return kept, f"{error} Measured on the {len(kept.test):,} images that were kept with the model."

    def _keep(self, figures: Figures) -> str:
        if not self.run.writable:
            return "These figures are shown until another card is opened: this model's folder stays as it is."
        try:
            keep_figures(self.run, figures.as_dict())
        except (BadInput, Failure) as error:
            return f"The figures are not kept with the model: {error}"
        return ""


class ModelCards:
    """One card; it stays that of its model whatever else is opened."""

    opened = Signal()
    """Somebody wants to see a card."""
    changed = Signal()

    def __init__(self, reader: Engine, at_hand: DataAtHand) -> None:
        self._at_hand = at_hand
        self.run: Run | None = None
        """Whose it is; with its card the run as it was read."""
        self.card: ModelCard | None = None
        self.fault = ""
        """Why there is no card, or no figures."""
        self.note = ""
        """What has to be said of the figures."""
        self.progress: EvaluateProgress | None = None
        """How far the measuring is."""
        self._reading: Question[Read | Refused] = Question(reader, self._on_card, missed=self._on_missed)
        self._measuring: Question[EvaluateProgress | Measured | Refused] = Question(
            reader, self._on_measured, missed=self._on_missed
        )

    @property
    def measuring(self) -> bool:
        return self._measuring.asked is not None

    def show(self, run: Run | None) -> None:
        """Open the card of a run, where there is one; what is being measured of another is given up."""
        if run is None:
            return
        if not (self.measuring and self.run is not None and run.folder == self.run.folder):
            self._put(run)
        self.opened()

    def measure(self) -> None:
        """Measure what is missing: all figures, and after them the likelihood of all held-out images."""
        if self.run is None or self.card is None or self.measuring:
            return
        data = self._at_hand.get(self.run.manifest.data.fingerprint)
        self.fault = self.note = ""
        self._measuring.ask(MeasureFigures(self.run, self.card.figures is not None, data))
        self.changed()

    def cancel(self) -> None:
        """Measure no further."""
        self._measuring.forget()
        self.progress = None
        self.changed()

    def follow_library(self) -> None:
        """The model may have learned on, or have another name or none."""
        if self.run is not None and not self.measuring:
            self.fault = ""
            self._reading.ask(ReadCard(self.run.folder))

    def _put(self, run: Run) -> None:
        self._measuring.forget()
        if self.run is None or run.folder != self.run.folder:
            self.card = None
        self.run, self.fault, self.note, self.progress = run, "", "", None
        self._reading.ask(ReadCard(run.folder))
        self.changed()

    def _on_card(self, result: Read | Refused) -> None:
        if isinstance(result, Refused):
            self.card, self.fault = None, result.sentence
        else:
            before = self.card
            same = self.run is not None and result.run.key == self.run.key
            self.run, self.card = result
            if before is not None and before.figures is not None and same and self.card.figures is None:
                # They could not be kept with the model.
                self.card = self.card.with_figures(before.figures, of_all=before.of_all)
        self.changed()

    def _on_measured(self, result: EvaluateProgress | Measured | Refused) -> None:
        match result:
            case EvaluateProgress():
                self.progress = result
            case Refused():
                self.fault = result.sentence
                self.cancel()
            case Measured() if self.card is not None:
                self.card = self.card.with_figures(result.figures, of_all=result.of_all)
                self.note = result.note
                self.cancel()
        self.changed()

    def _on_missed(self) -> None:
        self.progress = None
        self.fault = "That failed; the message at the foot of the window says why."
        self.changed()
