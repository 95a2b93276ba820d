"""How much room each dock has: shares of the window, given anew whenever it has another size.

What a person has dragged is kept as shares too, workspace by workspace, so that it comes back in a window of
another size. Knows the window's docks and workspaces. Imports Qt.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from explorer.ui.views.strip.strip_view import StripView
from explorer.ui.window.workspaces import WorkspaceBar

Area = Qt.DockWidgetArea
HORIZONTAL, VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical

WIDTH, PRESENTED = 0.27, 0.3
"""Of the window's width, what the column on the right takes; in present mode."""
PICTURE = 1.6
"""In present mode, how much more of the column the picture has than another dock."""
NARROWEST, WIDEST = 360, 0.45
"""Pixels of that column at least, and its share at most."""
BESIDE = {"aside": 5, "picture": 7, "sliders": 4, "attributes": 7}
"""How docks on the right share the height that the guide leaves them."""
GUIDE, MOST_GUIDE = 236, 0.4
"""Pixels of the guide's height, and its share of the window's height at most."""
BELOW = {"training": 0.34, "guide": 0.2}
"""Shares of the window's height of docks below the middle."""
USUAL = 0.3
"""That of every other."""
SETTLED = 3
"""So often sizes are given: docks that have just come take them only once they are laid out."""


class Sizes(NamedTuple):
    """What a person has dragged in one workspace, all of it shares."""

    width: float
    """Of the column on the right."""
    heights: Mapping[str, float]
    """Of the docks there, of their column."""
    below: Mapping[str, float]
    """Of the docks below the middle, of the window."""


def shared(total: int, wishes: Sequence[float], least: Sequence[int]) -> list[int]:
    """Share out a length by wishes, each at least as much as it needs if that is possible at all."""
    open_, given = set(range(len(wishes))), [float(each) for each in least]
    while open_:
        free = total - sum(given[i] for i in range(len(given)) if i not in open_)
        weight = sum(wishes[i] for i in open_) or 1.0
        short = {i for i in open_ if free * wishes[i] / weight < least[i]}
        if not short:
            for i in open_:
                given[i] = free * wishes[i] / weight
            break
        open_ -= short
    return [round(each) for each in given]


class Room(QObject):
    """Gives the docks their sizes."""

    def __init__(
        self, window: QMainWindow, docks: Mapping[str, QDockWidget], workspaces: WorkspaceBar
    ) -> None:
        super().__init__(window)
        self._window, self._docks, self._workspaces = window, docks, workspaces
        self._own: dict[str, Sizes] = {}
        self._dragged = False
        self._rounds = 0
        self.presents = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._give)
        window.installEventFilter(self)
        workspaces.arranged.connect(self.give)
        for dock in docks.values():
            dock.visibilityChanged.connect(self.give)
            view = dock.widget()
            if isinstance(view, StripView):
                view.need_changed.connect(self.give)

    @property
    def busy(self) -> bool:
        """Sizes are being given."""
        return self._soon.isActive()

    def give(self) -> None:
        """Give every dock its size, once the docks that have just come are laid out."""
        self._rounds = SETTLED
        self._soon.start()

    # What a person has dragged

    def forget(self) -> None:
        self._own.clear()

    def to_keep(self) -> dict[str, list[object]]:
        """As numbers and text."""
        return {title: [own.width, dict(own.heights), dict(own.below)] for title, own in self._own.items()}

    def restore(self, kept: object) -> None:
        """Put back what was kept; what can't be read is left at its default."""
        self._own = {}
        for title, own in kept.items() if isinstance(kept, dict) else ():
            if isinstance(own, list) and len(own) == 3 and _is_share(own[0]):
                self._own[str(title)] = Sizes(float(own[0]), _shares(own[1]), _shares(own[2]))
        self.give()

    def _note(self) -> None:
        """A person has let a border go."""
        right, below = self._standing(Area.RightDockWidgetArea), self._standing(Area.BottomDockWidgetArea)
        title = self._workspaces.current.title
        old = self._own.get(title, Sizes(WIDTH, {}, {}))
        tall = max(sum(dock.height() for dock in right.values()), 1)
        heights = {name: dock.height() / tall for name, dock in right.items()}
        width = max((dock.width() for dock in right.values()), default=0) / self._window.width()
        now = {name: dock.height() / self._window.height() for name, dock in below.items()}
        self._own[title] = Sizes(width or old.width, heights or old.heights, {**old.below, **now})
        self.give()

    # Giving

    def _give(self) -> None:
        """Once more while something is to move: a dock's size is another's room, and Qt lays out late."""
        if not self._window.isVisible():
            return
        asked = False
        own = None if self.presents else self._own.get(self._workspaces.current.title)
        below = self._standing(Area.BottomDockWidgetArea)
        for name, dock in below.items():
            asked |= self._resize([dock], [self._height_below(name, dock.widget(), own)], VERTICAL)
        right = self._standing(Area.RightDockWidgetArea)
        if right:
            docks = list(right.values())
            asked |= self._resize(docks, self._heights(right, own), VERTICAL)
            asked |= self._resize(docks, [self._width(own)] * len(docks), HORIZONTAL)
        self._rounds -= 1
        if self._rounds > 0 or (asked and self._rounds > -SETTLED):
            self._soon.start()

    def _resize(self, docks: list[QDockWidget], wanted: list[int], way: Qt.Orientation) -> bool:
        """Whether that was asked for: each time the whole window is laid out, so not for nothing."""
        now = [dock.width() if way == HORIZONTAL else dock.height() for dock in docks]
        if now != wanted:
            self._window.resizeDocks(docks, wanted, way)
        return now != wanted

    def _width(self, own: Sizes | None) -> int:
        share = PRESENTED if self.presents else WIDTH if own is None else own.width
        return max(NARROWEST, round(min(share, WIDEST) * self._window.width()))

    def _heights(self, right: Mapping[str, QDockWidget], own: Sizes | None) -> list[int]:
        total = sum(dock.height() for dock in right.values())
        least = {name: dock.minimumSizeHint().height() for name, dock in right.items()}
        wishes: dict[str, float]
        if own is not None and all(name in own.heights for name in right):
            wishes = {name: own.heights[name] * total for name in right}
        else:
            guide = max(GUIDE, least.get("guide", 0)) if "guide" in right else 0
            weights = {name: BESIDE.get(name, 5) for name in right if name != "guide"}
            free = max(total - guide, 1) / max(sum(weights.values()), 1)
            wishes = {name: guide if name == "guide" else weights[name] * free for name in right}
        if self.presents:
            wishes = {name: PICTURE if name == "picture" else 1.0 for name in right}
        if "guide" in right and len(right) > 1:
            wishes["guide"] = min(wishes["guide"], MOST_GUIDE * self._window.height())
        return shared(total, list(wishes.values()), list(least.values()))

    def _height_below(self, name: str, view: QWidget, own: Sizes | None) -> int:
        tall = self._window.height()
        if isinstance(view, StripView) and (own is None or view.is_line or name not in own.below):
            return min(view.need, round(0.4 * tall))
        share = BELOW.get(name, USUAL) if own is None else own.below.get(name, BELOW.get(name, USUAL))
        return round(min(share, 0.6) * tall)

    def _standing(self, area: Qt.DockWidgetArea) -> dict[str, QDockWidget]:
        """The docks that are seen in an area, from the top."""
        seen = {
            name: dock
            for name, dock in self._docks.items()
            if self._window.dockWidgetArea(dock) == area
            and not dock.isFloating()
            and not dock.isHidden()
            and dock.widget().isVisible()
        }
        return dict(sorted(seen.items(), key=lambda each: each[1].y()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.FontChange):
            self.give()
        elif isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseButtonPress:
            # The borders between docks are the window's own, or have a wider handle of Qt's over them.
            child = self._window.childAt(event.position().toPoint())
            self._dragged = child is None or child.objectName().startswith("qt_qmainwindow")
        elif kind == QEvent.Type.MouseButtonRelease and self._dragged:
            self._dragged = False
            QTimer.singleShot(0, self, self._note)
        return False


def _is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and 0 < value <= 1


def _shares(kept: object) -> dict[str, float]:
    pairs = kept.items() if isinstance(kept, dict) else ()
    return {str(name): float(value) for name, value in pairs if _is_share(value)}
