"""Which attributes can be used, and what is said of those that can't."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.data.attributes.attribute import (
    MOST_CLASSES,
    Attribute,
    from_labels,
    from_list,
    from_pictures,
    usable,
)
from explorer.data.image_set import ImageSet

N = 100


def listed(name: str, values: object) -> Attribute:
    return Attribute(name, "listed", np.asarray(values, np.float32))


def test_each_class_stands_against_the_others() -> None:
    labels = np.arange(N) % 3
    made, notes = from_labels(labels, ("a", "b", "c"))
    assert [one.name for one in made] == ["a", "b", "c"]
    assert notes == []
    np.testing.assert_array_equal(made[1].values, labels == 1)
    assert all(one.two_valued for one in made)


def test_one_class_or_none_are_no_attributes() -> None:
    assert from_labels(None, ()) == ([], [])
    assert from_labels(np.zeros(N, np.int64), ("all",)) == ([], [])


def test_of_very_many_classes_the_largest_are_taken_and_it_is_said() -> None:
    labels = np.concatenate([np.arange(1000), np.full(50, 7)])
    made, notes = from_labels(labels, tuple(map(str, range(1000))))
    assert len(made) == MOST_CLASSES
    assert "7" in [one.name for one in made]
    assert "1,000" in notes[0]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.full(N, np.nan), "no value is known"),
        (np.full(N, 3.5), "same value"),
        (np.arange(N) < 19, "fewer than 20 images have it, or lack it"),
        (np.where(np.arange(N) < 39, np.arange(N), np.nan), "fewer than 40 values"),
        (np.full(N, np.inf), "no value is known"),
    ],
)
def test_what_can_not_be_used_is_left_out_with_its_reason(values: np.ndarray, reason: str) -> None:
    kept, notes = usable([listed("odd", values), listed("good", np.arange(N))], N)
    assert [one.name for one in kept] == ["good"]
    assert len(notes) == 1
    assert reason in notes[0]
    assert "odd" in notes[0]


def test_many_left_out_are_one_sentence_that_says_how_many() -> None:
    _, notes = usable([listed(f"c{i}", np.ones(N)) for i in range(8)], N)
    assert len(notes) == 1
    assert notes[0].startswith("8 attributes were left out")
    assert "and 3 more" in notes[0]


def test_values_of_the_first_items_leave_the_others_unknown() -> None:
    (one,), _ = usable([listed("size", np.arange(60))], N)
    assert one.known.sum() == 60
    assert np.isnan(one.values[60:]).all()


def test_of_two_values_the_greater_means_having_it() -> None:
    (one,), _ = usable([listed("sex", 1 + np.arange(N) % 2)], N)
    assert one.two_valued
    np.testing.assert_array_equal(one.values, np.arange(N) % 2)


def test_names_that_are_taken_bear_their_kind() -> None:
    values = np.arange(N, dtype=np.float32)
    kept, _ = usable([Attribute("ink", "measured", values), listed("ink", values), listed("ink", values)], N)
    assert [one.name for one in kept] == ["ink", "ink (listed)", "ink (listed 2)"]


def test_only_glyphs_are_measured() -> None:
    bars = np.zeros((N, 12, 12, 1), np.uint8)
    bars[:, 3:9, 5:8] = 255
    assert {one.name for one in from_pictures(ImageSet(bars))} == {
        "ink",
        "thickness",
        "slant",
        "width",
        "height",
    }
    assert from_pictures(ImageSet(np.repeat(bars, 3, axis=3))) == []


def test_what_came_with_the_images_is_listed() -> None:
    images = np.zeros((N, 8, 8, 1), np.uint8)
    made, notes = from_list(ImageSet(images, attributes={"age": np.arange(N, dtype=np.float32)}))
    assert [(one.name, one.kind) for one in made] == [("age", "listed")]
    assert notes == []
