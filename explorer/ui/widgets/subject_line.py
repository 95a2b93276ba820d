"""Says whose everything below it is, in one line, with a button that brings it. Imports Qt."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from explorer.ui.widgets.steady_label import ElidedLabel


class SubjectLine(QWidget):
    """A model's name, what is to be known of it, and a button where there is something to be done."""

    pressed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._name, self._words, self._button = ElidedLabel(), ElidedLabel(), QPushButton()
        self._name.setObjectName(f"{name}.name")
        self._words.setObjectName(f"{name}.words")
        self._button.setObjectName(f"{name}.button")
        self._name.setProperty("role", "key")
        self._words.setProperty("role", "muted")
        self._button.setProperty("role", "link")
        self._button.clicked.connect(self.pressed)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 0)
        row.setSpacing(8)
        row.addWidget(self._name)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        self.say("", "")

    def say(self, name: str, words: str, button: str = "", tip: str = "") -> None:
        """Whose it is and what of it; without words on it there is no button."""
        self._name.setText(name)
        self._name.setVisible(bool(name))
        self._words.setText(words)
        self._button.setText(button)
        self._button.setToolTip(tip)
        self._button.setVisible(bool(button))

    @property
    def text(self) -> str:
        return f"{self._name.text()} {self._words.text()}".strip()
