"""Says "here": a soft outline round a widget, or a ring round a place in it. Knows geometry only.

Lies over the window and lets every pointer event through. It pulses for a few seconds and then
stands still, as an animation that never ends draws the eye and the processor for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPen, QRegion
from PySide6.QtWidgets import QWidget

from explorer.ui.look import theme

RING = 26
"""Radius of the ring round a place."""
WIDTH = 5
PULSE_MS, PULSING_MS, RESTING_MS = 50, 6000, 400

Place = Callable[[], QPoint | None]


class Spotlight(QWidget):
    """Put over a window; follows what it points at."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("spotlight")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._target: QWidget | None = None
        self._place: Place | None = None
        self._age = QElapsedTimer()
        self._clock = QTimer(self, interval=PULSE_MS)
        self._clock.timeout.connect(self._follow)
        self.hide()

    def point_at(self, target: QWidget, place: Place | None = None) -> None:
        """Outline a widget, or a place in it (in its pixels, asked anew as the widget moves)."""
        self._target, self._place = target, place
        target.destroyed.connect(self.leave)
        self._age.start()
        self._clock.start(PULSE_MS)
        self._follow()

    def leave(self) -> None:
        self._target = self._place = None
        self._clock.stop()
        self.hide()

    def _follow(self) -> None:
        if self._age.elapsed() > PULSING_MS:
            self._clock.setInterval(RESTING_MS)
        area = self._area()
        self.setVisible(area is not None)
        if area is None:
            return
        if area != self.geometry():
            self.setGeometry(area)
            inner = self.rect().adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
            kind = QRegion.RegionType.Ellipse if self._place is not None else QRegion.RegionType.Rectangle
            # Only the outline is repainted at a pulse, never what it encloses.
            self.setMask(QRegion(self.rect()) - QRegion(inner, kind))
        self.raise_()
        self.update()

    def _area(self) -> QRect | None:
        """In pixels of the window; None where there is nothing to see."""
        target, window = self._target, self.parentWidget()
        if target is None or window is None or not target.isVisible():
            return None
        if self._place is None:
            corner = target.mapTo(window, QPoint(0, 0))
            return QRect(corner, target.size()).intersected(window.rect())
        place = self._place()
        if place is None or not target.rect().contains(place):
            return None
        middle = target.mapTo(window, place)
        return QRect(middle - QPoint(RING, RING), middle + QPoint(RING, RING))

    def paintEvent(self, event: object) -> None:
        pulsing = self._age.elapsed() < PULSING_MS
        swing = 0.5 - 0.5 * math.cos(self._age.elapsed() / 1000 * 2 * math.pi / 1.5) if pulsing else 0.0
        tint = QColor(theme.current().accent)
        tint.setAlphaF(0.45 + 0.5 * swing)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tint, 2.0 + 1.5 * swing))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        room = QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5)
        if self._place is not None:
            painter.drawEllipse(room)
        else:
            painter.drawRoundedRect(room, 4, 4)
        painter.end()
