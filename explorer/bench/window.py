"""The real window for measurements, on a home of its own. Imports Qt; the application late."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

from explorer.errors import Failure

if TYPE_CHECKING:
    from explorer.ui.window.main_window import MainWindow

POLL_MS = 20

SIZE = (1600, 1000)
"""Of the window on an ordinary screen; the offscreen one is smaller."""


@contextlib.contextmanager
def own_home() -> Iterator[None]:
    """A home of the application that is empty now and gone afterwards."""
    before = os.environ.get("LATENT_EXPLORER_HOME")
    with tempfile.TemporaryDirectory(prefix="latent-explorer-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["LATENT_EXPLORER_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["LATENT_EXPLORER_HOME"]
            else:
                os.environ["LATENT_EXPLORER_HOME"] = before


@contextlib.contextmanager
def open_window() -> Iterator[MainWindow]:
    """The whole window, shown; its threads have ended afterwards."""
    from explorer.ui.window import app

    application = app.application()
    window = app.build_window()
    window.resize(*SIZE)
    window.show()
    assert window.session is not None
    try:
        yield window
    finally:
        window.hide()
        ended = window.session.close()
        window.deleteLater()
        application.processEvents()
        if not ended:
            raise Failure("A thread of the window did not end.")


def wait(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 120.0) -> None:
    """Let the event loop run until something holds.

    Raises
    ------
    Failure
        It didn't in time; `what` says in words what was waited for.
    """
    loop = QEventLoop()
    poll = QTimer(interval=POLL_MS)
    poll.timeout.connect(lambda: loop.quit() if holds() else None)
    poll.start()
    QTimer.singleShot(round(seconds * 1000), loop, loop.quit)
    if not holds():
        loop.exec()
    poll.stop()
    if not holds():
        raise Failure(f"Nothing was measured: {what} did not come within {seconds:.0f} s.")
