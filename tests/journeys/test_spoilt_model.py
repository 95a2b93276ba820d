"""A model whose weights hold NaN in the real window: a badge, a sentence, and no dock that breaks."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from explorer.runs.folder import WEIGHTS
from explorer.ui.window.main_window import MainWindow
from explorer.weights import pack_tensors, sha256_of
from tests.runs.runs_made import trained
from tests.shapes import write_npz


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """The folder of a run that was stopped, so that its codes are computed when it is opened."""
    run = trained(tmp_path / "spoilt", to=5)
    data = pack_tensors({name: np.full_like(array, np.nan) for name, array in run.weights().items()})
    (run.folder / WEIGHTS).write_bytes(data)
    origin = str(write_npz(tmp_path / "squares.npz"))
    dataclasses.replace(
        run.manifest,
        files={**run.manifest.files, WEIGHTS: sha256_of(data)},
        data=dataclasses.replace(run.manifest.data, origin=origin),
    ).write(run.folder)
    return run.folder


def test_every_dock_bears_it_and_the_badge_goes_with_the_model(
    bare_window: MainWindow, spoilt: Path, qtbot: QtBot
) -> None:
    session = bare_window.session
    assert session is not None
    badge = bare_window.findChild(QLabel, "status.fault")
    assert badge is not None
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    session.open(spoilt)
    qtbot.waitUntil(badge.isVisible, timeout=30_000)
    assert badge.text() == "model holds NaN"
    assert badge.toolTip() == bare_window.messages.text == "spoilt: the model holds NaN; train it again."
    qtbot.waitUntil(
        lambda: session.main.model is not None and session.main.model.embedding is not None, timeout=30_000
    )
    for dock in bare_window.docks.values():  # to bring one may open the model of its workspace
        dock.show()
        dock.raise_()
        QApplication.processEvents()
    assert session.main.model is not None
    assert session.main.model.run.folder == spoilt
    session.main.select(3)
    session.main.go_to_plane(0.1, 0.2)
    qtbot.waitUntil(lambda: session.main.cursor.pictured is session.main.look.code, timeout=30_000)
    bare_window.grab()
    assert said == [badge.toolTip()]
    session.open("vae-mnist-2d")
    assert badge.isHidden()
    qtbot.waitUntil(lambda: session.main.ready is not None, timeout=30_000)
    assert badge.isHidden()
