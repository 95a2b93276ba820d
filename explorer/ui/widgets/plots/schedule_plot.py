"""How much picture is left at each strength of noise, and a handle to run along it.

From noise, t = 1, at the left to the picture, t = 0, at the right. Imports Qt, numpy and the theme.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.look import theme

EDGE = 12
RAIL = 22
"""Height of the handle's rail, below the curve."""
CLOSE = 4.0
"""Stops nearer to each other than so many pixels are drawn as one line."""
STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -5,
    Qt.Key.Key_PageUp: 5,
}

GESTURES = (
    ("Press or drag", "Go to that step"),
    ("\N{LEFTWARDS ARROW} \N{RIGHTWARDS ARROW}", "The step before, or after"),
    ("Page Up, Down; Home, End", "By 5 steps; to the first, or the last"),
)
"""What pointer and keys do, in words."""


class SchedulePlot(QWidget):
    """A curve over t in [0, 1] and a place on it."""

    sought = Signal(float)
    """The t that the pointer is pressed or dragged at."""
    stepped = Signal(int)
    """So many stops towards the picture, by keys."""
    ended = Signal(bool)
    """To the last stop, or to the first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve = np.zeros(0)
        self._stops: tuple[float, ...] = ()
        self._done = 0
        self._place: float | None = None
        self._forks: tuple[float, ...] = ()
        self._dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_curve(self, shares: NDArray[np.floating] | None) -> None:
        """Shares in [0, 1] at evenly spaced t, from 0 to 1; what is not finite is left out."""
        self._curve = np.zeros(0) if shares is None else np.clip(np.nan_to_num(shares), 0, 1)
        self.update()

    def set_stops(self, stops: Sequence[float], done: int) -> None:
        """Where the handle can rest, and how many of these are there by now."""
        if (tuple(stops), done) != (self._stops, self._done):
            self._stops, self._done = tuple(stops), done
            self.update()

    def set_place(self, t: float | None) -> None:
        if t != self._place:
            self._place = t
            self.update()

    def set_forks(self, forks: Sequence[float]) -> None:
        """Where others branch off."""
        self._forks = tuple(forks)
        self.update()

    def point_at(self, t: float) -> QPointF:
        """The handle's middle when it is at t, in pixels of the widget."""
        return QPointF(EDGE + (1 - t) * self._width(), self.height() - RAIL / 2)

    def _width(self) -> float:
        return max(self.width() - 2.0 * EDGE, 1.0)

    def _on_curve(self, t: NDArray[np.float64]) -> list[QPointF]:
        """The points of the curve at several t."""
        tall, places = self.height() - RAIL - 8, np.linspace(0, 1, len(self._curve))
        down = 6 + (1 - np.interp(t, places, self._curve)) * tall
        across = EDGE + (1 - t) * self._width()
        return [QPointF(x, y) for x, y in zip(across.tolist(), down.tolist(), strict=True)]

    def sizeHint(self) -> QSize:
        return QSize(400, 78)

    # Painting

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self._curve) > 1:
            self._paint_curve(painter)
        self._paint_rail(painter)
        painter.end()

    def _paint_curve(self, painter: QPainter) -> None:
        colours = theme.current()
        bottom = self.height() - RAIL - 2.0
        line = self._on_curve(np.linspace(1, 0, 161))
        ground = QPolygonF([QPointF(line[0].x(), bottom), *line, QPointF(line[-1].x(), bottom)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.field))
        painter.drawPolygon(ground)
        painter.setPen(QPen(QColor(colours.edge), 1.5))
        painter.drawPolyline(QPolygonF(line))
        small = painter.font()
        small.setPointSizeF(small.pointSizeF() * 0.88)
        painter.setFont(small)
        painter.setPen(QColor(colours.muted))
        room = QRectF(EDGE + 2, 4, self._width() - 4, bottom - 6)
        painter.drawText(room, Qt.AlignmentFlag.AlignTop, "ᾱ, share of the picture in x_t")
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(room, right, "t = 0, picture")
        painter.drawText(room, Qt.AlignmentFlag.AlignBottom, "t = 1, noise")
        if self._place is not None:
            (at,) = self._on_curve(np.array([self._place]))
            painter.setPen(QPen(QColor(colours.accent), 1.5))
            painter.drawLine(at, QPointF(at.x(), bottom + RAIL / 2))
            painter.setBrush(QColor(colours.accent))
            painter.drawEllipse(at, 4, 4)

    def _paint_rail(self, painter: QPainter) -> None:
        colours = theme.current()
        height = self.height() - RAIL / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.edge))
        painter.drawRoundedRect(QRectF(EDGE, height - 1.5, self._width(), 3), 1.5, 1.5)
        if self._done:
            first, last = self.point_at(self._stops[0]).x(), self.point_at(self._stops[self._done - 1]).x()
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(QRectF(first, height - 1.5, last - first, 3), 1.5, 1.5)
        if len(self._stops) > 1 and self._width() / len(self._stops) >= CLOSE:
            for number, t in enumerate(self._stops):
                painter.setBrush(QColor(colours.accent if number < self._done else colours.edge))
                painter.drawEllipse(self.point_at(t), 2.5, 2.5)
        for t in self._forks:
            painter.setPen(QPen(QColor(colours.warning), 2))
            at = self.point_at(t)
            painter.drawLine(at, at + QPointF(6, -9))
        if self._place is not None:
            self._paint_handle(painter, self.point_at(self._place))

    def _paint_handle(self, painter: QPainter, at: QPointF) -> None:
        colours = theme.current()
        if self.hasFocus():
            halo = QColor(colours.accent)
            halo.setAlphaF(0.25)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(halo)
            painter.drawEllipse(at, 10.5, 10.5)
        painter.setPen(QPen(QColor(colours.panel), 1.5))
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(at, 7.5, 7.5)

    # Input

    def _seek(self, x: float) -> None:
        self.sought.emit(min(max(1 - (x - EDGE) / self._width(), 0.0), 1.0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._dragged = True
        self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged:
            self._seek(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS:
            self.stepped.emit(STEPS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.ended.emit(key == Qt.Key.Key_End)
        else:
            super().keyPressEvent(event)
