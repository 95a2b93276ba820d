"""Menus, the palette and the sheet of keys in the real window."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QMenu, QScrollArea
from pytestqt.qtbot import QtBot

from explorer.runs.library import Entry
from explorer.session.learning.plans import Plan
from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.widgets.map.gestures import KEYS, POINTER, Tool
from explorer.ui.window.command_palette import CommandPalette
from explorer.ui.window.key_sheet import KeySheet
from explorer.ui.window.main_window import MainWindow
from explorer.ui.window.recalling import choices_to_keep, restore_choices

CTRL = Qt.KeyboardModifier.ControlModifier


def menu(window: MainWindow, title: str) -> QMenu:
    return next(one for one in window.menuBar().findChildren(QMenu) if one.title() == title)


def checked(window: MainWindow, title: str) -> set[str]:
    return {action.text() for action in menu(window, title).actions() if action.isChecked()}


def open_docks(window: MainWindow) -> set[str]:
    return {dock.windowTitle() for dock in window.docks.values() if not dock.isHidden()}


def test_the_view_menu_shows_which_docks_are_open(window: MainWindow) -> None:
    assert checked(window, "Docks") == open_docks(window)
    window.docks["sliders"].hide()
    assert "Sliders" not in checked(window, "Docks")
    window.workspaces.go_to("Train")
    assert checked(window, "Docks") == open_docks(window)
    window.actions_by_name["Docks: Library"].trigger()
    assert "Library" in checked(window, "Docks") & open_docks(window)
    window.actions_by_name["Docks: Library"].trigger()
    assert "Library" not in checked(window, "Docks") | open_docks(window)


def test_a_dock_behind_another_is_brought_not_closed(bare_window: MainWindow, qtbot: QtBot) -> None:
    window = bare_window
    assert "Samples" in checked(window, "Docks")
    window.actions_by_name["Docks: Samples"].trigger()
    qtbot.waitUntil(lambda: not window.docks["samples"].visibleRegion().isEmpty())
    assert "Samples" in checked(window, "Docks")


def test_the_view_menu_shows_workspace_colours_and_tool(bare_window: MainWindow) -> None:
    window = bare_window
    assert checked(window, "Workspaces") == {"Compare"}
    window.workspaces.go_to("Train")
    assert checked(window, "Workspaces") == {"Train"}
    window.actions_by_name["Workspaces: Compare"].trigger()
    assert checked(window, "Workspaces") == {"Compare"}
    assert checked(window, "Colours") == {"Light colours"}
    window.actions_by_name["Dark colours"].trigger()
    assert checked(window, "Colours") == {"Dark colours"}
    theme.use("light")
    menu(window, "Colours").aboutToShow.emit()
    assert checked(window, "Colours") == {"Light colours"}
    window.map.cloud.set_tool(Tool.PAN)
    assert checked(window, "Map") == {"Pan tool"}


def test_a_grey_command_says_why(window: MainWindow, session: Session) -> None:
    def why(name: str) -> str:
        action = window.actions_by_name[name]
        assert not action.isEnabled()
        return action.toolTip().partition("\n")[2]

    for title in ("&Edit", "&Model"):
        assert menu(window, title).toolTipsVisible()
    assert "Nothing has been chosen" in why("Undo")
    assert why("Redo") == "Nothing has been taken back."
    assert why("Clear the ends A and B") == "There are no ends to forget."
    for name in ("Pause or go on", "One training step", "Stop the training"):
        assert why(name) == "Nothing is being trained now."
    session.interpolation.set_end("a", 1)
    assert why("Swap the ends A and B") == session.interpolation.reason, "as in the strip"
    assert window.actions_by_name["Clear the ends A and B"].isEnabled()
    session.interpolation.set_end("b", 2)
    swap = window.actions_by_name["Swap the ends A and B"]
    assert swap.isEnabled()
    assert "\n" not in swap.toolTip()


def test_undo_is_grey_until_something_is_chosen(window: MainWindow, session: Session) -> None:
    undo = window.actions_by_name["Undo"]
    assert not undo.isEnabled()
    assert undo.text() == "Undo"
    session.main.select(7)
    assert undo.text() == "Undo: select an item"
    session.restore_cursor([float(number) for number in session.main.look.code], 7)  # type: ignore[union-attr]
    assert not undo.isEnabled()
    kept = choices_to_keep(session) | {"classes": [1, 2]}
    restore_choices(session, kept)
    assert session.main.look.shown == {1, 2}
    assert not undo.isEnabled()


def find(window: MainWindow, text: str) -> tuple[CommandPalette, list[str]]:
    QTest.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = next(one for one in window.findChildren(CommandPalette) if one.isVisible())
    line, found = palette.findChild(QLineEdit), palette.findChild(QListWidget)
    assert line is not None
    assert found is not None
    QTest.keyClicks(line, text)
    return palette, [found.item(row).text() for row in range(found.count())]


def choose_first(palette: CommandPalette) -> None:
    line = palette.findChild(QLineEdit)
    assert line is not None
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_the_palette_finds_an_image_by_its_number(window: MainWindow, session: Session) -> None:
    palette, found = find(window, "image 7982")
    assert found == ["held-out digit 7,982: " + str(session.main.model and session.main.model.class_of(7982))]
    choose_first(palette)
    assert session.main.look.item == 7982
    palette, found = find(window, "image 70000")
    choose_first(palette)
    assert session.main.look.item == 7982
    assert found == ["image 70,000"]


def test_the_palette_opens_a_model(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    palette, found = find(window, "model ae 16d")
    entries = palette.findChild(QListWidget)
    assert entries is not None
    # The library is read behind the window, for the first time as it may be.
    qtbot.waitUntil(lambda: entries.count() > 1, timeout=30_000)
    found = [entries.item(row).text() for row in range(entries.count())]
    assert {"ae-mnist-16d", "vae-mnist-16d"} <= set(found)
    palette.close()
    palette, found = find(window, "pca-mnist-2d")
    assert found[0] == "pca-mnist-2d"
    choose_first(palette)
    assert session.main.model is not None
    assert session.main.model.run.name == "pca-mnist-2d"
    qtbot.waitUntil(lambda: session.main.ready is not None, timeout=30_000)


def test_the_palette_opens_the_model_in_training_where_it_lives(
    window: MainWindow, session: Session, tiny_data: Path, qtbot: QtBot
) -> None:
    knobs = {"network": "dense", "latent_size": 2, "width": 4, "epochs": 100_000}
    session.training.start(Plan("vae", knobs, str(tiny_data), name="bars"))
    qtbot.waitUntil(lambda: session.training.progress is not None, timeout=60_000)
    session.open("vae-mnist-16d")
    palette, _ = find(window, "model bars")
    found = palette.findChild(QListWidget)
    assert found is not None
    qtbot.waitUntil(lambda: found.count() > 0 and found.item(0).text() == "bars", timeout=30_000)
    choose_first(palette)
    assert session.main.model is not None
    assert session.main.model.living


def test_the_palette_does_not_read_the_library_itself(
    window: MainWindow, session: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session.shelf.refresh()
    qtbot.waitUntil(lambda: session.shelf.cards is not None, timeout=30_000)
    readers: list[str] = []
    entries = session.library.entries

    def kept() -> list[Entry]:
        readers.append(threading.current_thread().name)
        return entries()

    monkeypatch.setattr(session.library, "entries", kept)
    palette, found = find(window, "pca-mnist-2d")
    assert found[0] == "pca-mnist-2d"
    qtbot.waitUntil(lambda: bool(readers), timeout=30_000)
    assert threading.main_thread().name not in readers
    palette.close()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("umap", "UMAP"), ("fashion data", "Fashion-MNIST"), ("dark", "Dark colours"), ("lesson walk", None),
        ("workspace train", "Train"), ("dock library", "Library"), ("watch one", "Watch one learn"),
    ],
)  # fmt: skip
def test_the_palette_finds_everything_by_its_name(window: MainWindow, text: str, first: str | None) -> None:
    palette, found = find(window, text)
    assert found
    if first is not None:
        assert found[0] == first
    palette.close()


def test_the_palette_brings_the_field_of_a_setting(
    window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    session.training.ask_families()
    qtbot.waitUntil(lambda: bool(session.training.families), timeout=60_000)
    palette, found = find(window, "beta")
    assert "Beta" in found
    palette.close()
    palette, found = find(window, "setting learning rate")
    assert found[0] == "Learning rate"
    choose_first(palette)
    qtbot.waitUntil(lambda: window.training.isVisible())
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == "training.knob.learning_rate"


def sheet_of(window: MainWindow) -> KeySheet:
    QTest.keyClick(window, Qt.Key.Key_F1)
    sheet = window.findChild(KeySheet)
    assert sheet is not None
    return sheet


@pytest.mark.parametrize("presenting", [False, True])
def test_one_sheet_holds_all_keys_and_gestures(
    bare_window: MainWindow, presenting: bool, qtbot: QtBot
) -> None:
    window = bare_window
    if presenting:
        QTest.keyClick(window, Qt.Key.Key_F11)
        window.resize(1280, 800)
    sheet = sheet_of(window)
    qtbot.waitExposed(sheet)
    said = {label.text() for label in sheet.findChildren(QLabel)}
    assert {does for _, does in POINTER} | {row.does for row in KEYS} <= said
    on_map = Qt.ShortcutContext.WidgetShortcut
    for action in window.actions_by_name.values():
        assert isinstance(action, QAction)
        if not action.shortcut().isEmpty() and action.shortcutContext() != on_map:
            assert action.shortcut().toString(QKeySequence.SequenceFormat.NativeText) in said
    assert sheet.width() <= 1280
    assert sheet.height() <= 800
    scroll = sheet.findChild(QScrollArea)
    assert scroll is not None
    assert scroll.verticalScrollBar().maximum() == 0, "nothing has to be scrolled"
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert window.presenting.on is presenting
