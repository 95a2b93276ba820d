"""Draw your own, with a pointer: encoded live, landed, cleared, replaced by a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from explorer.session.session import Session
from explorer.ui.views.drawing.drawing_view import DrawingView
from tests.runs.runs_made import trained
from tests.ui.opened import open_first, wait

LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ONE = ((0.5, 0.2), (0.5, 0.35), (0.5, 0.5), (0.5, 0.65), (0.5, 0.8))


def made(session: Session, qtbot: QtBot) -> DrawingView:
    view = DrawingView(session)
    qtbot.addWidget(view)
    view.resize(1200, 240)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> DrawingView:
    open_first(qtbot, session)
    return made(session, qtbot)


def draw(view: DrawingView) -> None:
    first, *rest = [view.canvas.sheet_place(x, y) for x, y in ONE]
    QTest.mousePress(view.canvas, LEFT, NOTHING, first)
    for pixel in rest:
        QTest.mouseMove(view.canvas, pixel)
    QTest.mouseRelease(view.canvas, LEFT, NOTHING, rest[-1])


def landed(session: Session) -> bool:
    return session.drawing.glyph is not None and session.scene.glyph is session.drawing.glyph


def button(view: DrawingView, name: str) -> QAbstractButton:
    found = view.findChild(QAbstractButton, f"drawing.{name}")
    assert isinstance(found, QAbstractButton)
    return found


def press(view: DrawingView, name: str) -> None:
    assert button(view, name).isEnabled()
    QTest.mouseClick(button(view, name), LEFT)


def test_without_a_model_it_says_what_to_do(session: Session, qtbot: QtBot) -> None:
    view = made(session, qtbot)
    says = view.findChild(QLabel, "drawing.says")
    assert isinstance(says, QLabel)
    assert says.text() == "Open a model first."
    assert not view.canvas.isEnabled()
    for part in (view.canvas, button(view, "open")):
        assert part.toolTip().endswith("\nOpen a model first.")
    for name in ("clear", "look"):
        assert button(view, name).toolTip().endswith("\nNothing has been drawn yet.")


def test_a_stroke_lands_and_comes_back(view: DrawingView, session: Session, qtbot: QtBot) -> None:
    draw(view)
    wait(qtbot, lambda: landed(session) and view.returned.picture() is not None)
    assert view.seen.picture() is session.drawing.glyph
    np.testing.assert_array_equal(session.main.look.code, session.drawing.code)  # type: ignore[arg-type]
    model = session.main.model
    assert model is not None
    assert session.main.look.code is not None
    cursor = session.main.cursor
    wait(
        qtbot,
        lambda: cursor.neighbours is not None and model.class_of(int(cursor.neighbours.items[0])) == "1",
    )
    session.choices.undo()
    assert session.scene.glyph is None, "a stroke is one entry"


def test_clear_empties_the_sheet(view: DrawingView, session: Session, qtbot: QtBot) -> None:
    draw(view)
    wait(qtbot, lambda: landed(session))
    press(view, "clear")
    assert session.drawing.glyph is None
    assert view.canvas.is_empty()
    assert view.seen.picture() is None


def test_look_brings_the_cursor_back(view: DrawingView, session: Session, qtbot: QtBot) -> None:
    draw(view)
    wait(qtbot, lambda: landed(session))
    assert button(view, "look").toolTip().endswith("\nThe cursor is at this picture.")
    session.main.go_to_plane(0.0, 0.0)
    assert button(view, "look").toolTip() == "Bring the cursor back to this picture"
    assert view.returned.picture() is None
    press(view, "look")
    wait(qtbot, lambda: landed(session))


def test_a_dropped_file_is_shown_on_the_sheet(
    view: DrawingView, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    ink = np.full((90, 60), 255, np.uint8)
    ink[10:80, 27:33] = 0
    Image.fromarray(ink).save(tmp_path / "one.png")
    view.canvas.dropped.emit(str(tmp_path / "one.png"))
    wait(qtbot, lambda: landed(session))
    assert not view.canvas.is_empty()


def test_a_dropped_file_of_the_data_is_left_as_it_is(
    view: DrawingView, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    """Brought to a norm that it has already, it would only be blurred."""
    model = session.main.model
    assert model is not None
    digit = model.picture_of(7)
    assert digit is not None
    Image.fromarray(digit[..., 0]).save(tmp_path / "seven.png")
    view.canvas.dropped.emit(str(tmp_path / "seven.png"))
    wait(qtbot, lambda: landed(session))
    np.testing.assert_array_equal(session.drawing.glyph, digit)  # type: ignore[arg-type]


def test_undo_of_a_stroke_brings_the_last_sheet_back(
    view: DrawingView, session: Session, qtbot: QtBot
) -> None:
    draw(view)
    wait(qtbot, lambda: landed(session))
    place = view.canvas.sheet_place
    QTest.mousePress(view.canvas, LEFT, NOTHING, place(0.2, 0.5))
    QTest.mouseMove(view.canvas, place(0.4, 0.5))
    QTest.mouseRelease(view.canvas, LEFT, NOTHING, place(0.8, 0.5))
    wait(qtbot, lambda: landed(session))
    session.choices.undo()
    assert view.seen.picture() is session.drawing.glyph is session.scene.glyph
    wide, high = view.canvas.drawing().any(axis=0).sum(), view.canvas.drawing().any(axis=1).sum()
    assert high > 2 * wide, "the stroke across is gone"


def test_for_a_model_of_another_size_it_says_so(
    view: DrawingView, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    draw(view)
    wait(qtbot, lambda: landed(session))
    session.open(trained(tmp_path / "small").folder)
    wait(qtbot, lambda: session.main.ready is not None)
    says = view.findChild(QLabel, "drawing.says")
    assert isinstance(says, QLabel)
    assert "not of this model's size" in says.text()
    assert view.seen.picture() is None
    assert not view.canvas.is_empty()
