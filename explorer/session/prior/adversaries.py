"""A generator and its critic as the window sees them: the scores of the game, its warning lights, which
classes the samples cover, which one is asked for.

Part of the session. What is there follows from what arrives (scores in the training's progress, a space
with a prior, what the model says of itself), never from a family's name. numpy only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.metrics.lights import critic_too_strong, mode_collapse
from explorer.session.learning.training import YOUNG
from explorer.session.prior.code_grid import CodeGrid
from explorer.session.prior.code_search import CodeSearch
from explorer.session.prior.own_directions import OwnDirections
from explorer.session.prior.requests import AskModel, Told
from explorer.training.events import Progress

if TYPE_CHECKING:
    from explorer.session.session import Session

REAL, FAKE, GENERATOR = "real", "fake", "generator"
"""The scores and the parameter group that the lights look at."""
VALUE = "V(D, G)"
"""The curve of games in which a score is the logarithm of odds."""


class Light(NamedTuple):
    """A warning light; it is dark while nothing is known."""

    title: str
    on: bool
    text: str


class Coverage(NamedTuple):
    """Which classes samples and data have."""

    names: tuple[str, ...]
    samples: NDArray[np.float64]
    """(K,): the share of each class."""
    data: NDArray[np.float64]

    @property
    def tv(self) -> float:
        """Total variation distance of the two, 0 to 1."""
        return float(0.5 * np.abs(self.samples - self.data).sum())


class Adversaries:
    """The game that is being played, and the model on display as one that draws from a prior."""

    changed = Signal()
    """What can be asked of the model, or of the training, is another thing now."""
    game_changed = Signal()
    """There are newer scores."""
    coverage_changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self.told: Told | None = None
        self.coverage: Coverage | None = None
        self._margins: list[float] = []
        self._seen: Progress | None = None
        self._condition: int | None = None
        self.grid = CodeGrid(session)
        self.search = CodeSearch(session)
        self.directions = OwnDirections(session)
        session.take("gan model", self._take_told)
        session.model_opened.connect(self._on_model)
        session.model_ready.connect(self._on_ready)
        session.embedding_changed.connect(self._count)
        session.images.data_changed.connect(self._count)
        session.history_changed.connect(self._on_scene)
        session.training.progressed.connect(self._on_progress)
        session.training.changed.connect(self._on_training)
        if session.ready is not None:
            self._on_ready()
            self._count()

    # The game

    @property
    def scores(self) -> Mapping[str, NDArray[np.float32]]:
        """What the critic said of the newest batch: of the training under way, or of the model on display."""
        training, model = self._session.training, self._session.model
        if training.progress is None or training.run is None:
            return {}
        own = model is not None and model.run.folder == training.run.folder
        return training.progress.scores if training.active or own else {}

    @property
    def values(self) -> list[tuple[int, float]]:
        """V(D, G) over the steps, of a game that has it."""
        return self._session.training.curves.get(VALUE, []) if self.scores else []

    @property
    def groups(self) -> tuple[str, ...]:
        """The players: each parameter group has a gradient of its own."""
        gradients = [name.partition(" ") for name in self._session.training.curves]
        return tuple(group for kind, _, group in gradients if kind == "gradient" and group)

    @property
    def refusal(self) -> str:
        """Why nobody can be moved alone; empty where that can be done."""
        training = self._session.training
        if training.state not in ("running", "paused"):
            return "Saving the model …" if training.state == "stopping" else "Nothing is being trained now."
        if not self.scores or len(self.groups) < 2:
            return "What is being trained has no critic."
        return ""

    @property
    def lights(self) -> tuple[Light, ...]:
        training = self._session.training
        gradients = [value for _, value in training.curves.get(f"gradient {GENERATOR}", ())]
        strong = bool(self.scores) and critic_too_strong(self._margins, gradients)
        diverged = training.divergence if self.scores else None
        return (
            self._collapse(),
            Light(
                "Critic too strong",
                strong,
                "The critic is sure of every picture, D(x) − D(G(z)) > 5, and the generator's gradient has "
                "all but vanished: nothing is left to learn from. Lower the critic's step size, or raise "
                "the penalty."
                if strong
                else "D(x) − D(G(z)) > 5 for a while, with a generator's gradient that vanishes",
            ),
            Light(
                "Divergence",
                diverged is not None,
                "A loss that is not finite: then the last good weights come back and the learning rate is "
                "halved, twice at most"
                if diverged is None
                else f"Step {diverged.step:,}: {diverged.text}",
            ),
        )

    def _collapse(self) -> Light:
        model, coverage = self._session.model, self.coverage
        figures = {} if model is None or model.living else model.run.manifest.figures or {}
        covered = figures.get("coverage") if coverage is not None else None
        progress = self._session.training.progress
        young = model is not None and model.living and (
            progress is None or progress.step < YOUNG * progress.steps
        )  # fmt: skip
        share = covered if isinstance(covered, float) else None
        on = coverage is not None and not young and mode_collapse(coverage.tv, share)
        text = "Coverage below 0.5, or classes that differ from the data's by more than 0.1 (total variation)"
        if coverage is not None:
            text += f"; now {coverage.tv:.2f}"
        return Light("Mode collapse", on, text)

    def _on_progress(self) -> None:
        progress = self._session.training.progress
        if progress is None or not progress.scores or progress is self._seen:
            return
        if self._seen is None or progress.step < self._seen.step:
            self._margins = []
        self._seen = progress
        if REAL in progress.scores and FAKE in progress.scores:
            self._margins.append(float(progress.scores[REAL].mean() - progress.scores[FAKE].mean()))
        self.game_changed()

    def _on_training(self) -> None:
        if self._session.training.progress is None:
            self._seen, self._margins = None, []
        self.changed()
        self.game_changed()

    # The classes

    @property
    def no_coverage(self) -> str:
        """Why there are no shares of classes to be shown; empty where there are."""
        session, model = self._session, self._session.model
        if model is None:
            return "Open a model that draws samples, or train one."
        if model.can_encode:
            return "The map shows images, not samples. A model without an encoder has its samples there."
        if self.told is not None and self.told.conditions:
            return "This model draws the class that it is asked for, so how often each comes says nothing."
        if session.images.data is None:
            return "The images are being read."
        if session.images.data.test.labels is None:
            return "These images have no labels, so no class can be told."
        if model.embedding is None:
            return "Samples are being drawn and looked at."
        if model.embedding.labels is None:
            return (
                "There is no classifier for these images yet, which would name the samples. "
                "Evaluating a model makes one: latent-explorer evaluate."
            )
        return ""

    def _count(self) -> None:
        session, model = self._session, self._session.model
        self.coverage = None
        if not self.no_coverage and model is not None and model.embedding is not None:
            assert session.images.data is not None
            names = session.images.data.test.class_names
            self.coverage = Coverage(
                names,
                _shares(model.embedding.labels, len(names)),
                _shares(session.images.data.test.labels, len(names)),
            )
        self.coverage_changed()

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes that a picture can be asked for."""
        model, count = self._session.model, 0 if self.told is None else self.told.conditions
        names = () if model is None else model.run.manifest.data.class_names
        return tuple(names[i] if i < len(names) else str(i) for i in range(count))

    def choose_class(self, label: int) -> None:
        """Ask for pictures of this class from now on."""
        if label != (self._session.scene.condition or 0) and 0 <= label < len(self.class_names):
            self._session.change("choose a class", condition=label)

    def _on_scene(self) -> None:
        session = self._session
        if session.scene.condition != self._condition:
            self._condition = session.scene.condition
            session.cursor.decode()
            session.strips.refresh()
            self.grid.refresh()
            self.directions.refresh_strips()
            self.changed()

    # The model on display

    def _on_model(self) -> None:
        self.told, self._condition = None, self._session.scene.condition
        self.directions.take(None)
        self.changed()
        self.game_changed()
        self._count()

    def _on_ready(self) -> None:
        if self._session.model is not None:
            self._session.engine.submit(AskModel(self._session.model.space))

    def _take_told(self, request: AskModel, result: Told) -> None:
        self.told = result
        self.directions.take(result)
        self.changed()
        self._count()


def _shares(labels: NDArray[np.int64] | None, classes: int) -> NDArray[np.float64]:
    counts = np.zeros(classes) if labels is None else np.bincount(labels, minlength=classes)[:classes]
    return np.asarray(counts / max(counts.sum(), 1), np.float64)
