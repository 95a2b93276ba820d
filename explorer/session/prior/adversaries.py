"""A generator and its critic as the window sees them: the scores of the game, its warning lights, which
classes the samples cover, which one is asked for.

Part of the session; numpy only. All of it is of one model, the `subject`: the one in training where that is
played as a game, else the one on the main side. What is there follows from what arrives (scores in the
training's progress, a space with a prior), never from a family's name.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.data.image_set import DataSet
from explorer.metrics.lights import critic_too_strong, spread
from explorer.runs.manifest import GroupRecord
from explorer.session.choices import Choices
from explorer.session.display import Display
from explorer.session.learning.course import YOUNG
from explorer.session.learning.training import Training
from explorer.session.message import Say
from explorer.session.prior import game_lights
from explorer.session.prior.code_grid import CodeGrid
from explorer.session.prior.coverage import Coverage, coverage_of, no_coverage
from explorer.session.prior.game_lights import Light
from explorer.session.scene import Condition, Scene
from explorer.session.side import Side
from explorer.training.events import FAKE, REAL, Progress, figure_of

JUDGED = 500
"""Images that tell how far the data differ from each other."""


class Adversaries:
    """The game that is being played, and its model as one that draws from a prior."""

    changed = Signal()
    """Another subject, or what can be asked of it, or of the training, is another thing now."""
    game_changed = Signal()
    """There are newer scores."""
    coverage_changed = Signal()
    grid_changed = Signal()
    plane_changed = Signal()

    def __init__(self, main: Side, beside: Side, training: Training, choices: Choices, say: Say) -> None:
        self._main, self._training, self._choices, self._say = main, training, choices, say
        self._grids = {
            display.name: CodeGrid(display, choices, lambda: training.state == "paused")
            for display in (main, training.learner)
        }
        self._grid_wanted = False
        self._margins: list[float] = []
        self._seen: Progress | None = None
        self._spread_of: weakref.ref[DataSet] | None = None
        self._data_spread = 0.0
        for grid in self._grids.values():
            grid.changed.connect(self.grid_changed.emit)
            grid.plane_changed.connect(self.plane_changed.emit)
        for display in (main, training.learner):
            display.model_opened.connect(self._on_model)
            display.embedding_changed.connect(self.coverage_changed.emit)
            display.images.data_changed.connect(self.coverage_changed.emit)
        beside.model_opened.connect(self.changed.emit)
        choices.changed.connect(self._on_changed)
        training.progressed.connect(self._on_progress)
        training.changed.connect(self._on_training)

    # Whose game it is

    @property
    def subject(self) -> Display:
        """The model that everything here is of."""
        training, learner = self._training, self._training.learner
        if not learner.draws or (learner.model is not None and learner.model.can_encode):
            return self._main
        # Once it has ended and is open, what is on disk is better than the last snapshot.
        return self._main if not training.active and training.shown_on is self._main else learner

    @property
    def is_learner(self) -> bool:
        """It is the model in training, or the one that was trained last."""
        return self.subject is self._training.learner

    @property
    def is_game(self) -> bool:
        """One part of the subject judges what another makes."""
        model = self.subject.model
        return model is not None and model.run.manifest.group("judges") is not None

    @property
    def grid(self) -> CodeGrid:
        """The subject's grid of codes."""
        return self._grids[self.subject.name]

    @property
    def grid_wanted(self) -> bool:
        """Somebody looks at the grid."""
        return self._grid_wanted

    @property
    def steered(self) -> Side | None:
        """The side whose cursor a code of the subject can be given to; None where none shows it."""
        return self._training.shown_on if self.is_learner else self._main

    @property
    def on_no_map(self) -> str:
        """Why no cursor can go to a code of the subject; empty where one can."""
        return self.not_on_main if self.steered is None else ""

    @property
    def not_on_main(self) -> str:
        """Why what acts on the main side's model does nothing to the subject; empty where that is it."""
        model, steered = self.subject.model, self.steered
        if model is None or steered is self._main:
            return ""
        where = "on no map" if steered is None else "on the map beside"
        return f"{model.run.name} is {where}: press Show it first."

    def show(self) -> None:
        """Put the subject on the main side's map."""
        training = self._training
        if training.active:
            training.show_on(self._main)
        elif training.run is not None:
            self._main.open(training.run.folder)

    def look_at(self, place: int) -> None:
        """The cursor goes to the code at a place of the grid."""
        self._go_to(self.grid.code_at(place), self.grid.class_at(place))

    def go_to_plane(self, weights: tuple[float, float, float]) -> None:
        """The cursor goes to a place of the plane."""
        self._go_to(self.grid.plane_at(weights), self.subject.look.condition)

    def _go_to(self, code: NDArray[np.float32] | None, asked: Condition | None) -> None:
        """To a code, and to what the picture that was pressed is asked to be."""
        if self.steered is not None:
            self.steered.go_to(code, title="look at a code", condition=asked)
        elif self.on_no_map:
            self._say(self.on_no_map, action=("Show it", self.show))

    def want_grid(self, wanted: bool) -> None:
        """Whether anybody looks at the grid."""
        self._grid_wanted = wanted
        self._training.watch("grid", wanted)
        self._want()

    def _want(self) -> None:
        for grid in self._grids.values():
            grid.want(self._grid_wanted and grid is self.grid)

    # The game

    @property
    def scores(self) -> Mapping[str, NDArray[np.float32]]:
        """What the critic said of the newest batch of the training, where its model is the subject."""
        training, model = self._training, self.subject.model
        if training.progress is None or training.run is None or model is None:
            return {}
        return training.progress.scores if model.run.folder == training.run.folder else {}

    def term(self, name: str) -> list[tuple[int, float]]:
        """Steps and values of V(D, G), or of what else a game has."""
        return self._training.course.curves.get(name, []) if self.scores else []

    @property
    def players(self) -> tuple[GroupRecord, ...]:
        """Who plays: the parameter groups of the subject, where there are several."""
        model = self.subject.model
        groups = () if model is None else model.run.manifest.groups
        return groups if len(groups) > 1 else ()

    def curve(self, what: Literal["loss", "gradient"], player: GroupRecord) -> list[tuple[int, float]]:
        """Steps and values of a player's loss, or of the norm of its gradient."""
        return self._training.course.curves.get(figure_of(what, player.name, alone=False), [])

    @property
    def still(self) -> tuple[GroupRecord, ...]:
        """The players that the newest step has not moved: nothing is noted of them then."""
        progress, players = self._training.progress, self.players if self.scores else ()
        step = 0 if progress is None else progress.step
        losses = [(player, self.curve("loss", player)) for player in players]
        return tuple(player for player, curve in losses if curve and curve[-1][0] < step)

    @property
    def refusal(self) -> str:
        """Why nobody can be moved alone; empty where that can be done."""
        training = self._training
        if training.state not in ("running", "paused"):
            return "Saving the model …" if training.state == "stopping" else "Nothing is being trained now."
        if not self.scores or not self.players:
            return "What is being trained has no critic."
        return ""

    @property
    def lights(self) -> tuple[Light, ...]:
        strong = bool(self.scores) and critic_too_strong(self._margins, self._gradients())
        return (
            self._collapse(),
            game_lights.strength(strong),
            game_lights.divergence(self._training.course.divergence if self.scores else None),
            self._sameness(),
        )

    def _gradients(self) -> list[float]:
        """Norms of the gradient of the player that makes pictures."""
        makes = next((player for player in self.players if player.role == "makes"), None)
        return [] if makes is None else [value for _, value in self.curve("gradient", makes)]

    def _collapse(self) -> Light:
        subject, coverage = self.subject, self.coverage
        model = subject.model
        known = model is not None and not model.living and not model.can_encode
        figures = (model.run.manifest.figures or {}) if known and model is not None else {}
        tv = coverage.tv if coverage is not None else None if subject.askable else figures.get("class_tv")
        return game_lights.collapse(tv, figures.get("coverage"), young=self._young, lack=self.no_coverage)

    def _sameness(self) -> Light:
        """Judged by the grid, as it is drawn anyway; codes that were brought together draw alike pictures."""
        grid, data = self.grid, self.subject.images.data
        drawn = [picture for picture in grid.pictures if picture is not None]
        whole = bool(drawn) and len(drawn) == len(grid.pictures) and grid.psi == 1
        if data is not None and (self._spread_of is None or self._spread_of() is not data):
            self._spread_of, self._data_spread = weakref.ref(data), spread(data.test.images[:JUDGED])
        of_data = None if data is None else self._data_spread
        return game_lights.sameness(spread(np.array(drawn)) if whole else None, of_data, young=self._young)

    @property
    def _young(self) -> bool:
        """The subject has only just begun to learn."""
        model, progress = self.subject.model, self._training.progress
        living = model is not None and model.living
        return living and (progress is None or progress.step < YOUNG * progress.steps)

    # The classes

    @property
    def no_coverage(self) -> str:
        """Why there are no shares of classes to be shown; empty where there are."""
        return no_coverage(self._sampled)

    @property
    def coverage(self) -> Coverage | None:
        return coverage_of(self._sampled)

    @property
    def _sampled(self) -> Display:
        """Where the subject's samples are drawn: a side that shows the model in training has them anyway."""
        return (self._training.shown_on or self.subject) if self.is_learner else self.subject

    def choose_class(self, label: int) -> None:
        """Ask the subject for pictures of this class from now on, wherever it is shown."""
        displays = {self.subject.name: self.subject}
        if self.steered is not None:
            displays[self.steered.name] = self.steered
        looks = {name: display.look.asking(Condition(label)) for name, display in displays.items()}
        asked = {display.look.condition for display in displays.values()}
        if 0 <= label < len(self.subject.askable) and asked != {Condition(label)}:
            self._choices.change("choose a class", **looks)

    # Facts

    def _on_changed(self, before: Scene, now: Scene) -> None:
        name = self.subject.name
        if before.look(name).condition != now.look(name).condition:
            self.changed()

    def _on_model(self) -> None:
        self._want()
        self.changed()
        self.game_changed()
        self.coverage_changed()
        self.grid_changed()
        self.plane_changed()

    def _on_progress(self) -> None:
        progress = self._training.progress
        if progress is None or not progress.scores or progress is self._seen:
            return
        if self._seen is None or progress.step < self._seen.step:
            self._margins = []
        self._seen = progress
        if REAL in progress.scores and FAKE in progress.scores:
            self._margins.append(float(progress.scores[REAL].mean() - progress.scores[FAKE].mean()))
        self.game_changed()

    def _on_training(self) -> None:
        if self._training.progress is None:
            self._seen, self._margins = None, []
        self.changed()
        self.game_changed()
