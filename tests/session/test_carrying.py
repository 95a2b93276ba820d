"""One cursor through two maps: what the other follows by, and what no longer moves it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.session.session import Session
from tests.session.conftest import Loop

FASHION = "vae-fashion-16d"


@pytest.fixture
def both(loop: Loop) -> Session:
    """Two maps of the same digits."""
    session = loop.session
    session.open_first()
    loop.until(lambda: all(side.ready is not None and side.images.data is not None for side in session.sides))
    return session


def test_an_item_that_the_other_map_has_not_is_carried_by_its_picture(
    complaints: list[str], loop: Loop, both: Session
) -> None:
    main, beside = both.sides
    main.select(7)
    assert (both.carrying.bridge, beside.look.item) == ("item", 7)
    assert beside.model is not None
    known = beside.model.embedding
    assert known is not None
    assert known.labels is not None
    beside.update(
        embedding=replace(known, codes=known.codes[:50], spread=None, errors=None, labels=known.labels[:50])
    )
    main.select(70)
    loop.until(lambda: both.carrying.bridge == "picture")
    assert main.look.item == 70
    assert beside.look.item is None
    assert beside.cursor.pictured is beside.look.code


def test_what_the_last_model_drew_moves_the_other_cursor_no_longer(loop: Loop, both: Session) -> None:
    main, beside = both.sides
    main.go_to_plane(0.0, 0.0)
    loop.until(lambda: main.cursor.pictured is main.look.code)
    loop.posted(beside.engine)
    main.open(FASHION)
    before = beside.look.code
    both.mailbox.collect()
    assert beside.look.code is before
    loop.until(lambda: main.ready is not None and beside.cursor.pictured is beside.look.code)


def test_a_model_of_other_data_beside_takes_no_item_and_no_code_of_the_last_one(
    loop: Loop, both: Session
) -> None:
    main, beside = both.sides
    beside.select(5)
    assert (both.scene.leads, main.look.item) == ("beside", 5)
    seen: list[object] = []

    def note(*_: object) -> None:
        seen.append(beside.look.item)

    both.changed.connect(note)
    beside.open(FASHION)
    assert beside.model is not None
    assert beside.model.embedding is not None
    assert both.scene.leads == "main"
    assert set(seen) == {None}
    np.testing.assert_array_equal(beside.look.code, beside.model.embedding.mean)
    loop.until(lambda: beside.ready is not None and both.carrying.bridge == "picture")
    loop.until(lambda: beside.cursor.pictured is beside.look.code)
    loop.answered(beside.engine)
