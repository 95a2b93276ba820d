from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.ui.widgets.plots.histogram import Histogram, Mark, Series, followed, shares
from explorer.ui.widgets.plots.ticks import ticks


def test_shares_add_up_to_one_and_leave_out_what_is_not_finite() -> None:
    values = np.array([-9.0, 0.1, 0.5, 0.5, 9.0, np.nan, np.inf])
    found = shares(values, 0.0, 1.0)
    assert found.sum() == pytest.approx(1)
    assert found[0] == pytest.approx(0.2)
    assert found[20] == pytest.approx(0.4)
    assert not shares(np.array([np.nan]), 0.0, 1.0).any()


def test_the_axis_grows_at_once_and_shrinks_only_when_half_empty() -> None:
    wide = followed(None, np.linspace(-2, 2, 100))
    assert wide[0] < -1.9
    assert wide[1] > 1.9
    assert followed(wide, np.linspace(-1.5, 1.5, 100)) == wide
    assert followed(wide, np.linspace(-2, 6, 100))[1] > 5.9
    narrow = followed(wide, np.linspace(0, 0.1, 100))
    assert narrow[1] - narrow[0] < 0.2
    assert followed(None, np.array([np.nan])) == (-1.0, 1.0)
    low, high = followed(None, np.full(8, 3.0))
    assert low < 3 < high


def test_ticks_are_round_numbers() -> None:
    assert ticks(-1.3, 2.2, 4) == [-1.0, 0.0, 1.0, 2.0]
    assert ticks(0.0, 1.0, 5) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert ticks(1.0, 1.0, 5) == []


@pytest.mark.parametrize(
    "values", [np.zeros(0), np.array([np.nan, 1.0]), np.zeros(5), np.array([1e30, -1e30])]
)
def test_anything_can_be_painted(values: np.ndarray, qtbot: QtBot) -> None:
    histogram = Histogram()
    qtbot.addWidget(histogram)
    histogram.set_placeholder("nothing yet")
    assert not histogram.grab().isNull()
    histogram.set_axis("score", marks=(Mark(0.0, "0"),))
    histogram.set_series([Series("real", values.astype(np.float32), 0)])
    assert not histogram.grab().isNull()
