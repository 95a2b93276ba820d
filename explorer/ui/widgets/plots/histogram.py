"""Histograms of a few series of numbers over one axis. Imports Qt, numpy and the theme.

The axis follows the numbers slowly: it grows at once, and shrinks only when less than half of it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.look import theme
from explorer.ui.widgets.painted import PaintedWidget
from explorer.ui.widgets.plots.ticks import tick_labels, ticks

BINS = 40
CUT = 0.01
"""Share of the numbers at either end that may fall beyond the axis."""
SWATCH = 10


class Series(NamedTuple):
    title: str
    values: NDArray[np.float32]
    """(N,)."""
    class_colour: int | None
    """Whose colour it has; None is grey."""


class Mark(NamedTuple):
    """A vertical line."""

    at: float
    text: str


def usable(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Those that are finite."""
    flat = np.asarray(values, np.float64).ravel()
    return flat[np.isfinite(flat)]


def shares(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.float64]:
    """Share of the numbers in each of `BINS` bins; those beyond the ends count in the last ones."""
    known = usable(values)
    if not len(known) or high <= low:
        return np.zeros(BINS)
    places = np.clip(((known - low) / (high - low) * BINS).astype(int), 0, BINS - 1)
    return np.asarray(np.bincount(places, minlength=BINS) / len(known), np.float64)


def followed(span: tuple[float, float] | None, values: NDArray[np.floating]) -> tuple[float, float]:
    """The axis that shows these numbers, from the one that was there before."""
    known = usable(values)
    if not len(known):
        return span or (-1.0, 1.0)
    low, high = (float(edge) for edge in np.quantile(known, (CUT, 1 - CUT)))
    margin = 0.08 * (high - low) or max(0.5, 1e-3 * abs(low))
    low, high = low - margin, high + margin
    if span is not None and high - low > 0.5 * (span[1] - span[0]):
        low, high = min(low, span[0]), max(high, span[1])
    return low, high


class Histogram(PaintedWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: list[Series] = []
        self._marks: list[Mark] = []
        self._title = self._placeholder = ""
        self._fixed: tuple[float, float] | None = None
        self._span: tuple[float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def span(self) -> tuple[float, float] | None:
        """The ends of the axis."""
        return self._fixed or self._span

    @property
    def faded(self) -> list[str]:
        """Titles of those that are grey."""
        return [one.title for one in self._series if one.class_colour is None]

    def set_series(self, series: Sequence[Series]) -> None:
        """Show or replace the numbers; none shows the placeholder."""
        self._series = list(series)
        if self._fixed is None and self._series:
            self._span = followed(self._span, np.concatenate([one.values for one in self._series]))
        self.update()

    def set_axis(
        self, title: str, fixed: tuple[float, float] | None = None, marks: Sequence[Mark] = ()
    ) -> None:
        """What the axis is, with its ends where they are always the same."""
        if (title, fixed, list(marks)) != (self._title, self._fixed, self._marks):
            self._title, self._fixed, self._marks, self._span = title, fixed, list(marks), None
            self.update()

    def set_placeholder(self, text: str) -> None:
        """What to read where there are no numbers."""
        self._placeholder = text
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 90)

    # Painting

    def _room(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(self.rect()).adjusted(6, line + 6, -6, -2 * line - 6)

    def paintEvent(self, event: object) -> None:
        colours, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        span, room = self.span, self._room()
        if not self._series or span is None:
            painter.setPen(QColor(colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(12, 4, -12, -4), flags, self._placeholder)
            painter.end()
            return
        heights = [shares(one.values, *span) for one in self._series]
        tallest = max(float(each.max()) for each in heights) or 1.0
        for one, each in zip(self._series, heights, strict=True):
            self._paint_one(painter, room, each / tallest, theme.line_colour(one.class_colour))
        self._paint_axis(painter, room, span)
        self._paint_legend(painter)
        painter.end()

    def _paint_one(
        self, painter: QPainter, room: QRectF, heights: NDArray[np.float64], colour: QColor
    ) -> None:
        wide = room.width() / len(heights)
        corners = [QPointF(room.left(), room.bottom())]
        for number, height in enumerate(heights.tolist()):
            top = room.bottom() - height * room.height()
            corners += [QPointF(room.left() + (number + side) * wide, top) for side in (0, 1)]
        corners.append(QPointF(room.right(), room.bottom()))
        ground = QColor(colour)
        ground.setAlphaF(0.3)
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(ground)
        painter.drawPolygon(QPolygonF(corners))

    def _paint_axis(self, painter: QPainter, room: QRectF, span: tuple[float, float]) -> None:
        colours, line = theme.current(), self.fontMetrics().height()
        low, high = span

        def x_of(value: float) -> float:
            return room.left() + (value - low) / (high - low) * room.width()

        painter.setPen(QColor(colours.edge))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setPen(QColor(colours.muted))
        places = ticks(low, high, max(1, int(room.width() // self.fontMetrics().horizontalAdvance("0" * 9))))
        for tick, words in zip(places, tick_labels(places), strict=True):
            painter.drawLine(QPointF(x_of(tick), room.bottom()), QPointF(x_of(tick), room.bottom() + 3))
            wide = self.fontMetrics().horizontalAdvance(words) + 4
            label = QRectF(x_of(tick) - wide / 2, room.bottom() + 2, wide, line)
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)
        below = QRectF(room.left(), room.bottom() + line + 2, room.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._title)
        for mark in self._marks:
            if low <= mark.at <= high:
                painter.setPen(QPen(QColor(colours.text), 1, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(x_of(mark.at), room.top()), QPointF(x_of(mark.at), room.bottom()))
                wide, left = self.fontMetrics().horizontalAdvance(mark.text), x_of(mark.at) + 4
                if left + wide > self.width():
                    left = x_of(mark.at) - 4 - wide
                painter.drawText(QPointF(left, room.top() + line - 4), mark.text)

    def _paint_legend(self, painter: QPainter) -> None:
        colours, left = theme.current(), 6.0
        line, metrics = self.fontMetrics().height(), self.fontMetrics()
        known = [usable(one.values) for one in self._series]
        means = [f", mean {each.mean():.2f}".replace("-", "−") if len(each) else "" for each in known]
        legend = [one.title + mean for one, mean in zip(self._series, means, strict=True)]
        if sum(map(metrics.horizontalAdvance, legend)) + len(legend) * (SWATCH + 24) > self.width():
            legend = [words.replace(", mean", "") for words in legend]
        for one, words in zip(self._series, legend, strict=True):
            swatch = QRectF(left, 2 + (line - SWATCH) / 2, SWATCH, SWATCH)
            painter.fillRect(swatch, theme.line_colour(one.class_colour))
            painter.setPen(QColor(colours.text))
            painter.drawText(QPointF(left + SWATCH + 6, line - 1), words)
            left += SWATCH + 6 + self.fontMetrics().horizontalAdvance(words) + 18
