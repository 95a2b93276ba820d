"""All dimensions of a code as sliders, in the order given. Imports Qt, numpy, `dimension_slider`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from explorer.ui.look.images import Picture
from explorer.ui.widgets.sliders.dimension import Dimension
from explorer.ui.widgets.sliders.dimension_slider import DimensionSlider


class SliderBank(QWidget):
    """A scrolled column of sliders; strips are asked for only where they can be seen."""

    slid = Signal(int, float)
    """Number of the dimension and where it stands, in standard deviations from the centre."""
    pressed = Signal()
    released = Signal()
    reset_wanted = Signal(int)
    """Number of the dimension; -1: all."""
    strips_wanted = Signal(list)
    """Numbers of the dimensions that came into sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[int, DimensionSlider] = {}
        self._asked: list[int] = []
        self._ink = False
        self._strips_shown = True
        self._empty = QLabel("This model has no sliders", alignment=Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "muted")
        self._reset_all = QPushButton("Reset all")
        self._reset_all.setProperty("role", "quiet")
        self._reset_all.clicked.connect(lambda: self.reset_wanted.emit(-1))
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.verticalScrollBar().valueChanged.connect(self._look_soon)
        self._scroll.viewport().installEventFilter(self)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 2, 8, 4)
        foot.addStretch()
        foot.addWidget(self._reset_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._empty, 1)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._ask_for_strips)
        # The sliders hear of larger type after the bank.
        self._resize = QTimer(self, singleShot=True, interval=0)
        self._resize.timeout.connect(self._keep_width)
        self.set_rows([])

    def set_rows(self, dimensions: Sequence[Dimension]) -> None:
        """Build the sliders anew, in this order; all stand at 0."""
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(0)
        self._rows = {}
        for dimension in dimensions:
            row = DimensionSlider(dimension)
            row.set_strip_room(self._strips_shown)
            row.slid.connect(self._slides)
            row.pressed.connect(self.pressed)
            row.released.connect(self.released)
            row.reset_wanted.connect(self.reset_wanted)
            column.addWidget(row)
            self._rows[dimension.index] = row
        column.addStretch()
        self._scroll.setWidget(inner)
        self._keep_width()
        self._scroll.setVisible(bool(dimensions))
        self._empty.setVisible(not dimensions)
        self._asked = []
        self._update_reset()
        self._look_soon()

    def update_rows(self, dimensions: Sequence[Dimension]) -> None:
        """The space has moved: new units and bars for the same dimensions, in the order they have."""
        for dimension in dimensions:
            if dimension.index in self._rows:
                self._rows[dimension.index].set_dimension(dimension)

    def set_values(self, sds: NDArray[np.floating]) -> None:
        """Where all dimensions (D,) stand, in standard deviations, in the order of their numbers."""
        for index, row in self._rows.items():
            if index < len(sds):
                row.set_sd(float(sds[index]))
        self._update_reset()

    def set_strip(self, index: int, pictures: Sequence[Picture]) -> None:
        """Pictures at -3, -2, ... 3 standard deviations of one dimension."""
        if index in self._rows:
            self._rows[index].set_strip(pictures, self._ink)

    def set_ink(self, ink: bool) -> None:
        """Pictures of one channel are white ink on black: in the light theme, ink on paper."""
        self._ink = ink

    def visible_rows(self) -> list[int]:
        """Numbers of the dimensions now in sight, from the top; none while the bank is hidden."""
        inner = self._scroll.widget()
        if not self._scroll.isVisible() or inner is None:
            return []
        top = -inner.y()
        end = top + self._scroll.viewport().height()
        return [i for i, row in self._rows.items() if row.y() < end and row.geometry().bottom() > top]

    def _keep_width(self) -> None:
        """Nothing is cut at the right: there is no way to scroll there."""
        inner = self._scroll.widget()
        if inner is not None:
            bar = self._scroll.verticalScrollBar().sizeHint().width()
            self._scroll.setMinimumWidth(inner.minimumSizeHint().width() + bar)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._resize.start()
        super().changeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._look_soon()
        return super().eventFilter(watched, event)

    def _look_soon(self) -> None:
        self._look.start()

    def _ask_for_strips(self) -> None:
        seen = self.visible_rows() if self._strips_shown else []
        if seen and not set(seen) <= set(self._asked):
            self.strips_wanted.emit(seen)
        self._asked = seen

    def _slides(self, index: int, sd: float) -> None:
        self._update_reset()
        self.slid.emit(index, sd)

    def _update_reset(self) -> None:
        differs = any(row.can_reset() for row in self._rows.values())
        self._reset_all.setEnabled(differs)
        self._reset_all.setToolTip("" if differs else "Nothing to reset: all sliders stand at 0")
