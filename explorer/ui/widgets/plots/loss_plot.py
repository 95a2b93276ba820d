"""Curves of the terms of a training over its steps, with smoothing, log axis and flags.

The only module that imports pyqtgraph (0.6 s): views import this one late. Repainted on a 33 ms
single shot, and not at all while hidden.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from explorer.ui.look import theme
from explorer.ui.widgets.map.legend import Legend
from explorer.ui.widgets.steady_label import SteadyLabel

Numbers = NDArray[np.float64]
THROTTLE = 33
NARROW = 480
"""Pixels below which legend and controls don't fit beside each other."""
MOST_POINTS = 1000
"""A curve has no more than the screen has pixels: longer ones are averaged in blocks."""


def usable(x: Sequence[float] | Numbers, y: Sequence[float] | Numbers) -> tuple[Numbers, Numbers]:
    """Both as arrays of one length, without values that are not finite, averaged in blocks."""
    steps, values = np.asarray(x, np.float64).ravel(), np.asarray(y, np.float64).ravel()
    length = min(len(steps), len(values))
    steps, values = steps[:length], values[:length]
    known = np.isfinite(steps) & np.isfinite(values) & (np.abs(values) < 1e300)
    steps, values = steps[known], values[known]
    block = math.ceil(len(steps) / MOST_POINTS)
    if block > 1:
        whole = len(steps) // block * block
        steps, values = steps[block - 1 : whole : block], values[:whole].reshape(-1, block).mean(axis=1)
    return steps, values


def smoothed(values: Numbers, amount: float) -> Numbers:
    """Exponential moving average, `amount` (0 to 1) of it from the past, unbiased at the start."""
    result, mean, weight = np.empty_like(values), 0.0, 0.0
    for number, value in enumerate(values.tolist()):
        mean = amount * mean + (1 - amount) * value
        weight = amount * weight + (1 - amount)
        result[number] = mean / weight
    return result


@dataclass
class _Curve:
    steps: Numbers
    values: Numbers
    raw: pg.PlotDataItem
    smooth: pg.PlotDataItem
    shown: Numbers = field(default_factory=lambda: np.zeros(0))
    unit: str = ""
    drawn: bool = True
    """Else it is read in words alone, as its scale is another."""


class LossPlot(QWidget):
    def __init__(self, x_label: str = "step", y_label: str = "loss", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels, self._unit = (x_label, y_label), ""
        self._curves: dict[str, _Curve] = {}
        self._flags: list[pg.InfiniteLine] = []
        self._hidden: set[str] = set()
        self._stale = False
        self._soon = QTimer(self, singleShot=True, interval=THROTTLE)
        self._soon.timeout.connect(self._refresh)
        self._legend = Legend(noun=("curve", "curves"))
        self._legend.shown_changed.connect(self._show_only)
        self._smoothing = QSlider(Qt.Orientation.Horizontal)
        self._smoothing.setRange(0, 99)
        self._smoothing.setValue(90)
        self._smoothing.setMinimumWidth(48)
        self._smoothing.setMaximumWidth(110)
        self._smoothing.setAccessibleName("Smoothing")
        self._smoothing.setToolTip("How much of the past is averaged into each value")
        self._smoothing.valueChanged.connect(self._later)
        self._log = QCheckBox("Log axis")
        self._log.toggled.connect(self._set_log)
        self._reading = SteadyLabel("step")
        self._reading.setText("No curve yet: it begins with the first step of training")
        self._reading.setProperty("role", "caption")
        self._controls, self._head, self._foot = QWidget(), QHBoxLayout(), QHBoxLayout()
        self._plot = pg.PlotWidget()
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMinimumHeight(90)
        self._plot.getViewBox().setDefaultPadding(0.04)
        self._plot.scene().sigMouseMoved.connect(self._read_at)
        self._plot.scene().sigMouseClicked.connect(
            lambda click: self._plot.enableAutoRange() if click.double() else None
        )
        self._arrange()
        self._dress()

    def _arrange(self) -> None:
        word = QLabel("Smoothing")
        word.setProperty("role", "muted")
        controls = QHBoxLayout(self._controls)
        controls.setContentsMargins(0, 0, 0, 0)
        controls.setSpacing(10)
        controls.addWidget(word)
        controls.addWidget(self._smoothing)
        controls.addWidget(self._log)
        self._head.setSpacing(10)
        self._head.addWidget(self._legend, 1)
        self._head.addWidget(self._controls)
        self._foot.addWidget(self._reading, 1)
        self._reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 6)
        column.setSpacing(4)
        column.addLayout(self._head)
        column.addWidget(self._plot, 1)
        column.addLayout(self._foot)

    def set_unit(self, unit: str) -> None:
        """Of the values that the axis is for."""
        if unit != self._unit:
            self._unit = unit
            self._plot.getAxis("left").setLabel(self.y_label)

    @property
    def y_label(self) -> str:
        """What stands at the axis, such as `loss (nats)`."""
        return f"{self._labels[1]} ({self._unit})" if self._unit else self._labels[1]

    def set_curve(
        self,
        name: str,
        x: Sequence[float] | Numbers,
        y: Sequence[float] | Numbers,
        unit: str = "",
        *,
        drawn: bool = True,
    ) -> None:
        """Show or replace a curve; the n-th new name has the colour of the n-th class."""
        if name not in self._curves:
            raw, smooth = self._new_item(), self._new_item()
            self._curves[name] = _Curve(np.zeros(0), np.zeros(0), raw, smooth, drawn=drawn)
            self._hidden.clear()
            self._legend.set_classes(list(self.drawn))
            self._colour_curves()
        curve = self._curves[name]
        curve.steps, curve.values = usable(x, y)
        curve.unit = unit
        self._later()

    def _new_item(self) -> pg.PlotDataItem:
        item = pg.PlotDataItem(connect="finite", antialias=True)
        self._plot.addItem(item)
        return item

    def add_flag(self, x: float, text: str) -> None:
        """A line across the curves at a step, such as where a setting was changed."""
        flag = pg.InfiniteLine(x, angle=90, label=text, labelOpts={"position": 0.9})
        self._colour_flag(flag)
        self._flags.append(flag)
        self._plot.addItem(flag, ignoreBounds=True)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The names of the curves that are drawn."""
        return tuple(name for name, curve in self._curves.items() if curve.drawn)

    @property
    def reading(self) -> str:
        """Their values in words."""
        return self._reading.text()

    @property
    def flags(self) -> list[str]:
        """Their texts, in the order in which they came."""
        return [flag.label.format for flag in self._flags]

    def clear(self) -> None:
        """No curves and no flags."""
        self._plot.clear()
        self._curves, self._flags = {}, []
        self._hidden.clear()
        self._legend.set_classes([])
        self._plot.enableAutoRange()
        self._reading.setText("No curve yet: it begins with the first step of training")

    # Painting

    def _later(self) -> None:
        self._stale = True
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _refresh(self) -> None:
        self._stale = False
        amount = self._smoothing.value() / 100
        for name, curve in self._curves.items():
            curve.shown = smoothed(curve.values, amount)
            visible = curve.drawn and name not in self._hidden
            curve.raw.setVisible(visible and amount > 0)
            curve.smooth.setVisible(visible)
            curve.raw.setData(curve.steps, self._drawable(curve.values))
            curve.smooth.setData(curve.steps, self._drawable(curve.shown))
        # Else the view fits itself to the curves while it is painted, and is painted once more.
        self._plot.getViewBox().prepareForPaint()
        self._read_at(None)

    def _drawable(self, values: Numbers) -> Numbers:
        """Log axes have no place for what is not positive."""
        return np.where(values > 0, values, np.nan) if self._log.isChecked() else values

    def _set_log(self, on: bool) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # the old values on the new axis
            for curve in self._curves.values():
                curve.raw.setData([], [])
                curve.smooth.setData([], [])
            self._plot.setLogMode(y=on)
        self._plot.enableAutoRange()
        self._refresh()

    def _show_only(self, shown: set[int] | None) -> None:
        self._hidden = set() if shown is None else {n for i, n in enumerate(self.drawn) if i not in shown}
        self._plot.enableAutoRange()
        self._refresh()

    def _read_at(self, at: QPointF | None) -> None:
        """Values in words: under the pointer, else the newest."""
        lines = [(name, curve) for name, curve in self._curves.items() if len(curve.steps)]
        if not lines:
            return
        step = max(float(curve.steps[-1]) for _, curve in lines)
        if at is not None and self._plot.sceneBoundingRect().contains(at):
            step = min(max(float(self._plot.getViewBox().mapSceneToView(at).x()), 0.0), step)
        words = [f"{self._labels[0]} {step:,.0f}"]
        for name, curve in lines:
            place = min(int(np.searchsorted(curve.steps, step)), len(curve.steps) - 1)
            if len(curve.shown) == len(curve.steps):
                unit = "" if curve.unit == self._unit else curve.unit
                words.append(f"{name} {curve.shown[place]:.4g} {unit}".strip())
        self._reading.setText("   ".join(words))

    # Colours

    def _colour_curves(self) -> None:
        for number, name in enumerate(self.drawn):
            self._colour(number, self._curves[name])

    def _colour(self, number: int, curve: _Curve) -> None:
        tint = theme.class_colours(number + 1)[number]
        faint = QColor(tint)
        faint.setAlphaF(0.28)
        curve.raw.setPen(pg.mkPen(faint, width=1))
        curve.smooth.setPen(pg.mkPen(tint, width=2))

    def _colour_flag(self, flag: pg.InfiniteLine) -> None:
        colours = theme.current()
        flag.setPen(pg.mkPen(colours.muted, width=1, style=Qt.PenStyle.DashLine))
        flag.label.setColor(colours.text)

    def _dress(self) -> None:
        colours = theme.current()
        self._plot.setBackground(colours.panel)
        self._plot.setAntialiasing(True)
        self._plot.showGrid(x=False, y=True, alpha=0.12)
        for side, text in (("bottom", self._labels[0]), ("left", self.y_label)):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(colours.edge))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setLabel(text, color=colours.muted)
            axis.enableAutoSIPrefix(False)
        self._colour_curves()
        for flag in self._flags:
            self._colour_flag(flag)

    def resizeEvent(self, event: object) -> None:
        """Where it is narrow the controls take the place of the values in words."""
        narrow = self.width() < NARROW
        self._reading.setVisible(not narrow)
        (self._foot if narrow else self._head).addWidget(self._controls)

    def showEvent(self, event: object) -> None:
        if self._stale:
            self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)
