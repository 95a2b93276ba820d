from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet, ImageSet, grid, id_from, split_order


def image_set(n: int = 6) -> ImageSet:
    images = np.arange(n, dtype=np.uint8)[:, None, None, None] * np.ones((1, 8, 8, 1), np.uint8)
    return ImageSet(images, np.arange(n) % 2, ("even", "odd"), {"size": np.arange(n, dtype=np.float32)})


def test_taking_keeps_everything_together() -> None:
    taken = image_set().take([4, 1])
    assert taken.images[:, 0, 0, 0].tolist() == [4, 1]
    assert taken.labels is not None
    assert taken.labels.tolist() == [0, 1]
    assert taken.attributes["size"].tolist() == [4, 1]
    assert taken.class_names == ("even", "odd")
    assert taken.shape == (8, 8, 1)
    assert len(image_set().take(slice(2, 6))) == 4


def test_parts_that_do_not_fit_are_a_defect() -> None:
    with pytest.raises(ValueError, match="uint8"):
        ImageSet(np.zeros((2, 8, 8, 2), np.uint8))
    with pytest.raises(ValueError, match="labels"):
        ImageSet(np.zeros((2, 8, 8, 1), np.uint8), np.zeros(3, np.int64))
    with pytest.raises(ValueError, match="attribute"):
        ImageSet(np.zeros((2, 8, 8, 1), np.uint8), attributes={"a": np.zeros(3, np.float32)})


def test_the_fingerprint_tells_pixels_and_labels() -> None:
    whole = image_set()
    data = DataSet("a", "A", "a", whole, image_set(2), Framing(8))
    assert replace(data, title="other", notes=("x",)).fingerprint() == data.fingerprint()
    assert replace(data, train=ImageSet(whole.images)).fingerprint() != data.fingerprint()
    assert replace(data, test=image_set(3)).fingerprint() != data.fingerprint()
    changed = whole.images.copy()
    changed[5, 7, 7, 0] ^= 1
    assert replace(data, train=replace(whole, images=changed)).fingerprint() != data.fingerprint()


@pytest.mark.parametrize("n", [2, 3, 7, 70, 1000])
def test_the_split_is_always_the_same_and_leaves_none_empty(n: int) -> None:
    order, n_train = split_order(n)
    assert sorted(order) == list(range(n))
    assert n - n_train == max(1, n // 7)
    np.testing.assert_array_equal(order, split_order(n)[0])


def test_a_grid_places_row_by_row() -> None:
    sheet = grid(
        np.array([10, 20, 30], np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1), np.uint8), 2, 1, 99
    )
    assert sheet.shape == (5, 5, 1)
    assert sheet[0, 0] == 10
    assert sheet[0, 3] == 20
    assert sheet[3, 0] == 30
    assert sheet[2, 0] == sheet[4, 4] == 99


def test_ids_are_made_of_plain_characters() -> None:
    for name, expected in {
        "Ünï Code": "n-code",
        "a__b": "a-b",
        "": "data",
        "CON\n": "con",
        "é": "data",
    }.items():
        assert id_from(name) == expected
    assert len(id_from("x" * 300)) == 40
