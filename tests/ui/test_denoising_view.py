"""The denoising dock, used with a pointer and keys."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.session.session import Session
from explorer.ui.views.denoising.denoising_view import DenoisingView
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.pictures.picture_grid import PictureGrid
from explorer.ui.widgets.plots.schedule_plot import SchedulePlot
from explorer.ui.widgets.sliders.number_field import NumberField
from tests import denoisers
from tests.ui.opened import wait

LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
W = TypeVar("W", bound=QWidget)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("runs")
    return {
        "classes": denoisers.trained(root / "classes", 2, condition="class", guidance=2).folder,
        "plain": denoisers.trained(root / "plain", 1, target="v").folder,
    }


@pytest.fixture
def view(session: Session, qtbot: QtBot, runs: dict[str, Path]) -> DenoisingView:
    session.open(runs["classes"])
    made = DenoisingView(session)
    qtbot.addWidget(made)
    made.resize(880, 350)
    made.show()
    qtbot.waitExposed(made)
    wait(qtbot, lambda: not session.denoising.reason)
    return made


@pytest.fixture
def walked(view: DenoisingView, session: Session, qtbot: QtBot) -> DenoisingView:
    QTest.mouseClick(part(view, "start", QPushButton), LEFT)
    walks = session.denoising.walks
    wait(qtbot, lambda: walks.parent is not None and walks.parent.done)
    wait(qtbot, lambda: part(view, "fork", QWidget).toolTip().startswith("No noise"))
    return view


def part(view: QWidget, name: str, kind: type[W]) -> W:
    found = view.findChild(kind, f"denoising.{name}")
    assert isinstance(found, kind)
    return found


def typed(field: NumberField, text: str) -> None:
    field.lineEdit().selectAll()
    QTest.keyClicks(field.lineEdit(), text)


def test_an_empty_dock_says_what_to_do(view: DenoisingView) -> None:
    for name in ("play", "back", "on", "fork"):
        assert not part(view, name, QWidget).isEnabled()
        assert part(view, name, QWidget).toolTip()
    assert part(view, "start", QWidget).isEnabled()
    assert part(view, "x_t", ImageView).picture() is None
    for name in ("sampler", "steps", "eta", "guidance", "class", "seed", "many"):
        assert part(view, name, QWidget).isEnabled()
        assert part(view, name, QWidget).toolTip()


def test_the_way_is_run_along_with_the_pointer_and_with_keys(walked: DenoisingView, session: Session) -> None:
    walks, plot = session.denoising.walks, part(walked, "plot", SchedulePlot)
    shown = part(walked, "clean", ImageView)
    QTest.mousePress(plot, LEFT, NOTHING, plot.point_at(1.0).toPoint())
    assert walks.place == 0
    for t in (0.8, 0.6, 0.41):
        QTest.mouseMove(plot, plot.point_at(t).toPoint())
    QTest.mouseRelease(plot, LEFT, NOTHING, plot.point_at(0.41).toPoint())
    assert walks.place == 6
    assert shown.picture() is walks.step.clean[0] or np.array_equal(shown.picture(), walks.step.clean[0])  # type: ignore[union-attr, arg-type]
    assert "step 6 of 10,  11 network calls" in part(walked, "numbers", QLabel).text()
    formula = part(walked, "formula", QLabel)
    assert formula.text().startswith("x_t = 0.60 x_0' + 0.40 ε';  measured: mean ")
    assert "theory: α x_0' " in formula.text()
    assert "predicted" in formula.toolTip()
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert walks.place == 5
    assert formula.text().startswith("x_t = 0.50 x_0' + 0.50 ε'")
    QTest.keyClick(plot, Qt.Key.Key_End)
    assert walks.place == 10
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert walks.place == 0
    QTest.mouseClick(part(walked, "on", QWidget), LEFT)
    assert walks.place == 1
    QTest.mouseClick(part(walked, "back", QWidget), LEFT)
    assert walks.place == 0


def test_playing_runs_on_until_it_is_paused_or_hidden(
    walked: DenoisingView, session: Session, qtbot: QtBot
) -> None:
    walks, play = session.denoising.walks, part(walked, "play", QWidget)
    QTest.mouseClick(play, LEFT)
    assert walks.place == 0
    wait(qtbot, lambda: walks.place > 0)
    QTest.mouseClick(play, LEFT)
    assert not walks.playing
    QTest.mouseClick(play, LEFT)
    assert walks.playing
    walked.hide()
    assert not walks.playing


def test_forks_stand_beside_the_walk_and_go_again(
    walked: DenoisingView, session: Session, qtbot: QtBot
) -> None:
    walks, plot = session.denoising.walks, part(walked, "plot", SchedulePlot)
    assert not part(walked, "fork", QWidget).isEnabled()
    QTest.mouseClick(plot, LEFT, NOTHING, plot.point_at(0.7).toPoint())
    for _ in range(4):
        QTest.mouseClick(part(walked, "fork", QWidget), LEFT)
    assert not part(walked, "fork", QWidget).isEnabled()
    assert "remove one" in part(walked, "fork", QWidget).toolTip()
    wait(qtbot, lambda: all(fork.done for fork in walks.forks))
    assert all(part(walked, f"fork_{number}", QWidget).isVisible() for number in range(5))
    kept = walks.forks[1]
    QTest.mouseClick(part(walked, "fork_1.remove", QWidget), LEFT)
    assert walks.forks[0] is kept
    assert not part(walked, "fork_4", QWidget).isVisible()
    for _ in range(3):
        QTest.mouseClick(part(walked, "fork_1.remove", QWidget), LEFT)
    assert part(walked, "x_t", ImageView).isVisible()


def test_a_wrong_number_is_said_beside_it_and_nothing_starts(
    view: DenoisingView, session: Session, qtbot: QtBot
) -> None:
    steps, says = part(view, "steps", NumberField), part(view, "says", QLabel)
    for text, word in (("0", "steps = 0"), ("101", "T, 100")):
        typed(steps, text)
        assert word in says.text()
        assert says.isVisible()
        assert not part(view, "start", QWidget).isEnabled()
    typed(steps, "5")
    assert not says.isVisible()
    QTest.mouseClick(part(view, "start", QWidget), LEFT)
    wait(qtbot, lambda: session.denoising.walks.stops == 6)


def test_what_is_chosen_is_walked_at_once(walked: DenoisingView, session: Session, qtbot: QtBot) -> None:
    walks = session.denoising.walks
    QTest.mouseClick(part(walked, "many", QWidget), LEFT, NOTHING, QPoint(8, 10))
    wait(qtbot, lambda: walks.step is not None and len(walks.step.clean) == 16)
    sampler, eta = part(walked, "sampler", QComboBox), part(walked, "eta", QWidget)
    QTest.keyClick(sampler, Qt.Key.Key_Down)
    assert session.denoising.settings.sampler == "heun"
    assert not eta.isEnabled()
    assert "Heun" in eta.toolTip()
    QTest.keyClick(part(walked, "class", QComboBox), Qt.Key.Key_Home)
    assert session.denoising.label is None
    assert not part(walked, "guidance", QWidget).isEnabled()
    wait(qtbot, lambda: walks.parent is not None and walks.parent.done)
    assert walks.parent.request.classes is None  # type: ignore[union-attr]


def test_each_class_of_one_noise_stands_in_a_row_with_its_name(
    walked: DenoisingView, session: Session, qtbot: QtBot, runs: dict[str, Path]
) -> None:
    walks = session.denoising.walks
    box = part(walked, "one_noise", QWidget)
    QTest.mouseClick(box, LEFT, NOTHING, QPoint(8, 10))
    wait(qtbot, lambda: walks.compares_classes and walks.parent.done)  # type: ignore[union-attr]
    walks.go(3)
    rows = [grid for grid in walked.findChildren(PictureGrid) if grid.isVisible()]
    assert [grid.captions for grid in rows] == [session.main.askable] * 2
    assert [grid.count for grid in rows] == [4, 4]
    for name, reason in (("class", "Each class is asked for"), ("many", "one noise under each class")):
        assert not part(walked, name, QWidget).isEnabled()
        assert reason in part(walked, name, QWidget).toolTip()
    assert part(walked, "guidance", QWidget).isEnabled()
    session.open(runs["plain"])
    wait(qtbot, lambda: not session.denoising.reason)
    assert not box.isEnabled()
    assert "without classes" in box.toolTip()
    assert not session.denoising.settings.one_noise
    assert part(walked, "x_t", ImageView).isVisible()


def test_an_item_pressed_on_the_map_is_made_anew_from_the_noise_behind_it(
    view: DenoisingView, session: Session, qtbot: QtBot
) -> None:
    denoising, walks = session.denoising, session.denoising.walks
    wait(qtbot, lambda: session.main.model is not None and session.main.model.items is not None)
    session.main.select(3)
    assert part(view, "source", QComboBox).currentText() == "the noise behind a picture"
    assert part(view, "class", QComboBox).currentText() == "any"
    wait(qtbot, lambda: walks.parent is not None and walks.parent.done)
    assert denoising.error is not None
    wait(qtbot, lambda: "squared error " in part(view, "numbers", QLabel).text())
    denoising.turn(source="noise")
    denoising.start()
    session.main.select(4)
    assert denoising.settings.source == "noise", "who walks from fresh noise can look at items beside it"


def test_a_dropped_picture_is_noised_and_walked_back(
    view: DenoisingView, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    denoising = session.denoising
    wait(qtbot, lambda: session.main.model is not None and session.main.model.embedding is not None)
    ink = np.zeros((40, 40), np.uint8)
    ink[:20, :20] = 255
    Image.fromarray(ink).save(tmp_path / "corner.png")
    mime, actions = QMimeData(), Qt.DropAction.CopyAction
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "corner.png"))])
    middle = view.rect().center()
    QApplication.sendEvent(view, QDragEnterEvent(middle, actions, mime, LEFT, NOTHING))
    QApplication.sendEvent(view, QDropEvent(QPointF(middle), actions, mime, LEFT, NOTHING))
    wait(qtbot, lambda: bool(denoising.pictures) and denoising.noising)
    plot, start = part(view, "plot", SchedulePlot), part(view, "start", QPushButton)
    QTest.mousePress(plot, LEFT, NOTHING, plot.point_at(0.9).toPoint())
    QTest.mouseMove(plot, plot.point_at(0.3).toPoint())
    QTest.mouseRelease(plot, LEFT, NOTHING, plot.point_at(0.3).toPoint())
    assert denoising.settings.level == pytest.approx(0.3, abs=0.01)
    can, formula = denoising.abilities, part(view, "formula", QLabel)
    assert can is not None
    at = round(denoising.settings.level * can.T)
    assert formula.text().startswith(f"x_t = {can.alpha[at]:.2f} x_0 + {can.sigma[at]:.2f} ε;  measured: ")
    assert f"σ² {can.sigma[at] ** 2:.3f}" in formula.text(), "a straight way"
    assert "the real picture" in formula.toolTip()
    QTest.mouseClick(start, LEFT)
    wait(qtbot, lambda: denoising.walks.parent is not None and denoising.walks.parent.done)
    assert denoising.walks.parent.steps[0].t == pytest.approx(0.3, abs=0.01)  # type: ignore[union-attr]
    assert start.text() == "Noise it again"
    QTest.mouseClick(start, LEFT)
    assert denoising.noising


def test_without_classes_guidance_is_grey_and_says_why(
    view: DenoisingView, session: Session, qtbot: QtBot, runs: dict[str, Path]
) -> None:
    session.open(runs["plain"])
    assert not part(view, "start", QWidget).isEnabled()
    wait(qtbot, lambda: not session.denoising.reason)
    for name in ("guidance", "class"):
        assert not part(view, name, QWidget).isEnabled()
        assert "without classes" in part(view, name, QWidget).toolTip()
    assert part(view, "start", QWidget).isEnabled()
    session.denoising.start()
    wait(qtbot, lambda: session.denoising.walks.stops > 0 and session.denoising.walks.parent.done)  # type: ignore[union-attr]
    session.denoising.walks.go(5)
    ab = float(session.denoising.abilities.alpha_bar[50])  # type: ignore[union-attr]
    said = part(view, "formula", QLabel).text()
    assert said.startswith(f"x_t = {ab**0.5:.2f} x_0' + {(1 - ab) ** 0.5:.2f} ε'")
    assert "√ᾱ x_0' " in said
    assert f"1 − ᾱ {1 - ab:.3f}" in said


def test_a_model_that_does_not_denoise_is_said_in_place(
    walked: DenoisingView, session: Session, qtbot: QtBot
) -> None:
    session.open("vae-mnist-2d")
    wait(qtbot, lambda: "does not denoise" in session.denoising.reason)
    assert part(walked, "x_t", ImageView).picture() is None
    for name in ("source", "steps", "start", "play"):
        assert not part(walked, name, QWidget).isEnabled()
