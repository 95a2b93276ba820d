"""The directions that a model's own weights tell, as sliders: eigenvectors of its first layer (SeFa).

Part of the session. numpy only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.question import Question
from explorer.session.choices import Choices
from explorer.session.prior.requests import AskDirections
from explorer.session.side import Side
from explorer.session.steering.strips import SDS, Strips

Floats = NDArray[np.float32]

MOST = 12
"""Directions that are offered: the weaker ones change next to nothing."""


class OwnDirections:
    """Sliders that move the cursor; one unit is one standard deviation of the codes on the map."""

    changed = Signal()

    def __init__(self, side: Side, choices: Choices) -> None:
        self._side = side
        self._directions: Floats | None = None
        self._asking: Question[Floats] = Question(side.engine, self._on_answer, during=side.life)
        self.strips: Strips[int] = Strips(side, choices, lambda direction: self._moved(direction, SDS))
        side.model_opened.connect(self._on_model)
        side.model_ready.connect(self._on_ready)

    @property
    def vectors(self) -> Floats:
        """Unit vectors (K, D), the strongest first."""
        if self._directions is None or self.reason:
            return np.zeros((0, 0), np.float32)
        return self._directions[:MOST]

    @property
    def reason(self) -> str:
        """Why there are none; empty where there are some."""
        model = self._side.model
        if model is None:
            return "Open a model from the library: the directions that its weights tell become sliders."
        if model.living:
            return "While a model learns its weights move. The directions come when the training has ended."
        if self._directions is None:
            return "The model is being loaded."
        if not len(self._directions):
            return "This model's weights tell no directions of their own; Sliders has its dimensions."
        return ""

    def at(self, direction: int) -> float:
        """Where the cursor stands along a direction, in standard deviations from the mean."""
        cursor, vectors = self._side.look.code, self.vectors
        if cursor is None or direction >= len(vectors) or len(cursor) != vectors.shape[1]:
            return 0.0
        centre, sd = self._scale(direction)
        # What rounding leaves of a slider that was put to 0 is not shown.
        return round(float((vectors[direction] @ cursor - centre) / sd), 4) + 0.0

    def slide(self, direction: int, to: float, *, title: str = "move a slider") -> None:
        """Move the cursor along a direction to where it stands at so many standard deviations."""
        moved = self._moved(direction, np.array([to], np.float32))
        if moved is not None:
            self._side.go_to(moved[0], title=title)

    def _on_model(self) -> None:
        self._directions = None
        self.changed()

    def _on_ready(self) -> None:
        if self._side.model is not None:
            self._asking.ask(AskDirections(self._side.model.space))

    def _on_answer(self, result: Floats) -> None:
        self._directions = result
        self.changed()
        self.strips.refresh()

    def _moved(self, direction: int, to: Floats) -> Floats | None:
        """The cursor at each of some places along a direction, (N, D)."""
        cursor, vectors = self._side.look.code, self.vectors
        if cursor is None or direction >= len(vectors) or len(cursor) != vectors.shape[1]:
            return None
        _, sd = self._scale(direction)
        steps = (to - self.at(direction)) * sd
        return np.asarray(cursor + steps[:, None] * vectors[direction], np.float32)

    def _scale(self, direction: int) -> tuple[float, float]:
        """Mean and standard deviation of the codes along a direction; of the prior while there are none."""
        model = self._side.model
        if model is None or model.embedding is None or model.embedding.size != self.vectors.shape[1]:
            return 0.0, 1.0
        along = model.embedding.codes @ self.vectors[direction]
        return float(along.mean()), max(float(along.std()), 1e-6)
