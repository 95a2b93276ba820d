"""Drawing with the pointer, rubbing out, dropping a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.pictures.draw_canvas import SIDE, DrawCanvas

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def canvas(qtbot: QtBot) -> DrawCanvas:
    theme.use("light")
    made = DrawCanvas()
    qtbot.addWidget(made)
    made.resize(200, 260)
    return made


def at(canvas: DrawCanvas, x: float, y: float) -> QPoint:
    frame = canvas._frame()
    return (frame.topLeft() + QPointF(x * frame.width(), y * frame.height())).toPoint()


def stroke(canvas: DrawCanvas, button: Qt.MouseButton, *places: tuple[float, float]) -> None:
    QTest.mousePress(canvas, button, pos=at(canvas, *places[0]))
    for place in places[1:]:
        QTest.mouseMove(canvas, at(canvas, *place))
    QTest.mouseRelease(canvas, button, pos=at(canvas, *places[-1]))


def test_a_stroke_is_white_ink_where_the_pointer_went(canvas: DrawCanvas) -> None:
    stroke(canvas, LEFT, (0.2, 0.5), (0.5, 0.5), (0.8, 0.5))
    ink = canvas.drawing()
    assert (ink.shape, ink.dtype) == ((SIDE, SIDE), np.uint8)
    assert (ink[SIDE // 2, SIDE // 4 : 3 * SIDE // 4] == 255).all()
    assert not ink[: SIDE // 3].any()
    assert not canvas.is_empty()


def test_a_click_leaves_a_dot(canvas: DrawCanvas) -> None:
    stroke(canvas, LEFT, (0.5, 0.5))
    assert 100 < np.count_nonzero(canvas.drawing()) < 1500


def test_the_right_button_rubs_out(canvas: DrawCanvas) -> None:
    stroke(canvas, LEFT, (0.5, 0.5))
    stroke(canvas, RIGHT, (0.45, 0.5), (0.55, 0.5))
    assert not canvas.drawing().any()
    assert canvas.is_empty()


def test_a_stroke_tells_at_its_end_and_not_at_every_move(canvas: DrawCanvas) -> None:
    heard: list[str] = []
    canvas.changed.connect(lambda ink: heard.append("changed" if ink.any() else "empty"))
    canvas.finished.connect(lambda: heard.append("finished"))
    stroke(canvas, LEFT, *[(0.2 + n / 100, 0.5) for n in range(50)])
    assert heard[-2:] == ["changed", "finished"]
    assert len(heard) < 25


def test_changes_come_while_the_pen_is_down(canvas: DrawCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.changed, timeout=2000) as change:
        QTest.mousePress(canvas, LEFT, pos=at(canvas, 0.5, 0.5))
    assert change.args[0].any()


def test_a_drawing_can_be_put_back(canvas: DrawCanvas, qtbot: QtBot) -> None:
    ink = np.zeros((31, 28), np.uint8)
    ink[10:20, 10:20] = 255
    with qtbot.assertNotEmitted(canvas.changed):
        canvas.set_drawing(ink)
    assert canvas.drawing()[130, 130] == 255
    assert not canvas.is_empty()
    canvas.set_drawing(np.zeros((28, 28), np.uint8))
    assert canvas.is_empty()


def test_what_was_told_does_not_change_afterwards(canvas: DrawCanvas) -> None:
    stroke(canvas, LEFT, (0.5, 0.5))
    before = canvas.drawing()
    kept = before.copy()
    stroke(canvas, RIGHT, (0.5, 0.5))
    assert np.array_equal(before, kept)


def drop(canvas: DrawCanvas, *urls: QUrl) -> bool:
    data = QMimeData()
    data.setUrls(list(urls))
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(50, 50), *rest)
    enter.ignore()
    QApplication.sendEvent(canvas, enter)
    if enter.isAccepted():
        QApplication.sendEvent(canvas, QDropEvent(QPointF(50, 50), *rest))
    return enter.isAccepted()


def test_a_dropped_file_is_named(canvas: DrawCanvas, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(canvas.dropped, timeout=0) as dropped:
        assert drop(canvas, QUrl.fromLocalFile(str(tmp_path / "a picture.png")))
    assert dropped.args == [str(tmp_path / "a picture.png")]


@pytest.mark.parametrize("urls", [[], ["https://example.org/a.png"], ["file:///a.png", "file:///b.png"]])
def test_what_is_not_one_file_is_not_taken(canvas: DrawCanvas, urls: list[str]) -> None:
    assert not drop(canvas, *[QUrl(url) for url in urls])


def test_both_themes_paint(canvas: DrawCanvas) -> None:
    stroke(canvas, LEFT, (0.5, 0.5))
    middle = at(canvas, 0.5, 0.5) * canvas.devicePixelRatioF()
    assert canvas.grab().toImage().pixelColor(middle).value() < 30
    theme.use("dark")
    assert canvas.grab().toImage().pixelColor(middle).value() > 225
    theme.use("light")
