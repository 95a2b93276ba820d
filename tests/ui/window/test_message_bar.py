"""Sentences to the user lie over the window and move nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.session.session import Message
from explorer.ui.look import theme
from explorer.ui.window import message_bar
from explorer.ui.window.message_bar import MessageBar

LONG = "The folder holds no images that can be read, and so nothing was opened. " * 3


@pytest.fixture
def centre(qtbot: QtBot) -> QWidget:
    theme.use("light", 1.0)
    made = QWidget()
    qtbot.addWidget(made)
    column = QVBoxLayout(made)
    column.addWidget(QLineEdit())
    column.addWidget(QLabel("the maps"), 1)
    made.resize(900, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def bar(centre: QWidget) -> MessageBar:
    return MessageBar(centre)


def button(bar: MessageBar, kind: type[QPushButton] | type[QToolButton]) -> QPushButton | QToolButton:
    found = bar.findChild(kind)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", ["info", "warning", "error"])
def test_a_message_moves_nothing(bar: MessageBar, centre: QWidget, kind: str) -> None:
    others = [one for one in centre.findChildren(QWidget) if one is not bar and not bar.isAncestorOf(one)]
    places = [child.geometry() for child in others]
    bar.show_message(Message(LONG, kind))  # type: ignore[arg-type]
    QApplication.processEvents()
    assert [child.geometry() for child in others] == places
    assert bar.isVisible()
    assert centre.rect().contains(bar.geometry())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("text", ["Saved a.png.", LONG, "one\ntwo\nthree"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_its_words_are_all_there(
    bar: MessageBar, centre: QWidget, scheme: theme.Choice, text: str, scale: float
) -> None:
    theme.use(scheme, scale)
    bar.show_message(Message(text, "info", ("Open the folder", lambda: None)))
    for width in (900, 420, 1200):
        centre.resize(width, 500)
        assert centre.rect().contains(bar.geometry())
        label = bar.findChild(QLabel, "messages.text")
        assert label is not None
        assert label.heightForWidth(label.width()) <= label.height()
    theme.use("light", 1.0)


def test_it_follows_the_size_of_what_it_lies_over(bar: MessageBar, centre: QWidget) -> None:
    bar.show_message(Message("Saved."))
    centre.resize(1200, 800)
    assert bar.geometry().bottom() > 700
    assert abs(bar.geometry().center().x() - 600) < 4


def test_a_button_does_something_about_it_and_the_message_goes(bar: MessageBar, qtbot: QtBot) -> None:
    done: list[str] = []
    bar.show_message(Message("It stopped.", "error", ("Go on", lambda: done.append("on"))))
    act = button(bar, QPushButton)
    assert (act.isVisible(), act.text()) == (True, "Go on")
    QTest.mouseClick(act, Qt.MouseButton.LeftButton)
    assert done == ["on"]
    assert not bar.isVisible()
    bar.show_message(Message("Nothing to do."))
    assert not act.isVisible()


def test_the_newest_message_wins(bar: MessageBar) -> None:
    for kind in ("info", "warning", "error", "warning", "error"):
        bar.show_message(Message(kind, kind))  # type: ignore[arg-type]
        assert bar.text == kind


def test_information_waits_until_an_error_has_been_read(
    bar: MessageBar, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_bar, "HELD_S", 0.05)
    bar.show_message(Message("It broke.", "error"))
    bar.show_message(Message("Saved."))
    bar.show_message(Message("Copied."))
    assert bar.text == "It broke."
    qtbot.waitUntil(lambda: bar.text == "Copied.")
    assert bar.isVisible()


def test_what_waits_comes_when_the_error_is_closed_and_not_when_all_is_over(bar: MessageBar) -> None:
    bar.show_message(Message("It broke.", "error"))
    bar.show_message(Message("Saved."))
    QTest.mouseClick(button(bar, QToolButton), Qt.MouseButton.LeftButton)
    assert (bar.isVisible(), bar.text) == (True, "Saved.")
    bar.hide()
    bar.show_message(Message("It broke.", "error"))
    bar.hide()
    bar.show_message(Message("Opened."))
    assert bar.text == "Opened."


def test_what_is_not_so_any_more_is_taken_away_and_nothing_else(bar: MessageBar) -> None:
    so = True
    bar.show_message(Message("It waits.", holds=lambda: so))
    bar.check()
    assert bar.isVisible()
    so = False
    bar.check()
    assert not bar.isVisible()
    bar.show_message(Message("Saved."))
    bar.check()
    assert (bar.isVisible(), bar.text) == (True, "Saved.")


def test_what_waits_behind_an_error_is_not_shown_when_it_is_not_so_any_more(bar: MessageBar) -> None:
    so = True
    bar.show_message(Message("It broke.", "error"))
    bar.show_message(Message("It waits.", holds=lambda: so))
    so = False
    bar.check()
    assert (bar.isVisible(), bar.text) == (True, "It broke.")
    bar.close_message()
    assert not bar.isVisible()


def test_it_is_reached_and_closed_by_keys(bar: MessageBar, centre: QWidget, qtbot: QtBot) -> None:
    bar.show_message(Message("It stopped.", "error", ("Go on", lambda: None)))
    line = centre.findChild(QLineEdit)
    assert line is not None
    line.setFocus()
    reached = set()
    for _ in range(4):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert {button(bar, QPushButton), button(bar, QToolButton)} <= reached
    button(bar, QToolButton).setFocus()
    QTest.keyClick(button(bar, QToolButton), Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_information_goes_by_itself_and_an_error_stays(
    centre: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_bar, "SHOWN_MS", 30)
    bar = MessageBar(centre)
    bar.show_message(Message("Saved."))
    qtbot.waitUntil(lambda: not bar.isVisible())
    bar.show_message(Message("Saved."))
    bar.show_message(Message("It broke.", "error"))
    with qtbot.assertNotEmitted(bar._timer.timeout, wait=60):
        pass
    assert bar.isVisible()


def test_names_from_outside_are_not_read_as_markup(bar: MessageBar) -> None:
    bar.show_message(Message("<h1>a</h1> can't be read"))
    label = bar.findChild(QLabel, "messages.text")
    assert label is not None
    assert label.textFormat() == Qt.TextFormat.PlainText
