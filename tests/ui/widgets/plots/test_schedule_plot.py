"""The schedule: where the pointer is on it, and odd curves."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.ui.widgets.plots.schedule_plot import SchedulePlot


@pytest.fixture
def plot(qtbot: QtBot) -> SchedulePlot:
    made = SchedulePlot()
    qtbot.addWidget(made)
    made.resize(400, 92)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_pointer_seeks_from_noise_to_the_picture(plot: SchedulePlot) -> None:
    sought: list[float] = []
    plot.sought.connect(sought.append)
    for t in (1.0, 0.5, 0.0):
        QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=plot.point_at(t).toPoint())
    assert sought == pytest.approx([1.0, 0.5, 0.0], abs=0.005)
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(399, 5))
    assert sought[-1] == 0.0
    QTest.mouseClick(plot, Qt.MouseButton.RightButton, pos=QPoint(9, 5))
    assert len(sought) == 4


@pytest.mark.parametrize(
    "curve", [None, np.zeros(0), np.ones(1), np.full(5, np.nan), np.linspace(1, 0, 1001)], ids=str
)
def test_any_curve_is_painted(plot: SchedulePlot, curve: np.ndarray | None) -> None:
    plot.set_curve(curve)
    plot.set_stops(np.linspace(1, 0, 500).tolist(), 20)
    plot.set_place(0.4)
    plot.set_forks([0.7])
    assert not plot.grab().isNull()
