"""Lessons in the real window: what they begin with, what comes back, whose turn the trainer is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from explorer.guide.lesson import lessons
from explorer.guide.needs import bring_about
from explorer.session.learning.plans import Plan
from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.window import memory
from explorer.ui.window.app import Opening
from explorer.ui.window.main_window import MainWindow

SOON = 60_000


@pytest.fixture
def busy(session: Session, tiny_data: Path, qtbot: QtBot) -> Session:
    """A training is under way that goes on until it is stopped."""
    knobs = {"network": "dense", "latent_size": 2, "width": 4, "epochs": 100_000, "batch": 32}
    session.training.start(Plan("vae", knobs, str(tiny_data), name="bars"))
    qtbot.waitUntil(lambda: session.training.progress is not None, timeout=SOON)
    return session


def part(window: QWidget, name: str) -> QAbstractButton:
    found = window.findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton)
    return found


def popup(window: MainWindow) -> QWidget:
    found = window.findChild(QWidget, "turn.popup")
    assert isinstance(found, QWidget)
    return found


def names(session: Session) -> list[str]:
    return ["" if side.model is None else side.model.run.name for side in session.sides]


def test_a_lesson_begins_with_what_it_is_about(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    session.open("gan-mnist")
    window.workspaces.go_to("Train")
    window.actions_by_name["Two maps of the same digits"].trigger()
    assert names(session) == ["vae-mnist-2d", "ae-mnist-2d"]
    assert window.workspaces.current.title == "Compare"
    window.actions_by_name["Sixteen numbers on a plane"].trigger()
    assert names(session) == ["vae-mnist-16d", ""]
    session.main.projecting.choose("umap")
    qtbot.waitUntil(lambda: session.main.projecting.kind == "umap", timeout=SOON)
    window.guide.begin("sixteen-numbers")
    qtbot.waitUntil(lambda: session.main.projecting.kind == "pca", timeout=SOON)


def test_every_lesson_names_a_workspace_and_models_that_there_are(
    window: MainWindow, session: Session
) -> None:
    for lesson in lessons():
        assert lesson.workspace in window.workspaces.titles()
        for name in filter(None, (lesson.model, lesson.beside)):
            assert session.library.find(name)


def test_a_lesson_takes_no_training_away(window: MainWindow, busy: Session) -> None:
    assert names(busy)[0] == "bars"
    bring_about(lessons()[0], busy)
    assert names(busy) == ["vae-mnist-2d", "bars"], "it lives on beside"
    said = list[str]()
    busy.said.connect(lambda message: said.append(message.text))
    bring_about(lessons()[1], busy)
    assert names(busy) == ["vae-mnist-2d", "ae-mnist-2d"]
    assert said == ["bars goes on learning; the Training dock shows how."]
    assert busy.training.state == "running"


def test_the_lesson_comes_back_at_the_next_start(window: MainWindow, session: Session) -> None:
    window.guide.begin("sixteen-numbers")
    window.guide.restore({"stem": "sixteen-numbers", "step": 2})
    opening = Opening(window, {"model": "vae-mnist-16d"})
    opening._keep()
    kept = memory.recall()
    assert kept["lesson"] == {"stem": "sixteen-numbers", "step": 2}
    window.guide.begin("a-map-of-handwriting")
    Opening(window, kept)._let_go()
    assert window.guide.to_keep() == kept["lesson"]
    assert names(session)[0] == "vae-mnist-2d", "nothing is opened for it"


def test_watch_one_learn_asks_beside_its_button(window: MainWindow, busy: Session, qtbot: QtBot) -> None:
    window.workspaces.go_to("Train")
    watch = part(window, "training.watch")
    qtbot.waitUntil(lambda: not watch.visibleRegion().isEmpty())
    assert watch.isEnabled()
    QTest.mouseClick(watch, Qt.MouseButton.LeftButton)
    asking = popup(window)
    assert asking.isVisible()
    assert window.rect().contains(asking.geometry())
    words = asking.findChild(QLabel, "turn.words")
    assert isinstance(words, QLabel)
    assert words.text() == "bars is being trained. Stop it and begin, or wait until it has ended?"
    assert words.height() >= words.heightForWidth(words.width())
    QTest.keyClick(part(asking, "turn.wait"), Qt.Key.Key_Escape)
    assert not asking.isVisible()
    assert busy.next_training.plan is None
    assert busy.training.state == "running"
    QTest.mouseClick(watch, Qt.MouseButton.LeftButton)
    QTest.mouseClick(part(asking, "turn.wait"), Qt.MouseButton.LeftButton)
    assert not asking.isVisible()
    assert window.messages.text == "my-first-vae-2d begins when bars has ended."
    QTest.mouseClick(part(window, "messages.action"), Qt.MouseButton.LeftButton)
    assert busy.next_training.plan is None
    QTest.mouseClick(watch, Qt.MouseButton.LeftButton)
    QTest.mouseClick(part(asking, "turn.stop"), Qt.MouseButton.LeftButton)
    assert not asking.isVisible()
    qtbot.waitUntil(lambda: busy.training.learner_name == "my-first-vae-2d", timeout=SOON)
    assert busy.library.find("bars").manifest.status == "stopped"


def test_the_menu_and_the_gan_dock_ask_too(window: MainWindow, busy: Session, qtbot: QtBot) -> None:
    action = window.actions_by_name["Watch one learn"]
    assert action.isEnabled()
    action.trigger()
    assert popup(window).isVisible()
    busy.next_training.cancel()
    window.bring("gan")
    watch = part(window, "gan.watch")
    assert watch.text() == "Watch one learn", "what is being trained is no game"
    QTest.mouseClick(watch, Qt.MouseButton.LeftButton)
    assert busy.next_training.asks
    assert busy.next_training.name == "my-first-gan"
    assert popup(window).isVisible()
    busy.next_training.cancel()


def test_show_me_asks_in_the_card(window: MainWindow, busy: Session, qtbot: QtBot) -> None:
    window.guide.begin("a-map-of-handwriting")
    window.guide.restore({"stem": "a-map-of-handwriting", "step": 7})
    QTest.mouseClick(part(window.guide, "guide.show_me"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: busy.next_training.asks, timeout=SOON)
    card = window.guide.findChild(QWidget, "turn")
    assert isinstance(card, QWidget)
    assert card.isVisible()
    for label in window.guide.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            qtbot.waitUntil(lambda label=label: label.height() >= label.heightForWidth(label.width()))  # type: ignore[misc]
    assert not popup(window).isVisible()
    QTest.mouseClick(part(card, "turn.wait"), Qt.MouseButton.LeftButton)
    assert card.isVisible(), "it says what is waited for, and how to go on"
    tick = window.guide.findChild(QLabel, "guide.tick")
    assert isinstance(tick, QLabel)
    assert "✓" not in tick.text(), "the training at hand is not the one that was asked for"
    busy.training.stop()
    qtbot.waitUntil(lambda: busy.training.learner_name == "my-first-vae-2d", timeout=SOON)
    assert not card.isVisible()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_card_has_to_be_scrolled(bare_window: MainWindow, colours: theme.Choice, qtbot: QtBot) -> None:
    theme.use(colours)
    guide = bare_window.guide
    scroll, tick = guide.findChild(QScrollArea), guide.findChild(QLabel, "guide.tick")
    assert isinstance(scroll, QScrollArea)
    assert isinstance(tick, QLabel)
    for title in ("Compare", "Train", "GAN", "Diffusion"):
        bare_window.workspaces.go_to(title)
        for lesson in guide.lessons():
            for index, step in enumerate(lesson.steps):
                guide.follow(lesson.stem, index)
                QApplication.processEvents()
                qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() == 0)
                assert tick.height() >= tick.heightForWidth(tick.width()), step.name
    assert bare_window.size().toTuple() == (1280, 800), "the window did not have to grow"
