"""At twice the size of type no number is cut."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStatusBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.widgets.sliders.dimension import Dimension, fitting
from explorer.ui.widgets.sliders.dimension_slider import DimensionSlider
from explorer.ui.widgets.sliders.number_field import NumberField
from explorer.ui.widgets.sliders.slider_bank import SliderBank
from explorer.ui.widgets.steady_label import SteadyLabel


@pytest.fixture(params=[1.0, 2.0], ids=["usual", "large"])
def page(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[QWidget]:
    theme.use("light", request.param)
    made = QWidget()
    qtbot.addWidget(made)
    QVBoxLayout(made)
    yield made
    theme.use("light", 1.0)


def show_narrow(page: QWidget, qtbot: QtBot) -> None:
    """As narrow as it may become."""
    page.show()
    qtbot.waitExposed(page)
    page.resize(page.minimumSizeHint())


@pytest.mark.parametrize("value", [-88.88, 0.000123, 123456.0, 1e-9])
def test_a_number_field_holds_its_number(page: QWidget, qtbot: QtBot, value: float) -> None:
    field, row = NumberField(-1e9, 1e9, 1.0), QHBoxLayout()
    field.set_number(value)
    row.addWidget(field)
    column = page.layout()
    assert isinstance(column, QVBoxLayout)
    column.addLayout(row)
    show_narrow(page, qtbot)
    line = field.lineEdit()
    assert line.fontMetrics().horizontalAdvance(field.text()) + line.textMargins().left() <= line.width()


def test_a_bank_is_as_wide_as_its_readings(page: QWidget, qtbot: QtBot) -> None:
    bank = SliderBank()
    bank.set_rows([Dimension(d, 0.5, 2.0, 1.0, "KL 3.02 nats") for d in range(16)])
    bank.set_values(np.full(16, -3.3))
    page.layout().addWidget(bank)  # type: ignore[union-attr]
    show_narrow(page, qtbot)
    scroll = bank.findChild(QScrollArea)
    assert scroll is not None
    for slider in bank.findChildren(DimensionSlider):
        assert slider.width() <= scroll.viewport().width(), "nothing is cut at the right"
        assert slider.shown_reading() == slider.dimension.reading(-3.3)


def test_a_bank_grows_when_type_does(qtbot: QtBot) -> None:
    theme.use("light", 1.0)
    bank = SliderBank()
    qtbot.addWidget(bank)
    bank.set_rows([Dimension(0)])
    bank.show()
    qtbot.waitExposed(bank)
    before = bank.minimumSizeHint().width()
    theme.use("light", 2.0)
    qtbot.waitUntil(lambda: bank.minimumSizeHint().width() > 1.5 * before)
    theme.use("light", 1.0)


@pytest.mark.parametrize(
    ("reading", "room", "shown"),
    [
        ("z₁ = 1.29 (1.1 sd)", 40, "z₁ = 1.29 (1.1 sd)"),
        ("z₁ = 1.29 (1.1 sd)", 12, "z₁ = 1.29"),
        ("thickness ≈ 2.6 px (0.4 sd)", 14, "thic… ≈ 2.6 px"),
        ("thickness = 2.60 (0.4 sd)", 3, "2.60"),
        ("smiling: 0.4 sd", 11, "sm…: 0.4 sd"),
        ("z₁ is not a number", 5, "z₁ is not a number"),
    ],
)
def test_a_name_is_cut_and_never_a_number(reading: str, room: int, shown: str) -> None:
    assert fitting(reading, room, len) == shown


def test_a_status_label_grows_with_a_number_longer_than_thought(page: QWidget, qtbot: QtBot) -> None:
    bar, label = QStatusBar(), SteadyLabel("picture 88.8 ms")
    bar.addPermanentWidget(label)
    page.layout().addWidget(bar)  # type: ignore[union-attr]
    page.resize(900, 200)
    page.show()
    qtbot.waitExposed(page)
    for text in ("picture 1.0 ms", "picture 123456.7 ms"):
        label.setText(text)
        wide = label.fontMetrics().horizontalAdvance(text)
        qtbot.waitUntil(lambda wide=wide: label.contentsRect().width() >= wide)  # type: ignore[misc]
