"""The button that begins a game with nothing to fill in, and holds it on and off. Part of the GAN view."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.session.session import Session
from explorer.ui.look import theme


class GanWatch(QPushButton):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gan.watch")
        self.setProperty("role", "primary")
        self._training, self._adversaries = session.training, session.adversaries
        self.clicked.connect(self._on_click)
        session.adversaries.changed.connect(self._refresh)
        self._refresh()

    def showEvent(self, event: object) -> None:
        QTimer.singleShot(0, self, lambda: self._training.get_ready() if self.isVisible() else None)

    def _on_click(self) -> None:
        training = self._training
        acts = {"running": training.pause, "paused": training.go_on}
        acts.get(self._state(), training.watch_a_game)()

    def _state(self) -> str:
        """Of the game; none is played while something else is being trained."""
        state = self._training.state
        other = state in ("running", "paused") and not self._adversaries.players
        return "idle" if other else state

    def _refresh(self) -> None:
        state = self._state()
        words, icon, tip = {
            "running": ("Pause", "pause", "Pause the training; everything else keeps working"),
            "paused": ("Go on", "play", "Go on with the training"),
        }.get(
            state,
            ("Watch one learn", "play", "Train a small GAN on handwritten digits: nothing to fill in"),
        )
        busy = {"starting": "The images are being read …", "stopping": "The model is being saved …"}.get(
            state
        )
        self.setText(words)
        theme.set_icon(self, icon)
        self.setEnabled(busy is None)
        self.setToolTip(busy or tip)
