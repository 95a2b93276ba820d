"""What models draw themselves, beside what they make of held-out images. Part of the session; numpy only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from explorer.data.image_set import DataSet
from explorer.runs.run import Run
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.asking.requests import Images
from explorer.session.prior.sample_requests import (
    DrawSamples,
    Key,
    SampleResult,
    SheetPictures,
    Unable,
    Wanted,
)

FAILED = "This could not be computed."


class Drawn(NamedTuple):
    """Samples of one model, or why there are none; neither while they are awaited."""

    pictures: Images | None = None
    refusal: str = ""

    @property
    def done(self) -> bool:
        return self.pictures is not None or bool(self.refusal)


def own_samples(run: Run) -> Wanted:
    """Drawn from its prior; where it has none, from a Gaussian fitted to its codes."""
    space = next((space for space in run.manifest.spaces if space.can_decode), None)
    return Wanted(run, "fitted" if space is not None and space.prior is None else "prior")


class SamplesBeside:
    """The samples of some models, each drawn once.

    Parameters
    ----------
    tell
        Something has come.
    """

    def __init__(self, reader: Engine, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._drawn: dict[Key, Drawn] = {}
        self._waiting: tuple[Key, ...] = ()
        self._asking: Question[SampleResult] = Question(reader, self._on_answer, missed=self._missed)

    def of(self, run: Run) -> Drawn:
        return self._drawn.get(own_samples(run).key, Drawn())

    def follow(self, runs: Sequence[Run], data: DataSet | None) -> None:
        """These stand there now: samples of others are let go of, and those that are missing are drawn."""
        wanted = [own_samples(run) for run in runs]
        keys = {each.key for each in wanted}
        self._drawn = {key: drawn for key, drawn in self._drawn.items() if key in keys}
        missing = tuple(each for each in wanted if each.key not in self._drawn)
        if (waiting := tuple(each.key for each in missing)) == self._waiting:
            return
        self.rest()
        if missing:
            self._waiting = waiting
            self._asking.ask(DrawSamples(missing, 0, data, n=0))

    def rest(self) -> None:
        """Nobody looks: nothing more is drawn."""
        self._waiting = ()
        self._asking.forget()

    def _on_answer(self, result: SampleResult) -> None:
        if isinstance(result, SheetPictures):
            self._take(result.key, Drawn(result.pictures))
        elif isinstance(result, Unable) and result.key in self._waiting:
            self._take(result.key, Drawn(refusal=result.sentence))

    def _take(self, key: Key, drawn: Drawn) -> None:
        self._drawn[key] = drawn
        self._waiting = tuple(each for each in self._waiting if each != key)
        self._tell()

    def _missed(self) -> None:
        """The request has failed, which the message bar tells."""
        for key in self._waiting:
            self._drawn[key] = Drawn(refusal=FAILED)
        self._waiting = ()
        self._tell()
