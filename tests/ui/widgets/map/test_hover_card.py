"""The card of the item under the pointer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.map.hover_card import HoverCard
from explorer.ui.widgets.pictures.image_view import ImageView

LINES = ("held-out image 7,982: smiling", "length of z 2.31", "error 0.0123 per pixel", "a", "b" * 400, "c")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    theme.use("light", 1.0)
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


def picture(side: int, channels: int = 1) -> np.ndarray:
    return np.zeros((side, side, channels), np.uint8)


def check(card: HoverCard, window: QWidget) -> None:
    """Nothing is cut, nothing lies over anything else, all is inside."""
    parts = [part for kind in (QLabel, ImageView) for part in card.findChildren(kind) if part.isVisible()]
    shown = {part: part.geometry() for part in parts}
    assert all(card.rect().contains(place) for place in shown.values())
    assert not any(one.intersects(other) for one, other in itertools.combinations(shown.values(), 2))
    for label in (part for part in shown if isinstance(part, QLabel)):
        metrics, lines = label.fontMetrics(), label.text().split("\n")
        assert metrics.height() * len(lines) <= label.height()
        assert all(metrics.horizontalAdvance(line) <= label.width() for line in lines)
        views = [place for part, place in shown.items() if isinstance(part, ImageView)]
        assert all(label.x() > view.right() for view in views), "the text stands beside the picture"
    assert window.rect().contains(card.geometry())


@pytest.mark.parametrize("place", [(0, 0), (599, 399), (300, 399), (599, 10), (300, 200), (0, 200)])
@pytest.mark.parametrize("lines", [1, 3, 6])
@pytest.mark.parametrize(("side", "channels"), [(8, 1), (28, 1), (64, 3), (64, 1), (128, 3)])
def test_the_first_card_has_its_text_beside_the_picture(
    window: QWidget, place: tuple[int, int], lines: int, side: int, channels: int
) -> None:
    card, at = HoverCard(window), QPoint(*place)
    card.show_at(window.mapToGlobal(at), picture(side, channels), LINES[:lines])
    assert card.isVisible()
    check(card, window)
    assert not card.geometry().contains(at)


def test_one_card_after_another_has_its_own_size(window: QWidget) -> None:
    card = HoverCard(window)
    for lines, side in ((1, 0), (6, 128), (2, 28), (5, 28), (1, 8), (3, 64)):
        shown = picture(side, 3) if side else None
        card.show_at(window.mapToGlobal(QPoint(300, 200)), shown, LINES[:lines])
        check(card, window)


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("size", [(160, 160), (300, 200)])
def test_on_a_small_map_the_card_gives_way(window: QWidget, size: tuple[int, int], scale: float) -> None:
    window.resize(*size)
    theme.use("light", scale)
    card = HoverCard(window)
    for x, y in itertools.product((0, size[0] // 2, size[0] - 1), (0, size[1] // 2, size[1] - 1)):
        card.show_at(window.mapToGlobal(QPoint(x, y)), picture(64), LINES)
        check(card, window)
    theme.use("light", 1.0)


@pytest.mark.parametrize(("side", "shown"), [(8, 80), (28, 84), (64, 84), (128, 84)])
def test_the_picture_fills_its_frame(window: QWidget, side: int, shown: int) -> None:
    card = HoverCard(window)
    card.show_at(window.mapToGlobal(QPoint(50, 50)), picture(side), LINES[:2])
    view = card.findChild(ImageView)
    assert view is not None
    assert view.width() - shown <= 6
    assert card.height() <= 110


def test_it_goes_when_dismissed(window: QWidget) -> None:
    card = HoverCard(window)
    card.show_at(window.mapToGlobal(QPoint(50, 50)), None, ["only a line"])
    card.dismiss()
    assert not card.isVisible()


def test_names_from_outside_are_not_read_as_markup(window: QWidget) -> None:
    card = HoverCard(window)
    card.show_at(window.mapToGlobal(QPoint(50, 50)), None, ["<h1>a</h1>", "<img src='x'>"])
    assert [label.text() for label in card.findChildren(QLabel)] == ["<h1>a</h1>", "<img src='x'>"]
    assert QRect(QPoint(), card.size()).height() < 80
