"""One bar for each class, filled, against another one that is only outlined. Imports Qt, numpy, the theme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.ui.look import theme
from explorer.ui.widgets.painted import PaintedWidget

GAP = 0.25
"""Of a class's width."""


class BarChart(PaintedWidget):
    """Shares (K,), from 0 to 1, in the colours of the classes.

    Parameters
    ----------
    filled, outlined
        What either kind of bar is, for the legend and the tooltips.
    """

    def __init__(self, filled: str, outlined: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = filled, outlined
        self._names: list[str] = []
        self._values = self._references = np.zeros(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def values(self) -> NDArray[np.float64]:
        return self._values

    def set_bars(
        self, names: Sequence[str], values: NDArray[np.floating], references: NDArray[np.floating]
    ) -> None:
        self._names = list(names)
        self._values = np.nan_to_num(np.asarray(values, np.float64))
        self._references = np.nan_to_num(np.asarray(references, np.float64))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 90)

    def _room(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(self.rect()).adjusted(6, line + 6, -6, -line - 6)

    def _band(self, place: int) -> QRectF:
        """The whole height of a class."""
        room = self._room()
        wide = room.width() / max(len(self._names), 1)
        return QRectF(room.left() + place * wide, room.top(), wide, room.height())

    def paintEvent(self, event: object) -> None:
        colours, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, room = self.fontMetrics().height(), self._room()
        tallest = max(self._values.max(initial=0.0), self._references.max(initial=0.0)) or 1.0
        tints = theme.class_colours(len(self._names))
        for place, name in enumerate(self._names):
            band = self._band(place)
            side = band.width() * GAP / 2
            for kind, share in enumerate((self._values[place], self._references[place])):
                height = float(share / tallest) * band.height()
                bar = QRectF(band.left() + side, band.bottom() - height, band.width() - 2 * side, height)
                painter.setPen(Qt.PenStyle.NoPen if kind == 0 else QPen(QColor(colours.text), 1.5))
                painter.setBrush(tints[place] if kind == 0 else Qt.BrushStyle.NoBrush)
                painter.drawRect(bar)
            painter.setPen(QColor(colours.muted))
            below = QRectF(band.left(), band.bottom() + 3, band.width(), line)
            fits = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, round(band.width()))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, fits)
        painter.setPen(QColor(colours.edge))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        self._paint_legend(painter, line)
        painter.end()

    def _paint_legend(self, painter: QPainter, line: int) -> None:
        colours, left = theme.current(), 6.0
        for kind, title in enumerate(self._titles):
            swatch = QRectF(left, 2 + (line - 10) / 2, 10, 10)
            painter.setPen(Qt.PenStyle.NoPen if kind == 0 else QPen(QColor(colours.text), 1.5))
            painter.setBrush(QColor(colours.muted) if kind == 0 else Qt.BrushStyle.NoBrush)
            painter.drawRect(swatch)
            painter.setPen(QColor(colours.text))
            painter.drawText(QRectF(left + 16, 1, self.width(), line), Qt.AlignmentFlag.AlignLeft, title)
            left += 16 + self.fontMetrics().horizontalAdvance(title) + 16

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = event.pos().toPointF()
            here = next((place for place in range(len(self._names)) if self._band(place).contains(at)), None)
            words = self.toolTip()
            if here is not None:
                filled, outlined = self._titles
                words = (
                    f"{self._names[here]}: {100 * self._values[here]:.1f} % of the {filled}, "
                    f"{100 * self._references[here]:.1f} % of the {outlined}"
                )
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)
