"""The plane through three codes as a square to point at, a picture at each corner of a triangle.

A place is told as barycentric weights: of each corner so much, in all 1; beyond the triangle some are
below 0. Imports Qt, `images` and the theme.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.look import theme
from explorer.ui.look.images import Picture, draw_centred, to_tile
from explorer.ui.widgets.painted import PaintedWidget

Weights = tuple[float, float, float]

CORNERS = ((0.16, 0.84), (0.84, 0.84), (0.5, 0.16))
"""As shares of the side: A left, B right, C above."""
LETTERS = ("A", "B", "C")
MIDDLE: Weights = (1 / 3, 1 / 3, 1 / 3)


def weights_at(x: float, y: float) -> Weights:
    """Barycentric weights of a place, in shares of the side."""
    (ax, ay), (bx, by), (cx, cy) = CORNERS
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    b = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
    c = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
    return 1 - b - c, b, c


def place_of(weights: Weights) -> tuple[float, float]:
    """Where weights lie, in shares of the side."""
    x, y = (sum(w * corner[axis] for w, corner in zip(weights, CORNERS, strict=True)) for axis in (0, 1))
    return x, y


class PlanePad(PaintedWidget):
    over = Signal(object)
    """The pointer is at these weights."""
    pressed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: list[Picture | None] = []
        self._ink = False
        self._at: Weights = MIDDLE
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_corners(self, pictures: Sequence[Picture | None], ink: bool) -> None:
        """The pictures at A, B and C."""
        self._pictures, self._ink = list(pictures), ink
        self.update()

    def point_of(self, weights: Weights) -> QPointF:
        """Where weights lie on this widget."""
        x, y = place_of(weights)
        square = self._square()
        return QPointF(square.left() + x * square.width(), square.top() + y * square.height())

    def sizeHint(self) -> QSize:
        return QSize(240, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 120)

    def _square(self) -> QRectF:
        side = min(self.width(), self.height()) - 4
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def paintEvent(self, event: object) -> None:
        colours, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = self._square()
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.paper))
        painter.drawRect(square)
        corners = [self.point_of(weights) for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
        painter.setPen(QPen(QColor(colours.edge), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(QPolygonF(corners))
        side = round(0.26 * square.width())
        for number, corner in enumerate(corners):
            room = QRectF(corner.x() - side / 2, corner.y() - side / 2, side, side)
            picture = self._pictures[number] if number < len(self._pictures) else None
            painter.fillRect(room, QColor(colours.field))
            if picture is not None:
                tile = to_tile(picture, QSize(side, side), self.devicePixelRatioF(), inverted=self._ink)
                draw_centred(painter, tile, room)
            painter.setPen(QPen(QColor(colours.accent), 1.5))
            painter.drawRect(room)
            badge = QRectF(room.left(), room.top(), 15, 15)
            painter.fillRect(badge, QColor(colours.accent))
            painter.setPen(QColor(colours.accent_text))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, LETTERS[number])
        at = self.point_of(self._at)
        painter.setPen(QPen(QColor(colours.text), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 6, 6)
        painter.end()

    def _weights(self, event: QMouseEvent) -> Weights | None:
        square, at = self._square(), event.position()
        if not square.contains(at):
            return None
        return weights_at(
            (at.x() - square.left()) / square.width(), (at.y() - square.top()) / square.height()
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        weights = self._weights(event)
        if weights is not None:
            self._at = weights
            self.update()
            self.over.emit(weights)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        weights = self._weights(event)
        if event.button() != Qt.MouseButton.LeftButton or weights is None:
            event.ignore()
            return
        self._at = weights
        self.update()
        self.pressed.emit(weights)
