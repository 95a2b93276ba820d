"""The window as a whole: commands, undo, sliders, drops, memory, and closing while a model learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.session.learning.plans import Plan
from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.widgets.sliders.dimension_slider import DimensionSlider
from explorer.ui.window import memory
from explorer.ui.window.command_palette import CommandPalette, matching
from explorer.ui.window.finding import commands
from explorer.ui.window.main_window import MainWindow

LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def slow_plan(tiny_data: Path) -> Plan:
    """A training that goes on until it is stopped."""
    knobs = {"network": "dense", "latent_size": 2, "width": 4, "epochs": 100_000, "batch": 32}
    return Plan("vae", knobs, str(tiny_data), name="bars")


def test_a_slider_moves_the_cursor_on_the_map(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    slider = window.findChild(DimensionSlider)
    assert slider is not None
    start = session.main.look.code
    assert start is not None
    before = session.main.cursor.picture
    middle = QPoint(slider.width() // 2, 38)
    QTest.mousePress(slider, LEFT, NOTHING, middle)
    QTest.mouseMove(slider, middle + QPoint(60, 0))
    QTest.mouseRelease(slider, LEFT, NOTHING, middle + QPoint(60, 0))
    moved = session.main.look.code
    assert moved is not None
    assert np.flatnonzero(moved != start).tolist() == [slider.dimension.index]
    qtbot.waitUntil(
        lambda: (
            session.main.cursor.picture is not before
            and session.main.cursor.pictured is session.main.look.code
        )
    )
    session.choices.undo()
    assert session.main.look.code is start


def test_pressing_the_map_moves_the_sliders(window: MainWindow, session: Session) -> None:
    assert session.main.model is not None
    assert session.main.model.embedding is not None
    session.main.select(7)
    for slider in window.findChildren(DimensionSlider):
        wanted = session.main.model.embedding.standardise(session.main.model.embedding.codes[7])
        assert slider.sd == pytest.approx(float(wanted[slider.dimension.index]), abs=1e-4)


def test_the_palette_finds_and_runs_a_command(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    session.main.select(7)
    start = session.main.look
    session.main.select(8)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(CommandPalette)
    assert palette is not None
    line, found = palette.findChild(QLineEdit), palette.findChild(QListWidget)
    assert line is not None
    assert found is not None
    QTest.keyClicks(line, "undo")
    assert found.item(0).text().startswith("Undo: select an item")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert session.main.look.item == start.item


def test_every_command_has_a_name_and_a_line_of_help(window: MainWindow) -> None:
    actions = list(window.actions_by_name.values())
    assert len({(action.property("kind"), action.text()) for action in actions}) == len(actions)
    assert all(action.text() and action.toolTip() for action in actions)
    keys = [action.shortcut().toString() for action in actions if not action.shortcut().isEmpty()]
    assert len(set(keys)) == len(keys)
    assert [find.title for find in matching(commands(actions, ""), "watch one")] == ["Watch one learn"]


def test_copy_puts_the_picture_at_its_own_size_on_the_clipboard(window: MainWindow, session: Session) -> None:
    window.map.cloud.setFocus()
    window.actions_by_name["Copy the picture"].trigger()
    assert QGuiApplication.clipboard().image().width() == 28


def test_a_dropped_picture_lands_on_the_map(
    window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    from PIL import Image

    canvas = np.full((90, 90), 255, np.uint8)
    canvas[15:75, 40:50] = 0
    path = tmp_path / "one.png"
    Image.fromarray(canvas).save(path)
    window.open_path(path)
    qtbot.waitUntil(lambda: session.drawing.code is not None)
    assert session.scene.glyph is not None
    assert session.scene.glyph.max() > 200
    assert session.scene.glyph[0].max() == 0


def test_a_dropped_text_is_one_sentence(window: MainWindow, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_text("not a picture")
    before = session.scene
    window.open_path(path)
    assert window.messages.isVisible()
    assert "notes.png" in window.messages.text
    assert session.scene is before


def test_a_damaged_model_is_one_sentence_and_the_open_one_stays(
    window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"format": 1, "family": "vae"')
    model = session.main.model
    assert model is not None
    window.open_path(folder)
    qtbot.waitUntil(window.messages.isVisible)
    assert session.main.model is not None
    assert session.main.model.run is model.run


def test_a_message_lies_over_the_maps_and_moves_nothing(bare_window: MainWindow, qtbot: QtBot) -> None:
    session, middle = bare_window.session, bare_window.middle
    assert session is not None
    qtbot.waitUntil(lambda: middle.width() > 800)
    QApplication.processEvents()
    before, tabs = middle.geometry(), bare_window.workspaces
    session.say("The folder holds no images that can be read. " * 3, "error")
    QApplication.processEvents()
    assert bare_window.messages.isVisible()
    assert middle.geometry() == before
    bar = QRect(bare_window.messages.mapToGlobal(QPoint()), bare_window.messages.size())
    assert not bar.intersects(QRect(tabs.mapToGlobal(QPoint()), tabs.size()))
    assert QRect(middle.mapToGlobal(QPoint()), middle.size()).contains(bar)


def test_dark_and_light_are_chosen_and_remembered(window: MainWindow) -> None:
    window.actions_by_name["Dark colours"].trigger()
    assert theme.choice() == "dark"
    dark = theme.current()
    window.actions_by_name["Light colours"].trigger()
    assert theme.current() != dark


def test_the_layout_comes_back(window: MainWindow) -> None:
    window.docks["sliders"].hide()
    kept = window.layout_to_keep()
    window.docks["sliders"].show()
    assert window.restore_layout(kept)
    assert window.docks["sliders"].isHidden()


def test_docks_behind_one_another_take_the_height_they_are_given(
    bare_window: MainWindow, qtbot: QtBot
) -> None:
    bare_window.resize(1280, 1100)
    strip = bare_window.docks["strip"]
    qtbot.waitUntil(lambda: strip.height() < 350 and not bare_window.room.busy)
    bare_window.resizeDocks([strip], [450], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: strip.height() > 400)


def test_presenting_folds_the_docks_and_leaving_brings_them_back(
    bare_window: MainWindow, qtbot: QtBot
) -> None:
    window, point_size = bare_window, QApplication.font().pointSizeF()
    window.workspaces.go_to("Attributes")
    window.docks["picture"].hide()
    window.workspaces.go_to("Compare")
    open_docks = {name for name, dock in window.docks.items() if dock.isVisible()}
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert {name for name, dock in window.docks.items() if dock.isVisible()} == {"picture"}
    assert QApplication.font().pointSizeF() > 1.2 * point_size
    window.workspaces.go_to("Attributes")
    assert window.docks["attributes"].isVisible()
    assert window.docks["guide"].isHidden()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert window.workspaces.current.title == "Compare"
    assert {name for name, dock in window.docks.items() if dock.isVisible()} == open_docks
    assert QApplication.font().pointSizeF() == point_size
    window.workspaces.go_to("Attributes")
    assert window.docks["picture"].isHidden(), "each workspace is as it was left"


def test_a_corrupt_layout_leaves_the_default(window: MainWindow) -> None:
    for kept in (None, {}, {"geometry": "?", "docks": "!"}, {"geometry": "AAAA", "docks": "AAAA"}):
        assert not window.restore_layout(kept)
        assert window.docks["sliders"].isVisible()


def test_a_corrupt_memory_is_kept_aside(home: None) -> None:
    path = paths.settings() / memory.NAME
    path.parent.mkdir(parents=True)
    path.write_text("{ not json")
    assert memory.recall() == {}
    assert path.with_suffix(".bad").exists()


def test_own_picture_is_redrawn_while_a_model_learns(
    window: MainWindow, session: Session, tiny_data: Path, slow_plan: Plan, qtbot: QtBot
) -> None:
    session.training.start(slow_plan)
    qtbot.waitUntil(lambda: session.main.model is not None and session.main.model.living, timeout=60_000)
    qtbot.waitUntil(
        lambda: session.main.model is not None and session.main.model.embedding is not None, timeout=60_000
    )
    session.main.select(3)
    places = [session.main.look.code]
    session.main.cursor.moved.connect(lambda: places.append(session.main.look.code))
    qtbot.waitUntil(lambda: len(places) > 3, timeout=60_000)
    assert session.main.look.item == 3
    assert not session.training.fault


def test_closing_while_training_saves_and_the_run_resumes(
    window: MainWindow, session: Session, slow_plan: Plan, qtbot: QtBot
) -> None:
    session.training.start(slow_plan)
    qtbot.waitUntil(lambda: session.training.progress is not None, timeout=60_000)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    qtbot.waitUntil(lambda: not session.training.active, timeout=20_000)
    run = session.library.find("bars")
    assert run.manifest.status == "stopped"
    assert run.manifest.step > 0
    assert run.state_files()
