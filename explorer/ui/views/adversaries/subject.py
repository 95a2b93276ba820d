"""Whose grid, scores and curves the GAN dock shows. Part of the GAN view; knows the session."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from explorer.session.session import Session
from explorer.ui.widgets.subject_line import SubjectLine


class GanSubject(SubjectLine):
    """The model in training where that is a game, else the one on the map."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("gan.subject", parent)
        self._session = session
        self.pressed.connect(self._show)
        session.adversaries.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        adversaries, training = self._session.adversaries, self._session.training
        model = adversaries.subject.model
        if model is None:
            self.say("", "No model is open.")
            return
        on_map = adversaries.steered is not None
        if not adversaries.is_learner:
            self.say(model.run.name, "open on the map")
        elif on_map:
            self.say(model.run.name, "in training, and on the map" if training.active else "trained last")
        else:
            words = "in training, on no map" if training.active else "trained last, on no map"
            self.say(model.run.name, words, "Show it", "Put it on the map, so that codes can be looked at")

    def _show(self) -> None:
        training = self._session.training
        if training.active:
            training.show_on(self._session.main)
        elif training.run is not None:
            self._session.main.open(training.run.folder)
