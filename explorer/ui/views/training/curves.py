"""The curves of a training as it goes on. Part of the training view; knows the session.

The plot is made late, as pyqtgraph takes most of a second to import. While hidden nothing is drawn.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.session.learning.course import Course, Flag
from explorer.session.learning.families import units
from explorer.session.session import Session
from explorer.training.events import KL

if TYPE_CHECKING:
    from explorer.ui.widgets.plots.loss_plot import LossPlot

LEAST_MS, IN_HAND_MS = 500, 2000
"""From one refresh of the plot to the next, and while something is dragged: it is painted in 20 to 30 ms, in
which no decoded picture is."""
IN_THE_GAN_DOCK = ("gradient ", "critic on ")
"""Beginnings of the terms of a game that have curves of their own there; here they would leave no room."""
TITLES = {KL: "KL"}
BUSY_SHARE = 0.05
"""Of the time at most this share goes into the curves, however long they have become."""


class TrainingCurves(QWidget):
    """Every term over the steps, with a flag wherever something was changed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training.course.curves")
        self._session = session
        self._plot: LossPlot | None = None
        self._course: Course | None = None
        self._flags = 0
        self._least = LEAST_MS
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._refresh)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        session.training.changed.connect(self._later)
        session.training.progressed.connect(self._later)
        session.training.flagged.connect(self._on_flag)

    def make_plot(self) -> None:
        """Import pyqtgraph and build the plot, once."""
        if self._plot is None:
            from explorer.ui.widgets.plots.loss_plot import LossPlot

            self._plot = LossPlot()
            self._plot.setToolTip("Each term of the loss, averaged over the steps since the last point")
            self._column.addWidget(self._plot)
            self._later()

    def _later(self) -> None:
        if self._plot is not None and self.isVisible() and not self._soon.isActive():
            self._soon.start(max(self._least, IN_HAND_MS if self._session.choices.in_hand else 0))

    def _on_flag(self, flag: Flag) -> None:
        self._later()

    def _refresh(self) -> None:
        """Bring the plot to what the session knows: another training, new points, new flags."""
        training, plot = self._session.training, self._plot
        if plot is None or not self.isVisible():
            return
        began = time.perf_counter()
        if training.course is not self._course:
            plot.clear()
            self._course, self._flags = training.course, 0
        family = "" if training.run is None else training.run.manifest.family
        of_terms = units(family, training.families)
        plot.set_unit(of_terms.get("loss", ""))
        for name, points in training.course.curves.items():
            if name.startswith(IN_THE_GAN_DOCK):
                continue
            steps, values = [step for step, _ in points], [value for _, value in points]
            unit, drawn = of_terms.get(name, ""), name not in training.settings
            plot.set_curve(TITLES.get(name, name), steps, values, unit, drawn=drawn)
        for flag in training.course.flags[self._flags :]:
            plot.add_flag(flag.step, flag.text)
        self._flags = len(training.course.flags)
        took = (time.perf_counter() - began) * 1000
        self._least = max(LEAST_MS, round(took / BUSY_SHARE))

    def showEvent(self, event: QShowEvent) -> None:
        # The tab is shown for a moment when the window is built; that needs no plot yet.
        QTimer.singleShot(0, self, lambda: self.make_plot() if self.isVisible() else None)
        self._later()
