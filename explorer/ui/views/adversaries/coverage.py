"""Which classes the samples have, against the data. Part of the GAN view; knows the session."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedLayout, QWidget

from explorer.session.session import Session
from explorer.ui.widgets.plots.bar_chart import BarChart


class GanCoverage(QWidget):
    """Bars, or a sentence why there are none."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adversaries, self._training = session.adversaries, session.training
        self.bars = BarChart("samples", "data")
        self.bars.setObjectName("gan.coverage")
        self.reason = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.reason.setObjectName("gan.no_coverage")
        self.reason.setProperty("role", "muted")
        self.reason.setContentsMargins(8, 4, 8, 4)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.bars)
        self._pages.addWidget(self.reason)
        self._adversaries.coverage_changed.connect(self._refresh)
        self._adversaries.changed.connect(self._refresh)

    def showEvent(self, event: object) -> None:
        self._training.watch("samples", True)
        self._refresh()

    def hideEvent(self, event: object) -> None:
        self._training.watch("samples", False)

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        coverage = self._adversaries.coverage
        self._pages.setCurrentWidget(self.reason if coverage is None else self.bars)
        self.reason.setText(self._adversaries.no_coverage)
        which = "its samples" if self._adversaries.on_no_map else "the samples on the map"
        self.bars.setToolTip(f"How often a classifier sees each class in {which}")
        if coverage is not None:
            self.bars.set_bars(coverage.names, coverage.samples, coverage.data)
