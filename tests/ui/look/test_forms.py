"""The form that is built from a family's knobs: what a person types, and what comes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.errors import BadInput
from explorer.models.families.vae import VAEConfig
from explorer.ui.look.forms import KnobForm
from explorer.ui.views.training.live_knobs import Scale
from explorer.ui.widgets.sliders.number_field import NumberField, next_rung

COMMON = ("latent_size", "beta", "learning_rate", "network")


@pytest.fixture
def form(qtbot: QtBot) -> KnobForm:
    made = KnobForm(VAEConfig.knobs(), COMMON)
    qtbot.addWidget(made)
    made.show()
    return made


def field(form: KnobForm, name: str) -> NumberField:
    found = form.findChild(NumberField, f"training.knob.{name}")
    assert found is not None
    return found


def type_into(qtbot: QtBot, editor: QWidget, text: str) -> None:
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, text)


def test_untouched_it_gives_no_settings_so_that_the_defaults_hold(form: KnobForm) -> None:
    assert form.values() == {}
    assert form.fault is None


def test_what_is_typed_comes_out_as_the_knobs_own_type(form: KnobForm, qtbot: QtBot) -> None:
    type_into(qtbot, field(form, "latent_size"), "2")
    type_into(qtbot, field(form, "beta"), "0,5")
    choice = form.findChild(QComboBox, "training.knob.network")
    assert choice is not None
    choice.setFocus()
    qtbot.keyClicks(choice, "d")
    values = form.values()
    assert values == {"latent_size": 2, "beta": 0.5, "network": "dense"}
    assert type(values["latent_size"]) is int


def test_a_number_out_of_range_stays_and_gets_one_sentence_at_its_field(form: KnobForm, qtbot: QtBot) -> None:
    beta = field(form, "beta")
    type_into(qtbot, beta, "500")
    fault = form.findChild(QLabel, "training.fault.beta")
    assert fault is not None
    assert fault.isVisible()
    assert "between 0 and 100" in fault.text()
    assert fault.text().count(".") == 1
    field(form, "latent_size").setFocus()
    assert beta.text() == "500"
    with pytest.raises(BadInput):
        form.values()
    type_into(qtbot, beta, "5")
    assert not fault.isVisible()
    assert form.fault is None


def test_letters_can_not_be_typed_into_a_number(form: KnobForm, qtbot: QtBot) -> None:
    type_into(qtbot, field(form, "latent_size"), "a3b")
    assert form.values() == {"latent_size": 3}


def test_a_changed_field_offers_the_way_back_to_its_default(form: KnobForm, qtbot: QtBot) -> None:
    def reset() -> QToolButton:
        return next(b for b in form.findChildren(QToolButton) if b.accessibleName() == "Reset Beta")

    assert not reset().isVisible()
    type_into(qtbot, field(form, "beta"), "3")
    assert reset().isVisible()
    qtbot.mouseClick(reset(), Qt.MouseButton.LeftButton)
    assert form.values() == {}
    assert field(form, "beta").text() == "1"
    assert not reset().isVisible()


def test_common_settings_are_in_sight_and_the_others_folded_away(form: KnobForm, qtbot: QtBot) -> None:
    more = form.findChild(QPushButton, "training.more")
    assert more is not None
    assert field(form, "beta").isVisible()
    assert not field(form, "warm_up").isVisible()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert field(form, "warm_up").isVisible()
    tops = [field(form, name).y() for name in ("latent_size", "beta", "learning_rate")]
    assert tops == sorted(tops)


def test_every_editor_explains_itself_with_its_range(form: KnobForm) -> None:
    for name in ("learning_rate", "beta", "batch", "warm_up", "seed"):
        if editor := form.findChild(NumberField, f"training.knob.{name}"):
            assert len(editor.toolTip()) > 20
    assert "KL(q(z|x) || N(0, I))" in field(form, "beta").toolTip()
    assert "0 to 100" in field(form, "beta").toolTip()


def test_arrow_keys_step_by_factors_where_a_knob_spans_decades(form: KnobForm, qtbot: QtBot) -> None:
    rate = field(form, "learning_rate")
    rate.setFocus()
    for key, text in ((Qt.Key.Key_Up, "0.005"), (Qt.Key.Key_Up, "0.01"), (Qt.Key.Key_Down, "0.005")):
        qtbot.keyClick(rate, key)
        assert rate.text() == text
    beta = field(form, "beta")
    type_into(qtbot, beta, "0.001")
    qtbot.keyClick(beta, Qt.Key.Key_Down)
    assert beta.text() == "0"
    qtbot.keyClick(beta, Qt.Key.Key_Up)
    assert beta.number is not None
    assert beta.number > 0


def test_steps_stop_at_the_ends_of_the_range(form: KnobForm, qtbot: QtBot) -> None:
    size = field(form, "latent_size")
    type_into(qtbot, size, "1")
    qtbot.keyClick(size, Qt.Key.Key_Down)
    assert size.text() == "1"
    type_into(qtbot, size, "4096")
    qtbot.keyClick(size, Qt.Key.Key_Up)
    assert size.text() == "4096"


def test_the_wheel_leaves_a_field_alone_that_has_not_the_focus(form: KnobForm, qtbot: QtBot) -> None:
    field(form, "beta").setFocus()
    rate = field(form, "learning_rate")

    def turn() -> None:
        QApplication.sendEvent(
            rate,
            QWheelEvent(
                QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            ),
        )  # fmt: skip

    turn()
    assert rate.text() == "0.003"
    rate.setFocus()
    turn()
    assert rate.text() == "0.005"


def test_settings_can_be_filled_in_from_outside(form: KnobForm) -> None:
    form.set_values({"beta": 4.0, "network": "linear"})
    assert form.values() == {"beta": 4.0, "network": "linear"}
    form.set_values({})
    assert form.values() == {}


@given(st.integers(-8, 8), st.sampled_from([1, 2, 5]))
def test_a_rung_up_and_a_rung_down_lead_back(power: int, factor: int) -> None:
    value = factor * 10.0**power
    assert next_rung(next_rung(value, True), False) == pytest.approx(value)


@given(st.floats(1e-9, 1e9))
def test_rungs_go_on_in_their_direction_by_at_most_two_and_a_half(value: float) -> None:
    assert value < next_rung(value, True) <= 2.6 * value
    assert value / 2.6 <= next_rung(value, False) < value


@given(st.floats(0, 1), st.sampled_from([(0.0, 100.0, 1.0), (1e-6, 1.0, 1e-3), (0.0, 1.0, 0.3)]))
def test_a_slider_place_and_its_value_belong_to_each_other(
    place: float, span: tuple[float, float, float]
) -> None:
    scale = Scale(*span)
    value = scale.value(place)
    assert span[0] <= value <= span[1]
    assert scale.place(value) == pytest.approx(place, abs=0.01)
