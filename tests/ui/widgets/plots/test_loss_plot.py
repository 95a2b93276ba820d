"""Curves of a training, with whatever numbers come."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QCheckBox, QSlider
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.map.legend import Legend
from explorer.ui.widgets.plots.loss_plot import MOST_POINTS, LossPlot, smoothed, usable

STEPS = np.arange(0, 500, 5)


@pytest.fixture
def plot(qtbot: QtBot) -> LossPlot:
    theme.use("light")
    made = LossPlot(y_label="loss")
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def drawn(plot: LossPlot, name: str) -> np.ndarray:
    y = plot._curves[name].smooth.getData()[1]
    return np.zeros(0) if y is None else np.asarray(y)


ANY = arrays.arrays(np.float64, st.integers(0, 50), elements=st.floats(width=64))


@given(ANY, ANY)
def test_what_is_drawn_is_finite_and_of_one_length(x: np.ndarray, y: np.ndarray) -> None:
    steps, values = usable(x, y)
    assert len(steps) == len(values) <= min(len(x), len(y))
    assert np.isfinite(steps).all()
    assert np.isfinite(values).all()


def test_long_curves_are_averaged_to_the_screen() -> None:
    steps, values = usable(np.arange(100_000.0), np.ones(100_000))
    assert 0 < len(steps) <= MOST_POINTS
    assert np.allclose(values, 1)
    assert np.all(np.diff(steps) > 0)


@given(arrays.arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e6, 1e6)), st.floats(0, 0.99))
def test_smoothing_stays_between_the_extremes(values: np.ndarray, amount: float) -> None:
    result = smoothed(values, amount)
    assert result[0] == pytest.approx(values[0])
    assert values.min() - 1e-6 <= result.min() <= result.max() <= values.max() + 1e-6


def test_no_smoothing_is_the_curve_itself() -> None:
    assert smoothed(np.array([3.0, 1.0, 2.0]), 0).tolist() == [3, 1, 2]


def test_curves_come_and_can_be_replaced(plot: LossPlot, qtbot: QtBot) -> None:
    plot.findChild(QSlider).setValue(0)
    plot.set_curve("KL", STEPS, np.full(100, 2.0))
    qtbot.waitUntil(lambda: len(drawn(plot, "KL")) == 100)
    plot.set_curve("KL", STEPS[:50], np.full(50, 7.0))
    qtbot.waitUntil(lambda: drawn(plot, "KL").tolist() == [7.0] * 50)
    assert "KL 7" in plot._reading.text()


def test_a_hidden_plot_draws_when_it_is_shown_again(plot: LossPlot, qtbot: QtBot) -> None:
    plot.hide()
    plot.set_curve("KL", STEPS, STEPS)
    assert not plot._soon.isActive()
    assert len(drawn(plot, "KL")) == 0
    plot.show()
    qtbot.waitUntil(lambda: len(drawn(plot, "KL")) == 100)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([], []), ([1], [2]), ([1, 2, 3], [np.nan] * 3), ([1, 2], [np.inf, -np.inf]),
        ([0, 0, 0], [5, 5, 5]), ([1, 2, 3], [1, 2]), ([1, 2], [1e308, -1e308]), ([1, 2, 3], [-1, 0, 1]),
    ],
    ids=["none", "one", "nan", "inf", "equal", "uneven", "huge", "not positive"],
)  # fmt: skip
def test_odd_numbers_are_no_crash_on_either_axis(
    plot: LossPlot, qtbot: QtBot, x: list[float], y: list[float]
) -> None:
    plot.set_curve("loss", x, y)
    plot._refresh()
    for on in (True, False):
        plot.findChild(QCheckBox).setChecked(on)
        assert not plot.grab().isNull()


def test_the_log_axis_shows_the_logarithm(plot: LossPlot) -> None:
    plot.set_curve("loss", [1, 2, 3], [10, 100, 1000])
    plot.findChild(QSlider).setValue(0)
    plot.findChild(QCheckBox).setChecked(True)
    assert drawn(plot, "loss") == pytest.approx([1, 2, 3])


def test_the_legend_hides_the_other_curves(plot: LossPlot) -> None:
    plot.set_curve("reconstruction", STEPS, STEPS)
    plot.set_curve("KL", STEPS, STEPS)
    plot._legend.shown_changed.emit({1})
    assert not plot._curves["reconstruction"].smooth.isVisible()
    assert plot._curves["KL"].smooth.isVisible()
    plot._legend.shown_changed.emit(None)
    assert plot._curves["reconstruction"].smooth.isVisible()


def test_clearing_takes_curves_and_flags_away(plot: LossPlot) -> None:
    plot.set_curve("KL", STEPS, STEPS)
    plot.add_flag(100, "beta 4")
    plot.clear()
    assert not plot._plot.getPlotItem().listDataItems()
    assert not [item for item in plot._plot.items() if isinstance(item, pg.InfiniteLine)]
    plot.set_curve("KL", STEPS, STEPS)
    plot._refresh()
    assert len(drawn(plot, "KL")) == 100


def test_the_theme_reaches_the_plot(plot: LossPlot) -> None:
    plot.set_curve("KL", STEPS, STEPS)
    plot.add_flag(100, "beta 4")
    plot.set_unit("nats")
    theme.use("dark")
    assert plot._plot.getAxis("left").labelText == "loss (nats)", "the unit outlives the colours"
    assert plot._plot.backgroundBrush().color().name() == theme.current().panel
    theme.use("light")


def test_its_chips_speak_of_curves(plot: LossPlot) -> None:
    legend = plot.findChild(Legend)
    assert legend is not None
    assert "only this curve" in legend.toolTip()
    assert "class" not in legend.toolTip()
    assert legend.accessibleName() == "Curves"


class Paints(QObject):
    """Counts them from its creation on."""

    def __init__(self, plot: LossPlot) -> None:
        super().__init__(plot)
        self.count = 0
        plot._plot.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_a_longer_curve_is_painted_once(plot: LossPlot, qtbot: QtBot) -> None:
    """To fit the view inside of a paint would bring another one."""
    plot.set_curve("loss", STEPS, 500 - STEPS)
    qtbot.waitUntil(lambda: len(drawn(plot, "loss")) > 0)
    for _ in range(10):
        QApplication.processEvents()
    paints = Paints(plot)
    longer = np.arange(0, 600, 5)  # its words at the axes take no other room
    plot.set_curve("loss", longer, 500 - longer * 5 / 6)
    qtbot.waitUntil(lambda: paints.count > 0)
    for _ in range(10):
        QApplication.processEvents()
    assert paints.count == 1
