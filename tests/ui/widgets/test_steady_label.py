"""A label that changes its text without a new layout."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.ui.widgets.steady_label import SteadyLabel
from tests.ui.widgets.layout_requests import LayoutRequests


def shown(qtbot: QtBot, label: SteadyLabel) -> QWidget:
    outer = QWidget()
    QVBoxLayout(outer).addWidget(label)
    qtbot.addWidget(outer)
    outer.show()
    qtbot.waitExposed(outer)
    return outer


def test_a_new_text_asks_for_no_layout_and_is_painted(qtbot: QtBot) -> None:
    label = SteadyLabel("picture 88.8 ms")
    outer = shown(qtbot, label)
    QApplication.processEvents()
    requests, size, before = LayoutRequests(outer), label.sizeHint(), label.grab().toImage()
    label.setText("picture 1.2 ms")
    QApplication.processEvents()
    assert requests.count == 0
    assert label.sizeHint() == size
    assert label.text() == label.accessibleName() == "picture 1.2 ms"
    assert label.grab().toImage() != before


def test_it_has_room_for_its_widest_text(qtbot: QtBot) -> None:
    narrow, wide = SteadyLabel("1 ms"), SteadyLabel("100,000 ms")
    for label in (narrow, wide):
        qtbot.addWidget(label)
    assert narrow.sizeHint().width() < wide.sizeHint().width()
