"""The groove of a slider with its handle, over the bar of its activity. Imports Qt and the theme."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from explorer.ui.look import theme
from explorer.ui.look.palettes import blend

HANDLE = 8.0
"""Radius, in logical pixels."""


class Groove(NamedTuple):
    """Where everything lies, in logical pixels."""

    left: float
    right: float
    middle: float
    """Its height in the widget."""
    ticks: tuple[float, ...]
    zero: float
    handle: float
    weight: float
    """Length of the bar behind it, 0 to 1."""


def paint_groove(painter: QPainter, groove: Groove, *, enabled: bool, focused: bool) -> None:
    colours, middle = theme.current(), groove.middle
    painter.setPen(Qt.PenStyle.NoPen)
    whole = groove.right - groove.left
    if groove.weight > 0:
        painter.setBrush(QColor(blend(colours.panel, colours.accent, 0.16) if enabled else colours.field))
        bar = QRectF(groove.left, middle - 9, whole * min(groove.weight, 1.0), 18)
        painter.drawRoundedRect(bar, 3, 3)
    painter.setBrush(QColor(colours.edge if enabled else colours.line))
    painter.drawRoundedRect(QRectF(groove.left, middle - 1.5, whole, 3), 1.5, 1.5)
    for x in groove.ticks:
        half = 5.0 if x == groove.zero else 3.0
        painter.drawRect(QRectF(x - 0.5, middle - half, 1, 2 * half))
    at = QPointF(groove.handle, middle)
    tint = QColor(colours.accent if enabled else colours.disabled)
    if enabled:
        painter.setBrush(tint)
        painter.drawRect(QRectF(QPointF(groove.zero, middle - 1.5), at + QPointF(0, 1.5)).normalized())
    if focused:
        halo = QColor(tint)
        halo.setAlphaF(0.25)
        painter.setBrush(halo)
        painter.drawEllipse(at, HANDLE + 4, HANDLE + 4)
    painter.setPen(QPen(QColor(colours.panel), 1.5))
    painter.setBrush(tint)
    painter.drawEllipse(at, HANDLE, HANDLE)
