"""A pointer that shows where a demonstration presses. Lets every pointer event through."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from explorer.ui.look import theme

SIDE = 52
_ARROW = ((0, 0), (0, 17), (4, 13.4), (7, 20), (9.8, 18.8), (6.9, 12.4), (12.3, 12.2))


class GhostPointer(QWidget):
    """An arrow whose tip is in the middle, with a halo while it presses."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(SIDE, SIDE)
        self._presses = False
        self.hide()

    def tip(self) -> QPoint:
        """In pixels of the window."""
        return self.geometry().topLeft() + QPoint(SIDE // 2, SIDE // 2)

    def point(self, at: QPoint) -> None:
        """Put the tip at a pixel of the window."""
        self.move(at - QPoint(SIDE // 2, SIDE // 2))
        self.show()
        self.raise_()

    def press(self, presses: bool) -> None:
        self._presses = presses
        self.update()

    def paintEvent(self, event: object) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(SIDE / 2, SIDE / 2)
        if self._presses:
            halo = QColor(colours.accent)
            halo.setAlphaF(0.35)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(halo)
            painter.drawEllipse(QPointF(0, 0), 20, 20)
        painter.setPen(QPen(QColor(colours.panel), 1.5))
        painter.setBrush(QColor(colours.text))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in _ARROW]))
        painter.end()
