"""What lies over the points of a map: axes and words, and over these cursor, rings, path, ends, marks.

Axes and words stay as long as the raster does; the rest is painted anew on each repaint.
Imports Qt, the theme and `map_frame`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QRegion,
)

from explorer.ui.look import theme
from explorer.ui.look.palettes import readable
from explorer.ui.widgets.map.frame import MapFrame, Points
from explorer.ui.widgets.plots.ticks import tick_labels, ticks

Place = tuple[float, float]
FAR = 20_000.0
"""Pixels beyond which nothing is painted: QPainter grows slow and overflows far outside."""

MOVING = frozenset({"cursor", "selected", "hovered"})
"""What moves at the pointer's pace: where it was and where it is are painted anew, and nothing else."""

SPOT = 18
"""Pixels that one of them reaches in each direction."""


@dataclass
class Overlays:
    """Everything that is drawn over the points, in coordinates of the plane."""

    cursor: Place | None = None
    selected: int | None = None
    hovered: int | None = None
    words: list[tuple[str, Place, int | QColor]] = field(default_factory=list)
    path: Points | None = None
    handle: float | None = None
    end_a: Place | None = None
    end_b: Place | None = None
    drawn: list[Place] = field(default_factory=list)
    marks: list[tuple[str, Place]] = field(default_factory=list)
    axes: tuple[str, str] | None = None

    def change(self, frame: MapFrame, points: Points, **values: object) -> QRegion | None:
        """Replace some of it; what has to be painted anew, or None: everything."""
        before = self._spots(frame, points)
        for name, value in values.items():
            setattr(self, name, value)
        return before + self._spots(frame, points) if values.keys() <= MOVING else None

    def _spots(self, frame: MapFrame, points: Points) -> QRegion:
        """Where what moves is painted."""
        region, at_items = QRegion(), (self.selected, self.hovered)
        items = [_place(points, item) for item in at_items if item is not None and 0 <= item < len(points)]
        for place in (self.cursor, *items):
            if (at := _pixel(frame, place)) is not None:
                region += QRect(at.toPoint() - QPoint(SPOT, SPOT), QSize(2 * SPOT, 2 * SPOT))
        return region


def paint_ground(painter: QPainter, overlays: Overlays, frame: MapFrame, shown: set[int] | None) -> None:
    """Paint axes and words; `shown` are the classes not dimmed."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if overlays.axes is not None:
        _axes(painter, frame, overlays.axes)
    seen = [(text, at, colour) for text, place, colour in overlays.words if (at := _pixel(frame, place))]
    spread = apart([(at.x(), at.y()) for _, at, _ in seen], 1.3 * painter.fontMetrics().height())
    for (text, _, colour), place in zip(seen, spread, strict=True):
        dimmed = isinstance(colour, int) and shown is not None and colour not in shown
        painter.setOpacity(0.3 if dimmed else 1.0)
        _word(painter, QPointF(*place), text, colour)


def paint_overlays(painter: QPainter, overlays: Overlays, frame: MapFrame, points: Points) -> None:
    """Paint what moves over them; `points` (N, 2) are the places of the items."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if overlays.path is not None:
        _path(painter, frame, overlays.path, overlays.handle)
    for text, place in overlays.marks:
        if (at := _pixel(frame, place)) is not None:
            _mark(painter, at, text)
    for place in overlays.drawn:
        if (at := _pixel(frame, place)) is not None:
            _star(painter, at)
    for letter, end in (("A", overlays.end_a), ("B", overlays.end_b)):
        if (at := _pixel(frame, end)) is not None:
            _badge(painter, at, letter)
    colours = theme.current()
    rings = ((overlays.hovered, 6.5, colours.text), (overlays.selected, 8.0, colours.accent))
    for item, radius, tint in rings:
        if item is None or not 0 <= item < len(points):
            continue
        if (at := _pixel(frame, _place(points, item))) is not None:
            _ring(painter, at, radius, tint)
    if (at := _pixel(frame, overlays.cursor)) is not None:
        _cursor(painter, at)


def paint_focus(painter: QPainter, room: QRect) -> None:
    """A frame around a map that has the keyboard."""
    painter.setPen(QPen(QColor(theme.current().accent), 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(room.adjusted(1, 1, -1, -1))


def apart(places: Sequence[Place], least: float) -> list[Place]:
    """The places, pushed away from each other until they are about `least` apart."""
    moved = [list(place) for place in places]
    for _ in range(12):
        before = [tuple(place) for place in moved]
        for number, one in enumerate(moved):
            for other in moved[:number]:
                dx, dy = one[0] - other[0], one[1] - other[1]
                distance = math.hypot(dx, dy)
                if distance >= least:
                    continue
                # Words at the very same place part upwards and downwards.
                dx, dy = (dx / distance, dy / distance) if distance > 1e-6 else (0.0, 1.0)
                push = (least - distance) / 2
                one[0], one[1] = one[0] + dx * push, one[1] + dy * push
                other[0], other[1] = other[0] - dx * push, other[1] - dy * push
        if before == [tuple(place) for place in moved]:
            break
    return [(x, y) for x, y in moved]


def _place(points: Points, item: int) -> Place:
    return float(points[item, 0]), float(points[item, 1])


def _pixel(frame: MapFrame, place: Place | None) -> QPointF | None:
    if place is None or not all(math.isfinite(number) for number in place):
        return None
    left, top = frame.to_pixel(*place)
    return QPointF(left, top) if abs(left) < FAR and abs(top) < FAR else None


def _haloed(painter: QPainter, shape: QPainterPath, colour: str, width: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for tint, extra in ((theme.current().paper, 2.6), (colour, 0.0)):
        painter.setPen(QPen(QColor(tint), width + extra, c=Qt.PenCapStyle.RoundCap))
        painter.drawPath(shape)


def _ring(painter: QPainter, at: QPointF, radius: float, colour: str) -> None:
    shape = QPainterPath()
    shape.addEllipse(at, radius, radius)
    _haloed(painter, shape, colour, 2.0)


def _cursor(painter: QPainter, at: QPointF) -> None:
    shape = QPainterPath()
    shape.addEllipse(at, 8.0, 8.0)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        shape.moveTo(at + QPointF(dx * 8.0, dy * 8.0))
        shape.lineTo(at + QPointF(dx * 15.0, dy * 15.0))
    _haloed(painter, shape, theme.current().text, 2.0)


def _text(painter: QPainter, shape: QPainterPath, colour: str) -> None:
    paper = QColor(theme.current().paper)
    pen = QPen(paper, 5.0)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(shape, pen)
    painter.fillPath(shape, QBrush(QColor(colour)))


def _word(painter: QPainter, at: QPointF, text: str, colour: int | QColor) -> None:
    tint = theme.class_colours(colour + 1)[colour] if isinstance(colour, int) else colour
    painter.translate(at)
    _text(painter, _outline(text, painter.font()), readable(tint.name(), theme.current().paper, 6.0))
    painter.translate(-at)


@lru_cache(maxsize=256)
def _outline(text: str, usual: QFont) -> QPainterPath:
    """A word at a cluster, its middle at the origin: letters are made into curves only once."""
    font = QFont(usual)
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * (1.9 if len(text) < 3 else 1.15))
    metrics = QFontMetricsF(font)
    shape = QPainterPath()
    shape.addText(QPointF(-metrics.horizontalAdvance(text) / 2, metrics.capHeight() / 2), font, text)
    return shape


def _mark(painter: QPainter, at: QPointF, text: str) -> None:
    colour = theme.current().danger
    cross = QPainterPath()
    for way in (1, -1):
        cross.moveTo(at + QPointF(-5.0, -5.0 * way))
        cross.lineTo(at + QPointF(5.0, 5.0 * way))
    _haloed(painter, cross, colour, 2.2)
    shape = QPainterPath()
    cap = QFontMetricsF(painter.font()).capHeight()
    shape.addText(at + QPointF(13.0, cap / 2), painter.font(), text)
    _text(painter, shape, colour)


def _star(painter: QPainter, at: QPointF) -> None:
    turns = [(math.pi * step / 5, 10.0 if step % 2 == 0 else 4.2) for step in range(10)]
    corners = [at + QPointF(math.sin(turn) * r, -math.cos(turn) * r) for turn, r in turns]
    pen = QPen(QColor(theme.current().paper), 1.6)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(QColor(theme.current().text))
    painter.drawPolygon(QPolygonF(corners))


def _badge(painter: QPainter, at: QPointF, letter: str) -> None:
    colours, radius = theme.current(), max(10.5, 0.62 * painter.fontMetrics().height())
    painter.setPen(QPen(QColor(colours.paper), 2.0))
    painter.setBrush(QColor(colours.accent))
    painter.drawEllipse(at, radius, radius)
    font = QFont(painter.font())
    painter.save()
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(colours.accent_text))
    room = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, letter)
    painter.restore()


def _path(painter: QPainter, frame: MapFrame, path: Points, handle: float | None) -> None:
    colours = theme.current()
    pixels = frame.to_pixels(path)
    pixels = pixels[(np.abs(pixels) < FAR).all(axis=1)]
    if not len(pixels):
        return
    shape = QPainterPath(QPointF(*pixels[0].tolist()))
    for place in pixels[1:].tolist():
        shape.lineTo(QPointF(*place))
    _haloed(painter, shape, colours.accent, 2.2)
    if handle is not None and math.isfinite(handle):
        step = min(max(handle, 0.0), 1.0) * (len(pixels) - 1)
        first = min(int(step), max(len(pixels) - 2, 0))
        second = min(first + 1, len(pixels) - 1)
        at = pixels[first] + (pixels[second] - pixels[first]) * (step - first)
        painter.setPen(QPen(QColor(colours.accent), 2.4))
        painter.setBrush(QColor(colours.paper))
        painter.drawEllipse(QPointF(*at.tolist()), 6.0, 6.0)


def _axes(painter: QPainter, frame: MapFrame, names: Sequence[str]) -> None:
    """Light ticks inside the lower and the left edge; the name of each axis at its end."""
    colours = theme.current()
    painter.save()
    font = QFont(painter.font())
    font.setPointSizeF(font.pointSizeF() * 0.82)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    width, height = float(frame.width), float(frame.height)
    # Of what a share is, is said where there is room for it.
    names = [n if metrics.horizontalAdvance(n) < 0.4 * width else n.partition(" of ")[0] for n in names]
    low, high = frame.to_plane(0, height), frame.to_plane(width, 0)
    rooms = (max(90.0, 11 * metrics.horizontalAdvance("0")), max(70.0, 4 * metrics.height()))
    for axis, most in ((0, int(width // rooms[0])), (1, int(height // rooms[1]))):
        places = ticks(low[axis], high[axis], most)
        name = names[axis]
        for number, text in zip(places, tick_labels(places), strict=True):
            left, top = frame.to_pixel(number, number)
            if axis == 0 and 30 < left < width - 26 - metrics.horizontalAdvance(name):
                line = (QPointF(left, height - 5), QPointF(left, height))
                corner = QPointF(left - metrics.horizontalAdvance(text) / 2, height - 9)
            elif axis == 1 and 24 + metrics.height() < top < height - 30:
                line = (QPointF(0, top), QPointF(5, top))
                corner = QPointF(9, top + metrics.capHeight() / 2)
            else:
                continue
            painter.setPen(QPen(QColor(colours.edge), 1.0))
            painter.drawLine(*line)
            painter.setPen(QColor(colours.muted))
            painter.drawText(corner, text)
    painter.setPen(QColor(colours.text))
    painter.drawText(QPointF(width - 10 - metrics.horizontalAdvance(names[0]), height - 9), names[0])
    painter.drawText(QPointF(9, 10 + metrics.ascent()), names[1])
    painter.restore()
