"""Two lines under every view: what one sees, and what not to conclude from it. Knows text only."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class TwoLines(QWidget):
    """What one sees, in the text colour; what not to conclude, muted."""

    def __init__(self, sees: str = "", beware: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sees, self._beware = QLabel(sees), QLabel(beware)
        self._beware.setProperty("role", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 8)
        layout.setSpacing(2)
        for label in (self._sees, self._beware):
            label.setWordWrap(True)
            layout.addWidget(label)

    def say(self, sees: str, beware: str) -> None:
        self._sees.setText(sees)
        self._beware.setText(beware)
