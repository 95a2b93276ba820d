"""The question whose turn the trainer is, over the window and beside what was pressed. Never modal.

Imports Qt; knows the session. Where something else in the window asks it, this stays away.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.views.training.turn_question import TurnQuestion

WIDTH = 380
ASIDE = 6
"""Pixels between it and what was pressed, or the edge of the window."""


class TurnPopup(QFrame):
    """There while a person is asked.

    Parameters
    ----------
    window
        Over which it lies.
    usual
        Object name of the button that it stands beside where none was pressed.
    elsewhere
        Whether the question is being asked in another place.
    """

    def __init__(self, window: QWidget, session: Session, usual: str, elsewhere: Callable[[], bool]) -> None:
        super().__init__(window)
        self.setObjectName("turn.popup")
        self.setProperty("role", "message")
        self._window, self._usual, self._elsewhere = window, usual, elsewhere
        self._next, self._say = session.next_training, session.say
        self._anchor: QWidget | None = None
        self._question = TurnQuestion(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._question)
        self._next.changed.connect(self._on_changed)
        window.installEventFilter(self)
        self.hide()

    def _on_changed(self) -> None:
        if not self._next.asks:
            if self._next.plan is not None and self.isVisible():
                waiting = self._next.plan
                self._say(
                    self._next.words,
                    action=("Cancel", self._next.cancel),
                    holds=lambda: self._next.plan is waiting,
                )
            self._leave()
        elif not self._elsewhere():
            if self.isHidden():
                self._anchor = self._pressed()
            self.show()
            self._place()
            self._question.ask()

    def _leave(self) -> None:
        if self.isHidden():
            return
        focused = QApplication.focusWidget()
        held = focused is not None and self.isAncestorOf(focused)
        self.hide()
        if held and self._anchor is not None and self._anchor.isVisible():
            self._anchor.setFocus(Qt.FocusReason.PopupFocusReason)

    def _pressed(self) -> QWidget | None:
        """The button that has the focus, else the usual one, if it is to be seen."""
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton) and self._window.isAncestorOf(focused):
            return focused
        usual = self._window.findChild(QWidget, self._usual)
        return usual if isinstance(usual, QWidget) and not usual.visibleRegion().isEmpty() else None

    def _place(self) -> None:
        self.setFixedWidth(min(WIDTH, self._window.width() - 2 * ASIDE))
        # Only at their width the words know how many lines they are.
        for _ in range(2):
            self.ensurePolished()
            QApplication.sendPostedEvents(self, QEvent.Type.LayoutRequest)
            self.adjustSize()
        size = self.size()
        at = QPoint(self._window.width() - size.width(), self._window.height() - size.height()) / 2
        if self._anchor is not None and self._anchor.isVisible():
            at = self._anchor.mapTo(self._window, QPoint(0, 0)) - QPoint(0, size.height() + ASIDE)
        left = min(max(at.x(), ASIDE), self._window.width() - size.width() - ASIDE)
        top = min(max(at.y(), ASIDE), self._window.height() - size.height() - ASIDE)
        self.move(left, top)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
