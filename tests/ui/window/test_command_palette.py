"""Finding by name: what matches, in which order, and what is run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from explorer.ui.look import theme
from explorer.ui.window.command_palette import CommandPalette, Find, matching


def named(*titles: str, kind: str = "Command", hint: str = "") -> list[Find]:
    return [Find(title, kind, hint, lambda: None) for title in titles]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("", ["Undo", "Undo the drawing", "Find", "vae-mnist-2d"]),
        ("undo", ["Undo", "Undo the drawing"]),
        ("draw undo", ["Undo the drawing"]),
        ("MNIST", ["vae-mnist-2d"]),
        ("model", ["vae-mnist-2d"]),
        ("model 2d vae", ["vae-mnist-2d"]),
        ("in", ["Undo the drawing", "Find"]),
        ("xyz", []),
        ("undo xyz", []),
    ],
)
def test_all_typed_words_must_be_there(text: str, titles: list[str]) -> None:
    found = named("Undo", "Undo the drawing", "Find") + named("vae-mnist-2d", kind="Model")
    assert [find.title for find in matching(found, text)] == titles


def test_the_best_come_first() -> None:
    found = named("Beware of noise", hint="dark") + named("A dark horse", "Dark", "Dark colours")
    assert [find.title for find in matching(found, "dark")] == [
        "Dark", "Dark colours", "A dark horse", "Beware of noise",
    ]  # fmt: skip


def test_what_cannot_be_done_comes_after_what_can() -> None:
    found = [Find("Stop", "Command", "", lambda: None, False), *named("Stop")]
    assert [find.able for find in matching(found, "stop")] == [True, False]


def test_large_numbers_need_no_commas() -> None:
    assert matching(named("image 7,982"), "image 7982")
    assert matching(named("image 7,982"), "7,982")


class Opened:
    def __init__(self, qtbot: QtBot) -> None:
        theme.use("light")
        self.ran: list[str] = []
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.resize(900, 600)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.palette = CommandPalette([self.numbers, self.fixed], self.window)
        self.palette.open_over(self.window)
        line, found = self.palette.findChild(QLineEdit), self.palette.findChild(QListWidget)
        assert line is not None
        assert found is not None
        self.line, self.list = line, found

    def numbers(self, text: str) -> Sequence[Find]:
        return [Find(f"image {text}", "Image", "", lambda: self.ran.append(text))] if text.isdigit() else ()

    def fixed(self, text: str) -> Sequence[Find]:
        run = self.ran.append
        return [
            Find("Undo", "Command", "Ctrl+Z", lambda: run("undo")),
            Find("Redo", "Command", "", lambda: run("redo"), able=False),
            Find("Under " + "a very long name " * 20, "Model", "x" * 300, lambda: run("long")),
        ]

    def titles(self) -> list[str]:
        return [self.list.item(row).text() for row in range(self.list.count())]


@pytest.fixture
def opened(qtbot: QtBot) -> Opened:
    return Opened(qtbot)


def test_what_is_typed_is_found_and_run(opened: Opened) -> None:
    QTest.keyClicks(opened.line, "und")
    assert opened.titles()[0] == "Undo"
    QTest.keyClick(opened.line, Qt.Key.Key_Down)
    QTest.keyClick(opened.line, Qt.Key.Key_Return)
    assert opened.ran == ["long"]
    assert not opened.palette.isVisible()


def test_a_finder_may_find_by_what_was_typed(opened: Opened) -> None:
    QTest.keyClicks(opened.line, "42")
    assert opened.titles() == ["image 42"]
    QTest.keyClick(opened.line, Qt.Key.Key_Return)
    assert opened.ran == ["42"]


def test_it_says_when_there_is_nothing(opened: Opened) -> None:
    said = opened.palette.findChild(QLabel, "palette.nothing")
    assert said is not None
    assert not said.isVisible()
    QTest.keyClicks(opened.line, "zebra")
    assert said.isVisible()
    assert "zebra" in said.text()
    assert not opened.list.isVisible()
    QTest.keyClick(opened.line, Qt.Key.Key_Return)
    assert opened.ran == []
    assert opened.palette.isVisible()


def test_what_cannot_be_done_is_not_run(opened: Opened) -> None:
    QTest.keyClicks(opened.line, "redo")
    QTest.keyClick(opened.line, Qt.Key.Key_Return)
    assert opened.ran == []


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_it_fits_on_the_window(opened: Opened, scale: float) -> None:
    theme.use("dark", scale)
    opened.palette.open_over(opened.window)
    assert opened.palette.width() <= opened.window.width()
    assert opened.palette.height() <= opened.window.height()
    assert not opened.palette.grab().isNull()
    theme.use("light", 1.0)
