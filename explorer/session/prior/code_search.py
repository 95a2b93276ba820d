"""The search for the code of a picture where there is no encoder: of a held-out image, or an own one.

Part of the session. numpy only; the reader searches, with a model of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.prior.requests import FindCode, Found

if TYPE_CHECKING:
    from explorer.session.session import Session

Picture = NDArray[np.uint8]


class CodeSearch:
    """One picture at a time; at the end the cursor goes to what was found."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: FindCode | None = None
        self.item = 0
        """Of the held-out images."""
        self.own: Picture | None = None
        """The own picture that is looked for instead, (H, W, C)."""
        self.found: Found | None = None
        session.take("gan inversion", self._take, self._missed)
        session.model_opened.connect(self._on_model)
        session.images.data_changed.connect(self._on_data)
        session.drawing.changed.connect(self._on_drawing)

    @property
    def searching(self) -> bool:
        return self._asked is not None

    @property
    def count(self) -> int:
        """How many held-out images there are."""
        return 0 if self._session.images.data is None else len(self._session.images.data.test)

    @property
    def target(self) -> Picture | None:
        """The picture whose code is looked for, (H, W, C)."""
        data = self._session.images.data
        if self.own is not None or data is None or not 0 <= self.item < self.count:
            return self.own
        picture: Picture = data.test.images[self.item]
        return picture

    @property
    def refusal(self) -> str:
        """Why no code can be looked for; empty where one can."""
        model, target = self._session.model, self.target
        if model is None:
            return "Open a model from the library first."
        if model.can_encode:
            return "This model has an encoder, which finds the code at once: press an image on the map."
        if not model.can_decode:
            return "The codes that this map shows can't be decoded, so no picture can be found among them."
        if model.living:
            return "While a model learns its codes move. A search can begin when the training has ended."
        if target is None:
            return "The images are being read."
        channels, height, width = model.run.manifest.image
        if target.shape != (height, width, channels):
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
        self._session.drawing.drop(path)

    def find(self) -> None:
        """Begin the search."""
        session = self._session
        target = self.target
        if self.refusal or session.model is None or target is None:
            return
        model, condition = session.model, session.scene.condition
        self._asked = FindCode(target, model.run, model.space, session.images.data, condition)
        self.found = None
        session.reader.submit(self._asked)
        self.changed()

    def cancel(self) -> None:
        """Leave the search; the cursor stays where it is."""
        if self._asked is not None:
            self._session.reader.forget("gan inversion")
            self._asked = None
            self.changed()

    # Facts

    def _on_model(self) -> None:
        self.cancel()
        self.found = None
        self.changed()

    def _on_data(self) -> None:
        self.changed()

    def _on_drawing(self) -> None:
        own = self._session.drawing.glyph
        if own is not self.own and (own is not None or self.own is not None):
            self.cancel()
            self.own, self.found = own, None
            self.changed()

    def _take(self, request: FindCode, result: Found) -> None:
        if request is not self._asked:
            return
        self.found = result
        if result.done:
            self._asked = None
            self._session.go_to(result.code, title="find a picture's code")
        self.changed()

    def _missed(self) -> None:
        self._asked = None
        self.changed()
