"""Every command of the window: one row each in the table below, in the menus and in the palette.

Imports Qt and the views' owner, the main window.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

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
from explorer.ui.views.card.card_dialog import CardDialog
from explorer.ui.widgets.map.gestures import Home, Tool, UseTool, keys_of
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.window.about import AboutBox
from explorer.ui.window.command_palette import CommandPalette
from explorer.ui.window.finding import finders
from explorer.ui.window.in_step import Checker, Enabler, Holds
from explorer.ui.window.key_sheet import KeySheet
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
    group: str = ""
    """The menu inside the menu."""
    holds: Holds | None = None
    """Whether it has a check mark now."""

    @property
    def name(self) -> str:
        """Of which there is only one: a dock and a workspace may have the same words."""
        return f"{self.group}: {self.text}" if self.group in ("Docks", "Workspaces") else self.text


class Commands:
    """What the commands do that is no intent of the session."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        self.window, self.session = window, session
        self._card: CardDialog | None = None
        session.model_cards.opened.connect(self.bring_card)

    def bring_card(self) -> None:
        """Show the dialog of the card that somebody asked for; there is one."""
        if self._card is None:
            self._card = CardDialog(self.session, self.window)
        self._card.show()
        self._card.raise_()
        self._card.activateWindow()

    def show_card(self) -> None:
        if self.session.main.model is None:
            self.session.say("Open a model first: its card says what it is made of.", "warning")
        else:
            self.session.model_cards.show(self.session.main.model.run)

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
            # What follows another dot is part of the name: "scan 1.5" is not "scan 1".
            named = name if name.lower().endswith(".png") else f"{name}.png"
            self.write_picture(Path(named), to_png(picture))

    def write_picture(self, path: Path, data: bytes) -> None:
        try:
            atomic_write(path, data)
            self.session.say(f"Saved {path.name}.")
        except Failure as error:
            self.session.say(str(error), "error")

    def find_command(self) -> None:
        palette = CommandPalette(finders(self.window, self.session), self.window)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shelf = self.session.shelf
        shelf.changed.connect(palette.refresh)
        palette.finished.connect(lambda: shelf.changed.disconnect(palette.refresh))
        shelf.refresh()
        palette.open_over(self.window)

    def show_keys(self) -> None:
        sheet = KeySheet(self.window.actions_by_name, self.window)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def open_or_close(self, dock: str) -> None:
        """Bring a dock to the front, or close it where it is in sight already."""
        if self.is_open(dock) and not self.window.docks[dock].visibleRegion().isEmpty():
            self.window.docks[dock].hide()
        else:
            self.window.bring(dock)

    def is_open(self, dock: str) -> bool:
        return not self.window.docks[dock].isHidden()

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
    do, training = Commands(window, session), session.training
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
        Command("&Model", "Watch one learn", do.watch_one_learn, "Ctrl+L", "Train a small VAE now", "train"),
        Command("&Model", "Pause or go on", do.pause_or_go_on, "", "The training", "pause"),
        Command("&Model", "Card of the model", do.show_card, "Ctrl+I", "Networks, data, figures", "info"),
        Command("&Model", "One training step", training.step, "", "And stay paused", "step"),
        Command("&Model", "Stop the training", training.stop, "", "What was learned is kept", "stop"),
        Command("&Help", "Keys and gestures", do.show_keys, "F1", "All of them on one sheet"),
        Command("&Help", "Show the log", do.show_log),
        Command("&Help", "About Latent Explorer", do.about, icon="info"),
    ]
    rows += _view(window, do)
    for lesson in window.guide.lessons():
        rows.append(Command("&Lessons", lesson.title, partial(do.begin_lesson, lesson.stem), icon="guide"))
    return rows


def _view(window: MainWindow, do: Commands) -> list[Command]:
    """What is on the screen and how it looks."""
    cloud, spaces = window.map.cloud, window.workspaces
    rows = [
        Command("&View", "Find …", do.find_command, "Ctrl+K", "Commands, models, settings, images", "search"),
        Command(
            "&View", "Present", window.presenting.toggle, "F11", "Whole screen, large type; Esc leaves",
            holds=lambda: window.presenting.on,
        ),
        Command("&View", "Reset layout", window.reset_layout, "", "All docks as at first", "reset"),
        Command(
            "&View", "Show the whole map", cloud.home, keys_of(Home()), "Fly to all points", "home", True,
            "Map",
        ),
    ]  # fmt: skip
    for tool, text, tip in (
        (Tool.DECODE, "Decode tool", "Dragging decodes"),
        (Tool.PAN, "Pan tool", "Dragging moves the map"),
    ):
        keys, use = keys_of(UseTool(tool)), partial(cloud.set_tool, tool)
        held = partial(lambda one: cloud.tool is one, tool)
        rows.append(Command("&View", text, use, keys, tip, tool.value, True, "Map", held))
    for name, dock in window.docks.items():
        run, open_ = partial(do.open_or_close, name), partial(do.is_open, name)
        tip = "Open it, bring it to the front, or close it"
        rows.append(Command("&View", dock.windowTitle(), run, tip=tip, group="Docks", holds=open_))
    for title in spaces.titles():
        here = partial(lambda one: spaces.current.title == one, title)
        rows.append(Command("&View", title, partial(spaces.go_to, title), group="Workspaces", holds=here))
    colours: tuple[tuple[theme.Choice, str, str], ...] = (
        ("system", "Colours of the system", ""),
        ("light", "Light colours", "sun"),
        ("dark", "Dark colours", "moon"),
    )
    for choice, text, icon in colours:
        used = partial(lambda one: theme.choice() == one, choice)
        rows.append(Command("&View", text, partial(theme.use, choice), "", "", icon, False, "Colours", used))
    return rows


def build_actions(window: MainWindow, session: Session) -> dict[str, QAction]:
    """Put every command into its menu; returns them by their names."""
    menus = {
        name: window.menuBar().addMenu(name)
        for name in ("&File", "&Edit", "&View", "&Model", "&Lessons", "&Help")
    }
    actions: dict[str, QAction] = {}
    marks: dict[QAction, Holds] = {}
    for command in _table(window, session):
        action = _action(command, window)
        place = command.menu + command.group
        if place not in menus:
            menus[place] = menus[command.menu].addMenu(command.group)
        menus[place].addAction(action)
        actions[command.name] = action
        if command.holds is not None:
            action.setCheckable(True)
            action.setIconVisibleInMenu(False)  # the check mark would hide behind it
            marks[action] = command.holds
    actions["Undo"].setProperty("follower", Enabler(actions, session))
    checker = Checker(marks, window)
    for action in actions.values():
        action.triggered.connect(checker.refresh)
    return actions


def _action(command: Command, window: MainWindow) -> QAction:
    action = QAction(command.text, window)
    action.setToolTip(command.tip or command.text)
    action.setStatusTip(command.tip)
    kind = command.group.removesuffix("s") if command.group in ("Docks", "Workspaces") else "Command"
    action.setProperty("kind", "Lesson" if command.menu == "&Lessons" else kind)
    if command.icon:
        theme.set_icon(action, command.icon)
    if command.keys:
        action.setShortcut(QKeySequence(command.keys))
    if command.on_map:
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        window.map.cloud.addAction(action)
    action.triggered.connect(partial(_trigger, command.run))
    return action


def _trigger(run: Callable[[], object], checked: bool = False) -> None:
    """Qt says whether an action is checked; no command asks.

    The connection holds `run`, and with it the object of a bound method.
    """
    run()
