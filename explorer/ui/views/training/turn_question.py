"""Asks what to do when a training is wanted while another one is under way: stop it, wait, or neither.

One widget, used wherever a training can be begun. It never blocks. Knows the session; imports Qt.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from explorer.session.session import Session

SIDES = 14
"""Pixels left free at either side."""


class TurnQuestion(QFrame):
    """The question with its buttons, and while a plan waits what it waits for."""

    cancelled = Signal()
    """Nothing is to be trained next."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("turn")
        self._next, self._training = session.next_training, session.training
        self._words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._words.setObjectName("turn.words")
        self._stop, self._wait = QPushButton("Stop it"), QPushButton("Wait")
        self._cancel = QPushButton("Cancel")
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for name, button, tip, act in (
            ("stop", self._stop, "It is saved, and can be resumed", self._next.stop_and_begin),
            ("wait", self._wait, "The new one begins by itself when it has ended", self._next.wait),
            ("cancel", self._cancel, "Begin nothing (Esc)", self.cancel),
        ):  # fmt: skip
            button.setObjectName(f"turn.{name}")
            button.setToolTip(tip)
            button.clicked.connect(act)
            buttons.addWidget(button)
        self._cancel.setProperty("role", "quiet")
        buttons.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIDES, 8, SIDES, 10)
        column.setSpacing(8)
        column.addWidget(self._words)
        column.addLayout(buttons)
        self._next.changed.connect(self._refresh)
        self._training.changed.connect(self._refresh)
        self._refresh()

    def ask(self) -> None:
        """Take the keyboard; Return waits, as that loses nothing."""
        self._wait.setFocus(Qt.FocusReason.PopupFocusReason)

    def cancel(self) -> None:
        self._next.cancel()
        self.cancelled.emit()

    def _refresh(self) -> None:
        asks, ends = self._next.asks, self._training.state == "stopping"
        self._words.setText(self._next.words)
        self._fit()
        self._stop.setVisible(not ends)
        self._wait.setVisible(asks and not ends)

    def _fit(self) -> None:
        """Have the height of all words at this width; what stands above gives way no further than it can."""
        width = self.width() - 2 * SIDES
        self._words.setMinimumHeight(0)  # what a label asks for is never less
        self._words.setMinimumHeight(max(self._words.heightForWidth(width), 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and _is_escape(event):
            event.accept()  # else Escape leaves the presentation
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if _is_escape(event):
            self.cancel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
