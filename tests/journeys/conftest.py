"""The real window, used with a pointer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.session.session import Session
from explorer.ui.look import theme
from explorer.ui.window import app
from explorer.ui.window.main_window import MainWindow


@pytest.fixture
def bare_window(qtbot: QtBot) -> Iterator[MainWindow]:
    """The whole window on the screen, no model open."""
    app.application()
    theme.use("light")
    window = app.build_window()
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    yield window
    session = window.session
    assert session is not None
    session.training.stop()
    qtbot.waitUntil(lambda: not session.training.active, timeout=20_000)
    window.close()
    assert session.close(), "a thread of the session did not end"
    window.deleteLater()
    QApplication.sendPostedEvents(None, 52)  # QEvent.Type.DeferredDelete
    theme.use("system")


@pytest.fixture
def window(bare_window: MainWindow, qtbot: QtBot) -> MainWindow:
    """As at the first start: the shipped map is open, and its model can decode."""
    session = bare_window.session
    assert session is not None
    session.open_first()
    qtbot.waitUntil(lambda: session.main.ready is not None, timeout=30_000)
    qtbot.waitUntil(
        lambda: session.main.model is not None and len(session.main.model.items or ()) == 10_000,
        timeout=30_000,
    )
    return bare_window


@pytest.fixture
def session(window: MainWindow) -> Session:
    assert window.session is not None
    return window.session
