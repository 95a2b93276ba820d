"""Another model is put beside the one on the map: chosen in a list with previews, the same data first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from explorer.session.shelf import Card
from explorer.ui.views.library.cards import CARD
from explorer.ui.views.map.compare_list import CompareList
from explorer.ui.window.main_window import MainWindow


def test_the_list_begins_with_models_of_the_same_data(bare_window: MainWindow, qtbot: QtBot) -> None:
    session = bare_window.session
    assert session is not None
    session.open("gan-fashion")
    button, chooser = bare_window.findChild(QToolButton, "map.compare"), bare_window.findChild(CompareList)
    assert button is not None
    assert chooser is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    rows = chooser.list.model()
    qtbot.waitUntil(lambda: rows.rowCount() > 0, timeout=30_000)
    cards: list[Card] = [rows.index(row, 0).data(CARD) for row in range(rows.rowCount())]
    data = ["" if card.entry.manifest is None else card.entry.manifest.data.title for card in cards]
    count = data.count("Fashion-MNIST")
    assert count >= 3
    assert set(data[:count]) == {"Fashion-MNIST"}
    chosen = next(row for row, card in enumerate(cards) if card.entry.name == "vae-fashion-16d")
    at = chooser.list.visualRect(rows.index(chosen, 0)).center()
    QTest.mouseClick(chooser.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert session.beside.model is not None
    assert session.beside.model.run.name == "vae-fashion-16d"
    assert not chooser.isVisible()
