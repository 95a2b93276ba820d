"""Keeps the menus in step: what can't be done is grey, what is in use has a check mark. Imports Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from explorer.session.session import Session
from explorer.ui.window.main_window import MainWindow

Holds = Callable[[], bool]


class Enabler:
    """Greys what can't be done now; the words of undo say what it would take back."""

    def __init__(self, actions: Mapping[str, QAction], session: Session) -> None:
        self._actions, self._session = actions, session
        session.choices.history_changed.connect(self.on_history)
        session.training.changed.connect(self.on_training)
        self.on_history()
        self.on_training()

    def on_history(self) -> None:
        history, scene = self._session.choices.history, self._session.scene
        for word, title in (("Undo", history.undo_title), ("Redo", history.redo_title)):
            self._actions[word].setEnabled(title is not None)
            self._actions[word].setText(f"{word}: {title}" if title else word)
        ends = scene.end_a is not None or scene.end_b is not None
        for text in ("Swap the ends A and B", "Clear the ends A and B"):
            self._actions[text].setEnabled(ends)

    def on_training(self) -> None:
        training = self._session.training
        for text in ("Pause or go on", "One training step", "Stop the training"):
            self._actions[text].setEnabled(training.active and training.state != "stopping")


class Checker(QObject):
    """Sets the check mark of each action as its question is answered now."""

    def __init__(self, marks: Mapping[QAction, Holds], window: MainWindow) -> None:
        super().__init__(window)
        self._marks = marks
        for dock in window.docks.values():
            dock.toggleViewAction().toggled.connect(self.refresh)
        window.workspaces.currentChanged.connect(self.refresh)
        window.map.cloud.tool_changed.connect(self.refresh)
        for menu in window.menuBar().findChildren(QMenu):
            menu.aboutToShow.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        for action, holds in self._marks.items():
            action.setChecked(holds())
