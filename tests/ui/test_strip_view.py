"""The strip: its rows, its handle, and files dropped on its ends, used with a pointer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer.session.session import Session
from explorer.ui.views.strip.strip_view import StripView
from explorer.ui.widgets.pictures.image_strip import ImageStrip
from tests.ui.opened import open_first, wait

LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> StripView:
    open_first(qtbot, session)
    made = StripView(session)
    qtbot.addWidget(made)
    made.resize(1200, 250)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def filled(view: StripView, session: Session, qtbot: QtBot) -> StripView:
    assert session.main.model is not None
    session.interpolation.set_end("a", session.main.model.middle_of(4))
    session.interpolation.set_end("b", session.main.model.middle_of(0))
    rows = session.interpolation.rows
    wait(qtbot, lambda: all(picture.any() for row in rows.values() for picture in row))
    wait(qtbot, lambda: row_of(view, "circle").isVisible() and row_of(view, "circle").height() > 20)
    return view


def row_of(view: QWidget, manner: str) -> ImageStrip:
    found = view.findChild(ImageStrip, f"strip.{manner}")
    assert isinstance(found, ImageStrip)
    return found


def button(view: QWidget, name: str) -> QAbstractButton:
    found = view.findChild(QAbstractButton, f"strip.{name}")
    assert isinstance(found, QAbstractButton)
    return found


def drop(target: QWidget, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    actions, middle = Qt.DropAction.CopyAction, target.rect().center()
    QApplication.sendEvent(target, QDragEnterEvent(middle, actions, mime, LEFT, NOTHING))
    QApplication.sendEvent(target, QDropEvent(QPointF(middle), actions, mime, LEFT, NOTHING))


def test_an_empty_strip_says_what_to_do_and_greys_the_rest(view: StripView) -> None:
    assert not row_of(view, "circle").isVisible()
    for name in ("play", "swap", "clear"):
        assert not button(view, name).isEnabled()
        assert button(view, name).toolTip()


def test_rows_have_pictures_of_one_size(filled: StripView) -> None:
    places = [row_of(filled, manner).handle_place(1.0).x() for manner in ("line", "circle", "pixels")]
    assert len(set(places)) == 1, "the rows are aligned"


def test_the_handle_is_dragged_as_one_entry_of_undo(filled: StripView, session: Session) -> None:
    row, before = row_of(filled, "line"), session.main.look
    QTest.mousePress(row, LEFT, NOTHING, row.handle_place(0.0))
    for share in (0.2, 0.4, 0.7):
        QTest.mouseMove(row, row.handle_place(share))
    QTest.mouseRelease(row, LEFT, NOTHING, row.handle_place(0.7))
    assert session.scene.handle == pytest.approx(0.7, abs=0.01)
    expected = session.interpolation.codes("line", np.array([session.scene.handle], np.float32))[0]
    np.testing.assert_allclose(session.main.look.code, expected, atol=1e-5)  # type: ignore[arg-type]
    session.choices.undo()
    assert session.scene.handle is None
    assert session.main.look.code is before.code


def test_a_click_on_a_picture_chooses_its_row_and_goes_there(filled: StripView, session: Session) -> None:
    row = row_of(filled, "circle")
    QTest.mouseClick(row, LEFT, NOTHING, QPoint(row.handle_place(0.3).x(), 20))
    assert session.scene.manner == "circle"
    assert session.scene.handle == pytest.approx(0.3, abs=0.01)


def test_playing_runs_on_until_somebody_goes_elsewhere(
    filled: StripView, session: Session, qtbot: QtBot
) -> None:
    QTest.mouseClick(button(filled, "play"), LEFT)
    wait(qtbot, lambda: (session.scene.handle or 0.0) > 0.01)
    assert button(filled, "play").text() == "Pause"
    session.main.go_to_plane(0.0, 0.0)
    assert button(filled, "play").text() == "Play"
    assert session.scene.handle is None


@pytest.mark.parametrize("start", [None, 0.2])
def test_undo_ends_the_playing_and_brings_back_where_it_began(
    filled: StripView, session: Session, qtbot: QtBot, start: float | None
) -> None:
    if start is not None:
        session.interpolation.move_handle(start)
    before, ticks = session.main.look, []
    QTest.mouseClick(button(filled, "play"), LEFT)
    wait(qtbot, lambda: (session.scene.handle or 0.0) > 0.25)
    session.choices.undo()
    assert button(filled, "play").text() == "Play"
    filled._play._clock.timeout.connect(lambda: ticks.append(1))
    assert not filled._play._clock.isActive()
    assert session.scene.handle == start
    assert session.main.look.code is before.code
    wait(qtbot, lambda: session.main.cursor.pictured is before.code or before.item is not None)
    assert not ticks
    session.choices.redo()
    assert (session.scene.handle or 0.0) > 0.25
    assert button(filled, "play").text() == "Play"


def test_playing_ends_at_b(filled: StripView, session: Session, qtbot: QtBot) -> None:
    session.interpolation.move_handle(0.95)
    QTest.mouseClick(button(filled, "play"), LEFT)
    wait(qtbot, lambda: session.scene.handle == 1.0 and button(filled, "play").text() == "Play")


def test_swap_and_clear(filled: StripView, session: Session) -> None:
    a, b = session.scene.end_a, session.scene.end_b
    QTest.mouseClick(button(filled, "swap"), LEFT)
    assert (session.scene.end_a, session.scene.end_b) == (b, a)
    QTest.mouseClick(button(filled, "clear"), LEFT)
    assert session.scene.end_a is None
    assert not row_of(filled, "pixels").isVisible()


def test_a_picture_dropped_on_an_end_becomes_it(
    view: StripView, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    ink = np.full((60, 60), 255, np.uint8)
    ink[10:50, 27:33] = 0
    Image.fromarray(ink).save(tmp_path / "one.png")
    target = view.findChild(QWidget, "strip.end_b")
    assert isinstance(target, QWidget)
    drop(target, tmp_path / "one.png")
    wait(qtbot, lambda: session.scene.end_b is not None)
    assert session.scene.end_b is not None
    assert session.scene.end_b.title == "own picture"
    np.testing.assert_array_equal(session.scene.end_b.code, session.drawing.code)  # type: ignore[arg-type]


def test_a_file_that_is_no_picture_changes_nothing(view: StripView, session: Session, tmp_path: Path) -> None:
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    (tmp_path / "no.png").write_text("no picture")
    target = view.findChild(QWidget, "strip.end_a")
    assert isinstance(target, QWidget)
    drop(target, tmp_path / "no.png")
    assert len(said) == 1
    assert "no.png" in said[0]
    assert session.scene.end_a is None
