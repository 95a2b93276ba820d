"""Own pictures: one gesture is one entry of undo, and each cursor is where its picture lies."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from explorer.session.asking.requests import Encode
from explorer.session.session import Session
from tests.runs.runs_made import trained
from tests.session.conftest import Loop

FIRST, SECOND, THIRD, GENERATOR = "vae-mnist-2d", "ae-mnist-2d", "ae-mnist-16d", "gan-mnist"


def bar(at: int) -> NDArray[np.uint8]:
    """A canvas with a stroke, and another one that begins elsewhere."""
    canvas = np.zeros((120, 120), np.uint8)
    canvas[20:100, 55:65] = 255
    canvas[20:30, at:65] = 255
    return canvas


def landed(session: Session) -> bool:
    """The cursor is at the last own picture, on each map that is shown."""
    glyph, sides = session.drawing.glyph, [side for side in session.sides if side.present]
    there = all(side.drawn is not None and np.array_equal(side.look.code, side.drawn) for side in sides)
    return glyph is not None and session.scene.glyph is glyph and there


def opened(loop: Loop, name: str, beside: str = "") -> Session:
    session = loop.session
    session.open(name)
    if beside:
        session.beside.open(beside)
    loop.until(lambda: all(side.ready is not None for side in session.sides if side.model is not None))
    return session


@pytest.fixture
def session(loop: Loop) -> Session:
    return opened(loop, FIRST)


@pytest.fixture
def both(loop: Loop) -> Session:
    return opened(loop, FIRST, SECOND)


def test_what_is_encoded_after_the_release_belongs_to_the_gesture(loop: Loop, session: Session) -> None:
    before = session.main.look
    session.choices.begin_gesture()
    session.drawing.draw(bar(30))
    loop.until(lambda: landed(session))
    session.drawing.draw(bar(50))
    session.choices.end_gesture()
    loop.until(lambda: landed(session))
    session.choices.undo()
    assert session.scene.glyph is None
    assert session.main.look.code is before.code
    assert session.choices.history.undo_title is None


def test_two_gestures_are_two_entries(loop: Loop, session: Session) -> None:
    for at in (30, 50):
        session.choices.begin_gesture()
        session.drawing.draw(bar(at))
        session.choices.end_gesture()
        loop.until(lambda: landed(session))
    last = session.drawing.glyph
    session.choices.undo()
    assert session.scene.glyph is not None
    assert session.scene.glyph is not last
    session.choices.undo()
    assert session.scene.glyph is None


def test_the_newest_picture_lands_though_an_older_one_is_in_the_post(loop: Loop, session: Session) -> None:
    session.drawing.draw(bar(30))
    loop.posted(session.main.engine)
    session.drawing.draw(bar(50))
    loop.until(lambda: landed(session))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    Image.fromarray(255 - bar(30)).save(tmp_path / "bar.png")
    return tmp_path / "bar.png"


def test_a_picture_taken_where_none_is_placed_moves_no_later_cursor(loop: Loop, file: Path) -> None:
    session = opened(loop, GENERATOR)
    session.drawing.drop(file)
    assert session.drawing.glyph is not None
    opened(loop, FIRST)
    loop.until(lambda: session.drawing.code is not None)
    loop.answered(session.main.engine)
    assert session.scene.glyph is None
    assert session.choices.history.undo_title is None


def test_one_taken_before_the_model_is_ready_lands(loop: Loop, file: Path) -> None:
    session = loop.session
    session.open(FIRST)
    session.drawing.drop(file)
    loop.until(lambda: landed(session))


def test_where_the_encoder_failed_no_later_answer_moves_the_cursor(
    loop: Loop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Encode, held: dict[str, Any]) -> Generator[None, None, None]:
        raise ValueError("broken")
        yield

    said: list[object] = []
    session.said.connect(said.append)
    with monkeypatch.context() as patch:
        patch.setattr(Encode, "answer", fails)
        session.drawing.draw(bar(30))
        loop.until(lambda: said)
    session.main.weights_changed()
    loop.until(lambda: session.drawing.code is not None)
    assert session.scene.glyph is None


def test_undo_brings_the_cursor_of_another_model_beside_back_too(loop: Loop, both: Session) -> None:
    both.main.select(3)
    both.main.go_to_plane(0.0, 0.0)
    both.beside.open(GENERATOR)
    both.choices.undo()
    assert both.main.look.item == 3
    assert both.beside.look.code is not None
    assert both.beside.model is not None
    assert both.beside.model.embedding is not None
    assert len(both.beside.look.code) == both.beside.model.embedding.size


def test_undo_to_an_own_picture_places_it_in_another_model_beside(loop: Loop, both: Session) -> None:
    both.drawing.draw(bar(30))
    loop.until(lambda: landed(both))
    both.main.go_to_plane(0.0, 0.0)
    both.beside.open(THIRD)
    loop.until(lambda: both.beside.drawn is not None)
    both.choices.undo()
    assert both.scene.glyph is both.drawing.glyph
    loop.until(lambda: landed(both))
    assert both.carrying.bridge == "own picture"


def test_a_cleared_sheet_leaves_the_cursor_at_the_picture_in_the_next_model(
    loop: Loop, session: Session
) -> None:
    session.drawing.draw(bar(30))
    loop.until(lambda: landed(session))
    glyph = session.scene.glyph
    session.drawing.clear()
    session.open(SECOND)
    loop.until(lambda: session.main.look.code is not None)
    assert session.scene.glyph is glyph
    assert session.drawing.glyph is None
    assert session.main.drawn is None


def test_undo_of_a_drawing_brings_the_last_one_back_for_the_next_model_too(
    loop: Loop, session: Session
) -> None:
    glyphs = []
    for at in (30, 50):
        session.drawing.draw(bar(at))
        loop.until(lambda: landed(session))
        glyphs.append(session.drawing.glyph)
    session.choices.undo()
    assert session.drawing.glyph is glyphs[0]
    loop.until(lambda: landed(session))
    session.open(SECOND)
    loop.until(lambda: landed(session))
    assert session.scene.glyph is glyphs[0]


def test_undo_after_clear_brings_the_drawing_back(loop: Loop, session: Session) -> None:
    session.drawing.draw(bar(30))
    loop.until(lambda: landed(session))
    glyph = session.drawing.glyph
    session.main.go_to_plane(0.0, 0.0)
    session.drawing.clear()
    session.choices.undo()
    assert session.drawing.glyph is glyph
    loop.until(lambda: landed(session))


def test_a_drawing_outlives_a_model_of_another_size(loop: Loop, session: Session, tmp_path: Path) -> None:
    session.drawing.draw(bar(30))
    loop.until(lambda: landed(session))
    glyph = session.drawing.glyph
    session.open(trained(tmp_path / "small").folder)
    loop.until(lambda: session.main.ready is not None)
    assert session.drawing.glyph is glyph
    assert not session.drawing.fits
    assert session.drawing.code is None
    opened(loop, FIRST)
    assert session.drawing.fits
    loop.until(lambda: session.drawing.code is not None)
