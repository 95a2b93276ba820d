"""The training dock: controls left, curves right. Knows the session; never modal."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.views.data.data_dialog import DataDialog
from explorer.ui.views.training.controls import TrainingControls
from explorer.ui.views.training.curves import TrainingCurves
from explorer.ui.views.training.subject import TrainingSubject, WaitingLine
from explorer.ui.widgets.two_lines import TwoLines

SEES = "What the training lowers, step by step; a line marks where something was changed."
BEWARE = "A falling loss says nothing about samples."


class TrainingView(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self._session = session
        self._dialog: DataDialog | None = None
        controls, self._curves = TrainingControls(session), TrainingCurves(session)
        controls.data_wanted.connect(self.choose_data)
        self._curves.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(controls)
        row.addWidget(self._curves, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        subjects = QHBoxLayout()
        subjects.addWidget(TrainingSubject(session), 1)
        subjects.addWidget(WaitingLine(session), 1)
        column.addLayout(subjects)
        column.addLayout(row, 1)
        column.addWidget(TwoLines(SEES, BEWARE, in_a_row=True))

    def warm_up(self) -> None:
        """Do now what would else hold up the first look at this view: plot and forms."""
        self._curves.make_plot()
        self._session.training.ask_families()
        self.grab()  # fonts and axes are measured in the first paint

    def choose_data(self) -> None:
        """Open the dialog in which images are chosen; everything else goes on beside it."""
        self._data_dialog().show()
        self._data_dialog().raise_()

    def open_data(self, path: Path) -> None:
        """Look at a folder or file of images in that dialog."""
        self._data_dialog().open_data(path)

    def _data_dialog(self) -> DataDialog:
        if self._dialog is None:
            self._dialog = DataDialog(self._session, self.window())
        return self._dialog

    def sizeHint(self) -> QSize:
        return QSize(1100, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(640, 200)

    def showEvent(self, event: QShowEvent) -> None:
        QTimer.singleShot(0, self, self._on_shown)

    def _on_shown(self) -> None:
        # The tab is shown for a moment when the window is built; that needs nothing yet.
        if self.isVisible():
            self._session.training.ask_families()
            self._session.training.get_ready()
