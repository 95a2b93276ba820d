"""The look on the application: schemes, class colours, icons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.ui.look import theme
from explorer.ui.look.palettes import DARK, LIGHT


@pytest.fixture(autouse=True)
def back_to_light(qapp: QApplication) -> Iterator[None]:
    yield
    theme.use("light")


@pytest.mark.parametrize(("choice", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_a_choice_reaches_the_application(qapp: QApplication, choice: theme.Choice, palette: object) -> None:
    theme.use(choice)
    assert theme.current() is palette
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == theme.current().panel
    assert theme.current().accent in qapp.styleSheet()


def test_another_role_is_seen_at_once(qtbot: QtBot) -> None:
    theme.use("light")
    label = QLabel("words")
    qtbot.addWidget(label)
    label.setProperty("role", "muted")
    label.ensurePolished()
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == LIGHT.muted
    theme.set_style(label, "role", "danger")
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == LIGHT.danger


def test_no_token_of_the_style_sheet_is_left_open(qapp: QApplication) -> None:
    theme.use("light")
    assert "$" not in qapp.styleSheet()


def test_type_grows_in_present_mode_and_shrinks_back(qapp: QApplication) -> None:
    theme.use("light")
    body = qapp.font().pointSizeF()
    theme.use("light", scale=1.5)
    theme.use("dark")
    assert qapp.font().pointSizeF() == pytest.approx(1.5 * body)
    theme.use("light", scale=1.0)
    assert qapp.font().pointSizeF() == pytest.approx(body)


def test_classes_after_the_24th_share_one_colour(qapp: QApplication) -> None:
    colours = theme.class_colours(30)
    assert len(colours) == 30
    assert len({colour.name() for colour in colours}) == 25
    assert theme.class_colours(3) == colours[:3]


def test_every_icon_of_ours_draws_something(qapp: QApplication) -> None:
    names = [path.stem for path in (paths.resources() / "icons").glob("*.svg")]
    assert len(names) > 20
    for name in names:
        image = theme.icon(name).pixmap(QSize(24, 24)).toImage()
        inked = [image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)]
        assert max(inked) > 200, name


def shade(icon: QIcon) -> int:
    image = icon.pixmap(QSize(24, 24)).toImage()
    return max(
        (image.pixelColor(x, y) for x in range(24) for y in range(24)), key=lambda c: c.alpha()
    ).value()


def test_icons_follow_the_theme(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    action = QAction("Home", window)
    theme.use("light")
    theme.set_icon(action, "home")
    assert shade(action.icon()) < 80
    theme.use("dark")
    assert shade(action.icon()) > 180
