"""Watches the application start, inside its process: first paints, stalls of the event loop.

Once everything is warm it drags a slider and begins a first training: nothing may hold up the
window then. Imports Qt and the bare main window only, as the command itself does at that time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from explorer.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from explorer.session.session import Session

TICK_MS = 5
STALL_MS = 50
"""Shorter ones can't be felt."""

SETTLED_MS = 500


class Watch(QObject):
    """Parameters: the application, the moment its process began, how long to use it, whom to tell."""

    def __init__(
        self,
        app: QApplication,
        began: float,
        seconds: float,
        report: Callable[[Mapping[str, object]], None],
    ) -> None:
        super().__init__(app)
        self._app, self._began, self._seconds, self._report = app, began, seconds, report
        self._seen: dict[str, Any] = {"warming_stalls_ms": [], "stalls_ms": []}
        self._window: MainWindow | None = None
        self._session: Session | None = None
        self._warm = False
        self._last = time.monotonic()
        self._clock = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        app.installEventFilter(self)

    def _note(self, name: str) -> None:
        self._seen.setdefault(name, round(time.monotonic() - self._began, 3))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Paint:
            return False
        if isinstance(watched, MainWindow) and self._window is None:
            self._window = watched
            watched.event(event)
            self._note("window_s")
            return True
        if watched.objectName() == "map.cloud" and self._has_map():
            watched.event(event)
            self._note("map_s")
            self._app.removeEventFilter(self)
            return True
        return False

    def _has_map(self) -> bool:
        session = None if self._window is None else self._window.session
        model = None if session is None else session.main.model
        return model is not None and model.embedding is not None

    def _tick(self) -> None:
        now = time.monotonic()
        stall = (now - self._last) * 1000 - TICK_MS
        self._last = now
        if stall > STALL_MS and self._window is not None:
            self._seen["stalls_ms" if self._warm else "warming_stalls_ms"].append(round(stall, 1))
        if self._session is None and self._window is not None and self._window.session is not None:
            self._session = self._window.session
            self._session.main.cursor.picture_changed.connect(self._pictured)
            self._window.warmed_up.connect(lambda: QTimer.singleShot(SETTLED_MS, self._use))

    def _pictured(self) -> None:
        if self._session is not None and self._session.main.cursor.decode_seconds is not None:
            self._note("first_decode_s")

    def _use(self) -> None:
        """Warm: from now on nothing may hold up the window, whatever one does."""
        from explorer.bench.interaction import grab_slider

        assert self._window is not None
        drag = grab_slider(self._window)
        self._last, self._warm = time.monotonic(), True
        drag.start()

        def learn() -> None:
            assert self._window is not None
            assert self._session is not None
            drag.stop()
            drag.close()
            self._window.bring("training")
            self._session.training.watch_one_learn()
            QTimer.singleShot(round(self._seconds * 1000), lambda: self._report(self._seen))

        QTimer.singleShot(round(self._seconds * 1000), learn)
