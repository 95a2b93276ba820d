"""Rows of small pictures: what each slider would do at the present code, from -3 to +3 sd.

Part of the session; numpy only. One class for the code's own numbers, for attributes, and for the
directions that weights tell.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.question import Question
from explorer.session.asking.requests import DecodeRow, Pictures
from explorer.session.choices import Choices
from explorer.session.scene import Scene
from explorer.session.side import Side

Floats = NDArray[np.float32]
Key = TypeVar("Key", bound=Hashable)

SDS = np.linspace(-3, 3, 7, dtype=np.float32)


class Strips(Generic[Key]):
    """One row of pictures for each slider that can be seen.

    Parameters
    ----------
    moved
        The codes (7, D) of a slider's row, at `SDS`; None where it can't be moved.
    """

    changed = Signal(object)
    """The row of this key has come."""

    def __init__(self, side: Side, choices: Choices, moved: Callable[[Key], Floats | None]) -> None:
        self._side, self._moved = side, moved
        self._wanted: tuple[Key, ...] = ()
        self._keys: tuple[Key, ...] = ()
        """Of the rows that were asked for last."""
        self.rows: dict[Key, NDArray[np.uint8]] = {}
        """Pictures (7, H, W, C) of each."""
        self._asking: Question[Pictures] = Question(side.engine, self._on_answer, during=side.life)
        side.model_opened.connect(self.clear)
        for fact in (side.model_ready, side.weights_changed, side.embedding_changed):
            fact.connect(self.refresh)
        choices.changed.connect(self._on_changed)

    def want(self, keys: tuple[Key, ...]) -> None:
        """These rows can be seen now; none when the dock is hidden."""
        if keys != self._wanted:
            self._wanted = keys
            self.refresh()

    def clear(self) -> None:
        """The sliders are others."""
        self._asking.forget()
        self.rows = {}

    def refresh(self) -> None:
        """The code, what is asked for, or the model is another one."""
        side, model = self._side, self._side.model
        if model is None or side.ready is None or not model.can_decode:
            return
        found = [(key, codes) for key in self._wanted if (codes := self._moved(key)) is not None]
        if not found:
            return
        self._keys = tuple(key for key, _ in found)
        rows = tuple(np.repeat(np.arange(len(found)), len(SDS)).tolist())
        codes = np.concatenate([codes for _, codes in found])
        condition = side.look.condition
        self._asking.ask(DecodeRow(codes, rows, model.space, at_once=len(SDS), condition=condition))

    def _on_changed(self, before: Scene, now: Scene) -> None:
        """Where the cursor moves the views ask, at their own pace."""
        if before.look(self._side.name).condition != now.look(self._side.name).condition:
            self.refresh()

    def _on_answer(self, result: Pictures) -> None:
        key = self._keys[result.keys[0]]
        self.rows[key] = result.pictures
        self.changed(key)
