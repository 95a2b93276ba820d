"""The search for the code of a picture where there is no encoder: of a held-out image, or an own one.

Part of the session. numpy only; the reader searches, with a model of its own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.prior.requests import FindCode, Search
from explorer.session.scene import Condition
from explorer.session.side import Side
from explorer.session.steering.drawing import Drawing

Picture = NDArray[np.uint8]


class CodeSearch:
    """One picture at a time; at the end the cursor goes to what was found."""

    changed = Signal()

    def __init__(self, side: Side, reader: Engine, drawing: Drawing) -> None:
        self._side, self._drawing = side, drawing
        self.searching = False
        self.item = 0
        """Of the held-out images."""
        self.own: Picture | None = None
        """The own picture that is looked for instead, (H, W, C)."""
        self.found: Search | None = None
        self._condition: Condition | None = None
        """What the pictures of the search are asked to be."""
        self._asking: Question[Search] = Question(reader, self._on_answer, missed=self._end, during=side.life)
        side.model_opened.connect(self._on_model)
        side.images.data_changed.connect(self.changed.emit)
        drawing.changed.connect(self._on_drawing)

    @property
    def count(self) -> int:
        """How many held-out images there are."""
        return 0 if self._side.images.data is None else len(self._side.images.data.test)

    @property
    def target(self) -> Picture | None:
        """The picture whose code is looked for, (H, W, C)."""
        data = self._side.images.data
        if self.own is not None or data is None or not 0 <= self.item < self.count:
            return self.own
        picture: Picture = data.test.images[self.item]
        return picture

    @property
    def refusal(self) -> str:
        """Why no code can be looked for; empty where one can."""
        model, target = self._side.model, self.target
        if model is None:
            return "Open a model from the library first."
        if model.can_encode:
            return "This model has an encoder, which finds the code at once: press an image on the map."
        if not model.can_decode:
            return "The codes that this map shows can't be decoded, so no picture can be found among them."
        if model.living:
            return "While a model learns its codes move. A search can begin when the training has ended."
        if target is None:
            return self._side.images.lacking or f"There is no image {self.item:,}; choose another."
        if target.shape != model.shape:
            return "The picture has not the size that this model draws; drop it again."
        return ""

    # Intents

    def choose_item(self, item: int) -> None:
        """Look for the code of a held-out image."""
        if 0 <= item < self.count and (item != self.item or self.own is not None):
            self.cancel()
            self.item, self.own, self.found = item, None, None
            self.changed()

    def drop(self, path: Path) -> None:
        """Look for the code of a picture file."""
        self._drawing.drop(path)

    def find(self) -> None:
        """Begin the search."""
        side, model, target = self._side, self._side.model, self.target
        if self.refusal or model is None or target is None:
            return
        self.searching, self.found = True, None
        self._condition = side.look.condition
        self._asking.ask(FindCode(target, model.run, model.space, side.images.data, self._condition))
        self.changed()

    def cancel(self) -> None:
        """Leave the search; the cursor stays where it is."""
        if self.searching:
            self._asking.forget()
            self._end()

    # Facts

    def _on_model(self) -> None:
        self.found = None
        self._end()

    def _on_drawing(self) -> None:
        own = self._drawing.glyph
        if own is not self.own and (own is not None or self.own is not None):
            self.cancel()
            self.own, self.found = own, None
            self.changed()

    def _on_answer(self, result: Search) -> None:
        self.found = result
        if result.done:
            self.searching = False
            self._side.go_to(result.code, title="find a picture's code", condition=self._condition)
        self.changed()

    def _end(self) -> None:
        self.searching = False
        self.changed()
