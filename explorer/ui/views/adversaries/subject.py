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
        self.pressed.connect(session.adversaries.show)
        session.adversaries.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        adversaries, training = self._session.adversaries, self._session.training
        model = adversaries.subject.model
        if model is None:
            self.say("", "No model is open.")
            return
        words = "in training" if training.active else "trained last"
        if not adversaries.is_learner:
            self.say(model.run.name, "open on the map")
        elif adversaries.on_no_map:
            tip = "Put it on the map, so that codes can be looked at"
            self.say(model.run.name, f"{words}, on no map", "Show it", tip)
        elif adversaries.not_on_main:
            tip = "Put it on the left map, where directions and the search act"
            self.say(model.run.name, f"{words}, on the map beside", "Show it", tip)
        else:
            self.say(model.run.name, f"{words}, and on the map" if training.active else words)
