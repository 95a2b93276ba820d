"""While one model learns another one is looked at: each dock says whose it is, and nothing is taken away."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(params=[(1280, 800, "light"), (1920, 1080, "dark")], ids=["laptop", "large and dark"])
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


def press(window: MainWindow, name: str) -> None:
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
