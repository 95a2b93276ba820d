"""Sliders of a code: readings, gestures, resets, strips in sight."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.sliders.dimension_slider import Dimension, DimensionSlider
from explorer.ui.widgets.sliders.slider_bank import SliderBank

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bank(qtbot: QtBot) -> SliderBank:
    theme.use("light")
    made = SliderBank()
    qtbot.addWidget(made)
    made.resize(320, 400)
    made.set_rows(
        [Dimension(1, 0.5, 2.0, 1.0, "KL 3.0 nats"), Dimension(0), Dimension(2, reason="collapsed")]
    )
    made.show()
    qtbot.waitExposed(made)
    return made


def row(bank: SliderBank, index: int) -> DimensionSlider:
    rows = bank.findChildren(DimensionSlider)
    return next(slider for slider in rows if slider.dimension.index == index)


class Heard:
    def __init__(self, bank: SliderBank) -> None:
        self.events: list[tuple[object, ...]] = []
        for name in ("pressed", "slid", "released", "reset_wanted"):
            getattr(bank, name).connect(lambda *a, n=name: self.events.append((n, *a)))


def on_groove(slider: DimensionSlider, sd: float) -> QPoint:
    return QPoint(round(slider._x_of(sd)), round(slider._line() + 10))


@pytest.mark.parametrize(
    ("dimension", "sd", "reading"),
    [
        (Dimension(0, 0.1, 1.1), 1.08, "z₁ = 1.29 (1.1 sd)"),
        (Dimension(11), -0.5, "z₁₂ = −0.50 (−0.5 sd)"),
        (Dimension(0), -0.0, "z₁ = 0.00 (0.0 sd)"),
        (Dimension(0, name="thickness"), 2.0, "thickness = 2.00 (2.0 sd)"),
        (Dimension(0), float("nan"), "z₁ is not a number"),
        (Dimension(0, 0.7512, 0.0), 3.0, "z₁ = 0.75, a constant"),
        (Dimension(0, 0.0, 0.01), -114622.2, "z₁ = −1146.222 (−114,622 sd)"),
        (Dimension(0, 5.0, 1e-4), 2.0, "z₁ = 5.00020 (2.0 sd)"),
    ],
)
def test_readings(dimension: Dimension, sd: float, reading: str) -> None:
    assert dimension.reading(sd) == reading


def test_rows_stand_in_the_order_given(bank: SliderBank) -> None:
    assert bank.visible_rows() == [1, 0, 2]


def test_a_drag_is_one_press_and_one_release(bank: SliderBank) -> None:
    slider, heard = row(bank, 1), Heard(bank)
    QTest.mousePress(slider, LEFT, pos=on_groove(slider, 0))
    for sd in (0.5, 1, 2):
        QTest.mouseMove(slider, on_groove(slider, sd))
    QTest.mouseRelease(slider, LEFT, pos=on_groove(slider, 2))
    assert heard.events[0] == ("pressed",)
    assert heard.events[-1] == ("released",)
    assert {event[:2] for event in heard.events[1:-1]} == {("slid", 1)}
    assert heard.events[-2][2] == pytest.approx(2, abs=0.05)


def test_pressing_the_handle_does_not_move_it(bank: SliderBank) -> None:
    bank.set_values(np.array([0, 1.234, 0]))
    slider, heard = row(bank, 1), Heard(bank)
    QTest.mouseClick(slider, LEFT, pos=on_groove(slider, 1.234) + QPoint(3, 0))
    assert heard.events == [("pressed",), ("released",)]


def test_a_double_click_on_the_handle_is_nought(bank: SliderBank) -> None:
    bank.set_values(np.array([0, 1.5, 0]))
    slider, heard = row(bank, 1), Heard(bank)
    QTest.mouseDClick(slider, LEFT, pos=on_groove(slider, 1.5))
    assert ("slid", 1, 0.0) in heard.events
    assert slider.sd == 0


def test_arrow_keys_step_a_tenth(bank: SliderBank) -> None:
    heard = Heard(bank)
    QTest.keyClick(row(bank, 0), Qt.Key.Key_Right)
    QTest.keyClick(row(bank, 0), Qt.Key.Key_Right)
    QTest.keyClick(row(bank, 0), Qt.Key.Key_Left)
    assert [event[2] for event in heard.events] == pytest.approx([0.1, 0.2, 0.1])


def wheel(slider: DimensionSlider, delta: int) -> bool:
    at = QPointF(on_groove(slider, 0))
    none = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    event = QWheelEvent(at, slider.mapToGlobal(at), QPoint(), QPoint(0, delta), *none)
    QApplication.sendEvent(slider, event)
    return bool(slider.sd)


def test_the_wheel_moves_only_the_slider_with_the_focus(bank: SliderBank, qtbot: QtBot) -> None:
    slider = row(bank, 0)
    bank.setFocus()
    assert not wheel(slider, 120)
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    assert wheel(slider, 120)


def test_setting_values_tells_nobody(bank: SliderBank) -> None:
    heard = Heard(bank)
    bank.set_values(np.array([1.0, -9.5, 0.3]))
    assert heard.events == []
    assert row(bank, 1).sd == -9.5


@pytest.mark.parametrize("sd", [np.nan, np.inf, 1e300])
def test_values_that_are_no_place_are_no_crash(bank: SliderBank, sd: float) -> None:
    bank.set_values(np.array([sd, sd, sd]))
    assert not bank.grab().isNull()
    QTest.keyClick(row(bank, 0), Qt.Key.Key_Left)
    assert np.isfinite(row(bank, 0).sd)


def test_reset_is_possible_only_when_something_differs(bank: SliderBank) -> None:
    everything = bank.findChild(QPushButton)
    assert everything is not None
    heard, slider = Heard(bank), row(bank, 1)
    cross = slider._cross().center().toPoint()
    assert not everything.isEnabled()
    QTest.mouseClick(slider, LEFT, pos=cross)
    assert heard.events == []
    bank.set_values(np.array([0, 1.0, 0]))
    QTest.mouseClick(slider, LEFT, pos=cross)
    QTest.mouseClick(everything, LEFT)
    assert heard.events == [("reset_wanted", 1), ("reset_wanted", -1)]
    bank.set_values(np.zeros(3))
    assert not everything.isEnabled()


def test_a_picture_of_the_strip_moves_the_slider_there(bank: SliderBank) -> None:
    heard, slider = Heard(bank), row(bank, 0)
    QTest.mouseClick(slider, LEFT, pos=slider._tile(-2).center().toPoint())
    assert heard.events == [("pressed",), ("slid", 0, -2.0), ("released",)]


def test_a_collapsed_dimension_does_not_move(bank: SliderBank) -> None:
    heard, slider = Heard(bank), row(bank, 2)
    QTest.mouseClick(slider, LEFT, pos=on_groove(slider, 2))
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert heard.events == []


def test_strips_are_wanted_only_for_rows_in_sight(qtbot: QtBot) -> None:
    theme.use("light")
    bank = SliderBank()
    qtbot.addWidget(bank)
    bank.resize(320, 300)
    bank.set_rows([Dimension(index) for index in range(256)])
    assert bank.visible_rows() == []
    with qtbot.waitSignal(bank.strips_wanted, timeout=2000) as first:
        bank.show()
    assert first.args[0][0] == 0
    assert len(first.args[0]) < 8
    bar = bank._scroll.verticalScrollBar()
    with qtbot.waitSignal(bank.strips_wanted, timeout=2000) as last:
        bar.setValue(bar.maximum())
    assert last.args[0][-1] == 255
    bank.set_strip(255, [np.zeros((28, 28, 1), np.uint8)] * 7)
    bank.set_strip(999, [])
    assert not bank.grab().isNull()


def test_no_rows_say_so(bank: SliderBank) -> None:
    bank.set_rows([])
    assert bank.visible_rows() == []
    assert not bank.grab().isNull()
