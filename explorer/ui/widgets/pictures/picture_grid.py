"""Small pictures in rows, with captions below, as large as fits. Imports Qt, numpy, `images`, the theme."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.look import theme
from explorer.ui.look.images import Picture, draw_centred, to_tile
from explorer.ui.widgets.pictures.picture_widget import PictureWidget

GAP = 4
LARGEST = 192
SMALLEST = 12


class PictureGrid(PictureWidget):
    """Pictures uint8 (H, W, C) row by row."""

    def __init__(self, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._pictures: list[Picture | None] = []
        self._captions: list[str] = []
        self._title = self._placeholder = ""
        self._tiles: dict[int, QPixmap] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def count(self) -> int:
        """How many places have a picture."""
        return sum(picture is not None for picture in self._pictures)

    @property
    def captions(self) -> tuple[str, ...]:
        """Of the places, as far as they have one."""
        return tuple(self._captions)

    def set_pictures(self, pictures: Sequence[Picture | None], captions: Sequence[str] = ()) -> None:
        """None is an empty place."""
        self._pictures, self._captions, self._tiles = list(pictures), list(captions), {}
        self.update()

    def set_columns(self, columns: int) -> None:
        if columns != self._columns:
            self._columns = columns
            self._renew()

    def set_title(self, title: str) -> None:
        """One line above."""
        if title != self._title:
            self._title = title
            self._renew()

    def set_placeholder(self, text: str) -> None:
        """What to read where no picture is."""
        self._placeholder = text
        self.update()

    # Geometry

    def side_for(self, width: float, height: float, columns: int, count: int) -> float:
        """How large a picture would be in that room."""
        rows = max(1, -(-count // columns))
        wide = (width + GAP) / columns - GAP
        tall = (height - self._head() + GAP) / rows - GAP - self._foot()
        return float(int(max(min(wide, tall, LARGEST), SMALLEST)))

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.88)
        return font

    def _head(self) -> int:
        return self.fontMetrics().height() + 2 if self._title else 0

    def _foot(self) -> int:
        return self.fontMetrics().height() if self._captions else 0

    def sizeHint(self) -> QSize:
        rows = max(1, -(-len(self._pictures) // self._columns))
        return QSize(self._columns * (48 + GAP), rows * (48 + GAP + self._foot()) + self._head())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._columns * (SMALLEST + GAP), 2 * (SMALLEST + GAP) + self._head())

    # Painting

    def paintEvent(self, event: object) -> None:
        colours, painter = theme.current(), QPainter(self)
        painter.setFont(self._small())
        painter.setPen(QColor(colours.muted))
        room = QRectF(self.rect())
        if not self._pictures and self._placeholder:
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._placeholder)
        elif self._title:
            fits = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(room.adjusted(0, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, fits)
        side = self.side_for(self.width(), self.height(), self._columns, len(self._pictures))
        for place in range(len(self._pictures)):
            row, column = divmod(place, self._columns)
            top = self._head() + row * (side + GAP + self._foot())
            if top + side <= self.height():
                self._paint_place(painter, place, QRectF(column * (side + GAP), top, side, side))
        painter.end()

    def _paint_place(self, painter: QPainter, place: int, room: QRectF) -> None:
        colours, picture = theme.current(), self._pictures[place]
        if picture is None:
            painter.fillRect(room, QColor(colours.field))
        else:
            if place not in self._tiles:
                size = room.size().toSize()
                self._tiles[place] = to_tile(picture, size, self.devicePixelRatioF(), inverted=self._ink)
            draw_centred(painter, self._tiles[place], room)
        painter.setPen(QColor(colours.line))
        painter.drawRect(room.adjusted(0.5, 0.5, -0.5, -0.5))
        if place < len(self._captions):
            painter.setPen(QColor(colours.muted))
            below = QRectF(room.x(), room.bottom() + 1, room.width(), self._foot())
            words = self._captions[place]
            fits = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, round(room.width()))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, fits)

    def _renew(self) -> None:
        self._tiles = {}
        self.updateGeometry()
        self.update()

    def resizeEvent(self, event: object) -> None:
        self._tiles = {}
