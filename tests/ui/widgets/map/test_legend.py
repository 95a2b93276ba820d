"""Chips of classes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.map.legend import Legend

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def legend(qtbot: QtBot) -> Legend:
    theme.use("light")
    made = Legend()
    qtbot.addWidget(made)
    made.resize(300, 100)
    made.set_classes(["zero", "one", "two"])
    return made


def click(legend: Legend, chip: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(legend, LEFT, modifier, legend._chips[chip].center())


def test_a_click_shows_only_that_class_and_again_all(legend: Legend) -> None:
    heard: list[object] = []
    legend.shown_changed.connect(heard.append)
    click(legend, 1)
    click(legend, 2)
    click(legend, 2)
    assert heard == [{1}, {2}, None]


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier])
def test_control_and_shift_add_and_take_away(legend: Legend, modifier: Qt.KeyboardModifier) -> None:
    heard: list[object] = []
    legend.shown_changed.connect(heard.append)
    click(legend, 0)
    click(legend, 2, modifier)
    click(legend, 0, modifier)
    click(legend, 2, modifier)
    assert heard == [{0}, {0, 2}, {2}, None]


def test_all_added_one_by_one_is_all(legend: Legend) -> None:
    heard: list[object] = []
    legend.shown_changed.connect(heard.append)
    for chip in range(3):
        click(legend, chip, Qt.KeyboardModifier.ControlModifier)
    assert heard[-1] is None


def test_hovering_brings_a_class_to_the_front_and_leaving_puts_it_back(legend: Legend) -> None:
    heard: list[object] = []
    legend.front_changed.connect(heard.append)
    for chip in (1, 1, 2):
        place = QPointF(legend._chips[chip].center())
        none = (Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(legend, QMouseEvent(QEvent.Type.MouseMove, place, place, *none))
    QApplication.sendEvent(legend, QEvent(QEvent.Type.Leave))
    assert heard == [1, 2, None]


def test_a_choice_made_elsewhere_is_shown_silently(legend: Legend, qtbot: QtBot) -> None:
    before = legend.grab().toImage()
    with qtbot.assertNotEmitted(legend.shown_changed):
        legend.set_shown({1})
    assert legend.grab().toImage() != before


def test_keys_choose_too(legend: Legend, qtbot: QtBot) -> None:
    QTest.keyClick(legend, Qt.Key.Key_Right)
    with qtbot.waitSignal(legend.shown_changed, timeout=0) as shown:
        QTest.keyClick(legend, Qt.Key.Key_Space)
    assert shown.args == [{1}]


def test_many_classes_end_in_other(legend: Legend) -> None:
    heard: list[object] = []
    legend.shown_changed.connect(heard.append)
    legend.set_classes([f"class {number}" for number in range(1000)])
    assert len(legend._chips) == 25
    click(legend, 24)
    assert heard == [set(range(24, 1000))]
    assert not legend.grab().isNull()


@pytest.mark.parametrize("names", [[], ["only"], ["", "x" * 500]])
def test_odd_names_fit(legend: Legend, names: list[str]) -> None:
    legend.set_classes(names)
    assert not legend.grab().isNull()
    assert all(chip.width() < 220 for chip in legend._chips)


def test_chips_flow_into_more_rows_when_narrow(legend: Legend) -> None:
    assert legend.heightForWidth(80) > legend.heightForWidth(600)


def test_the_legend_of_a_map_speaks_of_classes(legend: Legend) -> None:
    assert "only this class" in legend.toolTip()
    assert legend.accessibleName() == "Classes"
