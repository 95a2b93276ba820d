"""The transform between plane and pixels, framing and ticks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.ui.widgets.map.frame import MapFrame, framing, ticks

NUMBERS = st.floats(-100, 100)
FRAMES = st.builds(
    MapFrame, NUMBERS, NUMBERS, st.floats(0.1, 500), st.integers(50, 900), st.integers(50, 900)
)


@given(FRAMES, NUMBERS, NUMBERS)
def test_pixels_lead_back_to_their_place(frame: MapFrame, left: float, top: float) -> None:
    assert frame.to_pixel(*frame.to_plane(left, top)) == pytest.approx((left, top), abs=1e-6)


def test_up_is_up_and_the_centre_is_in_the_middle() -> None:
    frame = MapFrame(2, 3, 10, 200, 100)
    pixels = frame.to_pixels(np.array([[2, 3], [3, 4]], np.float32))
    assert pixels.tolist() == [[100, 50], [110, 40]]


@given(FRAMES, NUMBERS, NUMBERS, st.floats(0.2, 5))
def test_zooming_keeps_the_place_under_the_pointer(
    frame: MapFrame, left: float, top: float, by: float
) -> None:
    place = frame.to_plane(left, top)
    assert frame.zoomed(by, left, top, 1e-3, 1e4).to_plane(left, top) == pytest.approx(place, abs=1e-6)


def test_zoom_stops_at_its_limits() -> None:
    frame = MapFrame(0, 0, 10, 100, 100)
    assert frame.zoomed(1e9, 3, 4, 1, 50).scale == 50
    assert frame.zoomed(1e-9, 3, 4, 1, 50).scale == 1


@given(FRAMES, st.floats(-500, 500), st.floats(-500, 500))
def test_panning_takes_the_ground_along(frame: MapFrame, dx: float, dy: float) -> None:
    left, top = frame.to_pixel(*frame.to_plane(10, 20))
    moved = frame.panned(dx, dy).to_pixel(*frame.to_plane(10, 20))
    assert moved == pytest.approx((left + dx, top + dy), abs=1e-6)


@given(FRAMES, FRAMES)
def test_a_flight_begins_and_ends_where_it_should(leave: MapFrame, land: MapFrame) -> None:
    begin, end = leave.towards(land, 0), leave.towards(land, 1)
    assert (begin.x, begin.y, begin.scale) == pytest.approx((leave.x, leave.y, leave.scale))
    assert (end.x, end.y, end.scale) == pytest.approx((land.x, land.y, land.scale))


def inside(frame: MapFrame, xy: np.ndarray) -> float:
    pixels = frame.to_pixels(xy.astype(np.float32))
    held = (pixels >= 0) & (pixels <= np.array([frame.width, frame.height]))
    return float(held.all(axis=1).mean())


@pytest.mark.parametrize("size", [(600, 400), (160, 900)])
def test_home_shows_all_points_and_fills_the_map(size: tuple[int, int]) -> None:
    xy = np.random.default_rng(0).normal(7, [3, 1], (500, 2))
    frame = framing(xy.astype(np.float32), *size)
    assert inside(frame, xy) == 1
    spans = np.ptp(frame.to_pixels(xy.astype(np.float32)), axis=0) / np.array(size)
    assert spans.max() > 0.75


def test_home_is_not_spoilt_by_one_far_point() -> None:
    xy = np.random.default_rng(0).normal(0, 1, (2000, 2)).astype(np.float32)
    xy[0] = 1e6
    frame = framing(xy, 400, 400)
    assert 0.98 < inside(frame, xy) < 1
    assert frame.scale > 20


@pytest.mark.parametrize(
    "xy",
    [
        np.zeros((0, 2)), np.ones((1, 2)), np.full((90, 2), 5.0), np.full((3, 2), np.nan),
        np.array([[np.inf, 0], [1, 1]]), np.full((2, 2), 1e38), np.array([[0, 0], [1e-20, 0]]),
        np.array([[1.0, 2.0], [1.0, 3.0]]), np.array([[-1e29, 0], [1e29, 1]]),
    ],
    ids=["none", "one", "equal", "nan", "inf", "huge", "tiny", "a line", "wide"],
)  # fmt: skip
def test_degenerate_points_still_have_a_home(xy: np.ndarray) -> None:
    frame = framing(xy.astype(np.float32), 300, 200)
    assert np.isfinite([frame.x, frame.y, frame.scale]).all()
    assert frame.scale > 0
    assert (frame.width, frame.height) == (300, 200)


@given(NUMBERS, st.floats(1e-6, 1e6), st.integers(1, 12))
def test_ticks_are_few_even_and_inside(low: float, span: float, most: int) -> None:
    places = ticks(low, low + span, most)
    assert len(places) <= most + 1
    assert all(low - 1e-9 * span <= place <= low + span * (1 + 1e-9) for place in places)
    if len(places) > 2:
        assert np.ptp(np.diff(places)) < 1e-6 * span + 1e-9


def test_ticks_are_round() -> None:
    assert ticks(-1.2, 2.7, 5) == [-1, 0, 1, 2]


@pytest.mark.parametrize(("low", "high", "most"), [(1, 1, 5), (0, np.inf, 5), (np.nan, 1, 5), (0, 1, 0)])
def test_no_ticks_without_a_range(low: float, high: float, most: int) -> None:
    assert ticks(low, high, most) == []
