"""The small card of the item under the pointer: its picture and some lines. Imports Qt, `images`.

A child of the window and no window itself, so that it never takes the focus. It stays while the
pointer is on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.ui.look.images import Picture
from explorer.ui.widgets.pictures.image_view import ImageView

AWAY = 16
"""Pixels between the item and the card."""
LINGER = 260
PICTURE = 84


class HoverCard(QFrame):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._picture = ImageView()
        self._picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._picture.setFixedSize(PICTURE + 6, PICTURE + 6)
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setProperty("role", "title")
        self._lines = QLabel()
        self._lines.setProperty("role", "muted")
        self._lines.setTextFormat(Qt.TextFormat.PlainText)
        self._lines.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self._lines.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 9, 14, 9)
        row.setSpacing(12)
        row.addWidget(self._picture)
        words = QVBoxLayout()
        words.setSpacing(5)
        words.addStretch()
        words.addWidget(self._title)
        words.addWidget(self._lines)
        words.addStretch()
        row.addLayout(words)
        self._leaving = QTimer(self, singleShot=True, interval=LINGER)
        self._leaving.timeout.connect(self.dismiss)
        self.hide()

    def set_ink(self, ink: bool) -> None:
        self._picture.set_ink(ink)

    def show_at(self, where: QPoint, picture: Picture | None, lines: Sequence[str]) -> None:
        """Show beside a place on the screen, inside the window; the first line is the title."""
        self._leaving.stop()
        self._picture.set_picture(picture)
        self._picture.setVisible(picture is not None)
        self._title.setText(next(iter(lines), ""))
        self._lines.setText("\n".join(lines[1:]))
        self._lines.setVisible(len(lines) > 1)
        for label in (self._title, self._lines):
            # Before it was ever shown a label doesn't know the style sheet's font, nor its own width.
            label.ensurePolished()
        self.adjustSize()
        parent = self.parentWidget()
        assert parent is not None
        at = parent.mapFromGlobal(where)
        left = (
            at.x() + AWAY if at.x() + AWAY + self.width() <= parent.width() else at.x() - AWAY - self.width()
        )
        top = (
            at.y() + AWAY
            if at.y() + AWAY + self.height() <= parent.height()
            else at.y() - AWAY - self.height()
        )
        self.move(max(left, 0), max(top, 0))
        self.raise_()
        self.show()

    def dismiss(self) -> None:
        """Go, unless the pointer is on the card: then when it leaves."""
        if not self.underMouse():
            self._leaving.stop()
            self.hide()

    def leaveEvent(self, event: object) -> None:
        self._leaving.start()
