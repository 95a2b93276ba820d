"""The button that runs the handle of the strip from A to B. Part of the strip view; knows the session."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.session.session import Session
from explorer.ui.look import theme

SECONDS = 6.0
"""From A to B, for eyes to follow."""
TICK_MS = 33


class PlayButton(QPushButton):
    """One run is one entry of undo."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Play", parent)
        self._session = session
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._began = self.at = 0.0
        self.clicked.connect(self._play_or_pause)

    def pause(self) -> None:
        if self._clock.isActive():
            self._clock.stop()
            self._session.choices.end_gesture()
            self._say()

    def _play_or_pause(self) -> None:
        if self._clock.isActive():
            self.pause()
            return
        handle = self._session.scene.handle
        start = handle if handle is not None and handle < 1 else 0.0
        self._began = time.monotonic() - start * SECONDS
        self._session.choices.begin_gesture()
        self._clock.start()
        self._tick()
        self._say()

    def _tick(self) -> None:
        self.at = min((time.monotonic() - self._began) / SECONDS, 1.0)
        self._session.interpolation.move_handle(self.at, title="play the path")
        if self.at >= 1:
            self.pause()

    def _say(self) -> None:
        playing = self._clock.isActive()
        self.setText("Pause" if playing else "Play")
        theme.set_icon(self, "pause" if playing else "play")
