from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.ui.widgets.plots.plane_pad import CORNERS, place_of, weights_at

share = st.floats(0, 1)


@given(share, share)
def test_weights_add_up_to_one_and_lead_back_to_their_place(x: float, y: float) -> None:
    weights = weights_at(x, y)
    assert sum(weights) == pytest.approx(1)
    assert place_of(weights) == pytest.approx((x, y))


def test_a_corner_is_all_of_its_own_code() -> None:
    for number, corner in enumerate(CORNERS):
        assert weights_at(*corner) == pytest.approx([float(k == number) for k in range(3)])
