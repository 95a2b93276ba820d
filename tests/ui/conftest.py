"""Real sessions and windows for the tests of the interface."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from explorer.runs.library import Library
from explorer.session.session import Session
from explorer.ui.window.bridge import Bridge
from tests.on_thread import OnThread


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session on the shipped and the user's own (empty) library, its mailbox led to the GUI thread."""
    bridge = Bridge()
    made = Session(Library(), bridge.wake, trainers=OnThread())
    bridge.connect_to(made.mailbox.collect)
    yield made
    bridge.connect_to(None)
    assert made.close(), "a thread of the session did not end"
