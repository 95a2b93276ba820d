"""Cards in any list: their previews are those that there are now."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from explorer.runs.library import Entry
from explorer.session.shelf import Card
from explorer.ui.views.library.cards import CardModel, CardPainter


def card(ink: int) -> Card:
    entry = Entry("mine", Path("mine"), shipped=False, bytes=0, manifest=None, fault=None)
    return Card(entry, "finished", np.full((8, 8, 1), ink, np.uint8), None)


def test_cards_that_are_put_anew_bring_their_own_previews(qtbot: QtBot) -> None:
    """The list behind Compare with shows a model that has gone on as it is now."""
    view = QListView()
    qtbot.addWidget(view)
    cards = CardModel(view)
    view.setModel(cards)
    view.setItemDelegate(CardPainter(view, cards, lambda card: card.preview))
    view.resize(300, 120)
    view.show()
    cards.put((card(30),))
    half = view.grab().toImage()
    cards.put((card(220),))
    assert view.grab().toImage() != half
