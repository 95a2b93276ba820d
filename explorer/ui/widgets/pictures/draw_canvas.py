"""A sheet to draw on with the pointer, or to drop a picture file on. Imports Qt, numpy, the theme.

What is drawn is white ink on black (uint8); the light theme shows it as ink on paper.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.look import theme

SIDE = 280
"""Pixels of the sheet, ten for each of the 28 of MNIST."""
TIP = "Draw with the left button, rub out with the right, or drop a picture file here"
PEN, RUBBER = 22.0, 44.0
THROTTLE = 33

GESTURES = (("Right button", "Rub out"),)
"""What the pointer does, in words."""


class DrawCanvas(QWidget):
    changed = Signal(object)
    """The drawing, uint8 (280, 280), at most every 33 ms while the pen moves."""
    finished = Signal()
    """The pen was lifted; `changed` came before."""
    dropped = Signal(str)
    """Path of a file dropped on the sheet."""

    def __init__(self, placeholder: str = "Draw here", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placeholder = placeholder
        self._sheet = QImage(SIDE, SIDE, QImage.Format.Format_Grayscale8)
        self._sheet.fill(0)
        self._stroke: QPainterPath | None = None
        self._last = QPointF()
        self._erases = False
        self._empty = True
        self._file_over = False
        self._soon = QTimer(self, singleShot=True, interval=THROTTLE)
        self._soon.timeout.connect(self._emit_changed)
        self.setAcceptDrops(True)
        self.setMinimumSize(96, 96)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Drawing")
        self.setToolTip(TIP)

    def drawing(self) -> NDArray[np.uint8]:
        """White ink on black, uint8 (280, 280)."""
        stride = self._sheet.bytesPerLine()
        rows = np.frombuffer(self._sheet.constBits(), np.uint8).reshape(SIDE, stride)
        return rows[:, :SIDE].copy()

    def set_drawing(self, ink: NDArray[np.uint8]) -> None:
        """Show a drawing of any size (H, W), white ink on black; emits nothing."""
        pixels = np.ascontiguousarray(ink)
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8)
        how = Qt.TransformationMode.SmoothTransformation
        scaled = image.scaled(SIDE, SIDE, Qt.AspectRatioMode.IgnoreAspectRatio, how)
        self._sheet = scaled.convertToFormat(QImage.Format.Format_Grayscale8)
        self._empty = not pixels.any()
        self.update()

    def is_empty(self) -> bool:
        return self._empty

    def sheet_place(self, x: float, y: float) -> QPoint:
        """Where a place of the sheet (0 to 1, y down) lies, in pixels of the widget."""
        frame = self._frame()
        return QPointF(frame.x() + x * frame.width(), frame.y() + y * frame.height()).toPoint()

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def _frame(self) -> QRectF:
        side = min(self.width(), self.height()) - 2.0
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _on_sheet(self, at: QPointF) -> QPointF:
        frame = self._frame()
        return (at - frame.topLeft()) * (SIDE / max(frame.width(), 1.0))

    def paintEvent(self, event: object) -> None:
        colours, frame = theme.current(), self._frame()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shown = self._sheet
        if colours.scheme == "light":
            shown = QImage(self._sheet)
            shown.invertPixels()
        painter.drawImage(frame, shown)
        if self._empty and self._stroke is None:
            painter.setPen(QColor(colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(frame.adjusted(12, 12, -12, -12), flags, self._placeholder)
        busy = self._file_over or self._stroke is not None
        painter.setPen(QPen(QColor(colours.accent if busy else colours.edge), 2.0 if busy else 1.0))
        painter.drawRect(frame)
        painter.end()

    # The pen

    def _ink(self, to: QPointF) -> None:
        """Draw on from the last place, bent at the middle of the way: no corners in quick strokes."""
        middle = (self._last + to) / 2
        assert self._stroke is not None
        piece = QPainterPath(self._stroke.currentPosition())
        piece.quadTo(self._last, middle)
        painter = QPainter(self._sheet)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint, width = (Qt.GlobalColor.black, RUBBER) if self._erases else (Qt.GlobalColor.white, PEN)
        round_, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        painter.strokePath(piece, QPen(QColor(tint), width, Qt.PenStyle.SolidLine, round_, join))
        painter.end()
        self._stroke, self._last = QPainterPath(middle), to
        self.update()
        if not self._soon.isActive():
            self._soon.start()

    def _emit_changed(self) -> None:
        self._soon.stop()
        drawn = self.drawing()
        self._empty = not drawn.any()
        self.changed.emit(drawn)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton) or self._stroke:
            return
        self._erases = event.button() == Qt.MouseButton.RightButton
        at = self._on_sheet(event.position())
        self._stroke, self._last = QPainterPath(at), at
        # A stroke of no length leaves no ink: a dot needs a little way.
        self._ink(at + QPointF(0.2, 0.2))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._stroke is not None:
            self._ink(self._on_sheet(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._stroke is None:
            return
        self._ink(self._on_sheet(event.position()) + QPointF(0.2, 0.2))
        self._stroke = None
        self._emit_changed()
        self.update()
        self.finished.emit()

    # Files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            self._file_over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: object) -> None:
        self._file_over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._file_over = False
        self.update()
        event.acceptProposedAction()
        self.dropped.emit(event.mimeData().urls()[0].toLocalFile())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)
