"""Two lines under every view: what one sees, and what not to conclude from it. Knows text only."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget


class TwoLines(QWidget):
    """What one sees, in the text colour; what not to conclude, muted.

    Parameters
    ----------
    in_a_row
        Beside each other, where height is scarce.
    """

    def __init__(
        self, sees: str = "", beware: str = "", parent: QWidget | None = None, *, in_a_row: bool = False
    ) -> None:
        super().__init__(parent)
        self._sees, self._beware = QLabel(sees), QLabel(beware)
        self._beware.setProperty("role", "muted")
        way = QBoxLayout.Direction.LeftToRight if in_a_row else QBoxLayout.Direction.TopToBottom
        layout = QBoxLayout(way, self)
        layout.setContentsMargins(12, *((2, 12, 6) if in_a_row else (6, 12, 8)))
        layout.setSpacing(18 if in_a_row else 2)
        for label in (self._sees, self._beware):
            label.setWordWrap(not in_a_row)
            layout.addWidget(label)
        if in_a_row:
            layout.addStretch()

    def say(self, sees: str, beware: str) -> None:
        self._sees.setText(sees)
        self._beware.setText(beware)
