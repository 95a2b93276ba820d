"""The training dock: controls left, curves in the middle, pictures right. Knows the session; never modal."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from explorer.session.session import Session
from explorer.ui.views.learner_pictures import LearnerPictures
from explorer.ui.views.training_controls import TrainingControls
from explorer.ui.views.training_curves import TrainingCurves


class TrainingView(QWidget):
    data_wanted = Signal()
    """Somebody wants to choose other images: open the data dialog."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self._session = session
        controls, self._curves = TrainingControls(session), TrainingCurves(session)
        controls.setFixedWidth(392)
        controls.data_wanted.connect(self.data_wanted)
        self._curves.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        pictures = LearnerPictures(session)
        pictures.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(controls)
        row.addWidget(self._curves, 3)
        row.addWidget(pictures, 2)

    def warm_up(self) -> None:
        """Do now what would else hold up the first look at this view: import the plot's library."""
        self._curves.make_plot()

    def sizeHint(self) -> QSize:
        return QSize(1100, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(820, 200)

    def showEvent(self, event: QShowEvent) -> None:
        QTimer.singleShot(0, self._session.training.ask_families)
