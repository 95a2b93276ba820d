"""One picture, enlarged sharply, with words below. Imports Qt, numpy, `images`, the theme."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.look import theme
from explorer.ui.look.images import (
    Picture,
    draw_centred,
    is_on_paper,
    signed_picture,
    to_pixmap_scaled,
    to_qimage,
)
from explorer.ui.look.palettes import channels
from explorer.ui.widgets.pictures.picture_widget import PictureWidget


class ImageView(PictureWidget):
    """Shows uint8 (H, W, C) pictures or signed differences; an empty one says why it is empty.

    Parameters
    ----------
    square
        Whether its frame is; else it is all the room there is.
    """

    activated = Signal()
    """Double click, or Return while it has the focus."""

    def __init__(self, placeholder: str = "", parent: QWidget | None = None, *, square: bool = True) -> None:
        super().__init__(parent)
        self._square = square
        self._picture: Picture | None = None
        self._signed: NDArray[np.floating] | None = None
        self._caption = ""
        self._detail: tuple[str, ...] = ()
        self._placeholder = placeholder
        self._marked = False
        self._pixmap: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(48, 48)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def picture(self) -> Picture | None:
        """What is shown, with its own pixels (for the clipboard or a file)."""
        if self._signed is not None:
            return signed_picture(self._signed, (255, 255, 255))
        return self._picture

    def set_picture(self, picture: Picture | None) -> None:
        if picture is not self._picture or self._signed is not None:
            self._picture, self._signed = picture, None
            self._renew()

    def set_signed(self, values: NDArray[np.floating] | None) -> None:
        """Differences (H, W[, C]) from -1 (blue) to 1 (red)."""
        self._picture, self._signed = None, values
        self._renew()

    def set_caption(self, text: str) -> None:
        if text != self._caption:
            self._caption = text
            self.setAccessibleName(text)
            self._renew()

    def set_detail(self, *texts: str) -> None:
        """A line below the caption, said in ever fewer words: the first for which there is room."""
        if texts != self._detail:
            self._detail = texts
            self.setToolTip(texts[0] if texts else "")
            self._renew()

    def set_placeholder(self, text: str) -> None:
        """What to read where no picture is."""
        self._placeholder = text
        self.update()

    def set_marked(self, marked: bool) -> None:
        """A frame in the accent colour: this picture is the chosen one."""
        self._marked = marked
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(168, 168 + self._caption_height())

    def _caption_height(self) -> int:
        lines = 2 if self._detail else 1 if self._caption else 0
        return lines * self.fontMetrics().height() + 6 if lines else 0

    def _frame(self) -> QRect:
        room = self.rect().adjusted(0, 0, 0, -self._caption_height())
        if not self._square:
            return room
        side = min(room.width(), room.height())
        return QRect(
            room.x() + (room.width() - side) // 2, room.y() + (room.height() - side) // 2, side, side
        )

    def _renew(self) -> None:
        self._pixmap = None
        self.update()

    def _enlarged(self, room: QSize) -> QPixmap | None:
        colours = theme.current()
        if self._signed is not None:
            picture: Picture | None = signed_picture(self._signed, channels(colours.panel))
        else:
            picture = self._picture
        if picture is None or not picture.size:
            return None
        paper = is_on_paper(picture, self._ink and self._signed is None)
        return to_pixmap_scaled(to_qimage(picture, inverted=paper), room, self.devicePixelRatioF())

    def paintEvent(self, event: object) -> None:
        colours, frame = theme.current(), self._frame()
        ratio = self.devicePixelRatioF()
        if self._pixmap is None or self._pixmap.devicePixelRatioF() != ratio:
            self._pixmap = self._enlarged(frame.adjusted(3, 3, -3, -3).size())
        painter = QPainter(self)
        ground = "#000000" if colours.scheme == "dark" else "#ffffff"
        painter.fillRect(frame, QColor(colours.field if self._pixmap is None else ground))
        if self._pixmap is not None:
            draw_centred(painter, self._pixmap, QRectF(frame))
        elif self._placeholder:
            painter.setPen(QColor(colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(frame.adjusted(8, 8, -8, -8), flags, self._placeholder)
        chosen = self._marked or self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if chosen else colours.line), 2.0 if chosen else 1.0))
        inset = 1 if chosen else 0
        painter.drawRect(frame.adjusted(inset, inset, -1 - inset, -1 - inset))
        painter.setPen(QColor(colours.muted))
        metrics = self.fontMetrics()
        below = QRect(0, frame.bottom() + 4, self.width(), metrics.height())
        for line in (self._caption, self._fitting_detail()):
            text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
            below.translate(0, metrics.height())
        painter.end()

    def _fitting_detail(self) -> str:
        wide, last = self.fontMetrics().horizontalAdvance, self._detail[-1:]
        return next((text for text in self._detail if wide(text) <= self.width()), "".join(last))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._renew()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated.emit()
        else:
            super().keyPressEvent(event)
