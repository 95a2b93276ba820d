"""The cursor: what it decodes to, what lies near it, and how it follows what it is at.

Part of the session. numpy only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.requests import Decode, Decoded, Neighbours, Redraw

if TYPE_CHECKING:
    from explorer.session.session import Session

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

NEAREST = 6
"""Items near the cursor, until the engine can say which."""


class Cursor:
    """What is known of the code in the scene."""

    picture_changed = Signal()
    neighbours_changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self.picture: Picture | None = None
        self.pictured: Floats | None = None
        """The code that `picture` was decoded from."""
        self.decode_seconds: float | None = None
        self.neighbours: Neighbours | None = None
        session.take("cursor", self._take)

    @property
    def original(self) -> Picture | None:
        """The real picture whose code it is at, where there is one."""
        model, scene = self._session.model, self._session.scene
        if scene.item is not None and model is not None:
            return model.picture_of(scene.item)
        return scene.glyph

    def picture_now(self) -> Picture | None:
        """The picture that belongs to the scene: the item's or the drawing's own, else the decoded one."""
        return self.picture if self.original is None else self.original

    def clear(self) -> None:
        """Another model is on display: nothing of the last one's is left."""
        self.picture = self.neighbours = None

    def decode(self) -> None:
        """Ask for its picture; tiles answer until the model can."""
        session = self._session
        model, code = session.model, session.scene.cursor
        if model is None or code is None:
            return
        if session.ready is not None and model.can_decode:
            condition = session.scene.condition
            session.engine.submit(Decode(code, model.space, model.embedding, condition=condition))
            return
        if session.ready is not None and self.original is not None and model.drawn_from is not None:
            session.engine.submit(Redraw(code, self.original, model.drawn_from))
        if model.atlas is not None:
            self.picture, self.pictured = model.atlas.decode(code), code
            self.picture_changed()
        if model.embedding is not None:
            self.neighbours = Neighbours(*model.embedding.nearest(code, NEAREST))
            self.neighbours_changed()

    def settle(self) -> None:
        """The codes are others now: it follows its item or own picture, or goes to the middle."""
        session = self._session
        embedding = None if session.model is None else session.model.embedding
        item = session.scene.item
        if embedding is None:
            return
        if item is not None and item < len(embedding):
            self.follow(embedding.codes[item])
        elif session.scene.glyph is None and session.scene.cursor is None:
            self.follow(embedding.mean)
        else:
            # An own picture's code follows when the encoder has answered.
            session.cursor_changed()

    def follow(self, code: Floats) -> None:
        """What it is at has moved with the weights; it stays there. No new choice."""
        self._session.scene = replace(self._session.scene, cursor=code)
        self._session.cursor_changed()
        self.decode()

    def _take(self, request: Decode, result: Decoded | Neighbours) -> None:
        if isinstance(result, Decoded):
            self.picture, self.pictured = result.picture, result.code
            self.decode_seconds = result.seconds
            self.picture_changed()
        else:
            self.neighbours = result
            self.neighbours_changed()
