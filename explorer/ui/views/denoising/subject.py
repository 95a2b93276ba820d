"""Whose walks the denoising dock shows. Part of the denoising view; knows the session."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from explorer.session.session import Session
from explorer.ui.widgets.subject_line import SubjectLine


class DenoisingSubject(SubjectLine):
    """The model on the map; one that learns beside it can be shown there."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("denoising.subject", parent)
        self._session = session
        self.pressed.connect(self._show)
        session.denoising.changed.connect(self._refresh)
        session.main.renamed.connect(self._refresh)
        session.training.changed.connect(self._refresh)
        session.training.learner.model_opened.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        model, training = self._session.main.model, self._session.training
        learner = training.learner.model
        learns = (
            training.active
            and learner is not None
            and learner.run.manifest.noise_space is not None
            and training.shown_on is not self._session.main
        )
        tip = "Put the model in training on the map, and denoise with it"
        button = ("Show it", tip) if learns else ("", "")
        beside = f"; {learner.run.name} is in training" if learns and learner is not None else ""
        if model is None:
            self.say("", "No model is open" + beside, *button)
        else:
            living = "in training, on the map" if model.living else "open on the map"
            self.say(model.run.name, living + beside, *button)

    def _show(self) -> None:
        self._session.training.show_on(self._session.main)
