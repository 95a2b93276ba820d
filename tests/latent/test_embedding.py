from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.latent.embedding import Embedding

CODES = arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(1, 4)),
    elements=st.floats(-100, 100, width=32) | st.sampled_from([np.nan, np.inf, -np.inf]),
)


@given(CODES)
def test_any_codes_give_a_unit_for_every_slider(codes: np.ndarray) -> None:
    embedding = Embedding(codes)
    assert (len(embedding), embedding.size) == codes.shape
    for each in (embedding.mean, embedding.std, embedding.activity):
        assert each.shape == (embedding.size,)
        assert np.isfinite(each).all()
    assert (embedding.std > 0).all()
    assert sorted(embedding.order) == list(range(embedding.size))
    assert np.isfinite(embedding.usual_gap)


@given(CODES, st.integers(1, 20))
def test_the_nearest_are_sorted_and_none_is_missed(codes: np.ndarray, k: int) -> None:
    embedding = Embedding(codes)
    code = np.zeros(embedding.size, np.float32)
    found, distances = embedding.nearest(code, k)
    assert len(found) == len(distances) == min(k, len(codes))
    assert (distances[:-1] <= distances[1:]).all()
    usable = np.isfinite(codes).all(axis=1)
    others = np.linalg.norm(np.delete(codes, found, axis=0).astype(np.float64), axis=1)
    if usable[found].all() and len(others):
        assert np.nan_to_num(others, nan=np.inf).min() >= distances[-1] - 1e-3


def test_kl_is_that_of_two_gaussians() -> None:
    rng = np.random.default_rng(0)
    codes, spread = rng.normal(0, 2, (5000, 2)).astype(np.float32), np.full((5000, 2), 0.5, np.float32)
    wanted = 0.5 * ((codes**2).mean(0) + 0.25 - 1) - np.log(0.5)
    kl = Embedding(codes, spread).kl
    assert kl is not None
    np.testing.assert_allclose(kl, wanted, rtol=1e-4)


def test_a_posterior_like_the_prior_carries_nothing() -> None:
    rng = np.random.default_rng(0)
    codes = np.stack([rng.normal(0, 1, 500), np.full(500, 0.01)], axis=1).astype(np.float32)
    embedding = Embedding(codes, np.ones((500, 2), np.float32) * [0.1, 1.0])
    assert embedding.collapsed == (1,)
    assert embedding.order == (0, 1)


def test_without_a_posterior_only_a_constant_dimension_has_collapsed() -> None:
    codes = np.stack([np.linspace(0, 0.01, 50), np.full(50, 3.0)], axis=1).astype(np.float32)
    assert Embedding(codes).collapsed == (1,)


def test_a_place_among_the_data_is_near_and_one_outside_is_far() -> None:
    codes = np.random.default_rng(0).normal(0, 1, (2000, 2)).astype(np.float32)
    embedding = Embedding(codes)
    for place, far in ((codes[0] + 0.01, False), (np.array([30, 30], np.float32), True)):
        _, distances = embedding.nearest(place, 1)
        assert embedding.is_far(float(distances[0])) is far


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_rows_that_are_not_finite_are_left_out_of_the_means(value: float) -> None:
    codes = np.array([[1, 1], [3, 5], [value, 0]], np.float32)
    np.testing.assert_array_equal(Embedding(codes).mean, [2, 3])


def test_codes_of_which_none_is_finite_say_nothing_and_warn_of_nothing() -> None:
    nothing = np.full((5, 2), np.nan, np.float32)
    embedding = Embedding(nothing, spread=nothing)
    assert embedding.kl is None
    assert embedding.order == (0, 1)
    assert embedding.usual_gap == 0
    assert embedding.collapsed == (0, 1)


@pytest.mark.parametrize("value", [0.0, 3.0, 1e6])
def test_the_numbers_of_a_constant_dimension_are_not_enlarged(value: float) -> None:
    """Without a spread there are no standard deviations: rounding would be counted in them."""
    constant = np.full(50, value, np.float32)
    constant[::2] = np.nextafter(constant[::2], np.float32(np.inf))
    embedding = Embedding(np.stack([np.linspace(0, 1, 50, dtype=np.float32), constant], axis=1))
    assert embedding.still == (1,)
    assert embedding.std[1] == 1
    elsewhere = embedding.standardise(np.array([0.5, value + 0.11], np.float32))
    assert abs(float(elsewhere[1])) < 0.2
    assert embedding.order == (0, 1)
    assert embedding.collapsed == (1,)


def test_a_small_spread_is_still_a_spread() -> None:
    embedding = Embedding(np.stack([np.linspace(0, 1e-3, 50)] * 2, axis=1).astype(np.float32))
    assert embedding.still == ()
    assert float(np.abs(embedding.standardise(embedding.codes)).max()) > 1


def test_the_unit_of_a_slider_is_the_standard_deviation_from_the_mean() -> None:
    codes = np.array([[1, 10], [3, 10], [5, 40]], np.float32)
    embedding = Embedding(codes)
    np.testing.assert_allclose(embedding.std, [np.sqrt(8 / 3), np.sqrt(200)], rtol=1e-6)
    standard = embedding.standardise(codes)
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(standard.std(axis=0), 1, rtol=1e-6)


def test_the_most_active_comes_first_by_its_kl_or_else_its_variance() -> None:
    codes = np.random.default_rng(0).normal(0, (0.5, 2.0, 1.0), (500, 3)).astype(np.float32)
    plain = Embedding(codes)
    assert plain.order == (1, 2, 0)
    np.testing.assert_allclose(plain.activity, codes.var(axis=0), rtol=1e-4)
    judged = Embedding(codes, np.tile(np.array([0.01, 0.9, 0.5], np.float32), (500, 1)))
    assert judged.order == (0, 1, 2)
    assert judged.kl is not None
    np.testing.assert_array_equal(judged.activity, judged.kl)


def test_with_a_posterior_a_dimension_is_in_use_by_the_variance_of_its_mean() -> None:
    # Deviations of 0.09 and 0.11: the bound on the variance is 0.01.
    codes = np.array([[1.0, 1.0], [-1.0, -1.0]] * 50, np.float32) * np.array([0.09, 0.11], np.float32)
    assert Embedding(codes, np.ones_like(codes)).collapsed == (0,)


def test_distances_to_the_nearest_are_in_the_units_of_codes() -> None:
    codes = np.array([[0, 0], [3, 4], [6, 8]], np.float32)
    found, distances = Embedding(codes).nearest(np.zeros(2, np.float32), 2)
    assert found.tolist() == [0, 1]
    np.testing.assert_allclose(distances, [0, 5])


def test_one_datum_in_ten_is_farther_from_its_nearest_than_is_usual() -> None:
    gaps = np.concatenate([np.full(85, 1.0), np.full(15, 50.0)])
    codes = np.stack([np.cumsum(np.concatenate([gaps, gaps])), np.zeros(200)], axis=1).astype(np.float32)
    embedding = Embedding(codes)
    assert embedding.usual_gap == pytest.approx(50)
    assert embedding.is_far(101)
    assert not embedding.is_far(99)
