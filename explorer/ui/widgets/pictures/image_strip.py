"""A row of pictures with captions and a handle that runs along it, as for an interpolation.

Imports Qt, numpy, `images` and the theme.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.look import theme
from explorer.ui.look.images import Picture, draw_centred, to_tile
from explorer.ui.widgets.pictures.picture_widget import PictureWidget

EDGE, GAP, LARGEST = 12, 8, 112
RAIL = 26
"""Height of the handle's rail."""
TITLE = 104
"""Width of the column for a row's title, so that rows below each other are aligned."""

GESTURES = (
    ("Drag the handle", "Run along the path"),
    ("\N{LEFTWARDS ARROW} \N{RIGHTWARDS ARROW}", "A quarter of a picture on, or back"),
)
"""What pointer and keys do, in words."""


class ImageStrip(PictureWidget):
    handle_moved = Signal(float)
    """0 at the middle of the first picture, 1 at that of the last."""
    picture_activated = Signal(int)
    pressed = Signal()
    released = Signal()

    def __init__(self, places: int = 11, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: list[Picture | None] = [None] * places
        self._captions: list[str] = []
        self._tiles: dict[int, QPixmap] = {}
        self._title = ""
        self._handle: float | None = None
        self._selected: int | None = None
        self._dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_pictures(self, pictures: Sequence[Picture | None], captions: Sequence[str] = ()) -> None:
        """One place each; None is an empty place. Captions stand below."""
        had = bool(self._captions)
        self._pictures, self._captions, self._tiles = list(pictures), list(captions), {}
        if had != bool(self._captions):
            self.updateGeometry()
        self.update()

    def set_title(self, title: str) -> None:
        self._title = title
        self._renew()

    def set_handle(self, place: float | None) -> None:
        """None: no handle and no rail."""
        changed = (place is None) != (self._handle is None)
        self._handle = place if place is not None and math.isfinite(place) else None
        if changed:
            self._renew()
            self.updateGeometry()
        self.update()

    def set_selected(self, place: int | None) -> None:
        self._selected = place
        self.update()

    def _renew(self) -> None:
        self._tiles = {}
        self.update()

    # Geometry

    def _left(self) -> float:
        return EDGE + (TITLE if self._title else 0)

    def _side(self) -> float:
        count = max(len(self._pictures), 1)
        wide = (self.width() - self._left() - EDGE + GAP) / count - GAP
        tall = self.height() - 2 * 6 - self._below()
        return float(int(max(min(wide, tall, LARGEST), 8)))

    def _below(self) -> float:
        caption = self.fontMetrics().height() + 4 if self._captions else 0
        return caption + (RAIL if self._handle is not None else 0)

    def _room(self, place: int) -> QRectF:
        side = self._side()
        return QRectF(self._left() + place * (side + GAP), 6, side, side)

    def _rail(self) -> tuple[float, float, float]:
        """Its ends and its height."""
        first, last = self._room(0).center().x(), self._room(len(self._pictures) - 1).center().x()
        return first, last, 6 + self._side() + self._below() - RAIL / 2

    def handle_place(self, share: float) -> QPoint:
        """Where the handle is at a share of its way, in pixels of the widget."""
        first, last, height = self._rail()
        return QPoint(round(first + share * (last - first)), round(height))

    def sizeHint(self) -> QSize:
        count = max(len(self._pictures), 1)
        return QSize(round(self._left()) + EDGE + count * (64 + GAP), round(64 + 12 + self._below()))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, round(34 + 12 + self._below()))

    # Painting

    def paintEvent(self, event: object) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._title:
            painter.setPen(QColor(colours.text))
            room = QRectF(EDGE, 6, TITLE - 8, self._side())
            wrap = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
            painter.drawText(room, wrap, self._title)
        for place in range(len(self._pictures)):
            self._paint_place(painter, place)
        if self._handle is not None and len(self._pictures) > 1:
            self._paint_rail(painter, self._handle)
        painter.end()

    def _paint_place(self, painter: QPainter, place: int) -> None:
        colours, room, picture = theme.current(), self._room(place), self._pictures[place]
        if picture is not None and place not in self._tiles:
            inner = room.adjusted(1, 1, -1, -1).toRect().size()
            self._tiles[place] = to_tile(picture, inner, self.devicePixelRatioF(), inverted=self._ink)
        chosen = place == self._selected
        painter.setPen(QPen(QColor(colours.accent if chosen else colours.line), 2.0 if chosen else 1.0))
        if picture is None:
            painter.setBrush(QColor(colours.field))
            painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        else:
            painter.setBrush(QColor("#000000" if colours.scheme == "dark" else "#ffffff"))
            painter.drawRect(room.adjusted(0.5, 0.5, -0.5, -0.5))
            draw_centred(painter, self._tiles[place], room)
            if chosen:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(room.adjusted(1, 1, -1, -1))
        if place < len(self._captions):
            painter.setPen(QColor(colours.text if chosen else colours.muted))
            below = QRectF(room.x() - 2, room.bottom() + 3, room.width() + 4, self.fontMetrics().height())
            painter.save()
            font = painter.font()
            font.setPointSizeF(font.pointSizeF() * 0.88)
            painter.setFont(font)
            fits = painter.fontMetrics()
            text = fits.elidedText(self._captions[place], Qt.TextElideMode.ElideRight, round(below.width()))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
            painter.restore()

    def _paint_rail(self, painter: QPainter, handle: float) -> None:
        colours = theme.current()
        first, last, height = self._rail()
        at = QPointF(first + min(max(handle, 0.0), 1.0) * (last - first), height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.edge))
        painter.drawRoundedRect(QRectF(first, height - 1.5, last - first, 3), 1.5, 1.5)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(QRectF(first, height - 1.5, at.x() - first, 3), 1.5, 1.5)
        if self.hasFocus():
            halo = QColor(colours.accent)
            halo.setAlphaF(0.25)
            painter.setBrush(halo)
            painter.drawEllipse(at, 12, 12)
        painter.setPen(QPen(QColor(colours.panel), 1.5))
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(at, 8, 8)

    # Input

    def _move_to(self, share: float) -> None:
        share = min(max(share, 0.0), 1.0)
        if share != self._handle:
            self._handle = share
            self.update()
            self.handle_moved.emit(share)

    def _share_at(self, x: float) -> float:
        first, last, _ = self._rail()
        return (x - first) / max(last - first, 1.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        at = event.position()
        if self._handle is not None and abs(at.y() - self._rail()[2]) <= RAIL / 2:
            self._dragged = True
            self.pressed.emit()
            self._move_to(self._share_at(at.x()))
            return
        for place in range(len(self._pictures)):
            if self._room(place).contains(at):
                self.picture_activated.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged:
            self._move_to(self._share_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self._dragged = False
            self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and self._handle is not None:
            self._move_to(self._handle + step / (4 * max(len(self._pictures) - 1, 1)))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: object) -> None:
        self._renew()
