"""The frame of a map and its empty cells, on places of which the holes are known."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.latent.frame import emptiness


def lattice() -> np.ndarray:
    """A place in the middle of each of 20 x 10 squares of side 1, but for those at the lower right."""
    x, y = np.meshgrid(np.arange(20) + 100.5, np.arange(10) - 30.5)
    places = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    return places[(places[:, 0] < 110) | (places[:, 1] > -26)]


def test_the_empty_cells_are_those_of_the_hole() -> None:
    found = emptiness(lattice(), cells=5)
    assert found.share == pytest.approx(0.2, abs=0.05)
    assert len(found.middles) == round(found.share * 25)
    assert (found.middles[:, 0] > 110).all()
    assert (found.middles[:, 1] < -26).all()


def test_the_middle_of_a_cell_is_its_middle() -> None:
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32).repeat(50, axis=0)
    found = emptiness(corners, cells=4)
    assert found.share == pytest.approx(12 / 16)
    assert sorted(set(found.middles[:, 0].tolist())) == pytest.approx([0.125, 0.375, 0.625, 0.875])


def test_a_few_far_places_make_no_frame() -> None:
    places = np.random.default_rng(0).uniform(0, 1, (4000, 2)).astype(np.float32)
    places[:20] += 1000
    assert emptiness(places, cells=10).share == 0
    assert emptiness(places[20:], cells=10).share == 0


@pytest.mark.parametrize("places", [np.zeros((0, 2)), np.ones((9, 2)), np.full((5, 2), np.nan)])
def test_without_a_spread_nothing_is_empty(places: np.ndarray) -> None:
    assert emptiness(places.astype(np.float32)) == (0.0, pytest.approx(np.zeros((0, 2))))
