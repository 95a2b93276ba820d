from __future__ import annotations

import numpy as np
import pytest

from explorer.metrics.frechet import Moments, frechet_distance, moments, rfcd


def gaussian(rng: np.random.Generator, size: int = 5) -> Moments:
    root = rng.normal(size=(size, size))
    return Moments(rng.normal(size=size), root @ root.T)


def test_a_gaussian_has_no_distance_from_itself() -> None:
    a = gaussian(np.random.default_rng(0))
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)


def test_with_diagonal_covariances_it_is_the_distance_of_means_and_deviations() -> None:
    a = Moments(np.array([1.0, 0.0, 2.0]), np.diag([1.0, 4.0, 9.0]))
    b = Moments(np.array([1.0, 3.0, 0.0]), np.diag([4.0, 4.0, 1.0]))
    assert frechet_distance(a, b) == pytest.approx(9 + 4 + (1 - 2) ** 2 + 0 + (3 - 1) ** 2)


def test_it_does_not_depend_on_the_axes_or_the_order() -> None:
    rng = np.random.default_rng(1)
    a, b = gaussian(rng), gaussian(rng)
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    turned = [Moments(turn @ m, turn @ C @ turn.T) for m, C in (a, b)]
    assert frechet_distance(*turned) == pytest.approx(frechet_distance(a, b))
    assert frechet_distance(b, a) == pytest.approx(frechet_distance(a, b))


def test_a_dimension_without_variance_is_no_obstacle() -> None:
    flat = Moments(np.zeros(2), np.diag([1.0, 0.0]))
    assert frechet_distance(flat, flat) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(flat, Moments(np.zeros(2), np.zeros((2, 2)))) == pytest.approx(1)


def test_moments_are_those_of_the_features() -> None:
    rng = np.random.default_rng(2)
    root = rng.normal(size=(3, 3))
    features = (rng.normal(size=(200_000, 3)) @ root.T + [1, 2, 3]).astype(np.float32)
    found = moments(features)
    np.testing.assert_allclose(found.m, [1, 2, 3], atol=0.05)
    np.testing.assert_allclose(found.C, root @ root.T, atol=0.1)


def test_real_against_real_is_small_and_a_lost_half_is_not() -> None:
    rng = np.random.default_rng(3)
    # Two classes, far apart.
    features = (rng.normal(size=(70_000, 8)) + 4 * rng.integers(0, 2, (70_000, 1))).astype(np.float32)
    real = moments(features[:60_000])
    assert rfcd(real, moments(features[60_000:])) < 0.2
    judged = features[60_000:]
    assert rfcd(real, moments(judged[judged.mean(1) > 2])) > 20


def test_the_relative_distance_does_not_depend_on_the_unit() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, 500, 4)).astype(np.float32)
    assert rfcd(moments(10 * a), moments(10 * b)) == pytest.approx(rfcd(moments(a), moments(b)), rel=1e-4)


def test_the_covariance_of_few_features_is_unbiased() -> None:
    found = moments(np.array([[1, 0], [3, 0], [5, 3]], np.float32))
    np.testing.assert_allclose(found.m, [3, 1])
    np.testing.assert_allclose(found.C, [[4, 3], [3, 3]])


def test_it_is_relative_to_the_spread_of_the_real_features() -> None:
    real, judged = Moments(np.zeros(2), np.diag([3.0, 1.0])), Moments(np.ones(2), np.diag([3.0, 1.0]) / 4)
    distance = 2 + (3 + 1) * (1 - 0.5) ** 2
    assert rfcd(real, judged) == pytest.approx(100 * distance / 4)
