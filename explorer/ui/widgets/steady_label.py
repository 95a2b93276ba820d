"""Labels that cut their text short, one of them for text that changes at the pointer's pace. Imports Qt only.

A `QLabel` asks for a new layout with every text, and the whole window is then laid out and
largely repainted: several milliseconds, sixty times a second. `SteadyLabel` keeps its size.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

LEAST_LETTERS = 8
"""That stay of a text that is cut short."""


class SteadyLabel(QLabel):
    """Text, cut short where there is too little room for it.

    Parameters
    ----------
    widest
        A text as wide as any that comes; the label asks for that much room. Should a wider one come, and
        the layout ask the label at all, it asks for more rather than cut a number short.
    """

    def __init__(self, widest: str = "", parent: QWidget | None = None) -> None:
        # The base class measures the widest text, with the style sheet's padding, and never paints it.
        super().__init__(widest, parent)
        self._text = ""

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            if self._is_too_wide(text):
                super().setText(text)
            self.update()

    def _is_too_wide(self, text: str) -> bool:
        widest, free = super().text(), QSizePolicy.Policy.Ignored
        if not widest or "\n" in widest or self.wordWrap() or self.sizePolicy().horizontalPolicy() == free:
            return False
        wide = self.fontMetrics().horizontalAdvance
        return wide(text) > wide(widest)

    def paintEvent(self, event: object) -> None:
        room, text, flags = self.contentsRect(), self._text, self.alignment().value
        if self.wordWrap():
            flags |= Qt.TextFlag.TextWordWrap.value
        else:
            text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            room,
            flags,
            self.palette(),
            self.isEnabled(),
            text,
            self.foregroundRole(),
        )
        painter.end()


class ElidedLabel(QLabel):
    """As wide as its text where a layout gives it the room; else it has a shorter one, or dots."""

    short = ""
    """What it says where the whole doesn't fit."""

    _is_brief = False

    def wide(self) -> int:
        """Of the whole text."""
        return super().sizeHint().width()

    def set_brief(self, brief: bool) -> None:
        """Whether to ask for the room of the short text alone, as others need the rest."""
        if brief != self._is_brief:
            self._is_brief = brief
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        whole = super().sizeHint()
        if self._is_brief and self.short:
            whole.setWidth(min(whole.width(), self.fontMetrics().horizontalAdvance(self.short) + 4))
        return whole

    def minimumSizeHint(self) -> QSize:
        least = LEAST_LETTERS * self.fontMetrics().averageCharWidth()
        return QSize(min(self.sizeHint().width(), least), super().minimumSizeHint().height())

    def paintEvent(self, event: object) -> None:
        room = self.contentsRect()
        fits = self.fontMetrics().horizontalAdvance(self.text()) <= room.width()
        text = self.text() if fits or not self.short else self.short
        text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter = QPainter(self)
        flags, role = self.alignment().value, self.foregroundRole()
        self.style().drawItemText(painter, room, flags, self.palette(), self.isEnabled(), text, role)
        painter.end()


class PressedLabel(ElidedLabel):
    """One that can be pressed, as its pointer shows."""

    pressed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(event.button() == Qt.MouseButton.LeftButton)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()
