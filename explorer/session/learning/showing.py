"""Where the model in training is on display: on an engine of its own, and on a side where it is looked at.

Part of the session; numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from psygnal import Signal

from explorer.runs.run import Run
from explorer.session.asking.requests import Blank
from explorer.session.display import Display
from explorer.session.message import Say
from explorer.session.open_model import OpenModel
from explorer.session.side import Side


class Met(NamedTuple):
    """What the main side showed when a training was asked for."""

    folder: Path | None
    """Of the run; None where there was none."""


class Showing:
    """Nothing that was opened since a training was asked for is taken from the map.

    Parameters
    ----------
    learner
        Where the model is on display in any case.
    sides
        Where it can be looked at; the first is where it is put by itself.
    """

    put = Signal(Display)
    """It is on one more side now, where its newest weights are to come."""

    def __init__(self, learner: Display, sides: Sequence[Side], say: Say) -> None:
        self._learner, self._sides, self._say = learner, sides, say
        self._met = Met(None)

    @property
    def main(self) -> Met:
        """What the main side shows now."""
        model = self._sides[0].model
        return Met(None if model is None else model.run.folder)

    @property
    def shown_on(self) -> Side | None:
        """The side that shows the model in training, or the one trained last."""
        return next((side for side in self._sides if side.shows(self._learner.model)), None)

    def ask(self, met: Met | None) -> None:
        """A training is asked for now, or was when the main side showed that."""
        self._met = self.main if met is None else met

    def begin(self, model: OpenModel) -> None:
        """Its first weights are on their way; it lives where its run is shown, and in the place of `met`."""
        self._learner.show(model, Blank(model.run))
        main, taken = self._sides[0], self.main == self._met
        for side in self._sides:
            if side.shows(model) or (side is main and taken):
                self.show_on(side)
        if self.shown_on is None:
            self._say(
                f"{model.run.name} has begun to learn.",
                action=("Show it", lambda: self.show_on(main)),
                holds=lambda: self._lives(model) and self.shown_on is None,
            )

    def show_on(self, side: Side) -> None:
        """Put it on a side; its map lives there as long as it learns."""
        model, there = self._learner.model, side.model
        here = model is not None and there is not None and side.shows(model) and there.living == model.living
        if model is not None and not here:
            side.show(model, Blank(model.run) if model.living else None)
            self.put(side)

    def end(self, run: Run) -> None:
        """Where it lives it becomes what is on disk now; elsewhere nothing is replaced."""
        shown = [side for side in self._sides if side.shows(self._learner.model)]
        for side in shown:
            side.open(run.folder)
        self._learner.update(living=False, run=run)
        self._learner.reload()
        if not shown:
            words = "has finished learning" if run.manifest.status == "finished" else "has stopped"
            self._say(
                f"{run.name} {words}.",
                action=("Open", lambda: self._sides[0].open(run.folder)),
                holds=lambda: run.folder.is_dir() and not self.is_open(run.folder),
            )

    def leave(self) -> None:
        """Nothing was kept of it: there is no model to be looked at."""
        for display in (*[side for side in self._sides if side.shows(self._learner.model)], self._learner):
            display.show(None)

    def is_open(self, folder: Path) -> bool:
        """Whether a side shows the run in this folder."""
        return any(side.model is not None and side.model.run.folder == folder for side in self._sides)

    def follow(self, folder: Path, run: Run | None) -> None:
        """The run in this folder has another name and place now, or is deleted."""
        model = self._learner.model
        if model is None or model.run.folder != folder:
            return
        if run is None:
            self._learner.show(None)
        else:
            self._learner.rename(run)

    def let_go(self) -> None:
        """It has ended: when another model is looked at it need not be kept on display any more."""
        if self._learner.model is not None and self.shown_on is None:
            self._learner.show(None)

    def _lives(self, model: OpenModel) -> bool:
        here = self._learner.model
        return here is not None and here.living and here.run.folder == model.run.folder
