"""Points to pixels."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.ui.widgets.map.rasteriser import (
    DIMMED,
    LARGE,
    MOST_CLASSES,
    colour_table,
    compiled,
    disc,
    eased,
    load_compiled,
    nearest,
    rasterise,
)


def draw(
    places: list[tuple[float, float]], classes: list[int], radius: float = 0.0, **choice: object
) -> np.ndarray:
    xy = np.array(places, np.float32).reshape(-1, 2)
    return rasterise(xy, np.array(classes, np.uint8), (12, 9), radius, **choice)  # type: ignore[arg-type]


def test_a_point_is_the_byte_of_its_class_at_its_pixel() -> None:
    buffer = draw([(3.9, 5.2)], [7])
    assert buffer.shape == (9, 12)
    assert buffer[5, 3] == 8
    assert np.count_nonzero(buffer) == 1


def test_points_outside_or_not_finite_are_not_drawn() -> None:
    strange = [(-0.1, 3), (12, 3), (3, 9), (np.nan, 2), (2, np.inf), (-np.inf, np.nan), (1e38, -1e38)]
    assert not draw(strange, [1] * len(strange), radius=2).any()


def test_no_points_leave_the_paper_empty() -> None:
    assert not draw([], [], radius=2).any()


@pytest.mark.parametrize(("radius", "pixels"), [(0, 1), (1, 5), (1.5, 9), (2, 13), (2.3, 21), (3, 29)])
def test_a_disc_has_its_pixels_around_its_centre(radius: float, pixels: int) -> None:
    offsets = disc(radius)
    assert len(offsets) == pixels
    assert offsets[-1] == (0, 0)
    assert set(offsets) == {(-dy, -dx) for dy, dx in offsets}


def test_discs_are_cut_at_the_edges_and_do_not_wrap() -> None:
    corner = draw([(0, 0)], [0], radius=1.5)
    assert {tuple(place) for place in np.argwhere(corner).tolist()} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    right = draw([(11, 4)], [0], radius=1.5)
    assert np.argwhere(right)[:, 1].min() == 10


def test_every_point_keeps_its_own_centre_in_a_crowd() -> None:
    buffer = draw([(4, 4), (5, 4)], [9, 0], radius=2)
    assert (buffer[4, 4], buffer[4, 5]) == (10, 1)
    assert (buffer[4, 3], buffer[4, 6]) == (10, 1)


def test_other_classes_are_dimmed_and_lie_behind() -> None:
    buffer = draw([(4, 4), (4, 4), (8, 4)], [1, 2, 2], shown={1})
    assert buffer[4, 4] == 2
    assert buffer[4, 8] == 3 + DIMMED


def test_the_front_class_lies_before_the_others_also_when_it_was_dimmed() -> None:
    places, classes = [(4.0, 4.0), (4.0, 4.0)], [3, 1]
    assert draw(places, classes)[4, 4] == 2
    assert draw(places, classes, front=3)[4, 4] == 4
    assert draw(places, classes, shown={1}, front=3)[4, 4] == 4


def test_classes_beyond_the_table_share_its_last_colour() -> None:
    assert draw([(1, 1), (5, 5)], [200, 255])[[1, 5], [1, 5]].tolist() == [MOST_CLASSES, MOST_CLASSES]


def test_the_colour_table_covers_every_byte() -> None:
    table = colour_table(("#ff0000", "#00ff00"), "#fcfcfc")
    assert len(table) == 256
    assert (table[0], table[1], table[2], table[MOST_CLASSES]) == (
        0xFFFCFCFC,
        0xFFFF0000,
        0xFF00FF00,
        0xFF00FF00,
    )
    assert table[1 + DIMMED] not in table[: MOST_CLASSES + 1]


def test_nearest_finds_what_is_in_reach_in_order() -> None:
    xy = np.array([[0, 0], [10, 0], [3, 0], [np.nan, 0], [100, 0]], np.float32)
    assert nearest(xy, 1, 0, 14).tolist() == [0, 2, 1]
    assert nearest(xy, 50, 50, 14).tolist() == []
    assert nearest(xy[:0], 0, 0, 14).tolist() == []


def test_easing_runs_from_nought_to_one_and_no_further() -> None:
    assert [eased(share) for share in (-1, 0, 0.5, 1, 2)] == pytest.approx([0, 0, 0.5, 1, 1])


@pytest.fixture(scope="module")
def many() -> tuple[np.ndarray, np.ndarray]:
    """So many points that the compiled loops draw them; some lie outside, some are no numbers."""
    load_compiled()
    rng = np.random.default_rng(0)
    pixels = (rng.standard_normal((LARGE, 2)) * 60 + 100).astype(np.float32)
    pixels[:3] = [[np.nan], [np.inf], [-np.inf]]
    return pixels, rng.integers(0, 10, LARGE).astype(np.uint8)


@pytest.mark.parametrize("radius", [0.0, 1.5, 3.0])
def test_compiled_loops_light_the_same_pixels_as_numpy(
    many: tuple[np.ndarray, np.ndarray], radius: float
) -> None:
    pixels, classes = many
    assert compiled(len(pixels)) is not None
    assert compiled(LARGE - 1) is None
    drawn = rasterise(pixels, classes, (200, 150), radius)
    parts = slice(LARGE // 2), slice(LARGE // 2, None)
    halves = [rasterise(pixels[part], classes[part], (200, 150), radius) for part in parts]
    np.testing.assert_array_equal(drawn > 0, (halves[0] > 0) | (halves[1] > 0))


def test_compiled_loops_keep_dimmed_classes_behind_and_one_in_front(
    many: tuple[np.ndarray, np.ndarray],
) -> None:
    pixels, classes = many
    drawn = rasterise(pixels, classes, (200, 150), 2.0, {3}, 5)
    inside = np.isfinite(pixels).all(axis=1) & (pixels >= 0).all(axis=1) & (pixels < (200, 150)).all(axis=1)
    left, top = pixels[inside & (classes == 5)].astype(int).T
    assert set(np.unique(drawn[top, left])) == {6}
    left, top = pixels[inside & (classes == 3)].astype(int).T
    assert set(np.unique(drawn[top, left])) <= {4, 6}
    assert (drawn > DIMMED).any()


def test_compiled_loops_find_the_same_nearest_points(many: tuple[np.ndarray, np.ndarray]) -> None:
    pixels, _ = many
    found = nearest(pixels, 100.0, 100.0, 4.0)
    squares = ((pixels[3:] - 100.0) ** 2).sum(axis=1)
    wanted = 3 + np.flatnonzero(squares <= 16)
    assert set(found.tolist()) == set(wanted.tolist())
    assert (np.diff(((pixels[found] - 100.0) ** 2).sum(axis=1)) >= 0).all()
