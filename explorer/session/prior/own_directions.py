"""The directions that a model's own weights tell, as sliders: eigenvectors of its first layer (SeFa).

Part of the session. numpy only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.requests import DecodeRow, Pictures
from explorer.session.prior.requests import Told
from explorer.session.steering.slider_strips import SDS

if TYPE_CHECKING:
    from explorer.session.session import Session

Floats = NDArray[np.float32]

MOST = 12
"""Directions that are offered: the weaker ones change next to nothing."""


class OwnDirections:
    """Sliders that move the cursor; one unit is one standard deviation of the codes on the map."""

    changed = Signal()
    strip_changed = Signal(int)
    """A direction's row of pictures has come."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: Told | None = None
        self._wanted: tuple[int, ...] = ()
        self._striped: DecodeRow | None = None
        self.rows: dict[int, NDArray[np.uint8]] = {}
        """Direction to pictures (7, H, W, C), from -3 to +3."""
        session.take("gan strips", self._take_strip)

    @property
    def vectors(self) -> Floats:
        """Unit vectors (K, D), the strongest first."""
        if self._told is None or self.reason:
            return np.zeros((0, 0), np.float32)
        return self._told.directions[:MOST]

    @property
    def reason(self) -> str:
        """Why there are none; empty where there are some."""
        model = self._session.model
        if model is None:
            return "Open a model from the library: the directions that its weights tell become sliders."
        if model.living:
            return "While a model learns its weights move. The directions come when the training has ended."
        if self._told is None:
            return "The model is being loaded."
        if not len(self._told.directions):
            return "This model's weights tell no directions of their own; Sliders has its dimensions."
        return ""

    def at(self, direction: int) -> float:
        """Where the cursor stands along a direction, in standard deviations from the mean."""
        cursor, vectors = self._session.scene.cursor, self.vectors
        if cursor is None or direction >= len(vectors) or len(cursor) != vectors.shape[1]:
            return 0.0
        centre, sd = self._scale(direction)
        # What rounding leaves of a slider that was put to 0 is not shown.
        return round(float((vectors[direction] @ cursor - centre) / sd), 4) + 0.0

    def slide(self, direction: int, to: float, *, title: str = "move a slider") -> None:
        """Move the cursor along a direction to where it stands at so many standard deviations."""
        moved = self._moved(direction, np.array([to], np.float32))
        if moved is not None:
            self._session.go_to(moved[0], title=title)

    def want_strips(self, directions: tuple[int, ...]) -> None:
        """The rows that can be seen now; none when nobody looks."""
        if directions != self._wanted:
            self._wanted = directions
            self.refresh_strips()

    def refresh_strips(self) -> None:
        """The cursor is elsewhere."""
        session = self._session
        codes, keys = [], []
        for direction in self._wanted:
            moved = self._moved(direction, SDS)
            if moved is not None:
                codes.append(moved)
                keys += [direction] * len(SDS)
        if codes and session.model is not None and session.ready is not None:
            self._striped = DecodeRow(
                "gan strips",
                np.concatenate(codes),
                tuple(keys),
                session.model.space,
                at_once=len(SDS),
                condition=session.scene.condition,
            )
            session.engine.submit(self._striped)

    def take(self, told: Told | None) -> None:
        """Another model has said what it is."""
        self._told, self.rows = told, {}
        self._striped = None
        self.changed()
        self.refresh_strips()

    def _moved(self, direction: int, to: Floats) -> Floats | None:
        """The cursor at each of some places along a direction, (N, D)."""
        cursor, vectors = self._session.scene.cursor, self.vectors
        if cursor is None or direction >= len(vectors) or len(cursor) != vectors.shape[1]:
            return None
        _, sd = self._scale(direction)
        steps = (to - self.at(direction)) * sd
        return np.asarray(cursor + steps[:, None] * vectors[direction], np.float32)

    def _scale(self, direction: int) -> tuple[float, float]:
        """Mean and standard deviation of the codes along a direction; of the prior while there are none."""
        model = self._session.model
        if model is None or model.embedding is None or model.embedding.size != self.vectors.shape[1]:
            return 0.0, 1.0
        along = model.embedding.codes @ self.vectors[direction]
        return float(along.mean()), max(float(along.std()), 1e-6)

    def _take_strip(self, request: DecodeRow, result: Pictures) -> None:
        if request is self._striped:
            self.rows[result.keys[0]] = result.pictures
            self.strip_changed(result.keys[0])
