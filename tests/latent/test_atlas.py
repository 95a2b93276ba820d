from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.latent.atlas import TILES, Atlas, knots

PICTURES = np.random.default_rng(0).integers(0, 256, (5, 5, 3, 4, 3)).astype(np.uint8)
ATLAS = Atlas(PICTURES, (-2.0, 10.0), (2.0, 14.0))
"""Knots one apart: z1 from -2 to 2, z2 from 10 to 14."""


def code(z1: float, z2: float) -> np.ndarray:
    return np.array([z1, z2], np.float32)


@given(st.integers(0, 4), st.integers(0, 4))
def test_at_a_knot_stands_the_knots_picture(column: int, row: int) -> None:
    np.testing.assert_array_equal(ATLAS.decode(code(-2 + column, 10 + row)), PICTURES[row, column])


@given(st.integers(0, 3), st.integers(0, 4))
def test_half_way_between_two_knots_stands_their_mean(column: int, row: int) -> None:
    mean = (PICTURES[row, column].astype(float) + PICTURES[row, column + 1]) / 2
    np.testing.assert_allclose(ATLAS.decode(code(-1.5 + column, 10 + row)), mean, atol=0.51)


@given(st.floats(width=32), st.floats(width=32))
def test_any_place_has_a_picture(z1: float, z2: float) -> None:
    picture = ATLAS.decode(code(z1, z2))
    assert (picture.shape, picture.dtype) == ((3, 4, 3), np.uint8)


def test_beyond_the_grid_the_border_stands() -> None:
    np.testing.assert_array_equal(ATLAS.decode(code(-99, 99)), PICTURES[4, 0])


@pytest.mark.parametrize("n", [1, 2, 100])
def test_the_knots_frame_the_data(n: int) -> None:
    codes = np.random.default_rng(0).normal(3, 5, (n, 2)).astype(np.float32)
    grid, low, high = knots(codes)
    assert grid.shape == (TILES * TILES, 2)
    assert (codes >= low).all()
    assert (codes <= high).all()
    np.testing.assert_allclose(grid[0], low, rtol=1e-5)
    np.testing.assert_allclose(grid[-1], high, rtol=1e-5)
    np.testing.assert_allclose(grid[TILES - 1], (high[0], low[1]), rtol=1e-5)


def test_codes_that_are_not_finite_do_not_stretch_the_frame() -> None:
    codes = np.array([[0, 0], [1, 1], [np.nan, 5], [np.inf, 5]], np.float32)
    _, low, high = knots(codes)
    assert max(map(abs, (*low, *high))) < 2


def test_without_a_finite_code_there_is_a_frame_all_the_same() -> None:
    grid, _, _ = knots(np.full((3, 2), np.nan, np.float32))
    assert np.isfinite(grid).all()
