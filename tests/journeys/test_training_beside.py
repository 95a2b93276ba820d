"""While one model learns another one is looked at: each dock says whose it is, and nothing is taken away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.session.learning.plans import Plan
from explorer.session.session import Session
from explorer.session.shelf import Card
from explorer.ui.look import theme
from explorer.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


LARGE = pytest.param((1920, 1080, "dark"), id="large and dark", marks=pytest.mark.slow)


@pytest.fixture(params=[pytest.param((1280, 800, "light"), id="laptop"), LARGE])
def sized(request: pytest.FixtureRequest, window: MainWindow, qtbot: QtBot) -> MainWindow:
    width, height, colours = request.param
    theme.use(colours)
    window.resize(width, height)
    window.bring("training")
    return window


def words(window: MainWindow, name: str) -> str:
    label = window.findChild(QLabel, name)
    assert label is not None
    return label.text() if label.isVisible() else ""


def card(session: Session, name: str, qtbot: QtBot) -> Card:
    def found() -> list[Card]:
        return [one for one in session.shelf.cards or () if one.entry.name == name]

    session.shelf.refresh()
    qtbot.waitUntil(lambda: bool(found()) and found()[0].status == "stopped", timeout=10_000)
    return found()[0]


def asking(window: MainWindow) -> QWidget:
    popup = window.findChild(QWidget, "turn.popup")
    assert popup is not None
    return popup


def press(window: QWidget, name: str) -> None:
    button = window.findChild(QPushButton, name) or window.findChild(QToolButton, name)
    assert button is not None
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, LEFT)


def watch_one_learn(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    press(window, "training.watch")
    training = session.training
    qtbot.waitUntil(lambda: training.progress is not None and bool(training.pictures.made), timeout=60_000)


def test_another_model_is_opened_while_one_learns_and_it_is_shown_again(
    sized: MainWindow, session: Session, qtbot: QtBot
) -> None:
    watch_one_learn(sized, session, qtbot)
    training = session.training
    assert words(sized, "training.subject.name") == training.learner_name
    assert not sized.findChild(QPushButton, "training.subject.button").isVisible(), "it is on the map"
    session.open("vae-fashion-16d")
    qtbot.waitUntil(lambda: session.main.ready is not None, timeout=30_000)
    assert "on no map" in words(sized, "training.subject.words")
    made = training.pictures.made["reconstructions"]
    qtbot.waitUntil(
        lambda: not np.array_equal(training.pictures.made["reconstructions"], made), timeout=30_000
    )
    press(sized, "training.subject.button")
    assert session.main.model is not None
    assert session.main.model.run.name == training.learner_name
    qtbot.waitUntil(
        lambda: session.main.model is not None and session.main.model.embedding is not None, timeout=30_000
    )


def test_what_waits_for_its_turn_is_told_and_cancelled_in_the_dock(
    sized: MainWindow, session: Session, qtbot: QtBot
) -> None:
    watch_one_learn(sized, session, qtbot)
    press(sized, "training.watch")
    press(asking(sized), "turn.wait")
    waits = "my-first-vae-2d begins when my-first-vae-2d has ended."
    assert words(sized, "messages.text") == words(sized, "training.waiting.words") == waits
    session.open("vae-mnist-16d")
    assert words(sized, "messages.text") == waits, "it has nothing to do with what is open"
    press(sized, "messages.close")
    press(sized, "training.waiting.button")
    assert session.next_training.plan is None
    assert not words(sized, "training.waiting.words")
    press(sized, "training.watch")
    press(asking(sized), "turn.wait")
    press(sized, "training.waiting.button")
    assert not words(sized, "messages.text"), "nothing waits any more"


def test_what_is_opened_while_images_are_read_stays_and_is_told(
    sized: MainWindow, session: Session, qtbot: QtBot
) -> None:
    press(sized, "training.watch")
    assert session.training.state == "starting"
    session.open("vae-mnist-16d")
    qtbot.waitUntil(lambda: session.training.progress is not None, timeout=60_000)
    assert session.main.model is not None
    assert session.main.model.run.name == "vae-mnist-16d"
    assert words(sized, "messages.text") == f"{session.training.learner_name} has begun to learn."
    assert "on no map" in words(sized, "training.subject.words")
    press(sized, "training.subject.button")
    assert session.main.model.living
    assert not words(sized, "messages.text")


def test_once_it_is_open_the_dock_offers_it_no_more(
    sized: MainWindow, session: Session, tiny_data: Path, qtbot: QtBot
) -> None:
    knobs = {"network": "dense", "latent_size": 2, "width": 4, "epochs": 3}
    session.training.start(Plan("vae", knobs, str(tiny_data), name="bars"))
    qtbot.waitUntil(lambda: session.training.state == "idle", timeout=60_000)
    button = sized.findChild(QPushButton, "training.subject.button")
    assert words(sized, "training.subject.words") == "has finished learning"
    assert not button.isVisible()
    session.open("vae-mnist-16d")
    assert button.text() == "Open"
    press(sized, "training.subject.button")
    assert session.main.model is not None
    assert session.main.model.run.name == "bars"
    assert not button.isVisible()
    session.open("vae-mnist-16d")
    session.beside.open(session.library.own / "bars")
    assert not button.isVisible()


def test_renamed_and_deleted_it_is_so_wherever_it_is_named(
    sized: MainWindow, session: Session, tiny_data: Path, qtbot: QtBot
) -> None:
    knobs = {"network": "dense", "latent_size": 2, "width": 4, "epochs": 100_000}
    session.training.start(Plan("vae", knobs, str(tiny_data), name="first-try"))
    qtbot.waitUntil(lambda: session.training.progress is not None, timeout=60_000)
    press(sized, "training.stop")
    qtbot.waitUntil(lambda: session.training.state == "idle", timeout=60_000)
    qtbot.waitUntil(lambda: session.main.look.code is not None, timeout=30_000)
    session.shelf.rename(card(session, "first-try", qtbot), "stripes")
    docks = [label for dock in sized.docks.values() for label in dock.findChildren(QLabel)]
    named = [label.text() for label in (*docks, *sized.statusBar().findChildren(QLabel)) if label.isVisible()]
    assert "first-try" not in " ".join(named)
    assert words(sized, "training.subject.name") == "stripes"
    press(sized, "training.subject.button")
    qtbot.waitUntil(lambda: session.training.state == "running", timeout=60_000)
    assert session.training.learner_name == "stripes"
    press(sized, "training.stop")
    qtbot.waitUntil(lambda: session.training.state == "idle", timeout=60_000)
    session.shelf.trash(card(session, "stripes", qtbot))
    assert words(sized, "training.subject.words") == "was deleted"
    assert words(sized, "training.words") == "stripes: stopped; it was deleted."
    assert not sized.findChild(QPushButton, "training.subject.button").isVisible()
    press(sized, "messages.action")
    assert "stopped at step" in words(sized, "training.subject.words")


def test_its_end_is_a_message_that_opens_it(sized: MainWindow, session: Session, qtbot: QtBot) -> None:
    watch_one_learn(sized, session, qtbot)
    session.open("vae-fashion-16d")
    press(sized, "training.stop")
    qtbot.waitUntil(lambda: not session.training.active, timeout=30_000)
    assert session.main.model is not None
    assert session.main.model.run.name == "vae-fashion-16d"
    # What was said of the fashion data, an error, stays for a while first.
    ended = f"{session.training.learner_name} has stopped."
    qtbot.waitUntil(lambda: words(sized, "messages.text") == ended, timeout=10_000)
    press(sized, "messages.action")
    assert session.main.model.run.name == session.training.learner_name
    assert "stopped at step" in words(sized, "training.subject.words")
    press(sized, "training.subject.button")
    qtbot.waitUntil(lambda: session.training.state == "running", timeout=60_000)
