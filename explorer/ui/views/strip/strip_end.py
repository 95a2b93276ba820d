"""One end of the interpolation: its picture, what it is, and a place to drop a picture file on.

Part of the strip view; knows the session.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.widgets.pictures.image_view import ImageView


class StripEnd(QWidget):
    """A or B."""

    def __init__(self, which: Literal["a", "b"], session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"strip.end_{which}")
        self._which: Literal["a", "b"] = which
        self._session = session
        self._awaited: NDArray[np.uint8] | None = None
        """A dropped picture whose code isn't known yet."""
        self._title = QLabel()
        self._title.setProperty("role", "caption")
        self._title.setWordWrap(True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._picture = ImageView(which.upper())
        self._picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._small = False
        self.setAcceptDrops(True)
        self.setToolTip(
            f"End {which.upper()}: point at an image on the map and press {which.upper()}, "
            "or drop a picture file here"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(2)
        column.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title)
        self._fit()
        session.drawing.changed.connect(self._on_drawing)

    def set_small(self, small: bool) -> None:
        """As high as a line of text, without words: so it stands where neither end is chosen."""
        if small != self._small:
            self._small = small
            self._fit()

    @property
    def need(self) -> int:
        """Pixels of its height."""
        words = 0 if self._small else 2 + 2 * self._title.fontMetrics().height()
        return 4 + self._picture.height() + words

    def _fit(self) -> None:
        """Type may be large: the letter is whole in the slot, and the words fit below it."""
        line = self.fontMetrics().height()
        side = line + 14 if self._small else max(64, 4 * line)
        self._picture.setMinimumSize(0, 0)
        self._picture.setFixedSize(side, side)
        self._title.setVisible(not self._small)
        wide = self.fontMetrics().horizontalAdvance("press B or drop")
        self.setFixedWidth(side + 4 if self._small else max(side, wide) + 12)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)

    def set_ink(self, ink: bool) -> None:
        self._picture.set_ink(ink)

    def refresh(self) -> None:
        scene = self._session.scene
        end = scene.end_a if self._which == "a" else scene.end_b
        self._picture.set_picture(None if end is None else end.picture)
        letter = self._which.upper()
        self._title.setText(f"press {letter} or drop" if end is None else f"{letter}: {end.title}")

    def set_from_file(self, path: Path) -> None:
        """Make a picture file this end, once the encoder has said where it lies."""
        drawing = self._session.drawing
        if drawing.refusal is not None:
            self._session.say(drawing.refusal, "warning")
            return
        before = drawing.glyph
        drawing.drop(path)
        if drawing.glyph is not before:
            self._awaited = drawing.glyph
            self._on_drawing()

    def _on_drawing(self) -> None:
        if self._awaited is None:
            return
        if self._session.drawing.glyph is not self._awaited:
            self._awaited = None
        elif self._session.scene.glyph is self._awaited:
            self._awaited = None
            self._session.interpolation.set_end(self._which)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            self._picture.set_marked(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: object) -> None:
        self._picture.set_marked(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._picture.set_marked(False)
        event.acceptProposedAction()
        self.set_from_file(Path(event.mimeData().urls()[0].toLocalFile()))
