"""The transform between plane and pixels, framing and ticks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.ui.widgets.map.frame import MapFrame, framing
from explorer.ui.widgets.plots.ticks import tick_labels, ticks

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


def shown_labels(xy: np.ndarray) -> list[list[str]]:
    """What stands at the ticks of both axes of the map of these points."""
    frame = framing(xy.astype(np.float32), 400, 300)
    low, high = frame.to_plane(0, 300), frame.to_plane(400, 0)
    return [tick_labels(ticks(low[axis], high[axis], 4)) for axis in (0, 1)]


@pytest.mark.parametrize("centre", [0.7512345, -114622.2, 1e6, 1e20, 0.0, 1e-12])
@pytest.mark.parametrize("spread", [0.0, 1e-7, 1e-5, 1.0])
def test_the_ticks_of_an_axis_of_little_range_differ_from_each_other(centre: float, spread: float) -> None:
    along = centre * (1 + spread * np.linspace(-1, 1, 90))
    for labels in shown_labels(np.stack([along, along], axis=1)):
        assert 1 <= len(labels) == len(set(labels))
        assert max(map(len, labels)) <= 12


@given(NUMBERS, st.floats(1e-6, 1), st.integers(1, 12))
def test_ticks_a_millionth_apart_have_their_own_words(low: float, span: float, most: int) -> None:
    labels = tick_labels(ticks(low, low + span * max(abs(low), 1e-6), most))
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([-1.0, 0.0, 1.0], ["−1", "0", "1"]),
        ([-0.2, 0.0, 0.2], ["−0.2", "0.0", "0.2"]),
        ([0.7512, 0.751205, 0.75121], ["0.751200", "0.751205", "0.751210"]),
        ([0.7512345], ["0.7512"]),
        ([0.0, 2e-9, 4e-9], ["0", "2e−9", "4e−9"]),
        ([0.0, 1e20, 2e20], ["0", "1e20", "2e20"]),
        ([], []),
    ],
)
def test_ticks_have_as_many_digits_as_tell_them_apart(places: list[float], words: list[str]) -> None:
    assert tick_labels(places) == words


def test_what_rounding_leaves_of_a_constant_is_not_spread_over_the_map() -> None:
    constant = np.float32(0.7512345)
    xy = np.full((90, 2), constant, np.float32)
    xy[::2] = np.nextafter(constant, np.float32(1))
    frame = framing(xy, 400, 300)
    assert np.ptp(frame.to_pixels(xy), axis=0).max() < 1
