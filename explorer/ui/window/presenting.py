"""Present mode: the whole screen, large type, docks folded, a halo round the pointer, keys shown.

Knows the window's docks and workspaces. Imports Qt.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDockWidget, QMainWindow

from explorer.ui.look import theme
from explorer.ui.widgets.limelight import Limelight
from explorer.ui.window.room import Room
from explorer.ui.window.titles import Titles
from explorer.ui.window.workspaces import WorkspaceBar

SCALE = 1.35
"""Of all type."""


class Presenting(QObject):
    """Enters and leaves present mode; leaving puts the window back as it was."""

    def __init__(
        self,
        window: QMainWindow,
        docks: Mapping[str, QDockWidget],
        workspaces: WorkspaceBar,
        room: Room,
        titles: Titles,
    ) -> None:
        super().__init__(window)
        self._titles = titles
        self._window, self._docks, self._workspaces, self._room = window, docks, workspaces, room
        self.limelight = Limelight(window)
        self._before: tuple[str, dict[str, str], Qt.WindowState] | None = None
        self._leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), window, self.toggle)
        self._leave.setEnabled(False)
        workspaces.arranged.connect(self._fold)

    @property
    def on(self) -> bool:
        return self._before is not None

    def toggle(self) -> None:
        window, spaces = self._window, self._workspaces
        self._room.presents = self._titles.presents = not self.on
        window.statusBar().setVisible(self.on)
        if self._before is None:
            self._before = spaces.current.title, spaces.to_keep(), window.windowState()
            theme.use(theme.choice(), SCALE)
            self._fold()
            window.showFullScreen()
        else:
            title, docks, state = self._before
            self._before = None
            theme.use(theme.choice(), 1.0)
            window.setWindowState(state)
            spaces.restore(title, docks)
        self._titles.set()
        self._room.give()
        self._leave.setEnabled(self.on)
        self.limelight.shine(self.on)

    def _fold(self) -> None:
        """Leave the picture, and what a workspace is for."""
        if self.on:
            for name, dock in self._docks.items():
                dock.setVisible(name in self._workspaces.current.presented)
