"""Own pictures: drawn or dropped, brought to the data's norm, and seen through the model.

Part of the session. numpy and Pillow only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.data.formats.picture_file import read_picture
from explorer.data.framing import LARGEST, Framing
from explorer.data.glyph import to_norm
from explorer.errors import BadInput
from explorer.runs.run import framing_of
from explorer.session.asking.requests import Encode, Encoded

if TYPE_CHECKING:
    from explorer.data.image_set import ImageSet
    from explorer.session.session import Session

GLYPH_BORDER = 8.0
"""Mean brightness (of 255) of the outermost pixels, below which images count as glyphs on black."""


class Drawing:
    """The picture that the user has made; its code is the scene's cursor while `scene.glyph` stands."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self.glyph: NDArray[np.uint8] | None = None
        """The last own picture (H, W, C), as the model is shown it."""
        self.code: NDArray[np.float32] | None = None
        """Its code (D,), once the encoder has answered."""
        self._title = ""
        """What undo calls the move of the cursor that waits for the encoder; empty when none does."""
        session.take("drawing", self._take)
        session.model_opened.connect(self._on_model)

    @property
    def refusal(self) -> str | None:
        """Why nothing can be drawn now, in words."""
        session = self._session
        if session.model is None:
            return "Open a model first."
        spaces = session.model.run.manifest.spaces
        if spaces and not spaces[0].can_encode:
            return "This model has no encoder: a picture of yours has no latent code in it."
        return None

    def draw(self, canvas: NDArray[np.uint8]) -> None:
        """Take a canvas (H, W), light ink on a dark ground, as it is being drawn on."""
        model = self._session.model
        if model is None:
            return
        channels, height, width = model.run.manifest.image
        glyph = _fitted(to_norm(canvas, max(height, width)), (height, width, channels))
        self._show(glyph, "draw")

    def drop(self, path: Path) -> None:
        """Take a picture file: normed like the data where they are glyphs, framed like them otherwise."""
        session = self._session
        model = session.model
        if model is None:
            return
        channels, height, width = model.run.manifest.image
        try:
            image = read_picture(path).image
        except BadInput as error:
            session.say(str(error), "error")
            return
        if model.items is not None and is_glyphs(model.items):
            whole = Framing(side=LARGEST, ground="white").apply(image, channels)
            picture = to_norm(whole, max(height, width))
        else:
            picture = framing_of(model.run.manifest).apply(image, channels)
        self._show(_fitted(picture, (height, width, channels)), "drop a picture")

    def clear(self) -> None:
        self.glyph = self.code = None
        self._session.engine.forget("drawing")
        self.changed()

    def look(self) -> None:
        """Bring the cursor back to the own picture."""
        if self.glyph is not None:
            self._show(self.glyph, "look at the drawing")

    def refresh(self) -> None:
        """The model is another one: see the picture through it too."""
        session = self._session
        model = session.model
        if self.glyph is not None and model is not None and model.can_encode and session.ready is not None:
            shape = model.run.manifest.image
            if self.glyph.shape == (shape[1], shape[2], shape[0]):
                session.engine.submit(Encode(self.glyph, model.space))
            else:
                self.clear()

    def _on_model(self) -> None:
        """The code was the last model's, and may have another length."""
        self.code = None

    def _show(self, glyph: NDArray[np.uint8], title: str) -> None:
        self.glyph, self._title = glyph, title
        self.refresh()
        self.changed()

    def _take(self, request: Encode, result: Encoded) -> None:
        """The encoder has answered: the cursor goes where the picture lands, and follows it from then on."""
        session = self._session
        self.code = result.code
        if self._title:
            session.change(self._title, cursor=result.code, item=None, glyph=request.picture, handle=None)
            self._title = ""
        elif session.scene.glyph is request.picture:
            session.cursor.follow(result.code)
        self.changed()


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
