"""Every action by name, with its shortcut: type some letters, press Return. Imports Qt only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

WIDTH, HEIGHT = 520, 420


class CommandPalette(QDialog):
    """A list of actions, filtered by what is typed."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self._actions = [action for action in actions if action.text()]
        self._line, self._list = QLineEdit(), QListWidget()
        self._line.setPlaceholderText("Find a command")
        self._line.textChanged.connect(self._filter)
        self._line.installEventFilter(self)
        self._line.returnPressed.connect(self._run)
        self._list.itemClicked.connect(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.addWidget(self._line)
        column.addWidget(self._list)
        self.resize(WIDTH, HEIGHT)
        self._filter("")

    def open_over(self, window: QWidget) -> None:
        place = window.mapToGlobal(window.rect().topLeft())
        self.move(place.x() + (window.width() - WIDTH) // 2, place.y() + 80)
        self.show()
        self._line.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self._list.count():
                self._list.setCurrentRow((self._list.currentRow() + step) % self._list.count())
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self._list.clear()
        for action in matching(self._actions, text):
            keys = action.shortcut().toString()
            item = QListWidgetItem(plain(action) + (f"    {keys}" if keys else ""))
            item.setData(Qt.ItemDataRole.UserRole, action)
            item.setToolTip(action.toolTip())
            if not action.isEnabled():
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self._list.addItem(item)
        self._list.setCurrentRow(0)

    def _run(self) -> None:
        item = self._list.currentItem()
        action = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if isinstance(action, QAction) and action.isEnabled():
            self.accept()
            action.trigger()


def plain(action: QAction) -> str:
    return action.text().replace("&", "").rstrip(".…")


def matching(actions: Sequence[QAction], text: str) -> list[QAction]:
    """Actions whose names hold all typed words; those that begin with the text come first."""
    words = text.lower().split()
    found = [action for action in actions if all(word in plain(action).lower() for word in words)]
    return sorted(found, key=lambda action: not plain(action).lower().startswith(text.lower()))
