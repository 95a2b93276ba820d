"""Reads a window as a person does: all that is painted on it, and what pointing at it says besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QPaintDevice, QPaintEngine
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDockWidget,
    QLabel,
    QLineEdit,
    QMainWindow,
    QTabBar,
    QWidget,
)

from explorer.ui.views.map.map_view import MapView
from explorer.ui.window.docks import CENTRES

TAG = re.compile(r"<[^>]+>|&nbsp;")
BUSY_MS = 1000
"""A timer that goes off later than this is no work that is under way."""


class Text(NamedTuple):
    """Something that can be read."""

    words: str
    place: str
    """The map, the dock or the view in the middle that it stands in; empty for the window's own."""
    widget: str
    """The widget and those round it, to find it again."""
    enabled: bool


class _Ear(QPaintEngine):
    """Hears the words of what is painted and paints nothing."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.words: list[str] = []

    def begin(self, device: QPaintDevice) -> bool:
        self.setActive(True)
        return True

    def end(self) -> bool:
        self.setActive(False)
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def drawTextItem(self, at: object, item: object) -> None:
        self.words.append(item.text())  # type: ignore[attr-defined]

    def _nothing(self, *_: object) -> None:
        return

    updateState = drawPixmap = drawImage = drawPath = drawPolygon = _nothing
    drawRects = drawLines = drawEllipse = drawPoints = drawTiledPixmap = _nothing


class _Paper(QPaintDevice):
    """As large as a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.ear = _Ear()
        kind = QPaintDevice.PaintDeviceMetric
        self._metrics = {
            kind.PdmWidth: widget.width(),
            kind.PdmHeight: widget.height(),
            kind.PdmWidthMM: widget.widthMM(),
            kind.PdmHeightMM: widget.heightMM(),
            kind.PdmDepth: 32,
            kind.PdmDevicePixelRatio: 1,
            kind.PdmDevicePixelRatioScaled: 1 << 16,
        }
        for each in (kind.PdmDpiX, kind.PdmPhysicalDpiX):
            self._metrics[each] = widget.logicalDpiX()
        for each in (kind.PdmDpiY, kind.PdmPhysicalDpiY):
            self._metrics[each] = widget.logicalDpiY()

    def paintEngine(self) -> QPaintEngine:
        return self.ear

    def metric(self, which: QPaintDevice.PaintDeviceMetric) -> int:
        return self._metrics.get(which, 0)


def painted(widget: QWidget) -> str:
    """The words that a widget paints itself, its children left out."""
    paper = _Paper(widget)
    widget.render(paper, QPoint(), renderFlags=QWidget.RenderFlag(0))
    return " ".join(paper.ear.words)


def read(window: QMainWindow) -> list[Text]:
    """Every text in sight."""
    found = []
    for widget in (window, *window.findChildren(QWidget)):
        if widget.isVisible() and not widget.visibleRegion().isEmpty():
            place, path = _place(widget)
            said = dict.fromkeys(TAG.sub(" ", words).strip() for words in _said(widget))
            found += [Text(words, place, path, widget.isEnabled()) for words in said if words]
    return found


def is_idle(window: QMainWindow) -> bool:
    """Nothing is going on behind the window or about to change it."""
    timers = window.findChildren(QTimer)
    return not any(one.isSingleShot() and one.isActive() and one.interval() < BUSY_MS for one in timers)


def _said(widget: QWidget) -> Iterator[str]:
    yield painted(widget)
    yield widget.toolTip()
    yield widget.accessibleName()
    if isinstance(widget, QLabel):
        yield widget.text()
    elif isinstance(widget, QComboBox):
        for row in range(widget.count()):
            yield widget.itemText(row)
    elif isinstance(widget, QLineEdit):
        yield widget.text()
        yield widget.placeholderText()
    elif isinstance(widget, QTabBar):
        for tab in range(widget.count()):
            yield widget.tabText(tab)
            yield widget.tabToolTip(tab)
    elif isinstance(widget, QDockWidget):
        yield widget.windowTitle()
    elif isinstance(widget, QAbstractItemView):
        model = widget.model()
        for row in range(model.rowCount()):
            yield str(model.index(row, 0).data() or "")


OWN_PLACES = ("status", "training.pictures")
"""What is neither a dock, a map nor the whole middle, and yet about models of its own."""


def _place(widget: QWidget) -> tuple[str, str]:
    names: list[str] = []
    here: QWidget | None = widget
    while here is not None:
        names.append(here.objectName() or type(here).__name__)
        if isinstance(here, QDockWidget) and here.widget() is not None:
            return here.widget().objectName(), " < ".join(names)
        if isinstance(here, MapView) or type(here) in CENTRES or here.objectName() in OWN_PLACES:
            return here.objectName(), " < ".join(names)
        here = here.parentWidget()
    return "", " < ".join(names)
