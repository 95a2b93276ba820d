"""Real sessions and windows for the tests of the interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.runs.library import Library
from explorer.session.session import Session
from explorer.ui.bridge import Bridge


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session on the shipped and the user's own (empty) library, its mailbox led to the GUI thread."""
    bridge = Bridge()
    made = Session(Library(), bridge.wake)
    bridge.lead_to(made.mailbox.collect)
    yield made
    bridge.lead_to(None)
    assert made.close(), "a thread of the session did not end"


@pytest.fixture
def tiny_data(tmp_path: Path) -> Path:
    """Two classes of 12 x 12 pictures in an .npz: bars that lie or stand, 240 in all."""
    rng = np.random.default_rng(0)
    images = np.zeros((240, 12, 12), np.uint8)
    labels = np.arange(240) % 2
    for image, label in zip(images, labels, strict=True):
        at = rng.integers(2, 9)
        (image.T if label else image)[at : at + 2, 2:10] = rng.integers(150, 255)
    path = tmp_path / "bars.npz"
    np.savez(path, images=images, labels=labels)
    return path
