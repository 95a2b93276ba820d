"""The attribute sliders, used with a pointer on a real model."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from explorer.data.attributes import attribute as attributes_of
from explorer.metrics import attributes as attribute_metrics
from explorer.session.session import Session
from explorer.ui.views.attributes.attributes_view import AttributesView
from explorer.ui.views.attributes.picture_picker import PicturePicker
from explorer.ui.widgets.sliders.attribute_row import AttributeDimension, AttributeRow
from tests.journeys import reading
from tests.journeys.small_models import SmallModels
from tests.ui.opened import wait

LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def empty(session: Session, qtbot: QtBot) -> AttributesView:
    made = AttributesView(session)
    qtbot.addWidget(made)
    made.resize(360, 800)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def view(empty: AttributesView, session: Session, qtbot: QtBot) -> AttributesView:
    """The 16-D VAE of the library on a seven, all that is to be known of its attributes known."""
    session.open("vae-mnist-16d")
    wait(qtbot, lambda: session.main.ready is not None and session.main.images.data is not None)
    attributes = session.attributes
    wait(
        qtbot,
        lambda: (
            len(attributes.directions) == 15 and all(one.attribute.known.all() for one in attributes.fits)
        ),
    )
    session.main.select(0)
    session.choices.history.clear()
    return empty


def row_of(view: QWidget, name: str) -> AttributeRow:
    found = view.findChild(AttributeRow, f"attributes.{name}")
    assert isinstance(found, AttributeRow)
    return found


def drag(row: AttributeRow, *sds: float) -> None:
    grips: list[QPoint] = [row.slider.grip(sd).toPoint() for sd in (row.slider.sd, *sds)]
    QTest.mousePress(row.slider, LEFT, NOTHING, grips[0])
    for grip in grips[1:]:
        QTest.mouseMove(row.slider, grip)
    QTest.mouseRelease(row.slider, LEFT, NOTHING, grips[-1])


def texts(view: QWidget) -> str:
    return " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def test_an_empty_view_says_what_to_do(empty: AttributesView) -> None:
    assert "Open a model" in texts(empty)
    assert not empty.findChildren(AttributeRow)


def test_dragging_an_attribute_changes_the_picture_as_one_entry_of_undo(
    view: AttributesView, session: Session, qtbot: QtBot
) -> None:
    from explorer.data.attributes.measured import measure

    row, before = row_of(view, "slant"), session.main.look
    drag(row, 0.5, 1.0, 2.0)
    assert session.attributes.at("slant") == pytest.approx(2.0, abs=0.05)
    assert row.slider.sd == pytest.approx(2.0, abs=0.05)
    wait(qtbot, lambda: session.main.cursor.pictured is session.main.look.code)
    assert session.main.cursor.picture is not None
    leaning = measure(session.main.cursor.picture[None])["slant"][0]
    drag(row, -2.0)
    wait(qtbot, lambda: session.main.cursor.pictured is session.main.look.code)
    assert measure(session.main.cursor.picture[None])["slant"][0] < leaning - 20
    session.choices.undo()
    session.choices.undo()
    assert session.main.look.code is before.code
    assert row.slider.sd == pytest.approx(session.attributes.at("slant"))


def test_every_slider_confesses(view: AttributesView, session: Session, qtbot: QtBot) -> None:
    wait(qtbot, lambda: {"ink", "slant"} <= set(session.attributes.moves))
    assert not row_of(view, "ink").badge.weak
    assert row_of(view, "ink").badge.text().startswith("R² 0.9")
    assert row_of(view, "height").badge.weak, "held-out R² of 0.5"
    assert row_of(view, "3").badge.text().startswith("AUC 0.9")
    assert "thickness +0" in row_of(view, "ink").moves.text()
    assert "class " in row_of(view, "slant").moves.text()


def test_holding_one_keeps_its_slider_still(view: AttributesView, session: Session, qtbot: QtBot) -> None:
    hold = row_of(view, "slant").hold
    free = session.attributes.directions["thickness"]
    QTest.mouseClick(hold, LEFT, NOTHING, QPoint(8, hold.height() // 2))
    assert session.attributes.held == {"slant"}
    wait(qtbot, lambda: session.attributes.directions["thickness"] is not free)
    stood = row_of(view, "slant").slider.sd
    drag(row_of(view, "thickness"), 1.5)
    assert row_of(view, "slant").slider.sd == pytest.approx(stood, abs=1e-3)


def test_ink_is_not_held_while_thickness_moves(view: AttributesView, session: Session, qtbot: QtBot) -> None:
    slant = session.attributes.directions["slant"]
    session.attributes.hold({"ink", "width"})
    wait(qtbot, lambda: session.attributes.directions["slant"] is not slant)
    stood = {name: row_of(view, name).slider.sd for name in ("ink", "width")}
    drag(row_of(view, "thickness"), 1.5)
    assert row_of(view, "width").slider.sd == pytest.approx(stood["width"], abs=1e-3)
    assert row_of(view, "ink").slider.sd > stood["ink"] + 0.5
    assert "Ink and thickness go together" in view.hold.toolTip()


def test_hold_the_others_holds_all_but_classes(view: AttributesView, session: Session, qtbot: QtBot) -> None:
    box = view.findChild(QCheckBox, "attributes.hold")
    assert box is not None
    QTest.mouseClick(box, LEFT, NOTHING, QPoint(8, box.height() // 2))
    assert session.attributes.held == {"ink", "thickness", "slant", "width", "height"}
    assert row_of(view, "slant").hold.isChecked()
    assert not row_of(view, "3").hold.isChecked()
    QTest.mouseClick(box, LEFT, NOTHING, QPoint(8, box.height() // 2))
    assert not session.attributes.held
    QTest.mouseClick(row_of(view, "ink").hold, LEFT, NOTHING, QPoint(8, box.height() // 2))
    for _ in range(2):
        QTest.mouseClick(box, LEFT, NOTHING, QPoint(8, box.height() // 2))
    assert session.attributes.held == {"ink"}, "single holds come back"
    assert row_of(view, "ink").hold.isChecked()
    assert not row_of(view, "slant").hold.isChecked()


def test_the_sliders_go_as_far_as_the_row_says(view: AttributesView, session: Session, qtbot: QtBot) -> None:
    text = row_of(view, "ink").moves.text()
    moved = re.fullmatch(r"moves also (\S+) ([+−]\d\.\d\d), (class \d|\S+) ([+−]\d\.\d\d) sd", text)
    assert moved is not None, text
    names = [moved[1], moved[3].removeprefix("class ")]
    said = [float(figure.replace("−", "-")) for figure in (moved[2], moved[4])]
    stood = [row_of(view, name).slider.sd for name in names]
    session.attributes.slide("ink", session.attributes.at("ink") + 1)
    went = [row_of(view, name).slider.sd - before for name, before in zip(names, stood, strict=True)]
    assert went == pytest.approx(said, abs=0.01)
    wait(qtbot, lambda: "looked at again:" in row_of(view, "ink").moves.toolTip())


def test_what_is_left_without_a_direction_is_greyed_and_says_why(
    view: AttributesView, session: Session, qtbot: QtBot
) -> None:
    session.attributes.hold([one.name for one in session.attributes.fits])
    wait(qtbot, lambda: not row_of(view, "ink").slider.isEnabled())
    assert "Nothing is left" in row_of(view, "ink").slider.dimension.reason


def test_the_way_is_chosen_in_the_box(view: AttributesView, session: Session, qtbot: QtBot) -> None:
    box = view.findChild(QComboBox, "attributes.finding")
    assert box is not None
    QTest.keyClick(box, Qt.Key.Key_Down)
    wait(qtbot, lambda: session.attributes.directions["ink"].kind == "difference")


def test_strips_follow_and_a_picture_of_them_is_a_place(
    view: AttributesView, session: Session, qtbot: QtBot
) -> None:
    wait(qtbot, lambda: {"ink", "slant"} <= set(session.attributes.strips.rows))
    slider = row_of(view, "ink").slider
    at = slider.grip(2.0).toPoint()
    QTest.mouseClick(slider, LEFT, NOTHING, QPoint(at.x(), slider.height() - 20))
    assert session.attributes.at("ink") == pytest.approx(2.0, abs=0.01)


def test_groups_picked_among_pictures_make_an_attribute_that_can_be_removed(
    view: AttributesView, session: Session, qtbot: QtBot
) -> None:
    def click(name: str) -> None:
        button = view.findChild(QAbstractButton, f"attributes.own.{name}")
        assert button is not None
        QTest.mouseClick(button, LEFT)

    def sweep(rows: int) -> None:
        first, last = (picker.list.visualRect(picker.list.model().index(row, 0)) for row in (0, rows - 1))
        QTest.mouseClick(picker.list.viewport(), LEFT, NOTHING, first.center())
        QTest.mouseClick(picker.list.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, last.center())

    click("new")
    click("pictures")
    picker = view.window().findChild(PicturePicker)
    assert picker is not None
    assert session.main.images.data is not None
    for grey in (*picker.put.values(), picker.put_out):
        assert not grey.isEnabled()
        assert grey.toolTip().endswith("\nSelect images first.")
    for which, digit in (("with", 3), ("without", 8)):
        picker.classes.setCurrentIndex(picker.classes.findText(str(digit)))
        picker.classes.activated.emit(picker.classes.currentIndex())
        sweep(30)
        QTest.mouseClick(picker.put[which], LEFT)
        assert session.main.images.data.test.labels is not None
        assert {session.main.images.data.test.labels[item] for item in picker.groups[which]} == {digit}
    picker.accept()
    assert "30 images" in texts(view)
    title = view.findChild(QLineEdit, "attributes.own.title")
    assert title is not None
    QTest.keyClicks(title, "mine")
    click("make")
    wait(qtbot, lambda: view.findChild(AttributeRow, "attributes.mine") is not None)
    wait(qtbot, lambda: row_of(view, "mine").remove.isVisible())
    QTest.mouseClick(row_of(view, "mine").remove, LEFT)
    wait(qtbot, lambda: view.findChild(AttributeRow, "attributes.mine") is None)


def test_two_groups_from_the_map_make_an_attribute(
    view: AttributesView, session: Session, qtbot: QtBot
) -> None:
    def click(name: str) -> None:
        button = view.findChild(QAbstractButton, f"attributes.own.{name}")
        assert button is not None
        assert button.isEnabled()
        QTest.mouseClick(button, LEFT)

    assert session.main.model is not None
    click("new")
    title = view.findChild(QLineEdit, "attributes.own.title")
    assert title is not None
    assert title.isVisible()
    for which, label in (("with", 3), ("without", 8)):
        session.main.select(session.main.model.middle_of(label) or 0)
        click(f"{which}.this")
        click(f"{which}.near")
        click(f"{which}.near")
    assert "41 images" in texts(view)
    QTest.keyClicks(title, "more like a 3")
    click("make")
    wait(qtbot, lambda: view.findChild(AttributeRow, "attributes.more like a 3") is not None)
    assert not title.isVisible()
    assert session.attributes.fits[-1].score > 0.9


def test_too_small_groups_say_what_is_missing(view: AttributesView) -> None:
    new = view.findChild(QAbstractButton, "attributes.own.new")
    make = view.findChild(QAbstractButton, "attributes.own.make")
    assert new is not None
    assert make is not None
    QTest.mouseClick(new, LEFT)
    assert not make.isEnabled()
    assert "20" in make.toolTip()


def test_a_hidden_view_asks_for_nothing(view: AttributesView, session: Session, qtbot: QtBot) -> None:
    view.hide()
    session.open("vae-mnist-2d")
    wait(qtbot, lambda: session.main.ready is not None and session.main.images.data is not None)
    assert session.attributes.fits == ()
    view.show()
    wait(qtbot, lambda: bool(session.attributes.directions))


@pytest.mark.parametrize(
    ("dimension", "sd", "text"),
    [
        (
            AttributeDimension(0, 2.5, 0.5, name="thickness", graded=True, measured_in="px"),
            1.0,
            "≈ 3 px (1.0 sd)",
        ),
        (AttributeDimension(0, -4, 10, name="slant", graded=True, measured_in="°"), 0.0, "≈ −4° (0.0 sd)"),
        (AttributeDimension(0, 0, 1, name="smiling"), -0.44, "smiling: −0.4 sd"),
        (AttributeDimension(0, 0, 1, name="smiling"), float("nan"), "not a number"),
    ],
)
def test_a_slider_reads_in_the_attributes_own_unit(
    dimension: AttributeDimension, sd: float, text: str
) -> None:
    assert text in dimension.reading(sd)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_into_a_narrow_dock(
    view: AttributesView, scheme: str, tmp_path: Path, qtbot: QtBot, painted: Callable[[QWidget, str], Path]
) -> None:
    wait(qtbot, lambda: len(view._attributes.strips.rows) >= 4)
    painted(view, scheme)
    for row in view.findChildren(AttributeRow):
        assert row.hold.geometry().right() <= row.width()
        assert row.width() <= 360


@pytest.fixture
def painted(tmp_path: Path) -> Callable[[QWidget, str], Path]:
    from explorer.ui.look import theme

    def paint(view: QWidget, scheme: str) -> Path:
        theme.use(scheme)  # type: ignore[arg-type]
        path = tmp_path / f"{scheme}.png"
        assert view.grab().save(str(path))
        return path

    return paint


def test_beside_what_the_probe_reads_stands_what_is_measured_on_the_decoded_picture(
    view: AttributesView, session: Session, qtbot: QtBot
) -> None:
    from explorer.data.attributes.measured import measure

    def is_measured(name: str) -> bool:
        picture = session.main.cursor.picture
        assert picture is not None
        number = f"{measure(picture[None])[name][0]:.3g}".replace("-", "−")
        return f"measured {number}" in reading.painted(row_of(view, name).slider)

    def shown() -> bool:
        arrived = session.main.cursor.pictured is session.main.look.code
        return arrived and all(is_measured(name) for name in ("ink", "thickness", "slant"))

    wait(qtbot, shown)
    before = reading.painted(row_of(view, "thickness").slider)
    drag(row_of(view, "thickness"), 2.0)
    wait(qtbot, shown)
    assert reading.painted(row_of(view, "thickness").slider) != before
    assert reading.painted(row_of(view, "3").slider).endswith("sd class"), "a class cannot be measured"
    session.choices.undo()
    wait(qtbot, lambda: shown() and reading.painted(row_of(view, "thickness").slider) == before)


def test_what_cannot_be_measured_on_a_picture_says_where_it_comes_from(
    empty: AttributesView, session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SmallModels(tmp_path).need("vae-photos")
    monkeypatch.setenv("LATENT_EXPLORER_HOME", str(tmp_path))
    monkeypatch.setattr(attributes_of, "FEWEST", 3)
    monkeypatch.setattr(attribute_metrics, "FEWEST", 3)
    session.open(str(tmp_path / "runs" / "vae-photos"))
    wait(qtbot, lambda: bool(session.attributes.fits) and session.main.cursor.picture is not None)
    assert {one.name for one in session.attributes.fits} == {"age", "hat"}
    assert session.attributes.measured == {}
    assert reading.painted(row_of(empty, "age").slider).endswith("listed")
