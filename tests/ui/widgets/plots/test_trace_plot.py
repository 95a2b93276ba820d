from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.ui.widgets.plots.histogram import Mark
from explorer.ui.widgets.plots.trace_plot import POINTS, Trace, TracePlot, span_of, thinned


def test_a_long_curve_is_averaged_in_blocks_up_to_its_last_point() -> None:
    steps, values = thinned([(step, float(step % 2)) for step in range(10 * POINTS + 3)])
    assert len(steps) <= POINTS
    assert steps[-1] > 10 * POINTS - 10
    assert values == pytest.approx(np.full(len(values), 0.5), abs=0.1)
    steps, values = thinned([(0, 1.0), (1, float("nan")), (2, float("inf")), (3, 2.0)])
    assert values.tolist() == [1.0, 2.0]


def test_the_axis_has_the_marks_and_leaves_out_single_spikes() -> None:
    low, high = span_of(np.array([0.5] * 500 + [1e6]), [Mark(-1.39, "−log 4")])
    assert low < -1.39
    assert 0.5 < high < 1


@pytest.mark.parametrize("values", [[], [np.nan, 1.0], [3.0, 3.0], [1e30, -1e30], [1.0]])
def test_anything_can_be_painted(values: list[float], qtbot: QtBot) -> None:
    plot = TracePlot("loss")
    qtbot.addWidget(plot)
    plot.set_traces([Trace("critic", list(enumerate(values)), 4)])
    plot.set_marks([Mark(-1.39, "−log 4")])
    plot.set_placeholder("nothing yet")
    assert not plot.grab().isNull()
