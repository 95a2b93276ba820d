"""Words at clusters do not cover each other."""

from __future__ import annotations

import itertools
import math

import pytest

from explorer.ui.widgets.map.overlays import apart


@pytest.mark.parametrize(
    "places", [[(5.0, 5.0)] * 2, [(0.0, 0.0), (1.0, 0.0)], [(0.0, 0.0), (8.0, 3.0), (9.0, 9.0)]]
)
def test_words_part(places: list[tuple[float, float]]) -> None:
    for one, other in itertools.combinations(apart(places, 20), 2):
        assert math.dist(one, other) > 15


def test_words_with_room_stay_where_they_are() -> None:
    places = [(0.0, 0.0), (30.0, 0.0), (0.0, 30.0)]
    assert apart(places, 20) == places
    assert apart([], 20) == []
