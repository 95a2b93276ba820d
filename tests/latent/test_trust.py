"""The measure of a map against its definition, and where it must give up."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.latent.trust import ITEMS, fixed_items, neighbours_kept

Floats = NDArray[np.float32]
rng = np.random.default_rng(0)


def trustworthiness(codes: Floats, places: Floats, k: int) -> float:
    """Equation 2 of Venna & Kaski (2001), item by item."""

    def order(points: Floats) -> NDArray[np.intp]:
        apart = np.linalg.norm(points[:, None].astype(np.float64) - points, axis=2)
        np.fill_diagonal(apart, np.inf)
        return apart.argsort(axis=1)

    n, ranks, near = len(codes), order(codes).argsort(axis=1) + 1, order(places)[:, :k]
    penalty = sum(max(0, ranks[i, j] - k) for i in range(n) for j in near[i])
    return float(1 - 2 * penalty / (n * k * (2 * n - 3 * k - 1)))


@pytest.mark.parametrize(("count", "k"), [(300, 12), (450, 5), (40, 12)])
def test_it_is_the_trustworthiness_of_its_definition(count: int, k: int) -> None:
    codes = rng.standard_normal((count, 8)).astype(np.float32)
    for places in (codes[:, :2], rng.standard_normal((count, 2)).astype(np.float32)):
        assert neighbours_kept(codes, places, k) == pytest.approx(trustworthiness(codes, places, k), abs=1e-9)


def test_a_turned_copy_is_trusted_fully_and_chance_is_not() -> None:
    codes = rng.standard_normal((3000, 2)).astype(np.float32)
    assert neighbours_kept(codes, codes[:, ::-1] * -3) == pytest.approx(1, abs=1e-4)
    chance = neighbours_kept(codes, rng.permutation(codes))
    assert chance is not None
    assert chance == pytest.approx(0.5, abs=0.05)


def test_items_left_out_of_the_map_do_not_count() -> None:
    codes = rng.standard_normal((100, 5)).astype(np.float32)
    places = codes[:, :2].copy()
    places[:30] = np.nan
    assert neighbours_kept(codes, places) == neighbours_kept(codes[30:], places[30:])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_there_is_no_figure_for_fewer_than_three(count: int) -> None:
    assert neighbours_kept(np.zeros((count, 4), np.float32), np.zeros((count, 2), np.float32)) is None


@pytest.mark.parametrize("count", [3, 4, 5, 24, 25])
def test_it_lies_between_nought_and_one_however_few(count: int) -> None:
    figure = neighbours_kept(
        rng.standard_normal((count, 4)).astype(np.float32), rng.standard_normal((count, 2)).astype(np.float32)
    )
    assert figure is not None
    assert 0 <= figure <= 1


def test_the_items_are_the_same_each_time() -> None:
    chosen = fixed_items(10_000)
    assert len(set(chosen.tolist())) == ITEMS
    np.testing.assert_array_equal(chosen, fixed_items(10_000))
