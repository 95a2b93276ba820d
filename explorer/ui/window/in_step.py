"""Keeps the menus in step: what can't be done is grey, what is in use has a check mark. Imports Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from explorer.session.session import Session
from explorer.ui.widgets.allow import allow
from explorer.ui.window.main_window import MainWindow

NOTHING, SAVING = "Nothing is being trained now.", "Saving the model …"
Holds = Callable[[], bool]


class Enabler:
    """Greys what can't be done now and says why; the words of undo say what it would take back."""

    def __init__(self, actions: Mapping[str, QAction], session: Session) -> None:
        self._actions, self._session = actions, session
        self._tips = {name: action.toolTip() for name, action in actions.items()}
        session.choices.history_changed.connect(self.on_history)
        session.training.changed.connect(self.on_training)
        self.on_history()
        self.on_training()

    def on_history(self) -> None:
        history, scene = self._session.choices.history, self._session.scene
        for word, title, nothing in (
            ("Undo", history.undo_title, "Nothing has been chosen yet that could be taken back."),
            ("Redo", history.redo_title, "Nothing has been taken back."),
        ):
            self._allow(word, "" if title is not None else nothing)
            self._actions[word].setText(f"{word}: {title}" if title else word)
        some = scene.end_a is not None or scene.end_b is not None
        self._allow("Swap the ends A and B", self._session.interpolation.reason)
        self._allow("Clear the ends A and B", "" if some else "There are no ends to forget.")

    def on_training(self) -> None:
        training = self._session.training
        stopping = training.state == "stopping"
        refusal = SAVING if stopping else "" if training.active else NOTHING
        for text in ("Pause or go on", "One training step", "Stop the training"):
            self._allow(text, refusal)

    def _allow(self, name: str, refusal: str) -> None:
        for menu in self._actions[name].associatedObjects():
            if isinstance(menu, QMenu):
                menu.setToolTipsVisible(True)
        allow(self._actions[name], refusal, self._tips[name])


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
