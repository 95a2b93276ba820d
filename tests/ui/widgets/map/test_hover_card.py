"""The card of the item under the pointer."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.map.hover_card import HoverCard


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    theme.use("light")
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize("place", [(0, 0), (599, 399), (300, 399), (599, 10), (300, 200)])
def test_it_stays_inside_the_window_and_off_the_item(window: QWidget, place: tuple[int, int]) -> None:
    card, at = HoverCard(window), QPoint(*place)
    card.show_at(
        window.mapToGlobal(at), np.zeros((28, 28, 1), np.uint8), ["Digit 3", "item 17", "loss 90 nats"]
    )
    assert card.isVisible()
    assert window.rect().contains(card.geometry())
    assert not card.geometry().contains(at)


def test_it_goes_when_dismissed(window: QWidget) -> None:
    card = HoverCard(window)
    card.show_at(window.mapToGlobal(QPoint(50, 50)), None, ["only a line"])
    card.dismiss()
    assert not card.isVisible()


def test_names_from_outside_are_not_read_as_markup(window: QWidget) -> None:
    card = HoverCard(window)
    card.show_at(window.mapToGlobal(QPoint(50, 50)), None, ["<h1>a</h1>", "<img src='x'>"])
    assert card._title.text() == "<h1>a</h1>"
    assert card._title.height() < 60
