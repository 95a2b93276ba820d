"""Between codes and the plane: exact at the items, smooth between them, never a crash."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.latent.embedding import Embedding
from explorer.latent.neighbours import NeighbourSearch
from explorer.latent.projection import (
    ESTIMATED_FROM,
    EstimatedProjection,
    LinearProjection,
    natural,
    own_axes,
    principal_plane,
)

counts, sizes = st.sampled_from([1, 2, 5, 13, 14, 40, 700]), st.integers(1, 20)


def estimated(count: int, size: int = 6) -> EstimatedProjection:
    rng = np.random.default_rng(count)
    codes = rng.standard_normal((count, size)).astype(np.float32)
    return EstimatedProjection(codes, rng.standard_normal((count, 2)).astype(np.float32) * 9)


@given(counts, sizes, st.integers(1, 30))
def test_the_search_finds_what_sorting_all_distances_finds(count: int, size: int, k: int) -> None:
    rng = np.random.default_rng(size)
    points = (50 + rng.standard_normal((count, size))).astype(np.float32)
    queries = (50 + rng.standard_normal((7, size))).astype(np.float32)
    found, distances = NeighbourSearch(points).nearest(queries, k)
    true = np.sort(np.linalg.norm(points.astype(float) - queries[:, None].astype(float), axis=2), axis=1)
    np.testing.assert_allclose(distances, true[:, :k], rtol=1e-3, atol=1e-4)
    assert found.shape == (7, min(k, count))


@given(counts, sizes)
def test_an_item_lies_at_its_place_and_its_place_gives_its_code(count: int, size: int) -> None:
    projection = estimated(count, size)
    copy = projection.codes.copy()
    np.testing.assert_array_equal(projection.to_plane(copy), projection.places)
    for item in (0, count // 2, count - 1):
        code = projection.from_plane(projection.places[item], near=np.zeros(size, np.float32))
        np.testing.assert_array_equal(code, projection.codes[item])


def test_a_path_between_places_has_no_jumps() -> None:
    projection = estimated(500, 3)
    way = np.linspace([-9, -9], [9, 9], 4000, dtype=np.float32)
    codes = np.stack([projection.from_plane(place, projection.codes[0]) for place in way])
    assert np.linalg.norm(np.diff(codes, axis=0), axis=1).max() < 0.3  # of codes that lie 2 apart


def test_an_estimate_lies_within_its_neighbours_wherever_one_asks() -> None:
    projection = estimated(300)
    for place in ([0, 0], [1e4, -1e4], [1e30, 1e30]):
        code = projection.from_plane(np.array(place, np.float32), projection.codes[0])
        assert (code >= projection.codes.min(axis=0) - 1e-5).all()
        assert (code <= projection.codes.max(axis=0) + 1e-5).all()


def test_an_estimate_is_the_mix_of_franke_and_nielson() -> None:
    projection, place = estimated(200, 3), np.array([0.3, -1.0], np.float32)
    apart = np.linalg.norm(projection.places.astype(np.float64) - place, axis=1)
    order = np.argsort(apart)
    near, reach = apart[order[:ESTIMATED_FROM]], apart[order[ESTIMATED_FROM]]
    weights = ((reach - near) / (reach * near)) ** 2
    wanted = weights @ projection.codes[order[:ESTIMATED_FROM]] / weights.sum()
    np.testing.assert_allclose(
        projection.from_plane(place, projection.codes[0]), wanted, rtol=1e-4, atol=1e-5
    )


def test_items_that_were_left_out_count_for_nothing() -> None:
    projection = estimated(40)
    places = projection.places.copy()
    places[:10] = np.nan
    rest = EstimatedProjection(projection.codes[10:], projection.places[10:])
    code = np.full(6, 0.1, np.float32)
    holed = EstimatedProjection(projection.codes, places)
    np.testing.assert_array_equal(holed.to_plane(code), rest.to_plane(code))
    assert np.isnan(holed.to_plane(np.full(6, np.nan, np.float32))).all()


def test_without_items_there_is_no_place_and_the_code_stays() -> None:
    nothing = EstimatedProjection(np.zeros((0, 3), np.float32), np.zeros((0, 2), np.float32))
    near = np.ones(3, np.float32)
    assert np.isnan(nothing.to_plane(near)).all()
    np.testing.assert_array_equal(nothing.from_plane(np.zeros(2, np.float32), near), near)


def test_an_estimate_says_so_and_names_no_axes() -> None:
    projection, flat = estimated(20), own_axes(Embedding(np.eye(3, dtype=np.float32)), 2, 0)
    assert (projection.estimate, projection.axes) == (True, None)
    assert (flat.estimate, flat.axes) == (False, ("z₃", "z₁"))


@pytest.mark.parametrize("size", [1, 2, 3, 16])
@pytest.mark.parametrize(
    "codes", [np.zeros((0, 16)), np.ones((1, 16)), np.ones((9, 16)), np.full((4, 16), np.nan)]
)
def test_few_or_equal_codes_have_a_plane(codes: np.ndarray, size: int) -> None:
    embedding = Embedding(codes[:, :size].astype(np.float32))
    for plane in (principal_plane(embedding), natural(embedding)):
        assert isinstance(plane, LinearProjection)
        assert np.isfinite(plane.basis).all()
        assert plane.to_plane(embedding.codes).shape == (len(codes), 2)


def test_a_plane_goes_on_from_one_that_was_estimated() -> None:
    rng = np.random.default_rng(0)
    codes = rng.standard_normal((50, 6)).astype(np.float32)
    plane = principal_plane(Embedding(codes), estimated(50))
    np.testing.assert_allclose(plane.basis, principal_plane(Embedding(codes)).basis)


@pytest.mark.parametrize("project", [lambda e: own_axes(e, in_sd=True), principal_plane])
def test_what_rounding_leaves_of_a_constant_is_not_spread_over_an_axis(
    project: Callable[[Embedding], LinearProjection],
) -> None:
    constant = np.full(200, 0.7512345, np.float32)
    constant[::3] = np.nextafter(constant[::3], np.float32(1))
    codes = np.stack([np.random.default_rng(0).normal(0, 2, 200).astype(np.float32), constant], axis=1)
    places = project(Embedding(codes)).to_plane(codes)
    assert places[:, 0].std() == pytest.approx(1, rel=0.05)
    assert np.ptp(places[:, 1]) < 1e-5


def test_the_axes_of_a_principal_plane_say_how_much_of_the_variance_lies_along_them() -> None:
    codes = np.random.default_rng(0).standard_normal((4000, 4)) * [4.0, 2.0, 1.0, 0.5]
    embedding = Embedding(codes.astype(np.float32))
    axes = principal_plane(embedding).axes
    assert axes == ("PC 1: 75 % of the codes' variance", "PC 2: 19 % of the codes' variance")
    turned = principal_plane(embedding, principal_plane(embedding))
    assert turned.axes is None, "axes that were turned along with the last ones are no principal ones"


def cloud(sds: tuple[float, ...] = (3.0, 2.9, 0.5, 0.1), count: int = 400, seed: int = 0) -> np.ndarray:
    """Codes far from zero, in principal axes of their own."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.standard_normal((len(sds), len(sds))))[0]
    return (5 + rng.standard_normal((count, len(sds))) * sds @ axes).astype(np.float32)


def test_the_principal_plane_is_that_of_the_most_variance_one_deviation_to_each_unit() -> None:
    codes = cloud()
    plane = principal_plane(Embedding(codes))
    places = plane.to_plane(codes).astype(np.float64)
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(np.cov(places.T, bias=True), np.eye(2), atol=1e-4)
    values = np.linalg.eigvalsh(np.cov(codes.T, bias=True))[::-1]
    basis = plane.basis / np.linalg.norm(plane.basis, axis=0)
    np.testing.assert_allclose(basis.T @ np.cov(codes.T, bias=True) @ basis, np.diag(values[:2]), atol=0.01)


@pytest.mark.parametrize("angle", [0.4, 2.5, -1.9])
@pytest.mark.parametrize("flipped", [False, True])
def test_a_plane_that_goes_on_from_the_last_one_does_not_spin(angle: float, flipped: bool) -> None:
    codes = cloud()
    plane = principal_plane(Embedding(codes))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    turn[:, 1] *= -1 if flipped else 1
    last = LinearProjection(plane.centre, plane.basis @ turn, None, "sd")
    # The model has learned on: its codes have moved a little, and their two longest axes are nearly alike.
    moved = codes + cloud((0.1, 0.1, 0.1, 0.1), seed=1) - 5
    then = principal_plane(Embedding(moved), last)
    assert np.abs(then.to_plane(moved) - last.to_plane(codes)).max() < 0.3
    # It turned as a whole: shape and size are those of the new plane.
    np.testing.assert_allclose(np.cov(then.to_plane(moved).T, bias=True), np.eye(2), atol=1e-3)


def test_a_place_becomes_the_code_that_falls_on_it_and_what_lies_off_the_plane_is_kept() -> None:
    codes = cloud()
    plane, place, near = principal_plane(Embedding(codes)), np.array([0.7, -1.2], np.float32), codes[3]
    code = plane.from_plane(place, near)
    np.testing.assert_allclose(plane.to_plane(code), place, atol=1e-4)
    across = np.linalg.svd(plane.basis.T)[2][2:]
    np.testing.assert_allclose(across @ (code - near), 0, atol=1e-4)


def test_own_axes_are_the_numbers_themselves_or_their_deviations_from_the_mean() -> None:
    codes = cloud()
    embedding = Embedding(codes)
    np.testing.assert_array_equal(own_axes(embedding, 2, 1).to_plane(codes), codes[:, [2, 1]])
    places = own_axes(embedding, 2, 1, in_sd=True).to_plane(codes)
    wanted = (codes - codes.mean(axis=0)) / codes.std(axis=0)
    np.testing.assert_allclose(places, wanted[:, [2, 1]], atol=1e-4)
