"""A child process of `start`: the real command, or a bare window after eager imports, and a stopwatch.

Run as ``python -m explorer.bench.start_probe window|eager BEGAN SECONDS`` with the parent's
`time.monotonic` of the start; the last line on standard output is the JSON of what was seen.
Imports nothing ahead of the command that is measured.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication

TICK_MS = 5
STALL_MS = 50
"""Shorter ones can't be felt."""

SETTLED_SECONDS = 0.5


def main() -> None:
    kind, began, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    (_eager if kind == "eager" else _window)(began, seconds)


def _eager(began: float, seconds: float) -> None:
    """What a program does that imports everything first."""
    import pyqtgraph  # noqa: F401
    import torch  # noqa: F401
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication([])
    window = QMainWindow()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() != QEvent.Type.Paint:
                return False
            watched.event(event)
            _report({"eager_s": time.monotonic() - began})
            return True

    watch = Watch(window)
    window.installEventFilter(watch)
    window.resize(800, 560)
    window.show()
    app.exec()


def _window(began: float, seconds: float) -> None:
    """What the command does without a word: look for missing libraries, then open the window."""
    from explorer.preflight import complaint
    from explorer.ui.app import application
    from explorer.ui.app import main as command

    complaint()
    watch = _watch(application(), began, seconds)
    command([])
    watch.deleteLater()


def _watch(app: QApplication, began: float, seconds: float) -> QObject:
    from PySide6.QtCore import QEvent, QObject, Qt, QTimer
    from PySide6.QtWidgets import QWidget

    from explorer.ui.main_window import MainWindow

    class Watch(QObject):
        """Sees the first paints and times the event loop; then drags a slider and begins a training."""

        def __init__(self) -> None:
            super().__init__(app)
            self.seen: dict[str, Any] = {"warming_stalls_ms": [], "stalls_ms": []}
            self.window: MainWindow | None = None
            self.session: Any = None
            self.warm = False
            self.last = time.monotonic()
            self.clock = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
            self.clock.timeout.connect(self.tick)
            self.clock.start()
            app.installEventFilter(self)

        def note(self, name: str) -> None:
            self.seen.setdefault(name, time.monotonic() - began)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() != QEvent.Type.Paint or not isinstance(watched, QWidget):
                return False
            if isinstance(watched, MainWindow) and self.window is None:
                self.window = watched
                watched.event(event)
                self.note("window_s")
                return True
            if watched.objectName() == "map.cloud" and self.session is not None and self.session.model:
                watched.event(event)
                self.note("map_s")
                app.removeEventFilter(self)
                return True
            return False

        def tick(self) -> None:
            now = time.monotonic()
            stall = (now - self.last) * 1000 - TICK_MS
            self.last = now
            if stall > STALL_MS and "window_s" in self.seen:
                self.seen["stalls_ms" if self.warm else "warming_stalls_ms"].append(round(stall, 1))
            if self.session is None and self.window is not None and self.window.session is not None:
                self.session = self.window.session
                self.window.warmed_up.connect(self.warmed)
                self.session.picture_changed.connect(self.pictured)

        def pictured(self) -> None:
            if self.session.decode_seconds is not None:
                self.note("first_decode_s")

        def warmed(self) -> None:
            QTimer.singleShot(round(SETTLED_SECONDS * 1000), self.use)

        def use(self) -> None:
            """Warm: from now on nothing may hold up the window, whatever one does."""
            from explorer.bench.interaction import take_slider

            assert self.window is not None
            self.last, self.warm = time.monotonic(), True
            self.drag = take_slider(self.window)
            self.drag.start()
            QTimer.singleShot(round(seconds * 500), self.learn)

        def learn(self) -> None:
            assert self.window is not None
            self.drag.stop()
            self.drag.close()
            self.window.bring("training")
            self.session.training.watch_one_learn()
            QTimer.singleShot(round(seconds * 1000), lambda: _report(self.seen))

    return Watch()


def _report(seen: dict[str, Any]) -> None:
    """Say what was seen, and leave at once: closing is not what is measured."""
    print(json.dumps(seen), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
