"""A grid of small pictures of which one can be pressed, some with a letter. Imports Qt and `picture_grid`."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from explorer.ui.look import theme
from explorer.ui.widgets.pictures.picture_grid import GAP, PictureGrid

STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}

GESTURES = (("Arrow keys, Enter", "From picture to picture, choose one"),)
"""What keys do, in words."""


class ChoiceGrid(PictureGrid):
    pressed = Signal(int)
    """The place of a picture."""

    def __init__(self, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(columns, parent)
        self._marks: dict[int, str] = {}
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def marks(self) -> Mapping[int, str]:
        return self._marks

    def set_marks(self, marks: Mapping[int, str]) -> None:
        """Letters on some places."""
        self._marks = dict(marks)
        self.update()

    def place_rect(self, place: int) -> QRectF:
        """Where a picture is."""
        side = self.side_for(self.width(), self.height(), self._columns, len(self._pictures))
        row, column = divmod(place, self._columns)
        top = self._head() + row * (side + GAP + self._foot())
        return QRectF(column * (side + GAP), top, side, side)

    def place_at(self, at: QPointF) -> int | None:
        """The picture that lies there."""
        places = range(len(self._pictures))
        return next((place for place in places if self.place_rect(place).contains(at)), None)

    def paintEvent(self, event: object) -> None:
        super().paintEvent(event)
        colours, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(colours.accent)
        if self.hasFocus() and self._pictures:
            painter.setPen(QPen(accent, 2))
            painter.drawRect(self.place_rect(self._current))
        for place, letter in self._marks.items():
            room = self.place_rect(place)
            painter.setPen(QPen(accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(room)
            badge = QRectF(room.left(), room.top(), 13, 14)
            painter.fillRect(badge, accent)
            painter.setPen(QColor(colours.accent_text))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, letter)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or place is None:
            event.ignore()
            return
        self._press(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if step is not None and self._pictures:
            row, column = divmod(self._current, self._columns)
            there = (row + step[0]) * self._columns + min(max(column + step[1], 0), self._columns - 1)
            self._current = there if 0 <= there < len(self._pictures) else self._current
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._pictures:
            self._press(self._current)
        else:
            super().keyPressEvent(event)

    def _press(self, place: int) -> None:
        self._current = place
        self.update()
        self.pressed.emit(place)
