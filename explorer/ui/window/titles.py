"""Titles of docks: one that stands behind tabs has its name on a tab, and in present mode none has one.

Knows docks alone. Imports Qt.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget


class Titles(QObject):
    """Gives docks their title bars and takes them, as they come and go."""

    def __init__(self, window: QMainWindow, docks: Iterable[QDockWidget]) -> None:
        super().__init__(window)
        self._window, self._docks = window, list(docks)
        self.presents = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.set)
        for dock in self._docks:
            for fact in (dock.visibilityChanged, dock.topLevelChanged, dock.dockLocationChanged):
                fact.connect(self._soon.start)

    def set(self) -> None:
        for dock in self._docks:
            others = self._window.tabifiedDockWidgets(dock)
            tabbed = self.presents or any(not other.isHidden() for other in others)
            bare, bar = tabbed and not dock.isFloating(), dock.titleBarWidget()
            if bare and bar is None:
                dock.setTitleBarWidget(QWidget())
            elif not bare and bar is not None:
                dock.setTitleBarWidget(None)  # type: ignore[arg-type]
                bar.deleteLater()
