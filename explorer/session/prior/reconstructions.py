"""Held-out images beside what each of several models makes of them.

Part of the session; numpy only. Nothing is computed for what can't be seen. What has been computed stays
until its models or its images change.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.runs.folder import RunKey
from explorer.runs.manifest import DataRecord
from explorer.runs.run import Run
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.asking.requests import Floats, Images
from explorer.session.message import Say
from explorer.session.prior.sample_requests import SHOWN, Rebuilt, Reconstruct, Unable
from explorer.session.prior.samples_beside import FAILED, SamplesBeside
from explorer.session.side import Side

MOST = 4
"""Models beside the originals."""


@dataclass(frozen=True, eq=False)
class Row:
    """The fixed images through one model, as far as they have come."""

    pictures: Images
    errors: Floats
    """(N,): NaN where there is none yet."""
    refusal: str = ""
    """Why there are none."""

    @property
    def done(self) -> bool:
        return bool(self.refusal) or not bool(np.isnan(self.errors).any())


class Reconstructions:
    """Ten held-out images of each class, what each model makes of them, and what it draws itself."""

    changed = Signal()

    def __init__(self, sides: Sequence[Side], reader: Engine, say: Say) -> None:
        self._sides, self._say = sides, say
        self.originals: Images | None = None
        """(N, H, W, C); None until images are at hand."""
        self.data: DataRecord | None = None
        """Whose images those are."""
        self.added: tuple[Run, ...] = ()
        self.rows: dict[RunKey, Row] = {}
        self.samples = SamplesBeside(reader, self.changed)
        """What the same models draw themselves."""
        self._shown = False
        self._waiting: list[RunKey] = []
        """Asked for and not whole yet."""
        self._asking: Question[Rebuilt | Unable] = Question(reader, self._on_answer, missed=self._missed)
        for side in sides:
            for fact in (side.model_opened, side.items_arrived, side.images.data_changed):
                fact.connect(self._refresh)

    @property
    def open_runs(self) -> tuple[Run, ...]:
        """Those on the maps; one that is being trained has no weights of its own yet."""
        models = [side.model for side in self._sides]
        return unique([model.run for model in models if model is not None and not model.living])

    @property
    def runs(self) -> tuple[Run, ...]:
        return unique([*self.open_runs, *self.added])[:MOST]

    def add(self, folder: Path) -> None:
        """Put a model of the library beside the others."""
        if len(self.runs) >= MOST:
            return
        try:
            self.added = unique([*self.added, Run.open(folder)])
        except BadInput as error:
            self._say(str(error), "error")
        self._refresh()

    def remove(self, folder: Path) -> None:
        self.added = tuple(run for run in self.added if run.folder != folder)
        self._refresh()

    def follow_library(self) -> None:
        """A model may have been deleted, or have learned on."""
        there = tuple(filter(None, map(as_on_disk, self.added)))
        if there != self.added:
            self.added = there
            self._refresh()

    def want(self, shown: bool) -> None:
        """Whether this can be seen."""
        self._shown = shown
        if not shown:
            self._forget()
            self.samples.rest()
        self._refresh()

    def _refresh(self) -> None:
        if not self._shown:
            return
        images, model = self._images(), self._sides[0].model
        data = None if images is None or model is None else model.run.manifest.data
        if images is None or self.originals is None or not np.array_equal(images, self.originals):
            self.rows = {}
            self._forget()
        self.originals, self.data = images, data
        runs = self.runs
        self.samples.follow(runs if images is not None else (), self._sides[0].images.data)
        self.rows = {run.key: self.rows[run.key] for run in runs if run.key in self.rows}
        if images is not None:
            for run in runs:
                self.rows.setdefault(run.key, _row(run, images, self.data))
            self._ask(tuple(run for run in runs if not self.rows[run.key].done), images)
        self.changed()

    def _ask(self, missing: tuple[Run, ...], images: Images) -> None:
        keys = [run.key for run in missing]
        if keys == self._waiting:
            return
        self._forget()
        if missing:
            self._waiting = keys
            self._asking.ask(Reconstruct(missing, images))

    def _forget(self) -> None:
        self._waiting = []
        self._asking.forget()

    def _images(self) -> Images | None:
        """Held-out images of the main side's data."""
        side, model = self._sides[0], self._sides[0].model
        if model is None:
            return None
        data = side.images.data
        items = model.items if data is None else data.test
        if items is None or not len(items) or items.shape != model.shape:
            return None
        if data is None and not model.can_encode:
            return None  # its items are pictures of its own
        return items.images[fixed_choice(items)]

    def _on_answer(self, result: Rebuilt | Unable) -> None:
        if isinstance(result, Rebuilt):
            if (row := self.rows.get(result.key)) is None:
                return
            pictures, errors = row.pictures.copy(), row.errors.copy()
            part = slice(result.first, result.first + len(result.pictures))
            pictures[part], errors[part] = result.pictures, result.errors
            self.rows[result.key] = Row(pictures, errors)
        elif isinstance(result.key, RunKey) and result.key in self.rows:
            self.rows[result.key] = replace(self.rows[result.key], refusal=result.sentence)
        self._waiting = [key for key in self._waiting if not self.rows[key].done]
        self.changed()

    def _missed(self) -> None:
        """The request has failed, which the message bar tells."""
        for key in self._waiting:
            self.rows[key] = replace(self.rows[key], refusal=FAILED)
        self._waiting = []
        self.changed()


def fixed_choice(items: ImageSet) -> NDArray[np.intp]:
    """Which images are shown: of each class the first ones, as many of each; else the first ones."""
    if items.labels is None:
        return np.arange(min(SHOWN, len(items)))
    labels = items.labels
    order = np.argsort(labels, kind="stable")
    first = np.searchsorted(labels[order], labels[order])
    rank = np.arange(len(labels)) - first
    chosen = np.argsort(rank, kind="stable")[:SHOWN]
    return np.asarray(order[np.sort(chosen)], np.intp)


def _row(run: Run, images: Images, data: DataRecord | None) -> Row:
    """Nothing yet, or the reason why nothing will come."""
    channels, height, width = run.manifest.image
    own, refusal = run.manifest.data, ""
    if images.shape[1:] != (height, width, channels):
        refusal = "It was trained on pictures of another size."
    elif data is not None and own.fingerprint != data.fingerprint:
        others = f"{data.title}" if data.title != own.title else f"other images of {data.title}"
        refusal = f"It was trained on {own.title} and has never met {others}: its error would mean nothing."
    return Row(np.zeros_like(images), np.full(len(images), np.nan, np.float32), refusal)


def as_on_disk(run: Run) -> Run | None:
    """The run as it is now; None where it is gone."""
    if not run.folder.is_dir():
        return None
    with contextlib.suppress(BadInput):
        now = Run.open(run.folder)
        return run if now.key == run.key else now
    return run


def unique(runs: list[Run]) -> tuple[Run, ...]:
    """Each folder's run once, in their order."""
    return tuple({run.folder: run for run in runs}.values())
