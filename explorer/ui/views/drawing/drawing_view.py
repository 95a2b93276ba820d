"""*Draw your own*: the sheet, how the model sees it, how it comes back, and the nearest real images.

Knows the session and contains widgets. The picture is encoded while it is being drawn.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.look import theme, wording
from explorer.ui.widgets.allow import allow
from explorer.ui.widgets.pictures.draw_canvas import TIP as SHEET
from explorer.ui.widgets.pictures.draw_canvas import DrawCanvas
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.two_lines import TwoLines

NEIGHBOURS, COLUMNS = 6, 3
EMPTY = "Draw, or drop a picture file on the sheet; it is encoded while you draw."
OTHER_SIZE = "Your picture is not of this model's size. Draw on, and it is brought to that."
PREFER_A_FILE = "Drop a picture file on the sheet. What is drawn is white on black, unlike these images."
NOTHING = "Nothing has been drawn yet."
HERE = "The cursor is at this picture."
LINES = (
    "Your picture as the encoder gets it, and decoded again.",
    "What is unlike the data lands somewhere, too.",
)
FEATURE_LINES = ("Your picture as the network sees it, and by way of its noise back again.", LINES[1])
AS_GLYPHS = "What the model is given: cropped to its ink, at the size and place of the data"
AS_FRAMED = "What the model is given: a file framed as the data were, a drawing white on black"
BACK = "The code of your picture, decoded: x' = decode(encode(x))"
BACK_FROM_NOISE = "The noise behind your picture, and the picture that the model makes of it"
KINDS = "Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.tif *.tiff *.webp);;All files (*)"


class DrawingView(QWidget):
    """The sheet and, beside it, what the model makes of it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawing")
        self._session = session
        self._stroke = self._draws = False
        self._shown: NDArray[np.uint8] | None = None
        """The own picture of which the sheet is."""
        self.canvas = DrawCanvas("Draw here")
        self.seen, self.returned = ImageView(), ImageView()
        self._near = [ImageView() for _ in range(NEIGHBOURS)]
        self._clear, self._open, self._look = QPushButton("Clear"), QPushButton("Open …"), QPushButton("Look")
        self._says = QLabel()
        self._near_title = QLabel()
        self._lines = TwoLines()
        self._name_parts()
        self._lay_out()
        self._connect()
        self._refresh()

    def _name_parts(self) -> None:
        self._says.setProperty("role", "muted")
        self._says.setWordWrap(True)
        self._near_title.setProperty("role", "caption")
        for name, part in (
            ("canvas", self.canvas), ("seen", self.seen), ("returned", self.returned), ("clear", self._clear),
            ("open", self._open), ("look", self._look), ("says", self._says),
        ):  # fmt: skip
            part.setObjectName(f"drawing.{name}")
        for button, icon in ((self._clear, "trash"), (self._open, "open"), (self._look, "decode")):
            theme.set_icon(button, icon)
        self.seen.set_caption("as the model sees it")
        self.returned.set_caption("how it comes back")
        for view in self._near:
            view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            view.setMinimumSize(44, 40)
            view.setMaximumWidth(84)

    def _lay_out(self) -> None:
        near = QGridLayout()
        near.setSpacing(4)
        near.setContentsMargins(0, 0, 0, 0)
        near.addWidget(self._near_title, 0, 0, 1, COLUMNS)
        for place, view in enumerate(self._near):
            near.addWidget(view, 1 + place // COLUMNS, place % COLUMNS)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in (self._clear, self._open, self._look):
            button.setProperty("role", "quiet")
            buttons.addWidget(button)
        buttons.addStretch()
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        buttons.setContentsMargins(0, 0, 0, 0)
        self._says.setContentsMargins(12, 0, 8, 0)
        words.addLayout(buttons)
        words.addWidget(self._says)
        words.addStretch()
        words.addWidget(self._lines)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 4, 6)
        row.setSpacing(14)
        row.addWidget(self.canvas, 5)
        row.addWidget(self.seen, 4)
        row.addWidget(self.returned, 4)
        row.addLayout(near, 3)
        row.addLayout(words, 3)

    def _connect(self) -> None:
        session = self._session
        self.canvas.changed.connect(self._draw)
        self.canvas.finished.connect(self._end_stroke)
        self.canvas.dropped.connect(self._drop)
        self._clear.clicked.connect(session.drawing.clear)
        self._open.clicked.connect(self._choose_file)
        self._look.clicked.connect(session.drawing.look)
        session.drawing.changed.connect(self._on_drawing)
        session.main.model_opened.connect(self._on_items)
        session.main.items_arrived.connect(self._on_items)
        session.main.cursor.moved.connect(self._refresh)
        session.main.cursor.picture_changed.connect(self._refresh)
        session.main.cursor.neighbours_changed.connect(self._on_neighbours)

    # Intents

    def _draw(self, ink: NDArray[np.uint8]) -> None:
        self._draws = True
        if not ink.any():
            self._session.drawing.clear()
        else:
            if not self._stroke:
                self._stroke = True
                self._session.choices.begin_gesture()
            self._session.drawing.draw(ink)
        self._draws = False

    def _end_stroke(self) -> None:
        if self._stroke:
            self._stroke = False
            self._session.choices.end_gesture()

    def _drop(self, path: str) -> None:
        self._session.drawing.drop(Path(path))

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Take a picture", "", KINDS)
        if name:
            self._drop(name)

    # Facts

    def _on_drawing(self) -> None:
        """Also somebody else has cleared it, dropped a file or undone a stroke: then the sheet shows that."""
        glyph = self._session.drawing.glyph
        if glyph is not self._shown and not self._draws:
            empty = np.zeros((2, 2), np.uint8)
            self.canvas.set_drawing(empty if glyph is None else glyph.mean(axis=2).astype(np.uint8))
        self._shown = glyph
        self._refresh()

    def _on_items(self) -> None:
        model = self._session.main.model
        ink = model is not None and wording.as_ink(model)
        for view in (self.seen, self.returned, *self._near):
            view.set_ink(ink)
        self._explain()
        self._refresh()

    def _explain(self) -> None:
        """What stands beside the sheet, of the model on the map; nothing where it has no encoder."""
        model, glyphs = self._session.main.model, self._session.drawing.is_of_glyphs
        if model is None or not model.can_encode:
            seen, back, lines, near = "", "", ("", ""), ""
        else:
            seen = AS_GLYPHS if glyphs else AS_FRAMED
            back, lines = (BACK, LINES) if model.can_decode else (BACK_FROM_NOISE, FEATURE_LINES)
            near = f"nearest real, distance in {model.space}"
        self.seen.setToolTip(seen)
        self.returned.setToolTip(back)
        self._lines.say(*lines)
        self._near_title.setText(near)
        for view in self._near:
            view.setToolTip(near and "The held-out images whose codes are nearest to that of your picture")

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        session, drawing = self._session, self._session.drawing
        refusal, here = drawing.refusal, self._is_looked_at()
        nothing = "" if drawing.glyph is not None else NOTHING
        unfit = "" if drawing.fits else OTHER_SIZE
        allow(self.canvas, refusal, SHEET)
        allow(self._open, refusal, "Take a picture file instead of a drawing")
        allow(self._clear, nothing, "An empty sheet")
        allow(self._look, nothing or unfit or (HERE if here else ""), "Bring the cursor back to this picture")
        self.seen.set_picture(drawing.glyph if drawing.fits else None)
        self.returned.set_picture(session.main.cursor.picture if here else None)
        self._says.setText(refusal or self._words(here))
        self._on_neighbours()

    def _on_neighbours(self) -> None:
        if not self.isVisible():
            return
        model, found = self._session.main.model, self._session.main.cursor.near_pictures()
        here = self._is_looked_at() and model is not None and found is not None
        for place, view in enumerate(self._near):
            if not here or model is None or found is None or place >= len(found.items):
                view.set_picture(None)
                view.set_caption("")
                continue
            item = int(found.items[place])
            view.set_picture(model.picture_of(item))
            view.set_caption(f"{found.distances[place]:.2f}")

    def _is_looked_at(self) -> bool:
        """The cursor is at the code of the own picture."""
        drawing = self._session.drawing
        return drawing.glyph is not None and self._session.scene.glyph is not None

    def _words(self, here: bool) -> str:
        session, drawing = self._session, self._session.drawing
        if drawing.glyph is None:
            return EMPTY if drawing.is_of_glyphs else PREFER_A_FILE
        if not drawing.fits:
            return OTHER_SIZE
        if drawing.code is None:
            return "Encoding …"
        if not here:
            return "The cursor has gone elsewhere; Look brings it back to this picture."
        model, picture = session.main.model, session.main.cursor.picture
        where = "" if model is None else wording.code_text(model, drawing.code)
        if picture is None or picture.shape != drawing.glyph.shape:
            return where
        error = float(np.square((picture.astype(np.float32) - drawing.glyph) / 255).mean())
        return f"{where}\nmean square difference {wording.error_text(error)} per pixel"

    def sizeHint(self) -> QSize:
        return QSize(1000, 250)

    def minimumSizeHint(self) -> QSize:
        return QSize(560, 190)

    def showEvent(self, event: object) -> None:
        self._on_items()
