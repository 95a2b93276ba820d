"""The ways between two codes, wherever the two lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.latent.path import Floats, Manner, between, blend, great_circle, line

STEPS = np.linspace(0, 1, 11, dtype=np.float32)
MANNERS: tuple[Manner, ...] = ("line", "circle", "pixels")

numbers = st.floats(-1e3, 1e3, width=32, allow_subnormal=False)
codes = st.integers(1, 8).flatmap(
    lambda size: st.tuples(*[st.lists(numbers, min_size=size, max_size=size)] * 2)
)


def pair(drawn: tuple[list[float], list[float]]) -> tuple[Floats, Floats]:
    return np.array(drawn[0], np.float32), np.array(drawn[1], np.float32)


@given(codes)
@pytest.mark.parametrize("manner", MANNERS)
def test_every_way_begins_at_a_and_ends_at_b(manner: Manner, drawn: tuple[list[float], list[float]]) -> None:
    a, b = pair(drawn)
    way = between(manner, a, b, STEPS)
    assert way.shape == (len(STEPS), len(a))
    assert way.dtype == np.float32
    scale = float(max(np.abs(a).max(), np.abs(b).max(), 1e-30))
    np.testing.assert_allclose(way[[0, -1]], [a, b], atol=1e-5 * scale)


@given(codes)
def test_the_great_circle_keeps_the_length_or_is_the_line(drawn: tuple[list[float], list[float]]) -> None:
    a, b = pair(drawn)
    way = great_circle(a, b, STEPS)
    lengths = np.linalg.norm(way.astype(np.float64), axis=1)
    ends = np.linalg.norm(np.stack([a, b]).astype(np.float64), axis=1)
    grown = ends[0] + (ends[1] - ends[0]) * STEPS
    if not np.allclose(lengths, grown, rtol=1e-4, atol=1e-6):
        np.testing.assert_array_equal(way, line(a, b, STEPS))


@given(st.lists(numbers, min_size=1, max_size=8))
@pytest.mark.parametrize("manner", MANNERS)
def test_where_a_is_b_the_way_stands_still(manner: Manner, drawn: list[float]) -> None:
    a = np.array(drawn, np.float32)
    way = between(manner, a, a, STEPS)
    np.testing.assert_allclose(way, np.tile(a, (len(STEPS), 1)), rtol=1e-5)


@given(st.lists(numbers, min_size=1, max_size=8), st.floats(0.125, 8, width=32))
def test_opposite_codes_and_a_zero_code_are_joined_by_the_line(drawn: list[float], stretch: float) -> None:
    a = np.array(drawn, np.float32)
    nothing = np.zeros_like(a)
    for one, other in ((a, np.float32(-stretch) * a), (a, nothing), (nothing, a), (nothing, nothing)):
        np.testing.assert_array_equal(great_circle(one, other, STEPS), line(one, other, STEPS))


@pytest.mark.parametrize("off", [1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 1e-2])
def test_nearly_opposite_codes_are_no_cliff(off: float) -> None:
    a = np.array([1.0, 0.0, 0.0], np.float32)
    b = np.array([-np.cos(off), np.sin(off), 0.0], np.float32)
    lengths = np.linalg.norm(great_circle(a, b, STEPS), axis=1)
    on_circle, on_line = np.ones(len(STEPS)), np.abs(1 - 2 * STEPS)
    assert np.allclose(lengths, on_circle, atol=1e-3) or np.allclose(lengths, on_line, atol=1e-3)


@pytest.mark.parametrize("size", [1e-30, 1e-12, 1e25])
def test_codes_of_any_size_have_a_great_circle(size: float) -> None:
    a, b = (np.array(code, np.float32) * np.float32(size) for code in ([1.0, 0.0], [0.0, 1.0]))
    way = great_circle(a, b, STEPS)
    np.testing.assert_allclose(way[5], (a + b) / np.sqrt(2), rtol=1e-5)


def test_half_way_on_the_great_circle_is_as_far_out_as_the_ends_and_half_way_round() -> None:
    a, b = np.array([3.0, 0.0], np.float32), np.array([0.0, 5.0], np.float32)
    way = between("circle", a, b, np.array([1 / 3, 1 / 2], np.float32))
    third, right = np.pi / 6, np.pi / 4
    np.testing.assert_allclose(way[0], (3 + 2 / 3) * np.array([np.cos(third), np.sin(third)]), rtol=1e-5)
    np.testing.assert_allclose(way[1], 4 * np.array([np.cos(right), np.sin(right)]), rtol=1e-5)
    np.testing.assert_allclose(between("line", a, b, np.array([0.5], np.float32))[0], (a + b) / 2)


@given(st.integers(2, 8), st.integers(0, 10**6))
def test_on_the_great_circle_every_step_turns_by_the_same_angle(size: int, seed: int) -> None:
    a, b = np.random.default_rng(seed).standard_normal((2, size)).astype(np.float32)
    way = between("circle", a, b, STEPS).astype(np.float64)
    units = way / np.linalg.norm(way, axis=1, keepdims=True)
    steps = np.arccos(np.clip((units[1:] * units[:-1]).sum(axis=1), -1, 1))
    np.testing.assert_allclose(steps, steps.mean(), atol=2e-3)


def test_a_blend_fades_from_a_to_b_and_rounds_to_the_nearest_level() -> None:
    a, b = np.full((2, 3, 1), 10, np.uint8), np.full((2, 3, 1), 255, np.uint8)
    faded = blend(a, b, np.array([0, 0.25, 0.51, 1], np.float32))
    assert faded.shape == (4, 2, 3, 1)
    assert faded[:, 0, 0, 0].tolist() == [10, 71, 135, 255]
