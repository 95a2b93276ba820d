"""One row of `slider_bank`: a dimension of the code, in standard deviations of the data's codes.

Painted as one widget, so that a space of 256 dimensions is 256 widgets and not a thousand:
label, reset cross, groove over the bar of the dimension's KL, and the strip from -3 to +3.
Imports Qt, numpy, `images` and the theme.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from explorer.ui.look import theme
from explorer.ui.look.images import Picture, draw_centred, to_tile
from explorer.ui.widgets.sliders.dimension import Dimension as Dimension
from explorer.ui.widgets.sliders.dimension import fitting
from explorer.ui.widgets.sliders.groove import HANDLE, Groove, paint_groove

REACH = 4.0
"""Standard deviations at either end of the groove."""
STRIP = (-3, -2, -1, 0, 1, 2, 3)
"""Where the pictures of a strip stand, in standard deviations."""
FINE = 100
SIDE, TILE = 12, 40
USUAL = "z₁₂₈ = −88.88 (−8.8 sd)"
"""A reading for which there is always room."""
GESTURES = (
    ("Drag", "Move one number of the code"),
    ("Press on a picture below", "Go to that place"),
    ("\N{LEFTWARDS ARROW} \N{RIGHTWARDS ARROW} or the wheel", "By 0.1 standard deviations, once pressed"),
    ("Page Up, Page Down", "By 1 standard deviation"),
    ("Delete, or double click", "Back to 0"),
)
"""What pointer and keys do, in words."""


class DimensionSlider(QAbstractSlider):
    """A press has `pressed`, `slid` ..., `released`; keys and the wheel have `slid` alone."""

    slid = Signal(int, float)
    pressed = Signal()
    released = Signal()
    reset_wanted = Signal(int)

    def __init__(self, dimension: Dimension, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dimension = dimension
        self.sd = 0.0
        self._strip: list[Picture] = []
        self._tiles: list[QPixmap] = []
        self._ink = False
        self._room = True
        self._dragged = self._hovers_reset = False
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(round(-REACH * FINE), round(REACH * FINE))
        self.setSingleStep(FINE // 10)
        self.setPageStep(FINE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setEnabled(not dimension.reason)
        self.setAccessibleName(dimension.label)
        self.valueChanged.connect(self._slid)

    def set_sd(self, sd: float) -> None:
        """Show a place, also one beyond the ends of the groove; emits nothing."""
        if sd != self.sd:
            self.sd = sd
            self.blockSignals(True)
            self.setValue(round(min(max(sd, -REACH), REACH) * FINE) if math.isfinite(sd) else 0)
            self.blockSignals(False)
            self._update_handle()

    def set_dimension(self, dimension: Dimension) -> None:
        """The same dimension of a space that has moved: other units, another bar."""
        self.dimension = dimension
        self.setEnabled(not dimension.reason)
        self.update()

    def set_strip(self, pictures: Sequence[Picture], ink: bool) -> None:
        self._strip, self._tiles, self._ink = list(pictures), [], ink
        self.update()

    def set_strip_room(self, room: bool) -> None:
        """Whether the strip has its place below the groove."""
        self._room = room
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(240, 10 + line + 24 + (TILE + 10 if self._room else 2))

    def minimumSizeHint(self) -> QSize:
        usual = self.fontMetrics().horizontalAdvance(USUAL) + 2 * SIDE + self._cross().width()
        return QSize(max(180, round(usual)), self.sizeHint().height())

    # Geometry

    def _line(self) -> float:
        return self.fontMetrics().height() + 10.0

    def _x_of(self, sd: float) -> float:
        return SIDE + (min(max(sd, -REACH), REACH) + REACH) / (2 * REACH) * (self.width() - 2 * SIDE)

    def _sd_at(self, x: float) -> float:
        share = (x - SIDE) / max(self.width() - 2 * SIDE, 1)
        return min(max(share * 2 * REACH - REACH, -REACH), REACH)

    def grip(self, sd: float) -> QPointF:
        """Where the handle's middle is when the slider stands at this place."""
        return QPointF(self._x_of(sd), self._line() + 10)

    def _cross(self) -> QRectF:
        side = self.fontMetrics().height() + 2.0
        return QRectF(self.width() - SIDE - side + 4, 5, side, side)

    def _words(self) -> QRectF:
        return QRectF(SIDE, 4, self._cross().left() - SIDE - 6, self.fontMetrics().height() + 4)

    def shown_reading(self) -> str:
        """The reading, as much as there is room for."""
        text, wide = self.dimension.reading(self.sd), self.fontMetrics().horizontalAdvance
        beside = wide(self.dimension.weight_text) + 13 if self.dimension.explained else 0
        return fitting(text, self._words().width() - beside, wide)

    def _tile(self, place: int) -> QRectF:
        apart = (self.width() - 2 * SIDE) / (2 * REACH)
        side = min(apart - 2, TILE)
        return QRectF(self._x_of(place) - side / 2, self._line() + 24, side, side)

    # Painting

    def _update_handle(self) -> None:
        """Paint all but the strip, which has other pictures far less often."""
        self.update(0, 0, self.width(), int(self._line()) + 23)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_label(painter)
        self._paint_groove(painter)
        if self._room and event.rect().bottom() >= self._tile(0).top():
            self._paint_strip(painter)
        painter.end()

    def _paint_label(self, painter: QPainter) -> None:
        colours, cross = theme.current(), self._cross()
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.disabled))
        room = self._words()
        text = self.shown_reading()
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        used = self.fontMetrics().horizontalAdvance(text) + 12
        painter.setPen(QColor(colours.muted if self.isEnabled() else colours.disabled))
        extra = self.dimension.reason_text if self.dimension.reason else self.dimension.weight_text
        if room.width() - used > self.fontMetrics().horizontalAdvance(extra):
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, extra)
        if self.can_reset():
            if self._hovers_reset:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.hover))
                painter.drawRoundedRect(cross, 4, 4)
            theme.draw_icon(painter, "reset", cross.adjusted(2, 2, -2, -2), colours.muted)

    def _paint_groove(self, painter: QPainter) -> None:
        groove = Groove(
            float(SIDE),
            float(self.width() - SIDE),
            self._line() + 10,
            tuple(self._x_of(place) for place in STRIP),
            self._x_of(0),
            self._x_of(self.sd if math.isfinite(self.sd) else 0),
            self.dimension.weight,
        )
        paint_groove(painter, groove, enabled=self.isEnabled(), focused=self.hasFocus())

    def _paint_strip(self, painter: QPainter) -> None:
        colours = theme.current()
        side = self._tile(0).toRect().size()
        ratio = self.devicePixelRatioF()
        if self._strip and not self._tiles:
            self._tiles = [to_tile(one, side, ratio, inverted=self._ink) for one in self._strip]
        painter.setOpacity(1.0 if self.isEnabled() else 0.35)
        for number, place in enumerate(STRIP):
            room = self._tile(place)
            if number < len(self._tiles):
                draw_centred(painter, self._tiles[number], room)
            else:
                painter.setPen(QPen(QColor(colours.line), 1.0))
                painter.setBrush(QColor(colours.field))
                painter.drawRoundedRect(room.adjusted(1, 1, -1, -1), 3, 3)

    # Input

    def can_reset(self) -> bool:
        return self.isEnabled() and abs(self.sd) >= 0.5 / FINE

    def _slid(self, value: int) -> None:
        self.sd = value / FINE
        self._update_handle()
        self.slid.emit(self.dimension.index, self.sd)

    def _stroke(self, sd: float) -> None:
        """A change that is begun and ended at once."""
        self.pressed.emit()
        self.setValue(round(sd * FINE))
        self.released.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        at = event.position()
        if self._cross().contains(at):
            if self.can_reset():
                self.reset_wanted.emit(self.dimension.index)
            return
        tile = next((p for p in STRIP if self._room and self._tile(p).contains(at)), None)
        if tile is not None:
            self._stroke(tile)
        elif abs(at.y() - self._line() - 10) <= 12:
            self._dragged = True
            self.setSliderDown(True)
            self.pressed.emit()
            if abs(at.x() - self._x_of(self.sd)) > HANDLE + 2:
                self.setValue(round(self._sd_at(at.x()) * FINE))
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged:
            self.setValue(round(self._sd_at(event.position().x()) * FINE))
        over = self._cross().contains(event.position())
        if over != self._hovers_reset:
            self._hovers_reset = over
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self._dragged = False
            self.setSliderDown(False)
            self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        on_handle = abs(event.position().x() - self._x_of(self.sd)) <= HANDLE + 4
        if on_handle and abs(event.position().y() - self._line() - 10) <= 12:
            self._stroke(0.0)
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        if turn := event.angleDelta().y():
            self.setValue(self.value() + (FINE // 10 if turn > 0 else -FINE // 10))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.can_reset():
            self.reset_wanted.emit(self.dimension.index)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.dimension.reason or self.dimension.explained or self.dimension.weight_text
            if self._cross().contains(event.pos().toPointF()) and not self.dimension.reason:
                text = "Back to 0" if self.can_reset() else "Nothing to reset: it stands at 0"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def resizeEvent(self, event: object) -> None:
        self._tiles = []

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._tiles = []
            self.update()
        super().changeEvent(event)
