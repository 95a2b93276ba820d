"""Own pictures: drawn or dropped, brought to the data's norm, and seen through the model.

Part of the session. numpy and Pillow only.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.data.formats.picture_file import read_picture
from explorer.data.framing import LARGEST, Framing
from explorer.data.glyph import is_normed, to_norm
from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.runs.run import framing_of
from explorer.session.asking.question import Question
from explorer.session.asking.requests import Encode, Encoded
from explorer.session.choices import Choices
from explorer.session.message import Say
from explorer.session.scene import Gesture, Name, Scene
from explorer.session.side import Side

Picture = NDArray[np.uint8]

GLYPH_BORDER = 8.0
"""Mean brightness (of 255) of the outermost pixels, below which images count as glyphs on black."""

COMPARED = 1000
"""Images of the data whose norm a picture is held against."""


class Drawing:
    """The picture that the user has made; its codes are the cursors' while `scene.glyph` stands.

    The main side's encoder leads; where another map shows a model of pictures of the same shape, its
    encoder places the same picture.
    """

    changed = Signal()

    def __init__(self, main: Side, beside: Side, choices: Choices, say: Say) -> None:
        self._main, self._beside, self._choices, self._say = main, beside, choices, say
        self.glyph: Picture | None = None
        """The last own picture (H, W, C), as the model is shown it."""
        self._title = ""
        """What undo calls the move of the cursor that waits for the encoder; empty when none does."""
        self._gesture: Gesture | None = None
        """In which that was asked for."""
        self._found: dict[Name, Encoded] = {}
        self._asking = {
            side.name: Question[Encoded](
                side.engine,
                partial(self._on_encoded, side),
                missed=partial(self._on_missed, side),
                during=side.life,
                late=True,
            )
            for side in (main, beside)
        }
        choices.changed.connect(self._on_changed)
        for side in (main, beside):
            side.model_opened.connect(partial(self._on_model, side))
            for fact in (side.model_ready, side.weights_changed):
                fact.connect(partial(self._ask, side))

    @property
    def code(self) -> NDArray[np.float32] | None:
        """Its code (D,) in the main side's model, once the encoder has answered."""
        return self._main.drawn

    @property
    def fits(self) -> bool:
        """The own picture has the size of the main side's model."""
        return self.glyph is not None and _can_place(self._main, self.glyph)

    @property
    def refusal(self) -> str | None:
        """Why nothing can be drawn now, in words."""
        if self._main.model is None:
            return "Open a model first."
        if not self._main.model.can_encode:
            return "This model has no encoder: a picture of yours has no latent code in it."
        return None

    @property
    def is_of_glyphs(self) -> bool:
        """The data are light marks on black, as a drawing is."""
        items = None if self._main.model is None else self._main.model.items
        return items is None or is_glyphs(items)

    def draw(self, canvas: Picture) -> None:
        """Take a canvas (H, W), light ink on a dark ground, as it is being drawn on."""
        model = self._main.model
        if model is not None:
            self._show(_fitted(to_norm(canvas, max(model.shape[:2])), model.shape), "draw")

    def drop(self, path: Path) -> None:
        """Take a picture file: normed like the data where they are glyphs and it is not yet, else framed."""
        model = self._main.model
        if model is None:
            return
        height, width, channels = model.shape
        try:
            image = read_picture(path).image
        except BadInput as error:
            self._say(str(error), "error")
            return
        picture = framing_of(model.run.manifest).apply(image, channels)
        known = model.items
        lies_so = image.size == (width, height) and known is not None
        lies_so = lies_so and known is not None and is_normed(picture, known.images[:COMPARED])
        if known is not None and self.is_of_glyphs and not lies_so:
            whole = Framing(side=LARGEST, ground="white").apply(image, channels)
            picture = to_norm(whole, max(height, width))
        self._show(_fitted(picture, model.shape), "drop a picture")

    def restore(self, picture: Picture) -> None:
        """Have the picture of an earlier session again; where it fits no longer it is left."""
        if self._main.model is not None and picture.shape == self._main.model.shape:
            self.glyph = picture
            self._ask(self._main)
            self._ask(self._beside)
            self.changed()

    def clear(self) -> None:
        self.glyph, self._title = None, ""
        self._found.clear()
        for side in (self._main, self._beside):
            self._asking[side.name].forget()
            side.draw_own(None)
        self.changed()

    def look(self) -> None:
        """Bring the cursor back to the own picture."""
        if self.glyph is not None:
            self._show(self.glyph, "look at the drawing")

    def _show(self, glyph: Picture, title: str) -> None:
        self.glyph, self._title = glyph, title if _can_place(self._main, glyph) else ""
        self._gesture = self._choices.history.gesture
        self._ask(self._main)
        self._ask(self._beside)
        self.changed()

    def _ask(self, side: Side) -> None:
        """See the picture through a side's encoder: it is another one, or the picture is.

        The sheet may have been cleared while the cursor is still at what was on it.
        """
        picture = self._choices.scene.glyph if self.glyph is None else self.glyph
        if picture is None or side.model is None or side.ready is None or not _can_place(side, picture):
            return
        self._asking[side.name].ask(Encode(picture, side.model.space))

    def _on_encoded(self, side: Side, result: Encoded) -> None:
        """An encoder has answered: the cursor goes where the picture lands, and follows it from then on."""
        self._found[side.name] = result
        if self.glyph is not None:
            side.draw_own(result.code)
        if side is self._main and self._title:
            title, look, glyph = self._title, side.look.at(result.code), result.original
            if glyph is self.glyph:
                self._title = ""  # an older one moves the cursor too, but is not the last
            self._choices.look(side.name, title, look, gesture=self._gesture, glyph=glyph)
        else:
            self._place(side)
        self.changed()

    def _on_missed(self, side: Side) -> None:
        if side is self._main:
            self._title = ""

    def _on_model(self, side: Side) -> None:
        self._found.pop(side.name, None)
        if side is self._main and not self.fits:
            self._title = ""

    def _on_changed(self, before: Scene, now: Scene) -> None:
        """An own picture is looked at: where undo has brought that back it is the last one again."""
        if now.glyph is None or now.glyph is before.glyph:
            return
        known = self._found.get(self._main.name)
        if known is None or known.original is not now.glyph:
            self._show(now.glyph, "")
        for side in (self._main, self._beside):
            self._place(side)

    def _place(self, side: Side) -> None:
        """Have the cursor where the picture is that it is at."""
        found, look = self._found.get(side.name), side.look
        if found is None or found.original is not self._choices.scene.glyph:
            return
        if look.code is None or not np.array_equal(look.code, found.code, equal_nan=True):
            self._choices.follow(**{side.name: look.at(found.code)})


def _can_place(side: Side, picture: Picture) -> bool:
    """A side's encoder takes pictures of this size."""
    return side.model is not None and side.model.can_encode and side.model.shape == picture.shape


def is_glyphs(items: ImageSet) -> bool:
    """Whether images are light marks on black: then a drawing is brought to their norm."""
    if items.shape[2] != 1:
        return False
    some = items.images[:200].astype(np.float32)
    border = np.concatenate(
        [some[:, 0].ravel(), some[:, -1].ravel(), some[:, :, 0].ravel(), some[:, :, -1].ravel()]
    )
    return bool(border.mean() < GLYPH_BORDER)


def _fitted(picture: NDArray[np.uint8], shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A square grey or colour picture in the model's own shape (H, W, C)."""
    height, width, channels = shape
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    cut = picture[top : top + height, left : left + width]
    if cut.shape[2] == channels:
        return np.ascontiguousarray(cut)
    if channels == 3:
        return np.repeat(cut, 3, axis=2)
    return np.asarray(np.rint(cut.mean(axis=2, keepdims=True)), np.uint8)
