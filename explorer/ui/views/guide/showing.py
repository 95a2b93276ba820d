"""*Show me*: does the gestures of a step, and asks whose turn the trainer is. Imports Qt."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from explorer.guide.lesson import Step
from explorer.guide.needs import show
from explorer.guide.watch import Watch
from explorer.session.session import Session
from explorer.ui.performing.player import Player
from explorer.ui.views.training.turn_question import TurnQuestion


class Showing(QObject):
    """One step at a time; `question` belongs where the steps are read."""

    ended = Signal()
    """Nothing is being shown any more."""

    def __init__(self, session: Session, watch: Watch, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._watch = session, watch
        self._player: Player | None = None
        self._asking = False
        self.question = TurnQuestion(session)
        self.question.hide()
        self.question.cancelled.connect(self.stop)
        session.next_training.changed.connect(self._on_turn)

    @property
    def playing(self) -> bool:
        return self._player is not None and self._player.playing

    @property
    def asks(self) -> bool:
        """It is asked here whose turn the trainer is, as what is shown here wants it."""
        return self._asking or self.playing

    def play(self, step: Step, stage: QWidget) -> None:
        """Do it in this window, with the model that it needs."""
        if self._player is None:
            self._player = Player(stage, self._session, self._watch)
            self._player.finished.connect(self.ended)
        for need in step.needs:
            show(self._session.main, str(need.parameters["name"]))
        self._player.play(step.gestures)

    def stop(self) -> None:
        if self.playing and self._player is not None:
            self._player.stop()
            self.ended.emit()

    def _on_turn(self) -> None:
        upcoming = self._session.next_training
        if upcoming.asks and self.playing:
            self._asking = True
            self.question.show()
            self.question.ask()
        elif upcoming.plan is None:
            self._asking = False
            self.question.hide()
