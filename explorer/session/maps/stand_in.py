"""The decoded picture of an item whose image is not at hand: it stands in where that would be shown.

Part of a side; numpy only. Data sets are not always on this computer, and a run keeps the first 1,000 only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.question import Question
from explorer.session.asking.requests import DecodeRow, Pictures
from explorer.session.display import Display
from explorer.session.scene import Condition

Picture = NDArray[np.uint8]


class StandIn:
    """Of one item at a time."""

    arrived = Signal(int)
    """The picture of this item is there."""
    missed = Signal()
    """It could not be drawn."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._item, self._picture = -1, np.zeros((0, 0, 0), np.uint8)
        self._asking: Question[Pictures] = Question(
            display.engine, self._on_answer, missed=self._on_miss, during=display.life
        )
        for fact in (display.model_opened, display.weights_changed):
            fact.connect(self._forget)

    def of(self, item: int) -> Picture | None:
        """Its decoded picture (H, W, C) if that has come, else it is asked for; None where there is none."""
        if item == self._item and self._picture.size:
            return self._picture
        display, model = self._display, self._display.model
        if model is None or model.embedding is None or not model.has_item(item):
            return None
        if display.ready is None or not model.can_decode:
            return None
        if item != self._item:
            self._item, self._picture = item, self._picture[:0]
            label = model.drawn_for(item)
            condition = display.look.condition if label is None else Condition(label)
            code = model.embedding.codes[item][None]
            self._asking.ask(DecodeRow(code, (item,), model.space, condition=condition))
        return None

    def _on_answer(self, result: Pictures) -> None:
        self._picture = result.pictures[0]
        self.arrived(self._item)

    def _on_miss(self) -> None:
        self._forget()
        self.missed()

    def _forget(self) -> None:
        self._asking.forget()
        self._item, self._picture = -1, self._picture[:0]
