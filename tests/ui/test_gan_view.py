"""The GAN dock, used with a pointer on a tiny GAN that really learns."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QSlider, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from explorer.data.framing import Framing
from explorer.models.families.gan import GAN
from explorer.session.learning.plans import Plan
from explorer.session.message import Message
from explorer.session.scene import Condition
from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.views.adversaries.gan_view import GanView
from explorer.ui.views.prior.code_search import GanSearch
from explorer.ui.views.training.training_view import TrainingView
from explorer.ui.widgets.choice_grid import ChoiceGrid
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.plots.bar_chart import BarChart
from explorer.ui.widgets.plots.histogram import Histogram
from explorer.ui.widgets.plots.plane_pad import PlanePad
from explorer.ui.widgets.plots.trace_plot import TracePlot
from explorer.ui.widgets.sliders.dimension_slider import DimensionSlider
from explorer.ui.widgets.sliders.number_field import NumberField
from tests.ui.opened import wait

LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
T = TypeVar("T", bound=QWidget)
TINY = {"width": 4, "latent_size": 8, "batch": 32}


@pytest.fixture
def view(session: Session, qtbot: QtBot) -> GanView:
    """As large as the dock at 1280 x 800."""
    made = GanView(session)
    qtbot.addWidget(made)
    made.resize(880, 343)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def live(view: GanView, session: Session, tiny_data: Path, qtbot: QtBot) -> GanView:
    """While a GAN learns without an end, in Goodfellow's game."""
    settings = {**TINY, "epochs": 100_000, "loss": "non-saturating", "penalty": 0.0}
    session.training.start(Plan("gan", settings, str(tiny_data), name="bars"))
    wait(qtbot, lambda: button(view, "gan.step.critic").isEnabled())
    return view


def end(session: Session, qtbot: QtBot) -> None:
    session.training.stop()
    wait(qtbot, lambda: not session.training.active)


@pytest.fixture
def done(view: GanView, session: Session, tiny_data: Path, qtbot: QtBot) -> GanView:
    """After a short training with classes: the model is open and its grid drawn."""
    settings = {**TINY, "epochs": 1, "condition": "class"}
    session.training.start(Plan("gan", settings, str(tiny_data), name="bars"))
    wait(qtbot, lambda: not session.training.active and session.main.ready is not None)
    wait(
        qtbot, lambda: part(view, ChoiceGrid, "gan.grid").count == 64 and session.main.images.data is not None
    )
    wait(qtbot, lambda: session.main.look.code is not None)
    return view


def part(view: QWidget, kind: type[T], name: str) -> T:
    found = view.findChild(kind, name)
    assert found is not None, name
    return found


def button(view: QWidget, name: str) -> QAbstractButton:
    return part(view, QAbstractButton, name)


def click(view: QWidget, name: str) -> None:
    widget = button(view, name)
    assert widget.isEnabled(), widget.toolTip()
    QTest.mouseClick(widget, LEFT, NOTHING, QPoint(10, widget.height() // 2))


def turn_to(view: GanView, title: str) -> None:
    bar = view.tabs.tabBar()
    at = next(i for i in range(bar.count()) if bar.tabText(i) == title)
    QTest.mouseClick(bar, LEFT, NOTHING, bar.tabRect(at).center())


def press_picture(view: GanView, place: int) -> None:
    grid = part(view, ChoiceGrid, "gan.grid")
    QTest.mouseClick(grid, LEFT, NOTHING, grid.place_rect(place).center().toPoint())


def test_an_empty_dock_says_what_to_do_and_greys_what_can_not_be_done(view: GanView) -> None:
    assert not view.grab().isNull()
    assert not button(view, "gan.step.round").isEnabled()
    assert "Nothing is being trained" in button(view, "gan.step.round").toolTip()
    for kind, name in ((QSlider, "gan.psi"), (QComboBox, "gan.class")):
        assert not part(view, kind, name).isEnabled()
        assert "\nOpen a model" in part(view, kind, name).toolTip()
    turn_to(view, "Invert")
    assert "Open a model" in button(view, "gan.find.start").toolTip()
    assert "\nOpen a model" in part(view, QSpinBox, "gan.find.item").toolTip()
    assert not button(view, "gan.find.cancel").isEnabled()


def test_the_game_is_seen_and_its_players_are_moved_one_by_one(
    live: GanView, session: Session, qtbot: QtBot
) -> None:
    scores, odds = part(live, Histogram, "gan.scores"), button(live, "gan.probabilities")
    wait(qtbot, lambda: odds.isEnabled())
    assert scores.span == (0.0, 1.0), "probabilities"
    assert "−log 4 = −1.39" in part(live, QLabel, "gan.value").text()
    turn_to(live, "Curves")
    value = part(live, TracePlot, "gan.values")
    wait(qtbot, lambda: value.isVisible() and value.titles == ["now"])
    assert part(live, TracePlot, "gan.gradients").titles == ["critic", "generator"]
    turn_to(live, "Game")
    click(live, "gan.probabilities")
    assert scores.span != (0.0, 1.0)
    click(live, "gan.step.generator")
    assert session.training.state == "paused"
    curves = session.training.course.curves
    wait(qtbot, lambda: curves["loss generator"][-1][0] > curves["loss critic"][-1][0])
    reason = "The critic stands still: only the generator was stepped."
    wait(qtbot, lambda: reason in part(live, QLabel, "gan.value").text())
    assert reason in scores.toolTip()
    assert scores.faded == ["real x"]
    turn_to(live, "Curves")
    for name in ("gan.losses", "gan.gradients"):
        plot = part(live, TracePlot, name)
        assert plot.titles == ["critic", "generator"]
        assert plot.faded == ["critic"]
        assert reason in plot.toolTip()
    turn_to(live, "Game")
    click(live, "gan.step.critic")
    wait(qtbot, lambda: curves["loss critic"][-1][0] > curves["loss generator"][-1][0])
    click(live, "gan.slow")
    assert session.training.pace == 2.0
    click(live, "gan.slow")
    assert session.training.pace == 0.0
    assert session.training.state == "paused"
    wait(qtbot, lambda: scores.faded == ["fake G(z)"])
    click(live, "gan.step.round")
    wait(qtbot, lambda: scores.faded == [])
    assert "still" not in part(live, QLabel, "gan.value").text()
    end(session, qtbot)
    assert not button(live, "gan.step.critic").isEnabled()


def test_the_wasserstein_game_shows_its_gap(
    view: GanView, session: Session, tiny_data: Path, qtbot: QtBot
) -> None:
    settings = {**TINY, "epochs": 100_000, **GAN.PRESETS["Wasserstein with gradient penalty"]}
    session.training.start(Plan("gan", settings, str(tiny_data), name="bars"))
    wait(qtbot, lambda: "Wasserstein gap = " in part(view, QLabel, "gan.value").text())
    turn_to(view, "Curves")
    gap = part(view, TracePlot, "gan.gap")
    wait(qtbot, lambda: gap.isVisible() and gap.titles == ["now"])
    assert not part(view, TracePlot, "gan.values").isVisible()
    assert gap.accessibleName() == "Wasserstein gap"
    end(session, qtbot)


@pytest.fixture
def away(live: GanView, session: Session, qtbot: QtBot) -> GanView:
    """The one that learns is on no map; the map shows another model that draws."""
    session.main.open("gan-mnist")
    wait(qtbot, lambda: len(session.directions.vectors) > 0 and session.search.count > 0)
    wait(qtbot, lambda: part(live, ChoiceGrid, "gan.grid").count == 64)
    return live


def test_pages_that_act_on_the_map_refuse_while_the_subject_is_on_none(
    away: GanView, session: Session, qtbot: QtBot
) -> None:
    code, refusal = session.main.look.code, "bars is on no map: press Show it first."
    assert "bars" in part(away, QLabel, "gan.subject.name").text()
    assert not session.directions.reason, "those of the other model are there"
    turn_to(away, "Directions")
    assert part(away, QLabel, "gan.directions.reason").text() == refusal
    assert not part(away, DimensionSlider, "gan.direction.1").isVisible()
    assert not any(label.text() for label in away.lines.findChildren(QLabel))
    turn_to(away, "Classes")
    assert away.classes.reason == refusal
    turn_to(away, "Invert")
    assert not button(away, "gan.find.start").isEnabled()
    assert refusal in button(away, "gan.find.start").toolTip()
    assert refusal in part(away, QSpinBox, "gan.find.item").toolTip()
    assert part(away, ImageView, "gan.find.wanted").picture() is None
    assert session.main.look.code is code
    click(away, "gan.subject.button")
    assert session.main.model is not None
    assert session.main.model.run.name == "bars"
    assert "While a model learns" in button(away, "gan.find.start").toolTip()
    turn_to(away, "Directions")
    assert "While a model learns" in part(away, QLabel, "gan.directions.reason").text()
    end(session, qtbot)


def test_a_press_that_moves_no_cursor_says_what_to_do(away: GanView, session: Session, qtbot: QtBot) -> None:
    said: list[Message] = []
    session.said.connect(said.append)
    code, grid = session.main.look.code, part(away, ChoiceGrid, "gan.grid")
    bars = part(away, BarChart, "gan.coverage")
    assert "on no map" in grid.toolTip()
    assert "look at it" not in grid.toolTip()
    away.resize(880, 700)
    assert "on the map" not in bars.toolTip()
    press_picture(away, 13)
    assert said[-1].text == "bars is on no map: press Show it first."
    turn_to(away, "Plane")
    words, pad = part(away, QLabel, "gan.plane.words"), part(away, PlanePad, "gan.plane")
    assert "takes the cursor there" not in words.text()
    assert "corner" in grid.toolTip()
    QTest.mouseClick(pad, LEFT, NOTHING, pad.point_of((1.0, 0.0, 0.0)).toPoint())
    assert len(said) == 2
    assert session.main.look.code is code, "nothing was moved"
    assert said[-1].action is not None
    word, act = said[-1].action
    assert word == "Show it"
    act()
    assert session.main.model is not None
    assert session.main.model.run.name == "bars"
    assert "takes the cursor there" in words.text()
    assert "on the map" in bars.toolTip()
    turn_to(away, "Game")
    assert "look at it" in grid.toolTip()
    end(session, qtbot)


def test_on_the_map_beside_its_codes_are_looked_at_and_the_left_maps_pages_refuse(
    away: GanView, session: Session, qtbot: QtBot
) -> None:
    left = session.main.look.code
    session.training.show_on(session.beside)
    assert "on the map beside" in part(away, QLabel, "gan.subject.words").text()
    press_picture(away, 13)
    assert session.beside.look.code == pytest.approx(session.adversaries.grid.code_at(13))
    turn_to(away, "Directions")
    assert "on the map beside" in part(away, QLabel, "gan.directions.reason").text()
    assert session.main.look.code is left
    session.beside.show(None)
    assert "on no map" in part(away, QLabel, "gan.subject.words").text()
    end(session, qtbot)


def test_the_grid_is_redrawn_as_it_learns_and_not_while_hidden(
    live: GanView, session: Session, qtbot: QtBot
) -> None:
    grid = session.adversaries.grid
    wait(qtbot, lambda: part(live, ChoiceGrid, "gan.grid").count == 64)
    first = np.array(grid.pictures)
    wait(qtbot, lambda: (np.array(grid.pictures) != first).any())
    live.hide()
    session.training.pause()
    asked: list[object] = []
    session.workers.main.submit, submit = asked.append, session.workers.main.submit  # type: ignore[method-assign]
    grid.refresh()
    session.workers.main.submit = submit  # type: ignore[method-assign]
    assert not asked
    end(session, qtbot)


def test_hidden_scores_and_classes_wait_until_they_are_seen(
    live: GanView, session: Session, qtbot: QtBot
) -> None:
    live.resize(880, 700)
    step, classes = button(live, "gan.step.critic"), part(live, QLabel, "gan.no_coverage")
    before = classes.text()
    live.hide()
    end(session, qtbot)
    session.main.open("vae-mnist-2d")
    assert step.isEnabled()
    assert classes.text() == before
    live.show()
    assert "Nothing is being trained" in button(live, "gan.step.round").toolTip()
    assert "images, not samples" in classes.text()


def test_a_press_on_the_grid_looks_there_and_truncation_draws_together(
    done: GanView, session: Session, qtbot: QtBot
) -> None:
    press_picture(done, 13)
    code = session.adversaries.grid.code_at(13)
    assert session.main.look.code == pytest.approx(code)
    psi = part(done, QSlider, "gan.psi")
    psi.setFocus()
    QTest.keyClick(psi, Qt.Key.Key_Home)
    grid = session.adversaries.grid
    wait(qtbot, lambda: all((np.array(grid.pictures[k::2]) == grid.pictures[k]).all() for k in (0, 1)))
    assert session.main.look.code == pytest.approx(code), "the cursor stays where it was put"
    session.choices.undo()
    assert session.main.look.code is not None
    assert (session.main.look.code != code).any()


def test_a_class_is_chosen_for_grid_and_cursor(done: GanView, session: Session, qtbot: QtBot) -> None:
    box, grid = part(done, QComboBox, "gan.class"), session.adversaries.grid
    assert [box.itemText(i) for i in range(box.count())] == ["each", "0", "1"]
    assert box.currentIndex() == 0
    in_turn = np.array(grid.pictures)
    press_picture(done, 5)
    assert session.main.look.condition == Condition(1), "that of the picture that was pressed"
    session.choices.undo()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert session.main.look.condition == Condition(0)
    wait(qtbot, lambda: (np.array(grid.pictures) != in_turn).any(axis=(1, 2, 3))[1::2].all())
    before = np.array(grid.pictures)
    assert (before[::2] == in_turn[::2]).all(), "they were of class 0 already"
    press_picture(done, 5)
    assert session.main.look.condition == Condition(0)
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert session.main.look.condition == Condition(1)
    wait(qtbot, lambda: (np.array(grid.pictures) != before).any())
    session.choices.undo()
    assert box.currentIndex() == 1
    QTest.keyClick(box, Qt.Key.Key_Up)
    wait(qtbot, lambda: bool((np.array(grid.pictures) == in_turn).all()))
    done.resize(880, 700)
    assert "says nothing" in part(done, QLabel, "gan.no_coverage").text()


def test_the_code_at_the_cursor_stands_in_a_row_under_each_class(
    done: GanView, session: Session, qtbot: QtBot
) -> None:
    row, main = part(done, ChoiceGrid, "gan.classes"), session.main
    turn_to(done, "Classes")
    wait(qtbot, lambda: row.count == 2)
    assert row.captions == main.askable == ("0", "1")
    assert not any(np.array_equal(*pair) for pair in [session.class_row.pictures])

    def as_drawn() -> bool:
        """The one of the class that is asked for is the picture at the cursor."""
        asked, pictures = main.look.condition, session.class_row.pictures
        return asked is not None and np.array_equal(pictures[asked.label], main.cursor.picture)  # type: ignore[arg-type]

    wait(qtbot, as_drawn)
    before = session.class_row.pictures
    press_picture(done, 13)
    wait(qtbot, lambda: session.class_row.pictures is not before and as_drawn())
    assert not np.array_equal(np.array(before), np.array(session.class_row.pictures)), "another code"
    QTest.mouseClick(row, LEFT, NOTHING, row.place_rect(1).center().toPoint())
    assert main.look.condition == Condition(1)
    assert row.marks == {1: "✓"}
    wait(qtbot, as_drawn)
    session.choices.undo()
    assert row.marks == {0: "✓"}
    for name, words in (("vae-mnist-2d", "without classes"), ("diffusion-mnist", "dock Denoising")):
        session.open(name)
        assert words in done.classes.reason
        assert row.count == 0


def test_three_codes_are_chosen_and_their_plane_is_decoded_under_the_pointer(
    done: GanView, session: Session, qtbot: QtBot
) -> None:
    turn_to(done, "Plane")
    grid, cursor = session.adversaries.grid, session.main.look.code
    for place in (3, 30, 60):
        press_picture(done, place)
    assert grid.corners == (3, 30, 60)
    assert dict(part(done, ChoiceGrid, "gan.grid").marks) == {3: "A", 30: "B", 60: "C"}
    assert session.main.look.code is cursor, "choosing corners moves nothing"
    pad, picture = part(done, PlanePad, "gan.plane"), part(done, ImageView, "gan.plane.picture")
    wait(qtbot, lambda: picture.picture() is not None)
    QTest.mouseMove(pad, pad.point_of((0.0, 0.0, 1.0)).toPoint())
    wait(
        qtbot, lambda: grid.plane_code is not None and np.abs(grid.plane_code - grid.code_at(60)).max() < 0.1
    )
    assert picture.picture() is grid.plane_picture
    QTest.mouseClick(pad, LEFT, NOTHING, pad.point_of((1.0, 0.0, 0.0)).toPoint())
    assert session.main.look.code == pytest.approx(grid.code_at(3), abs=0.1)


def test_a_direction_is_dragged_as_one_entry_of_undo(done: GanView, session: Session, qtbot: QtBot) -> None:
    turn_to(done, "Directions")
    wait(qtbot, lambda: {0, 1} <= set(session.directions.strips.rows))
    row, before = part(done, DimensionSlider, "gan.direction.1"), session.main.look.code
    grips = [row.grip(sd).toPoint() for sd in (row.sd, 0.5, 1.5)]
    QTest.mousePress(row, LEFT, NOTHING, grips[0])
    for grip in grips[1:]:
        QTest.mouseMove(row, grip)
    QTest.mouseRelease(row, LEFT, NOTHING, grips[-1])
    assert session.directions.at(0) == pytest.approx(1.5, abs=0.1)
    session.choices.undo()
    assert session.main.look.code is before
    assert row.sd == pytest.approx(session.directions.at(0))


def test_the_code_of_a_held_out_image_is_found_before_ones_eyes(
    done: GanView, session: Session, qtbot: QtBot
) -> None:
    turn_to(done, "Invert")
    part(done, QSpinBox, "gan.find.item").setFocus()
    QTest.keyClick(part(done, QSpinBox, "gan.find.item"), Qt.Key.Key_Up)
    search = session.search
    assert search.item == 1
    click(done, "gan.find.start")
    assert not button(done, "gan.find.start").isEnabled()
    assert button(done, "gan.find.cancel").isEnabled()
    wait(qtbot, lambda: not search.searching)
    assert search.found is not None
    assert session.main.look.code == pytest.approx(search.found.code)
    assert "squared error 0." in part(done, QLabel, "gan.find.words").text()
    assert part(done, ImageView, "gan.find.found").picture() is search.found.picture


def test_a_search_is_cancelled(done: GanView, session: Session) -> None:
    turn_to(done, "Invert")
    cursor = session.main.look.code
    click(done, "gan.find.start")
    click(done, "gan.find.cancel")
    assert not session.search.searching
    assert button(done, "gan.find.start").isEnabled()
    assert session.main.look.code is cursor


def test_a_dropped_picture_of_another_size_is_fitted_and_looked_for(
    done: GanView, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "own.png"
    Image.fromarray(np.tile(np.arange(0, 240, 4, np.uint8), (80, 1))).convert("RGB").save(path)
    turn_to(done, "Invert")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    drop = QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, mime, LEFT, NOTHING)
    done.findChild(GanSearch).dropEvent(drop)  # type: ignore[union-attr]
    search = session.search
    assert search.own is not None
    assert search.own.shape == (12, 12, 1)
    assert not search.refusal
    search.choose_item(0)
    assert search.own is None


def test_a_preset_fills_the_form_and_a_change_by_hand_leaves_it(
    session: Session, qtbot: QtBot, tiny_data: Path
) -> None:
    session.data_choice.look(str(tiny_data), Framing())
    view = TrainingView(session)
    qtbot.addWidget(view)
    view.resize(1200, 300)
    view.show()
    wait(qtbot, lambda: bool(session.training.families))
    preset, family = part(view, QComboBox, "training.preset"), part(view, QComboBox, "training.family")
    assert not preset.isVisible(), "a VAE has none"
    family.setCurrentText("Generative adversarial network")
    assert preset.isVisible()
    assert preset.currentIndex() == 0
    QTest.keyClick(preset, Qt.Key.Key_Down)
    assert preset.currentText() == "Goodfellow 2014"
    assert part(view, QComboBox, "training.knob.loss").currentText() == "non-saturating"
    rate = part(view, NumberField, "training.knob.learning_rate")
    assert rate.number == pytest.approx(2e-4)
    rate.setFocus()
    QTest.keyClick(rate, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(rate, "0.01")
    assert preset.currentIndex() == -1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_room_in_the_dock(done: GanView, scheme: str, qtbot: QtBot) -> None:
    theme.use(scheme)  # type: ignore[arg-type]
    for at in range(done.tabs.count()):
        done.tabs.setCurrentIndex(at)
        assert not done.grab().isNull()
    assert done.size().width() == 880
    for name in ("gan.step.critic", "gan.slow", "gan.find.start"):
        widget = button(done, name)
        assert widget.mapTo(done, widget.rect().bottomRight()).x() < 880
        assert widget.width() >= widget.sizeHint().width()
    part(done, BarChart, "gan.coverage").set_bars(["a"], np.array([np.nan]), np.array([0.5]))
    assert not part(done, BarChart, "gan.coverage").grab().isNull()
