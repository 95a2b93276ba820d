"""The card of one model at a time, whichever was asked for: read from disk, and measured on demand.

Part of the session. The reader reads and measures; numpy only.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from psygnal import Signal

from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.metrics.figures import Figures
from explorer.metrics.progress import EvaluateProgress
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


@dataclass(frozen=True, eq=False)
class ReadCard:
    """What is known of a run."""

    run: Run

    def answer(self, held: Held) -> Generator[ModelCard | Refused, None, None]:
        import_torch()
        try:
            yield read_card(Run.open(self.run.folder))
        except BadInput as error:
            yield Refused(str(error))


@dataclass(frozen=True)
class Measured:
    """The figures of a run, and what has to be said of them."""

    figures: Figures
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
                yield Measured(item, note or self._keep(item)) if isinstance(item, Figures) else item
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
        self.card: ModelCard | None = None
        self.fault = ""
        """Why there is no card, or no figures."""
        self.note = ""
        """What has to be said of the figures."""
        self.progress: EvaluateProgress | None = None
        """How far the measuring is."""
        self._reading: Question[ModelCard | Refused] = Question(reader, self._on_card)
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
        if self.run is None or run.key != self.run.key or self.card is None:
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
        if self.run is None:
            return
        try:
            there = Run.open(self.run.folder)
        except BadInput:
            self.fault = f"{self.run.name} is not in the library under this name any more."
            self.changed()
            return
        if there.key != self.run.key:
            self._put(there)

    def _put(self, run: Run) -> None:
        self._measuring.forget()
        self.run, self.card, self.fault, self.note, self.progress = run, None, "", "", None
        self._reading.ask(ReadCard(run))
        self.changed()

    def _on_card(self, result: ModelCard | Refused) -> None:
        if isinstance(result, Refused):
            self.fault = result.sentence
        else:
            self.card = result
        self.changed()

    def _on_measured(self, result: EvaluateProgress | Measured | Refused) -> None:
        match result:
            case EvaluateProgress():
                self.progress = result
            case Refused():
                self.fault = result.sentence
                self.cancel()
            case Measured() if self.card is not None:
                self.card, self.note = self.card.with_figures(result.figures), result.note
                self.cancel()
        self.changed()

    def _on_missed(self) -> None:
        self.progress = None
        self.fault = "Measuring failed; the message below the window says why."
        self.changed()
