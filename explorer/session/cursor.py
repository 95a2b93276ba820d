"""The cursor of one side: where it is, what it decodes to, what lies near it.

Part of a side; numpy only. The code itself is chosen, and so lives in the scene.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.question import Question
from explorer.session.asking.requests import Decode, Decoded, Neighbours, Redraw
from explorer.session.choices import Choices
from explorer.session.display import Display
from explorer.session.scene import Scene

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

NEAREST = 6
"""Items near the cursor, until the engine can say which."""


class Cursor:
    """What is known of the code that a side looks at."""

    moved = Signal()
    """Another code, or the codes of the map are others."""
    picture_changed = Signal()
    neighbours_changed = Signal()

    def __init__(self, display: Display, choices: Choices) -> None:
        self._display, self._choices = display, choices
        self.picture: Picture | None = None
        self.pictured: Floats | None = None
        """The code that `picture` was decoded from."""
        self.decode_seconds: float | None = None
        self.neighbours: Neighbours | None = None
        self._asking: Question[Decoded | Neighbours] = Question(
            display.engine, self._on_answer, during=display.life, late=True
        )
        choices.renew_with(self._placed)
        choices.changed.connect(self._on_changed)
        display.embedding_changed.connect(self.follow_embedding)
        for fact in (display.model_ready, display.weights_changed):
            fact.connect(self.decode)
        display.images.data_changed.connect(self._on_data)

    # What is read

    @property
    def code(self) -> Floats | None:
        """(D,)."""
        return self._display.look.code

    @property
    def item(self) -> int | None:
        """The item that it is at."""
        return self._display.look.item

    @property
    def place(self) -> Floats | None:
        """Where it lies on the map, (2,)."""
        model, look = self._display.model, self._display.look
        if model is None or model.projection is None or look.code is None:
            return None
        if look.place is not None and model.projection.estimate:
            # The way to a code and back does not end where it began.
            return np.array(look.place, np.float32)
        return model.projection.to_plane(look.code)

    @property
    def original(self) -> Picture | None:
        """The real picture whose code it is at, where there is one; a sample has none but the decoded one."""
        return self._original_in(self._choices.scene)

    def _original_in(self, scene: Scene) -> Picture | None:
        model, item, glyph = self._display.model, scene.look(self._display.name).item, scene.glyph
        if model is None or not model.can_encode:
            return None
        if item is not None:
            return model.picture_of(item)
        return glyph if glyph is not None and glyph.shape == model.shape else None

    def picture_now(self) -> Picture | None:
        """The picture that belongs to the scene: the item's or the drawing's own, else the decoded one."""
        return self.picture if self.original is None else self.original

    def near_pictures(self) -> Neighbours | None:
        """The items near it whose pictures are at hand."""
        model, code = self._display.model, self.code
        if model is None or model.embedding is None or code is None or not model.lacks_pictures:
            return self.neighbours
        at_hand = len(model.items or ())
        return Neighbours(*model.embedding.nearest(code, NEAREST, at_hand)) if at_hand else None

    # What has to be computed

    def clear(self) -> None:
        """Another model is on display: nothing of the last one's is left."""
        self.picture = self.pictured = self.neighbours = self.decode_seconds = None

    def adopt(self, picture: Picture | None, code: Floats) -> None:
        """Its code has come with its picture, or can have none: that needn't be asked for."""
        self.picture, self.pictured = picture, code
        self._choices.follow(**{self._display.name: self._display.look.at(code)})
        self.picture_changed()

    def decode(self) -> None:
        """Ask for its picture; tiles answer until the model can."""
        display, model, code = self._display, self._display.model, self.code
        if model is None or code is None:
            return
        if display.ready is not None and model.can_decode:
            self._asking.ask(Decode(code, model.space, model.embedding, condition=display.look.condition))
            return
        if display.ready is not None and self.original is not None and model.drawn_from is not None:
            self._asking.ask(Redraw(code, self.original, model.drawn_from))
        if model.atlas is not None:
            self.picture, self.pictured = model.atlas.decode(code), code
            self.picture_changed()
        elif self.original is None and not model.can_decode:
            # The last picture was of an image; here is none, and nothing can be drawn.
            self._asking.forget()
            self.picture = self.pictured = None
            self.picture_changed()
        self._find_near(code)

    def follow_embedding(self) -> None:
        """The codes are others now: it follows its item, or goes to the middle."""
        display, scene = self._display, self._choices.scene
        if display.model is None or display.model.embedding is None:
            return
        placed = self._placed(scene)
        if placed is not scene:
            self._choices.follow(**{display.name: placed.look(display.name)})
            return
        self.moved()
        if self.code is not None:
            self._find_near(self.code)

    def _placed(self, scene: Scene) -> Scene:
        """The same with the cursor where its item is now, or in the middle where it has no code.

        An own picture's code follows when the encoder has answered.
        """
        display, look = self._display, scene.look(self._display.name)
        embedding = None if display.model is None else display.model.embedding
        if embedding is None:
            return scene
        if look.item is not None and look.item < len(embedding):
            code = embedding.codes[look.item]
            if look.code is None or not np.array_equal(code, look.code, equal_nan=True):
                return scene.at(display.name, look.at(code, look.item))
        elif look.code is None and self._original_in(scene) is None:
            return scene.at(display.name, look.at(embedding.mean))
        return scene

    def _on_changed(self, before: Scene, now: Scene) -> None:
        old, new = before.look(self._display.name), now.look(self._display.name)
        moved = new.code is not old.code or new.item != old.item
        if moved:
            self.moved()
        if (moved and new.code is not self.pictured) or new.condition != old.condition:
            self.decode()
        elif moved and new.code is not None:
            # Its picture is here: what is still on its way was asked for where the cursor is no longer.
            self._asking.forget()
            self._find_near(new.code)

    def _find_near(self, code: Floats) -> None:
        """Here and now, where no engine is asked."""
        model = self._display.model
        if model is not None and model.embedding is not None:
            self.neighbours = Neighbours(*model.embedding.nearest(code, NEAREST))
            self.neighbours_changed()

    def _on_data(self) -> None:
        if self.neighbours is not None:
            self.neighbours_changed()

    def _on_answer(self, result: Decoded | Neighbours) -> None:
        if isinstance(result, Decoded):
            self.picture, self.pictured = result.picture, result.code
            self.decode_seconds = result.seconds
            self.picture_changed()
        else:
            self.neighbours = result
            self.neighbours_changed()
