"""Starts the application: the window first, everything that takes time behind it.

`main` is what the command line calls; `build_window` makes the whole window at once, for tours,
measurements and tests. Imports Qt; sessions and views late.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from explorer.ui.look import theme
from explorer.ui.window import crashes, faults, memory
from explorer.ui.window.bridge import Bridge
from explorer.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from explorer.session.open_model import OpenModel
    from explorer.session.session import Session

KEEP_MS = 60_000
"""How often what comes back at the next start is written down, should this one end in a crash."""

BREATH_MS = 1
"""Between two pieces of start-up work the window handles what has happened meanwhile."""

IMPORTS = (
    "numpy",
    "PIL.Image",
    "explorer.session.session",
    "explorer.ui.views.map.map_view",
    "explorer.ui.views.guide.guide_view",
    "explorer.ui.views.training.training_view",
    "explorer.ui.views.library.library_view",
    "explorer.ui.window.commands",
)
"""What the window needs beyond the first paint, in pieces of at most some tenths of a second."""

WARM_MS = 1500
"""After the map the model and its data come first, then the warm-up for a training."""

PLOT = "pyqtgraph"


def main(argv: Sequence[str] = ()) -> int:
    """Open the window and stay until it is closed; returns the exit status."""
    app = application(argv)
    crashed = faults.to_log()
    window = MainWindow()
    remembered = memory.recall()
    theme.use(_theme(remembered))
    opening = Opening(window, remembered, crashed=crashed)
    window.painted.connect(opening.begin)
    _end_on_signals(window)
    window.show()
    status = app.exec()
    opening.end()
    crashes.end()
    return status


def application(argv: Sequence[str] = ()) -> QApplication:
    """The one QApplication, with its name and theme."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["latent-explorer", *argv])
    QCoreApplication.setApplicationName("latent-explorer")
    app.setApplicationDisplayName("Latent Explorer")
    app.setDesktopFileName("latent-explorer")
    theme.use("system")
    return app


def make_session(bridge: Bridge, *, begin: bool = True) -> Session:
    """A session on the user's library whose mailbox wakes the GUI thread."""
    from explorer.runs.library import Library
    from explorer.session.session import Session

    session = Session(Library(), bridge.wake, begin=begin)
    bridge.connect_to(session.mailbox.collect)
    return session


def furnish(window: MainWindow, session: Session) -> None:
    """Bring the views of a session into the window, and its commands into the menus."""
    from explorer.ui.window.commands import build_actions

    window.furnish(session)
    window.actions_by_name = build_actions(window, session)


def build_window() -> MainWindow:
    """The whole window with a session of its own, in one go; nothing is opened yet."""
    window = MainWindow()
    bridge = Bridge(window)
    furnish(window, make_session(bridge))
    return window


def spare_imports_from_gc() -> None:
    """Spare what has been imported from garbage collection.

    Torch alone has some hundred thousand objects, which all stay; to look through them holds up
    every thread for 0.2 s, again and again.
    """
    gc.collect()
    gc.freeze()
    # At the end everything is given back, or extension modules complain of what was kept.
    atexit.register(gc.unfreeze)


class Opening:
    """The start after the first paint, in pieces between which the window lives.

    Importing torch keeps the interpreter busy for seconds, so the workers begin when the map is
    on the screen.
    """

    def __init__(self, window: MainWindow, remembered: dict[str, object], *, crashed: bool = False) -> None:
        self._window, self._remembered, self._crashed = window, remembered, crashed
        self._bridge = Bridge(window)
        self._first = not remembered

    def begin(self) -> None:
        _leave_sources_alone()
        imports = [partial(importlib.import_module, name) for name in IMPORTS]
        self._next([*imports, self._furnish, self._open, self._let_go])

    def _next(self, pieces: Sequence[Callable[[], object]]) -> None:
        if pieces:
            piece, *rest = pieces
            piece()
            QTimer.singleShot(BREATH_MS, self._window, lambda: self._next(rest))

    def _furnish(self) -> None:
        furnish(self._window, make_session(self._bridge, begin=False))
        self._window.restore_layout(self._remembered.get("layout"))

    def _open(self) -> None:
        from explorer.ui.window.recalling import restore_choices

        session = self._session
        name, cursor = self._remembered.get("model"), self._remembered.get("cursor")
        if isinstance(name, str):
            session.open(name)
        if session.main.model is None:
            session.open_first()
            return
        if isinstance(cursor, list):
            session.restore_cursor(cursor, self._remembered.get("item"))
        projection = self._remembered.get("projection")
        if projection in ("umap", "tsne"):
            session.main.projecting.choose(projection)
        restore_choices(session, self._remembered.get("choices"))
        beside = self._remembered.get("beside")
        if isinstance(beside, str):
            session.beside.open(beside)

    def _let_go(self) -> None:
        session = self._session
        self._window.guide.restore(self._remembered.get("lesson"))
        faults.watch(lambda text: session.mailbox.post(lambda: session.say(text, "error")))
        if self._crashed:
            self._window.offer_log(crashes.sentence(session.library))
        self._window.repaint()
        session.workers.begin()
        QTimer.singleShot(WARM_MS, self._window, self._warm_up)
        clock = QTimer(self._window, interval=KEEP_MS)
        clock.timeout.connect(self._keep)
        clock.start()

    def _warm_up(self) -> None:
        """After torch the library of the plot: in a thread, as the window would stand still for a second."""

        from explorer.session.asking.threads import import_torch

        def bring() -> None:
            import_torch()
            importlib.import_module(PLOT)
            self._session.mailbox.post(self._finish)

        threading.Thread(target=bring, name="warmer", daemon=True).start()

    def _finish(self) -> None:
        self._window.training.warm_up()
        spare_imports_from_gc()
        self._window.warmed_up.emit()

    @property
    def _session(self) -> Session:
        assert self._window.session is not None
        return self._window.session

    def end(self) -> None:
        """Write down what comes back, and end every thread."""
        session = self._window.session
        if session is None:
            return
        self._keep()
        self._bridge.connect_to(None)
        if not session.close():
            # A thread is inside a long operation of torch; the run on disk is whole.
            crashes.end()
            sys.stdout.flush()
            os._exit(0)

    def _keep(self) -> None:
        from explorer.ui.window.recalling import choices_to_keep

        session = self._session
        kept: dict[str, object] = {"theme": theme.choice(), "layout": self._window.layout_to_keep()}
        kept["lesson"] = self._window.guide.to_keep()
        if session.beside.model is not None:
            kept["beside"] = self._name_of(session.beside.model)
        if session.main.model is not None and not session.main.model.living:
            kept["model"] = self._name_of(session.main.model)
            if session.main.look.code is not None:
                kept["cursor"] = [float(value) for value in session.main.look.code]
                kept["item"] = session.main.look.item
            kept["projection"] = session.main.projecting.kind
            kept["choices"] = choices_to_keep(session)
        memory.remember(kept)

    def _name_of(self, model: OpenModel) -> str:
        """By which it is found again: of a run outside the library that is its folder."""
        library, folder = self._session.library, model.run.folder
        return folder.name if folder.parent in (library.shipped, library.own) else str(folder)


def _leave_sources_alone() -> None:
    """Stop PySide from reading the source of each module that is imported from now on.

    It looks there for its own name, for features that are not used here: of torch alone that is
    40 MB of text, which then stays in memory.
    """
    with contextlib.suppress(ImportError):
        feature = vars(importlib.import_module("shibokensupport.feature"))
        if "_mod_uses_pyside" in feature:
            feature["_mod_uses_pyside"] = lambda module: False


def _theme(remembered: dict[str, object]) -> theme.Choice:
    kept = remembered.get("theme")
    return kept if kept in ("light", "dark") else "system"


def _end_on_signals(window: MainWindow) -> None:
    """Ctrl+C and a logout close the window as its button does."""
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError):
            signal.signal(name, lambda *_: window.close())
    # Python runs its handlers between two of its own instructions only: give it some.
    pulse = QTimer(window, interval=250)
    pulse.timeout.connect(lambda: None)
    pulse.start()
