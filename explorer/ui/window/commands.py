"""Every command of the window: one row each in the table below, in the menus and in the palette.

Imports Qt and the views' owner, the main window.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog

from explorer import paths
from explorer.data.formats.png import to_png
from explorer.errors import Failure
from explorer.files import atomic_write
from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.look.images import to_qimage
from explorer.ui.widgets.map.gestures import Tool
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.window.about import AboutBox
from explorer.ui.window.command_palette import CommandPalette

if TYPE_CHECKING:
    from explorer.ui.window.main_window import MainWindow


class Command(NamedTuple):
    """One action: under which menu, its words, what it does."""

    menu: str
    text: str
    run: Callable[[], object]
    keys: str = ""
    tip: str = ""
    icon: str = ""
    on_map: bool = False
    """Its keys act only while the map has the focus."""


class Commands:
    """What the commands do that is no intent of the session."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        self.window, self.session = window, session

    def open_model(self) -> None:
        folder = QFileDialog.getExistingDirectory(self.window, "Open a model's folder")
        if folder:
            self.session.open(Path(folder))

    def open_data(self) -> None:
        self.window.bring("training")
        self.window.training.choose_data()

    def copy_picture(self) -> None:
        focused = QApplication.focusWidget()
        picture = focused.picture() if isinstance(focused, ImageView) else self.session.main.cursor.picture
        if picture is not None:
            QGuiApplication.clipboard().setImage(to_qimage(picture))
            self.session.say("Copied the picture.")

    def save_picture(self) -> None:
        focused = QApplication.focusWidget()
        picture = focused.picture() if isinstance(focused, ImageView) else self.session.main.cursor.picture
        if picture is None:
            self.session.say("There is no picture yet: press on the map first.", "warning")
            return
        name, _ = QFileDialog.getSaveFileName(self.window, "Save the picture", "picture.png", "PNG (*.png)")
        if name:
            self.write_picture(Path(name).with_suffix(".png"), to_png(picture))

    def write_picture(self, path: Path, data: bytes) -> None:
        try:
            atomic_write(path, data)
            self.session.say(f"Saved {path.name}.")
        except Failure as error:
            self.session.say(str(error), "error")

    def find_command(self) -> None:
        actions = list(self.window.actions_by_name.values())
        palette = CommandPalette(actions, self.window)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.open_over(self.window)

    def show_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.logs())))

    def about(self) -> None:
        box = AboutBox(self.session, self.window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def begin_lesson(self, stem: str) -> None:
        self.window.bring("guide")
        self.window.guide.begin(stem)

    def watch_one_learn(self) -> None:
        self.window.bring("training")
        self.session.training.watch_one_learn()

    def pause_or_go_on(self) -> None:
        training = self.session.training
        training.go_on() if training.state == "paused" else training.pause()


def _table(window: MainWindow, session: Session) -> list[Command]:
    do, cloud, training = Commands(window, session), window.map.cloud, session.training
    redo = QKeySequence(QKeySequence.StandardKey.Redo).toString() or "Ctrl+Shift+Z"
    rows = [
        Command(
            "&File", "Open a model's folder …", do.open_model, "Ctrl+O", "Any folder with a manifest", "open"
        ),
        Command(
            "&File", "Choose images to train on …", do.open_data, "", "A set, a folder or a file", "folder"
        ),
        Command(
            "&File", "Copy the picture", do.copy_picture, "Ctrl+C", "The picture in focus, at its own size"
        ),
        Command("&File", "Save the picture …", do.save_picture, "Ctrl+S", "As PNG, at its own size", "save"),
        Command("&File", "Quit", window.close, "Ctrl+Q", "A training is saved and can be resumed"),
        Command("&Edit", "Undo", session.choices.undo, "Ctrl+Z", "Take back the last choice", "undo"),
        Command("&Edit", "Redo", session.choices.redo, redo, "Do it again", "redo"),
        Command(
            "&Edit",
            "Reset all sliders",
            session.main.reset_sliders,
            "",
            "Every number back to its mean",
            "reset",
        ),
        Command("&Edit", "Swap the ends A and B", session.interpolation.swap, "", "", "swap"),
        Command("&Edit", "Clear the ends A and B", session.interpolation.clear),
        Command("&Edit", "Clear the drawing", session.drawing.clear),
        Command("&View", "Show the whole map", cloud.home, "R", "Fly back to all points", "home", True),
        Command(
            "&View", "Decode tool", lambda: cloud.set_tool(Tool.DECODE), "D", "Press and drag", "decode", True
        ),
        Command(
            "&View", "Pan tool", lambda: cloud.set_tool(Tool.PAN), "P", "Drag moves the map", "pan", True
        ),
        Command("&View", "Find a command …", do.find_command, "Ctrl+K", "Every action by name", "search"),
        Command("&View", "Present", window.presenting.toggle, "F11", "Whole screen, large type; Esc leaves"),
        Command("&View", "Colours of the system", lambda: theme.use("system")),
        Command("&View", "Light colours", lambda: theme.use("light"), icon="sun"),
        Command("&View", "Dark colours", lambda: theme.use("dark"), icon="moon"),
        Command("&Model", "Watch one learn", do.watch_one_learn, "Ctrl+L", "Train a small VAE now", "train"),
        Command("&Model", "Pause or go on", do.pause_or_go_on, "", "The training", "pause"),
        Command("&Model", "One training step", training.step, "", "And stay paused", "step"),
        Command("&Model", "Stop the training", training.stop, "", "What was learned is kept", "stop"),
        Command("&Help", "Show the log", do.show_log),
        Command("&Help", "About Latent Explorer", do.about, icon="info"),
    ]
    for title in window.workspaces.titles():
        rows.append(Command("&View", f"Workspace: {title}", partial(window.workspaces.go_to, title)))
    for name, dock in window.docks.items():
        rows.append(Command("&View", f"Show {dock.windowTitle()}", partial(window.bring, name)))
    for lesson in window.guide.lessons():
        rows.append(Command("&Lessons", lesson.title, partial(do.begin_lesson, lesson.stem), icon="guide"))
    return rows


def build_actions(window: MainWindow, session: Session) -> dict[str, QAction]:
    """Put every command into its menu; returns them by their words."""
    menus = {
        name: window.menuBar().addMenu(name)
        for name in ("&File", "&Edit", "&View", "&Model", "&Lessons", "&Help")
    }
    actions: dict[str, QAction] = {}
    for command in _table(window, session):
        action = QAction(command.text, window)
        action.setToolTip(command.tip or command.text)
        action.setStatusTip(command.tip)
        if command.icon:
            theme.set_icon(action, command.icon)
        if command.keys:
            action.setShortcut(QKeySequence(command.keys))
        if command.on_map:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            window.map.cloud.addAction(action)
        action.triggered.connect(partial(_trigger, command.run))
        menus[command.menu].addAction(action)
        actions[command.text] = action
    _keep_enabled(actions, session)
    return actions


def _trigger(run: Callable[[], object], checked: bool = False) -> None:
    """Qt says whether an action is checked; no command asks.

    The connection holds `run`, and with it the object of a bound method.
    """
    run()


def _keep_enabled(actions: dict[str, QAction], session: Session) -> None:
    """Grey what can't be done now; the words of undo say what it would take back."""
    follower = _Enabler(actions, session)
    session.choices.history_changed.connect(follower.on_history)
    session.training.changed.connect(follower.on_training)
    actions["Undo"].setProperty("follower", follower)
    follower.on_history()
    follower.on_training()


class _Enabler:
    def __init__(self, actions: dict[str, QAction], session: Session) -> None:
        self._actions, self._session = actions, session

    def on_history(self) -> None:
        history, scene = self._session.choices.history, self._session.scene
        for word, title in (("Undo", history.undo_title), ("Redo", history.redo_title)):
            self._actions[word].setEnabled(title is not None)
            self._actions[word].setText(f"{word}: {title}" if title else word)
        ends = scene.end_a is not None or scene.end_b is not None
        for text in ("Swap the ends A and B", "Clear the ends A and B"):
            self._actions[text].setEnabled(ends)

    def on_training(self) -> None:
        training = self._session.training
        self._actions["Watch one learn"].setEnabled(not training.active)
        for text in ("Pause or go on", "One training step", "Stop the training"):
            self._actions[text].setEnabled(training.active and training.state != "stopping")
