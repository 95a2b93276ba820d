"""The cursor's code decoded under each class that its model can be asked for.

Part of the session. numpy only. Nothing is drawn while nobody looks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.question import Question
from explorer.session.prior.requests import DrawGrid, GridPart
from explorer.session.side import Side

Picture = NDArray[np.uint8]


class ClassRow:
    """One picture for each class."""

    changed = Signal()
    """Other pictures, or another reason why there are none."""

    def __init__(self, side: Side) -> None:
        self._side, self._wanted = side, False
        self.pictures: list[Picture] = []
        """All of one code."""
        self._coming: list[Picture] = []
        self._asking: Question[GridPart] = Question(side.engine, self._on_part, during=side.life)
        side.model_opened.connect(self._on_model)
        for fact in (side.model_ready, side.weights_changed):
            fact.connect(self.refresh)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes."""
        return self._side.askable

    @property
    def reason(self) -> str:
        """Why there are no pictures; empty where there can be."""
        model = self._side.model
        if model is None:
            return "Open a model that was trained with classes: one code under each of them stands here."
        if not self.names:
            return f"{model.run.name} was trained without classes, so it can't be asked for one."
        if not model.can_decode:
            return (
                "No place of this map can be decoded. Each class of one noise is in the dock Denoising: tick "
                "Each class there."
            )
        return "" if self._side.look.code is not None else "Press a place of the map."

    def want(self, wanted: bool) -> None:
        """Whether anybody looks."""
        self._wanted = wanted
        self.refresh()

    def refresh(self) -> None:
        """The code, the weights or the model are others: draw it again."""
        model, code, count = self._side.model, self._side.look.code, len(self.names)
        if not self._wanted or self.reason or self._side.ready is None or model is None or code is None:
            return
        codes, self._coming = np.repeat(code[None], count, axis=0), []
        self._asking.ask(DrawGrid(codes, np.arange(count, dtype=np.int64), model.space))

    def _on_model(self) -> None:
        self.pictures = []
        self.changed()

    def _on_part(self, result: GridPart) -> None:
        self._coming.extend(result.pictures)
        if result.done:
            self.pictures = self._coming
            self.changed()
