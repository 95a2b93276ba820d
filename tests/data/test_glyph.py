from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.data.glyph import is_normed, to_norm
from explorer.data.sources.catalogue import load


def difference(
    a: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], b: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> float:
    return float(np.abs(a.astype(float) - b).mean())


def test_digits_of_mnist_are_in_the_norm_already() -> None:
    digits = load("mnist").test.images[:100]
    assert np.mean([difference(to_norm(digit, 28), digit) for digit in digits]) < 0.5


@pytest.mark.parametrize("negative", [False, True])
@pytest.mark.parametrize("colour", [False, True])
def test_a_large_shifted_glyph_comes_back(negative: bool, colour: bool) -> None:
    for digit in load("mnist").test.images[:20]:
        canvas = np.zeros((500, 400), np.uint8)
        canvas[200:480, 90:370] = np.kron(digit[:, :, 0], np.ones((10, 10), np.uint8))
        drawn = 255 - canvas if negative else canvas
        picture = np.repeat(drawn[:, :, None], 3, axis=2) if colour else drawn
        assert difference(to_norm(picture, 28), digit) < 5


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_empty_canvas_stays_empty(value: int) -> None:
    assert not to_norm(np.full((50, 50), value, np.uint8), 28).any()


@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.sampled_from([8, 28, 64]),
    st.integers(0, 1000),
    st.floats(0, 1),
)
def test_anything_drawn_gives_a_picture_of_the_side(
    height: int, width: int, side: int, seed: int, ink: float
) -> None:
    rng = np.random.default_rng(seed)
    canvas = np.where(rng.random((height, width)) < ink, 255, 0).astype(np.uint8)
    norm = to_norm(canvas, side)
    assert norm.shape == (side, side, 1)
    assert norm.dtype == np.uint8


def test_what_lies_as_the_data_do_is_known() -> None:
    digits = load("mnist").test.images
    kept = digits[:200]
    assert all(is_normed(digit, kept) for digit in digits[1000:1300])
    for digit in digits[1000:1030]:
        shifted, small = np.roll(digit, 3, axis=0), np.zeros_like(digit)
        small[7:21, 7:21] = digit[::2, ::2]
        assert not any(is_normed(other, kept) for other in (shifted, small, 255 - digit, digit // 4))
        assert is_normed(to_norm(255 - np.kron(digit[..., 0], np.ones((9, 9), np.uint8)), 28), kept)


def test_where_nothing_is_drawn_nothing_is_in_the_norm() -> None:
    digits = load("mnist").test.images[:9]
    assert not is_normed(np.zeros_like(digits[0]), digits)
    assert not is_normed(digits[0], np.zeros_like(digits))
