"""The cursor's code under each class, as one row with the classes' names. Part of the GAN view."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.views.prior.code_grid import drawn_in_ink
from explorer.ui.widgets.allow import allow
from explorer.ui.widgets.choice_grid import ChoiceGrid

SOON_MS = 120
"""While the cursor moves the row follows it this often: the large picture comes first."""
TIP = "The code at the cursor under each class. Press one to ask for its class."
MOST_COLUMNS = 10
"""Classes beside each other; more are wrapped."""


class GanClasses(QWidget):
    """A press on a picture asks for its class."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._row, self._adversaries = session, session.class_row, session.adversaries
        self.grid = ChoiceGrid(MOST_COLUMNS)
        self.grid.setObjectName("gan.classes")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 4)
        box.addWidget(self.grid)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._row.refresh)
        self.grid.pressed.connect(self._adversaries.choose_class)
        session.main.cursor.moved.connect(self._on_cursor)
        self._row.changed.connect(self._show)
        self._adversaries.changed.connect(self._on_cursor)

    @property
    def reason(self) -> str:
        """Why there is no row."""
        return self._adversaries.not_on_main or self._row.reason

    def _on_cursor(self) -> None:
        if self.isVisible():
            self._show()
            if not self._soon.isActive():
                self._soon.start()

    def _show(self) -> None:
        if not self.isVisible():
            return
        names, reason, side = self._row.names, self.reason, self._session.main
        self.grid.set_placeholder(reason)
        allow(self.grid, reason, TIP)
        self.grid.set_ink(drawn_in_ink(side))
        self.grid.set_columns(max(1, min(len(names), MOST_COLUMNS)))
        self.grid.set_pictures(() if reason else self._row.pictures, names)
        asked = side.look.condition
        self.grid.set_marks({} if reason or asked is None else {asked.label: "✓"})

    def showEvent(self, event: object) -> None:
        self._row.want(True)
        self._show()

    def hideEvent(self, event: object) -> None:
        self._row.want(False)
