"""A game is begun and held on and off with one button, and its map follows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.latent.embedding import Embedding
from explorer.latent.projection import natural
from explorer.models.families.gan import GANConfig
from explorer.runs.manifest import SpaceRecord
from explorer.runs.run import Run
from explorer.session.learning.plans import Plan
from explorer.session.learning.training import FIRST_GAME
from explorer.session.open_model import OpenModel
from explorer.session.session import Session
from explorer.ui.views.adversaries.watch import GanWatch
from explorer.ui.views.map.map_view import MapView
from tests.ui.opened import wait


def test_the_button_says_what_it_does_next(session: Session, tiny_data: Path, qtbot: QtBot) -> None:
    assert GANConfig(**FIRST_GAME.settings).loss == "relativistic"  # type: ignore[arg-type]
    button, training = GanWatch(session), session.training
    qtbot.addWidget(button)
    button.show()
    assert button.text() == "Watch one learn"
    settings = {"width": 4, "latent_size": 8, "batch": 32, "epochs": 100_000}
    training.start(Plan("gan", settings, str(tiny_data), name="bars"))
    assert not button.isEnabled()
    training.watch("map", True)
    wait(qtbot, lambda: training.state == "running" and session.main.model is not None)
    for words, state in (("Pause", "paused"), ("Go on", "running"), ("Pause", "paused")):
        assert button.text() == words
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert training.state == state
    wait(qtbot, lambda: session.main.ready is not None)
    training.stop()
    wait(qtbot, lambda: not training.active)
    assert button.text() == "Watch one learn"


def test_samples_on_a_living_map_change_their_colours(session: Session, qtbot: QtBot) -> None:
    run = session.library.find("vae-mnist-2d")
    sampled = (SpaceRecord("z", (2,), can_encode=False, can_decode=True, prior="normal"),)
    codes = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    first, then = (Embedding(codes, labels=np.full(200, label)) for label in (0, 1))
    drawn_from = Run(run.folder, replace(run.manifest, spaces=sampled))
    view = MapView(session, session.main, "map")
    qtbot.addWidget(view)
    view.show()
    session.main.show(OpenModel(drawn_from, embedding=first, projection=natural(first), living=True))
    view.cloud.paint_now()
    before = view.cloud.grab().toImage()
    session.main.update(embedding=then, projection=natural(then))
    session.main.embedding_changed()
    view.cloud.paint_now()
    assert view.cloud.grab().toImage() != before
