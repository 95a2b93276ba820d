"""Waiting, for the tests of views on a session with a model."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from explorer.session.session import Session

SECONDS = 90


def wait(qtbot: QtBot, holds: Callable[[], bool]) -> None:
    qtbot.waitUntil(holds, timeout=1000 * SECONDS)


def open_first(qtbot: QtBot, session: Session) -> None:
    """The shipped map is open, its model decodes, and all images have been read."""
    session.open_first()
    wait(qtbot, lambda: session.main.ready is not None and session.main.images.data is not None)
