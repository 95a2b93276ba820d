"""One picture on the screen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.pictures.image_view import ImageView


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ImageView]:
    theme.use("light")
    made = ImageView("Press on a map")
    qtbot.addWidget(made)
    made.resize(174, 174)
    yield made
    theme.use("light")


def middle(view: ImageView) -> QColor:
    image = view.grab().toImage()
    return image.pixelColor(image.width() // 2, image.height() // 2)


def test_a_picture_is_shown_at_once_and_can_be_taken_back(view: ImageView) -> None:
    empty = view.grab().toImage()
    view.set_picture(np.full((28, 28, 3), (200, 30, 60), np.uint8))
    assert middle(view).getRgb()[:3] == (200, 30, 60)
    view.set_picture(None)
    assert view.grab().toImage() == empty
    assert view.picture() is None


def test_ink_is_paper_in_the_light_theme_only(view: ImageView) -> None:
    view.set_ink(True)
    view.set_picture(np.full((28, 28, 1), 255, np.uint8))
    assert middle(view).name() == "#000000"
    theme.use("dark")
    assert middle(view).name() == "#ffffff"


def test_ink_leaves_colour_pictures_alone(view: ImageView) -> None:
    view.set_ink(True)
    view.set_picture(np.full((8, 8, 3), 255, np.uint8))
    assert middle(view).name() == "#ffffff"


def test_what_can_be_copied_is_the_picture_itself(view: ImageView) -> None:
    picture = np.arange(64, dtype=np.uint8).reshape(8, 8, 1)
    view.set_ink(True)
    view.set_picture(picture)
    copied = view.picture()
    assert copied is not None
    assert np.array_equal(copied, picture)
    view.set_signed(np.zeros((8, 8)))
    assert view.picture().shape == (8, 8, 3)  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0, np.nan, np.inf])
def test_differences_of_any_value_are_shown(view: ImageView, value: float) -> None:
    view.set_signed(np.full((28, 28, 1), value))
    colour = middle(view)
    assert (colour.red() > colour.blue()) == (value in (1.0,))
    assert (colour.blue() > colour.red()) == (value == -1.0)


@pytest.mark.parametrize("shape", [(1, 1, 1), (500, 3, 3), (3, 500, 1), (0, 0, 1), (256, 256, 3)])
def test_pictures_of_any_shape_fit(view: ImageView, shape: tuple[int, ...]) -> None:
    view.set_picture(np.zeros(shape, np.uint8))
    for side in (48, 300):
        view.resize(side, side)
        assert not view.grab().isNull()


def test_a_caption_takes_room_below(view: ImageView) -> None:
    before = view.sizeHint().height()
    view.set_caption("Autoencoder")
    assert view.sizeHint().height() > before
    assert view.accessibleName() == "Autoencoder"


def test_double_click_and_return_activate(view: ImageView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.activated, timeout=0):
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(view.activated, timeout=0):
        QTest.keyClick(view, Qt.Key.Key_Return)
