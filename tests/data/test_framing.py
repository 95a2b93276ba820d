from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from explorer.data.framing import Framing, How
from explorer.errors import BadInput

SIDES = st.integers(2, 64).map(lambda n: 4 * n)


@given(
    side=st.none() | SIDES,
    how=st.sampled_from(["fit", "crop"]),
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    mode=st.sampled_from(["L", "LA", "RGB", "RGBA"]),
    channels=st.sampled_from([None, 1, 3]),
)
def test_any_picture_becomes_a_square_of_the_side(
    side: int | None, how: How, width: int, height: int, mode: str, channels: int | None
) -> None:
    framing = Framing(side, how)
    got = framing.apply(Image.new(mode, (width, height)), channels)
    expected = framing.for_size(width, height).side
    assert expected is not None
    assert expected % 4 == 0
    assert got.dtype == np.uint8
    assert got.shape == (expected, expected, channels or (1 if mode[0] == "L" else 3))


@pytest.mark.parametrize("side", [0, 4, 10, 260, -8, 28.0, True, "28"])
def test_a_side_outside_the_range_is_refused(side: object) -> None:
    with pytest.raises(BadInput, match="choose a multiple of 4 from 8 to 256"):
        Framing(side)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "field", [{"how": "stretch"}, {"ground": "red"}, {"ground": "#12345"}, {"ground": None}]
)
def test_an_unknown_manner_or_ground_is_refused(field: dict[str, object]) -> None:
    with pytest.raises(BadInput, match=next(iter(field))):
        Framing(**field)  # type: ignore[arg-type]


def test_without_a_side_pixels_stay_and_the_ground_fills() -> None:
    picture = np.full((5, 9, 3), 7, np.uint8)
    got = Framing(ground="#0a141e").apply(picture)
    assert got.shape == (12, 12, 3)
    assert (got[3:8, 1:10] == 7).all()
    assert got[0, 0].tolist() == [10, 20, 30]


@given(st.integers(8, 90), st.integers(8, 90), st.sampled_from(["fit", "crop"]))
def test_the_framing_that_was_used_gives_the_same_picture_again(width: int, height: int, how: How) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    asked = Framing(how=how)
    first = asked.apply(picture)
    np.testing.assert_array_equal(asked.used(first.shape[0]).apply(picture), first)
    np.testing.assert_array_equal(asked.for_size(width, height).apply(picture), first)


def test_fit_keeps_the_whole_and_crop_fills() -> None:
    picture = np.zeros((16, 32), np.uint8)
    picture[:, :8] = picture[:, 24:] = 200
    fitted = Framing(16, "fit", "white").apply(picture)[:, :, 0]
    assert (fitted[:4] == 255).all()
    assert fitted[8, 0] == fitted[8, 15] == 200
    assert (Framing(16, "crop").apply(picture) == 0).all()


@pytest.mark.parametrize("ground", ["black", "white", "#ff8000"])
def test_transparency_shows_the_ground(ground: str) -> None:
    framing = Framing(8, ground=ground)
    clear = framing.apply(Image.new("RGBA", (8, 8), (1, 2, 3, 0)))
    half = framing.apply(Image.new("RGBA", (8, 8), (0, 0, 0, 128)))
    assert clear[0, 0].tolist() == list(framing.ground_colour)
    assert np.abs(half[0, 0] - np.array(framing.ground_colour) * 127 / 255).max() <= 1


@given(SIDES, st.sampled_from(["fit", "crop"]), st.sampled_from(["black", "grey", "#00ff7f"]))
def test_a_framing_survives_a_file(side: int, how: How, ground: str) -> None:
    framing = Framing(side, how, ground)
    assert Framing.from_dict(framing.to_dict()) == framing


@pytest.mark.parametrize("fields", [{}, {"side": 28}, {"side": "x", "how": "fit", "ground": "black"}, []])
def test_a_damaged_framing_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        Framing.from_dict(fields)


def test_many_at_once_are_as_one_by_one() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 10, 14, 3), np.uint8)
    for framing in (Framing(), Framing(8), Framing(20, "crop")):
        np.testing.assert_array_equal(framing.apply_all(images), [framing.apply(image) for image in images])
