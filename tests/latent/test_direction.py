"""Directions: what is held does not move, what is moved moves by what it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from explorer.latent.direction import (
    Direction,
    Reading,
    difference,
    direct,
    hold,
    logistic,
    ridge,
    spread_of,
)

Doubles = np.ndarray


def cloud(seed: int, n: int = 400, size: int = 6) -> Doubles:
    """Codes whose dimensions differ in scale and go together."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(size, size)) * np.logspace(-0.5, 0.5, size)
    return (rng.normal(size=(n, size)) @ mixing + 3).astype(np.float32)


def directed(seed: int, held: int, aligned: bool, repeats: int = 1) -> tuple[Direction, Doubles, Doubles]:
    """A direction with so many others held, each so often; with B and the codes."""
    rng, codes = np.random.default_rng(seed), cloud(seed)
    others = np.repeat(rng.normal(size=(held, codes.shape[1])), repeats, axis=0)
    others *= 10.0 ** rng.integers(-3, 4, len(others))[:, None]
    w = rng.normal(size=codes.shape[1])
    found = direct(
        "a", "probe", Reading(w, 0.0), w, spread_of(codes), held=others if held else None, aligned=aligned
    )
    assume(found is not None)
    assert found is not None
    return found, others, codes


@given(seed=st.integers(0, 500), held=st.integers(1, 3), aligned=st.booleans(), repeats=st.integers(1, 3))
def test_b_d_is_zero(seed: int, held: int, aligned: bool, repeats: int) -> None:
    direction, others, _ = directed(seed, held, aligned, repeats)
    rows = others / np.linalg.norm(others, axis=1, keepdims=True)
    assert np.linalg.norm(direction.vector) == pytest.approx(1)
    assert np.abs(rows @ direction.vector).max() < 1e-12


@given(seed=st.integers(0, 500), held=st.integers(0, 3), aligned=st.booleans())
def test_a_code_stands_where_it_was_moved_to(seed: int, held: int, aligned: bool) -> None:
    direction, _, codes = directed(seed, held, aligned)
    moved = direction.move(codes[0], 1.25)
    assert direction.at(moved) == pytest.approx(1.25, abs=1e-3)
    np.testing.assert_allclose(direction.move(moved, direction.at(codes[0])), codes[0], atol=2e-3)


def test_it_is_the_formula_of_the_books() -> None:
    rng = np.random.default_rng(0)
    w, b = rng.normal(size=8), rng.normal(size=(3, 8))
    d, left = hold(w, b)
    np.testing.assert_allclose(d, w - b.T @ np.linalg.inv(b @ b.T) @ b @ w, atol=1e-12)
    assert left == pytest.approx(np.linalg.norm(d) / np.linalg.norm(w))


def test_aligned_it_is_the_same_where_the_codes_are_white() -> None:
    codes = cloud(1)
    spread, rng = spread_of(codes), np.random.default_rng(1)
    sigma = np.cov(codes.T.astype(np.float64))
    w, b = rng.normal(size=6), rng.normal(size=(2, 6))
    d, _ = hold(sigma @ w, b, spread)
    expected = sigma @ w - sigma @ b.T @ np.linalg.inv(b @ sigma @ b.T) @ b @ sigma @ w
    np.testing.assert_allclose(d, expected, rtol=1e-6, atol=1e-9 * np.abs(expected).max())


def test_nothing_is_left_where_the_held_ones_say_it_all() -> None:
    codes = cloud(2, size=2)
    w = np.array([1.0, 2.0])
    probe, spread = Reading(w, 0.0), spread_of(codes)
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [3.0, 5.0]])
    for aligned in (False, True):
        for held in (rows, rows[:2], w[None], -7 * w[None]):
            assert direct("a", "probe", probe, w, spread, held=held, aligned=aligned) is None
        assert direct("a", "probe", probe, w, spread, held=rows[:1], aligned=aligned) is not None


def test_what_codes_say_nothing_of_has_no_direction() -> None:
    spread, nothing = spread_of(cloud(3)), np.zeros(6)
    assert direct("a", "probe", Reading(nothing, 1.0), nothing, spread) is None
    constant = spread_of(np.ones((50, 6), np.float32))
    assert direct("a", "probe", Reading(np.ones(6), 0.0), np.ones(6), constant) is None
    w, across = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    spread = spread_of(np.array([[0, 0], [1, 0], [0, 1.0]]))
    assert direct("a", "difference", Reading(w, 0.0), across, spread, aligned=False) is None


def test_one_unit_is_one_standard_deviation_along_the_probe() -> None:
    codes, w = cloud(4), np.random.default_rng(4).normal(size=6)
    plain = direct("a", "probe", Reading(w, 0.0), w, spread_of(codes), aligned=False)
    assert plain is not None
    along = codes @ (w / np.linalg.norm(w))
    assert plain.step == pytest.approx(along.std(ddof=1), rel=1e-5)


def test_aligned_a_step_goes_where_the_data_are() -> None:
    """The mean code of data that read r is the mean plus r steps, for Gaussian codes."""
    codes = cloud(5, n=200_000, size=4)
    w = np.random.default_rng(5).normal(size=4)
    aligned = direct("a", "probe", Reading(w, 0.0), w, spread_of(codes))
    assert aligned is not None
    read = (codes - aligned.centre) @ aligned.reading
    there = codes[(read > 0.9) & (read < 1.1)].mean(axis=0) - aligned.centre
    np.testing.assert_allclose(there, aligned.step * aligned.vector, atol=0.05 * np.abs(there).max())


def test_logistic_finds_the_cut() -> None:
    codes = cloud(6, n=3000)
    w = np.random.default_rng(6).normal(size=6) / codes.std(axis=0)
    truth = (codes @ w > np.median(codes @ w)).astype(np.float32)
    said = logistic(codes, truth).of(codes) > 0
    assert (said == truth).mean() > 0.98


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_probes_do_not_mind_scale_or_dead_dimensions(scale: float) -> None:
    rng, codes = np.random.default_rng(7), cloud(7) * np.float32(scale)
    codes[:, 2] = 5 * scale
    values = codes[:, 0] / scale * 2 + rng.normal(size=len(codes)) * 0.01
    probe = ridge(codes, values)
    assert probe.w[2] == 0
    assert np.corrcoef(probe.of(codes), values)[0, 1] > 0.999
    truth = (values > values.mean()).astype(np.float32)
    cut = logistic(codes, truth)
    assert cut.w[2] == 0
    assert np.isfinite(cut.w).all()
    assert ((cut.of(codes) > 0) == truth).mean() > 0.97


def test_difference_points_from_without_to_with() -> None:
    codes = np.array([[0, 0], [0, 2], [4, 0], [4, 2]], np.float32)
    np.testing.assert_allclose(difference(codes, np.array([0, 0, 1, 1], np.float32)), [4, 0])
    np.testing.assert_allclose(difference(codes, np.array([1.0, 2.0, 3.0, 4.0], np.float32)), [4, 0])
    np.testing.assert_allclose(difference(codes, np.ones(4, np.float32)), [0, 0])


@pytest.mark.parametrize(("apart", "found"), [(0.6, True), (0.35, True), (0.32, False), (0.001, False)])
def test_a_code_goes_at_most_three_times_as_far_because_others_are_held(apart: float, found: bool) -> None:
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], np.float64)
    w, other = np.array([1.0, 0.0]), np.array([[np.sqrt(1 - apart**2), apart]])
    for aligned in (False, True):
        direction = direct("a", "probe", Reading(w, 0.0), w, spread_of(corners), held=other, aligned=aligned)
        assert (direction is not None) == found
        if direction is not None:
            alone = direct("a", "probe", Reading(w, 0.0), w, spread_of(corners), aligned=aligned)
            assert alone is not None
            assert direction.step / alone.step == pytest.approx(1 / apart)


def test_both_probes_stand_where_their_penalised_loss_has_no_slope() -> None:
    codes, rng = cloud(7, n=60), np.random.default_rng(7)
    mean, sd = codes.mean(axis=0, dtype=np.float64), codes.std(axis=0, dtype=np.float64)
    x = (codes - mean) / sd
    graded = rng.normal(size=60) + x[:, 0]
    truth = (graded > 0).astype(np.float64)
    for probe, values, link in (
        (ridge(codes, graded), graded, lambda said: said),
        (logistic(codes, truth), truth, lambda said: 1 / (1 + np.exp(-said))),
    ):
        slope = x.T @ (link(probe.of(codes)) - values) + probe.w * sd
        assert np.abs(slope).max() < 1e-3
        assert (link(probe.of(codes)) - values).sum() == pytest.approx(0, abs=1e-3)


def test_codes_that_can_be_told_apart_wholly_have_a_best_probe_all_the_same() -> None:
    codes = np.array([[-1.0], [-0.9], [0.9], [1.0]], np.float32)
    probe = logistic(codes, np.array([0, 0, 1, 1], np.float32))
    assert 0.5 < float(probe.w[0]) < 3
