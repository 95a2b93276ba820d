"""A few small curves over one axis, with a line that they are judged by. Imports Qt, numpy and the theme.

For views in which several stand beside each other: no controls, nothing to switch. A curve longer than
the screen is wide is averaged in blocks, which also smooths it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.look import theme
from explorer.ui.widgets.painted import PaintedWidget
from explorer.ui.widgets.plots.histogram import SWATCH, Mark
from explorer.ui.widgets.plots.ticks import tick_labels, ticks

Numbers = NDArray[np.float64]

POINTS = 150
"""The most that a curve keeps."""
CUT = 0.01
"""Share of the values at either end that may fall beyond the axis."""


class Trace(NamedTuple):
    title: str
    points: Sequence[tuple[float, float]]
    """Step and value."""
    class_colour: int | None
    """Whose colour it has; None is grey."""


def thinned(points: Sequence[tuple[float, float]]) -> tuple[Numbers, Numbers]:
    """Steps and values that are finite, averaged in blocks."""
    both = np.asarray(points, np.float64).reshape(-1, 2)
    both = both[np.isfinite(both).all(axis=1) & (np.abs(both[:, 1]) < 1e300)]
    block = math.ceil(len(both) / POINTS)
    if block > 1:
        # The oldest are left out: the last point is what is looked at.
        both = both[len(both) % block :].reshape(-1, block, 2).mean(axis=1)
    return both[:, 0], both[:, 1]


def span_of(values: Numbers, marks: Sequence[Mark]) -> tuple[float, float]:
    """The ends of the axis that shows nearly all values, and all marks."""
    edges = [float(edge) for edge in np.quantile(values, (CUT, 1 - CUT))] if len(values) else [0.0, 1.0]
    low, high = min([*edges, *(mark.at for mark in marks)]), max([*edges, *(mark.at for mark in marks)])
    margin = 0.08 * (high - low) or max(0.5, 1e-3 * abs(low))
    return low - margin, high + margin


class TracePlot(PaintedWidget):
    """
    Parameters
    ----------
    title
        What the values are.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._placeholder = title, ""
        self._marks: tuple[Mark, ...] = ()
        self._curves: list[tuple[str, Numbers, Numbers, int | None]] = []
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def titles(self) -> list[str]:
        """Of the curves that are shown."""
        return [title for title, *_ in self._curves]

    @property
    def faded(self) -> list[str]:
        """Titles of those that are grey."""
        return [title for title, _, _, colour in self._curves if colour is None]

    def set_traces(self, traces: Sequence[Trace]) -> None:
        """Show or replace the curves; none shows the placeholder."""
        self._curves = [
            (trace.title, steps, values, trace.class_colour)
            for trace in traces
            for steps, values in [thinned(trace.points)]
            if len(steps)
        ]
        self.update()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Lines across, at values that mean something."""
        self._marks = tuple(marks)
        self.update()

    def set_placeholder(self, text: str) -> None:
        """What to read where there are no curves."""
        self._placeholder = text
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 90)

    # Painting

    def paintEvent(self, event: object) -> None:
        colours, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(6, 0, self.width() - 6, line), Qt.AlignmentFlag.AlignLeft, self._title)
        if not self._curves:
            painter.setPen(QColor(colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(12, line, -12, -4), flags, self._placeholder)
            painter.end()
            return
        self._paint_legend(painter, line)
        low, high = span_of(np.concatenate([values for _, _, values, _ in self._curves]), self._marks)
        heights = ticks(low, high, max(2, (self.height() - 4 * line) // 24))
        words = tick_labels(heights)
        left = 12 + max((self.fontMetrics().horizontalAdvance(each) for each in words), default=0)
        room = QRectF(self.rect()).adjusted(left, 2 * line + 6, -8, -line - 5)
        last = max(float(steps[-1]) for _, steps, _, _ in self._curves)
        self._paint_axes(painter, room, (low, high), list(zip(heights, words, strict=True)), last)
        painter.setClipRect(room.adjusted(0, -2, 2, 2))
        for _, steps, values, colour in self._curves:
            across = room.left() + steps / max(last, 1.0) * room.width()
            down = room.bottom() - (values - low) / (high - low) * room.height()
            pairs = zip(across.tolist(), down.tolist(), strict=True)
            painter.setPen(QPen(theme.line_colour(colour), 1.8))
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in pairs]))
        painter.end()

    def _paint_legend(self, painter: QPainter, line: int) -> None:
        left, wide = 6.0, self.fontMetrics().horizontalAdvance
        titles = [curve[0] for curve in self._curves]
        legend = [
            f"{title} {curve[2][-1]:.3g}".replace("-", "−")
            for title, curve in zip(titles, self._curves, strict=True)
        ]
        if sum(map(wide, legend)) + len(legend) * (SWATCH + 17) > self.width():
            legend = titles
        for words, (_, _, _, colour) in zip(legend, self._curves, strict=True):
            swatch = QRectF(left, line + 3 + (line - SWATCH) / 2, SWATCH, SWATCH)
            painter.fillRect(swatch, theme.line_colour(colour))
            painter.setPen(QColor(theme.current().muted))
            painter.drawText(QPointF(left + SWATCH + 5, 2 * line), words)
            left += SWATCH + 5 + wide(words) + 12

    def _paint_axes(
        self,
        painter: QPainter,
        room: QRectF,
        span: tuple[float, float],
        heights: Sequence[tuple[float, str]],
        last: float,
    ) -> None:
        colours, line = theme.current(), self.fontMetrics().height()

        def y_of(value: float) -> float:
            return room.bottom() - (value - span[0]) / (span[1] - span[0]) * room.height()

        for tick, words in heights:
            painter.setPen(QColor(colours.line))
            painter.drawLine(QPointF(room.left(), y_of(tick)), QPointF(room.right(), y_of(tick)))
            painter.setPen(QColor(colours.muted))
            label = QRectF(0, y_of(tick) - line / 2, room.left() - 5, line)
            painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        below = QRectF(room.left(), room.bottom() + 3, room.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"step {last:,.0f}")
        for mark in self._marks:
            painter.setPen(QPen(QColor(colours.text), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(room.left(), y_of(mark.at)), QPointF(room.right(), y_of(mark.at)))
            above = QRectF(room.left(), y_of(mark.at) - line - 1, room.width() - 2, line)
            painter.drawText(above, Qt.AlignmentFlag.AlignRight, mark.text)
