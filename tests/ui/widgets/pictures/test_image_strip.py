"""A row of pictures and its handle."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.pictures.image_strip import ImageStrip

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def strip(qtbot: QtBot) -> ImageStrip:
    theme.use("light")
    made = ImageStrip(5)
    qtbot.addWidget(made)
    made.resize(500, 140)
    made.set_pictures([np.full((8, 8, 3), 40 * n, np.uint8) for n in range(5)], [f"{n}" for n in range(5)])
    return made


def on_rail(strip: ImageStrip, share: float) -> QPoint:
    first, last, height = strip._rail()
    return QPoint(round(first + share * (last - first)), round(height))


def test_the_handle_is_dragged_along_the_row(strip: ImageStrip) -> None:
    heard: list[object] = []
    strip.pressed.connect(lambda: heard.append("pressed"))
    strip.released.connect(lambda: heard.append("released"))
    strip.handle_moved.connect(heard.append)
    strip.set_handle(0.0)
    QTest.mousePress(strip, LEFT, pos=on_rail(strip, 0.25))
    QTest.mouseMove(strip, on_rail(strip, 0.5))
    QTest.mouseMove(strip, QPoint(5000, 0))
    QTest.mouseRelease(strip, LEFT, pos=QPoint(5000, 0))
    assert heard == ["pressed", pytest.approx(0.25, abs=0.01), pytest.approx(0.5, abs=0.01), 1.0, "released"]


def test_arrow_keys_move_the_handle(strip: ImageStrip, qtbot: QtBot) -> None:
    strip.set_handle(0.5)
    with qtbot.waitSignal(strip.handle_moved, timeout=0) as moved:
        QTest.keyClick(strip, Qt.Key.Key_Left)
    assert 0 < moved.args[0] < 0.5


def test_without_a_handle_there_is_none_to_move(strip: ImageStrip, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(strip.handle_moved):
        QTest.keyClick(strip, Qt.Key.Key_Left)
        QTest.mouseClick(strip, LEFT, pos=QPoint(100, 130))


def test_a_picture_is_activated_by_a_click(strip: ImageStrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.picture_activated, timeout=0) as activated:
        QTest.mouseClick(strip, LEFT, pos=strip._room(3).center().toPoint())
    assert activated.args == [3]


def test_pictures_stand_in_their_places(strip: ImageStrip) -> None:
    image = strip.grab().toImage()
    for place in range(5):
        at = strip._room(place).center().toPoint() * strip.devicePixelRatioF()
        assert image.pixelColor(at).red() == 40 * place


@pytest.mark.parametrize("handle", [None, -3.0, 0.5, 9.0, float("nan")])
def test_empty_places_and_odd_handles_are_no_crash(strip: ImageStrip, handle: float | None) -> None:
    strip.set_title("Straight line")
    strip.set_selected(7)
    strip.set_handle(handle)
    for pictures in ([None] * 5, [], [np.zeros((3, 90, 1), np.uint8)], [None] * 60):
        strip.set_pictures(pictures)
        assert not strip.grab().isNull()
