"""Undo while pictures of the cursor's way are still coming: both maps end at one scene."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.session.session import Session
from tests.session.conftest import Loop


def in_one_scene(session: Session) -> bool:
    """The picture is that of the cursor, and the other map's cursor is where that picture is placed."""
    main, beside = session.sides
    return main.cursor.pictured is main.look.code and beside.cursor.pictured is beside.look.code


@pytest.fixture
def on_the_way(loop: Loop) -> Loop:
    """Two maps, an end on each side, the cursor a third of the way."""
    session = loop.session
    session.open_first()
    loop.until(lambda: all(side.ready is not None for side in session.sides))
    session.interpolation.set_end("a", 0)
    session.interpolation.set_end("b", 1)
    session.interpolation.move_handle(0.3)
    loop.until(lambda: session.carrying.bridge == "picture" and in_one_scene(session))
    loop.answered(*(side.engine for side in (*session.sides, *session.sides)))
    return loop


@pytest.mark.parametrize("pictures", [0, 1])
def test_no_late_picture_draws_either_cursor_away_from_what_undo_brought_back(
    on_the_way: Loop, pictures: int
) -> None:
    session = on_the_way.session
    main, beside = session.sides
    before, picture = session.scene, main.cursor.picture
    seen: list[object] = []
    main.cursor.picture_changed.connect(lambda: seen.append(main.cursor.pictured))
    session.choices.begin_gesture()
    for t in np.linspace(0.3, 1.0, 12):
        session.interpolation.move_handle(float(t), title="play the path")
    on_the_way.until(lambda: len(seen) >= pictures)
    session.choices.undo()
    assert session.scene.handle == before.handle
    for side in (main, beside, main, beside):
        on_the_way.answered(side.engine)
    on_the_way.until(lambda: in_one_scene(session))
    np.testing.assert_array_equal(main.look.code, before.main.code)
    np.testing.assert_array_equal(main.cursor.picture, picture)
    np.testing.assert_allclose(beside.look.code, before.beside.code, atol=1e-4)
    neighbours = main.cursor.neighbours
    assert neighbours is not None
    assert main.model is not None
    assert main.model.embedding is not None
    assert neighbours.items[0] == main.model.embedding.nearest(main.look.code, 1)[0][0]
