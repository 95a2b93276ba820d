"""Measures on glyphs of which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.data.attributes.measured import UNITS, is_glyph_like, measure

Images = np.ndarray


def bar(wide: int, high: int, side: int = 28) -> Images:
    """An upright bar, (1, side, side, 1)."""
    picture = np.zeros((1, side, side, 1), np.uint8)
    top, left = (side - high) // 2, (side - wide) // 2
    picture[0, top : top + high, left : left + wide] = 255
    return picture


def stroke(shear: float, side: int = 41) -> Images:
    """A stroke of three pixels' breadth, each row moved by shear times its height over the middle."""
    picture = np.zeros((1, side, side, 1), np.uint8)
    for y in range(5, side - 5):
        x = side / 2 + shear * (side / 2 - y)
        picture[0, y, round(x) - 1 : round(x) + 2] = 255
    return picture


@pytest.mark.parametrize(("wide", "high"), [(1, 20), (3, 20), (5, 21), (4, 16)])
def test_a_bar_is_as_wide_thick_and_high_as_it_was_made(wide: int, high: int) -> None:
    found = measure(bar(wide, high))
    assert found["ink"][0] == pytest.approx(wide * high / 28**2, rel=1e-6)
    assert found["width"][0] == pytest.approx(0.96 * wide, rel=1e-5)
    assert found["height"][0] == pytest.approx(0.96 * high, rel=1e-5)
    assert found["slant"][0] == pytest.approx(0, abs=1e-4)
    # Both ends count as outline, so that a short broad mark counts as thinner.
    assert found["thickness"][0] == pytest.approx(wide * high / (wide + high), rel=0.1)


@pytest.mark.parametrize("shear", [-0.6, -0.3, 0.0, 0.3, 0.6])
def test_slant_is_the_angle_of_the_shear_and_positive_to_the_right(shear: float) -> None:
    slant = measure(stroke(shear))["slant"][0]
    assert slant == pytest.approx(np.degrees(np.arctan(shear)), abs=2.0)


def test_a_thicker_pen_is_thicker_and_not_longer() -> None:
    thin, thick = measure(bar(2, 20)), measure(bar(5, 20))
    assert thick["thickness"][0] > thin["thickness"][0] + 2
    assert thick["height"][0] == pytest.approx(thin["height"][0])


def test_ink_on_paper_measures_as_paper_on_ink() -> None:
    pictures = np.concatenate([bar(3, 20), stroke(0.4, 28)])
    for one, other in zip(measure(pictures).values(), measure(255 - pictures).values(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


@given(st.integers(-4, 4), st.integers(-3, 3))
def test_only_the_shape_counts_not_the_place(right: int, down: int) -> None:
    here = stroke(0.3, 28)
    there = np.roll(here, (down, right), axis=(1, 2))
    for name, values in measure(here).items():
        assert measure(there)[name][0] == pytest.approx(values[0], abs=1e-3), name


def test_an_empty_picture_is_unknown_and_harms_no_other() -> None:
    found = measure(np.concatenate([bar(3, 20), np.zeros((1, 28, 28, 1), np.uint8)]))
    for name in UNITS:
        assert np.isfinite(found[name][0])
        assert np.isnan(found[name][1])


def test_no_picture_measures_nothing() -> None:
    found = measure(np.zeros((0, 28, 28, 1), np.uint8))
    assert [(name, len(values)) for name, values in found.items()] == [(name, 0) for name in UNITS]


@given(st.floats(2.5, 6), st.floats(0, np.pi), st.floats(0.3, 1))
def test_a_pen_is_as_thick_in_every_direction_and_in_grey(thick: float, angle: float, light: float) -> None:
    """A line of known breadth with round ends, anti-aliased: area t l + pi t^2 / 4, outline 2 l + pi t."""
    y, x = np.mgrid[:41, :41] - 20.0
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    away = np.hypot(np.maximum(np.abs(along) - 12, 0), across)
    picture = (255 * light * np.clip(thick / 2 + 0.5 - away, 0, 1)).astype(np.uint8)
    expected = 2 * (24 * thick + np.pi * thick**2 / 4) / (48 + np.pi * thick)
    assert measure(picture[None, ..., None])["thickness"][0] == pytest.approx(expected, rel=0.12)


def test_glyphs_are_told_from_photographs() -> None:
    rng = np.random.default_rng(0)
    glyphs = np.concatenate([bar(int(w), int(h)) for w, h in rng.integers(2, 20, (50, 2))])
    assert is_glyph_like(glyphs)
    assert is_glyph_like(255 - glyphs)
    assert not is_glyph_like(np.repeat(glyphs, 3, axis=3))
    assert not is_glyph_like(rng.integers(0, 256, (50, 28, 28, 1), np.uint8))
    assert not is_glyph_like(np.concatenate([bar(26, 26)] * 5))
    assert not is_glyph_like(glyphs[:0])
    assert not is_glyph_like(glyphs[:, :4, :4])
