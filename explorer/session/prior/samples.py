"""What models draw, beside each other; what they make of held-out images is in `reconstructions`.

Part of the session; numpy only. Nothing is computed for what can't be seen. What has been computed stays
until its models or its seed change.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from psygnal import Signal

from explorer.errors import BadInput
from explorer.runs.folder import RunKey
from explorer.runs.library import Library
from explorer.runs.run import Run
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.asking.requests import Images
from explorer.session.message import Say
from explorer.session.prior.draws import Source
from explorer.session.prior.reconstructions import Reconstructions, as_on_disk, unique
from explorer.session.prior.sample_requests import (
    MEASURED,
    DrawSamples,
    Key,
    Measured,
    Measuring,
    SampleResult,
    SheetPictures,
    Unable,
    Unmeasured,
    Wanted,
)
from explorer.session.prior.samples_beside import FAILED
from explorer.session.side import Side

PAIR = ("ae-mnist-16d", "vae-mnist-16d")
"""Beside each other where nothing is open, and beside models of the same data."""
SOURCES: tuple[Source, ...] = ("prior", "fitted")


@dataclass(frozen=True, eq=False)
class Sheet:
    """Samples of one model from one source, as far as they have come."""

    pictures: Images | None = None
    share: float | None = None
    """Of the measuring; None before it begins."""
    figures: Measured | None = None
    refusal: str = ""
    """Why there are no pictures."""
    unmeasured: str = ""
    """Why there are no figures."""

    @property
    def done(self) -> bool:
        return bool(self.figures or self.refusal or self.unmeasured)


class Samples:
    """Draws of two models, each from N(0, I) and from a Gaussian fitted to its codes."""

    changed = Signal()

    def __init__(self, sides: Sequence[Side], library: Library, reader: Engine, say: Say) -> None:
        self._sides, self._library, self._say = sides, library, say
        self.reconstructions = Reconstructions(sides, reader, say)
        self.pair: list[Run | None] = [None, None]
        self._chosen = False
        """By hand; until then the pair is of what is open."""
        self.seed = 0
        self.measured = MEASURED
        """Samples that the figures are taken from."""
        self.sheets: dict[Key, Sheet] = {}
        self._shown = False
        self._asking: Question[SampleResult] = Question(reader, self._on_answer, missed=self._missed)
        for side in sides:
            side.model_opened.connect(self._on_opened)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """In the order in which they stand beside each other."""
        runs = unique([run for run in self.pair if run is not None])
        return tuple(Wanted(run, source) for source in SOURCES for run in runs)

    def sheet(self, wanted: Wanted) -> Sheet:
        return self.sheets.get(wanted.key, Sheet())

    def choose(self, place: int, name: str | Path) -> None:
        """Put a model of the library on one side of the pair."""
        self._chosen = True
        try:
            self.pair[place] = self._library.find(str(name))
        except BadInput as error:
            self._say(str(error), "error")
        self._refresh()

    def follow_library(self) -> None:
        """A model may have been deleted, or have learned on."""
        there = [None if run is None else as_on_disk(run) for run in self.pair]
        if there != self.pair:
            self.pair = there
            self._refresh()
        self.reconstructions.follow_library()

    def draw_again(self) -> None:
        """Other draws, from the next seed."""
        self.seed += 1
        self.sheets = {}
        self._refresh()

    def want(self, shown: bool) -> None:
        """Whether this can be seen."""
        self._shown = shown
        self._open_pair()
        if not shown:
            self._forget()
        self._refresh()

    def _open_pair(self) -> None:
        """The open models that draw first, then those that ship of the same data; none where one chose."""
        if self._chosen or not self._shown:
            return
        open_runs = [run for run in self.reconstructions.open_runs if _draws(run)]
        shipped = []
        for name in PAIR:
            with contextlib.suppress(BadInput):
                shipped.append(self._library.find(name))
        alike = [run for run in shipped if not open_runs or _data_of(run) == _data_of(open_runs[0])]
        found = unique([*open_runs, *alike])[: len(self.pair)]
        self.pair = [*found, *[None] * (len(self.pair) - len(found))]

    def _on_opened(self) -> None:
        before = list(self.pair)
        self._open_pair()
        if self.pair != before:
            self._refresh()

    def _refresh(self) -> None:
        keys = {wanted.key for wanted in self.wanted}
        self.sheets = {key: sheet for key, sheet in self.sheets.items() if key in keys}
        self._forget()
        missing = tuple(wanted for wanted in self.wanted if not self.sheet(wanted).done)
        if self._shown and missing:
            data = self._sides[0].images.data
            self._asking.ask(DrawSamples(missing, self.seed, data, self.measured))
        self.changed()

    def _forget(self) -> None:
        self._asking.forget()

    def _on_answer(self, result: SampleResult) -> None:
        if isinstance(result.key, RunKey):
            return
        sheet = self.sheets.get(result.key, Sheet())
        match result:
            case SheetPictures():
                sheet = replace(sheet, pictures=result.pictures, share=None)
            case Unable():
                sheet = replace(sheet, refusal=result.sentence)
            case Measuring():
                sheet = replace(sheet, share=result.share)
            case Measured():
                sheet = replace(sheet, figures=result)
            case Unmeasured():
                sheet = replace(sheet, unmeasured=result.sentence)
        self.sheets[result.key] = sheet
        self.changed()

    def _missed(self) -> None:
        """The request has failed, which the message bar tells."""
        for wanted in self.wanted:
            if not self.sheet(wanted).done:
                self.sheets[wanted.key] = replace(self.sheet(wanted), unmeasured=FAILED)
        self.changed()


def _data_of(run: Run) -> str:
    return run.manifest.data.fingerprint


def _draws(run: Run) -> bool:
    """It has a space whose codes can be decoded."""
    return any(space.can_decode for space in run.manifest.spaces)
