"""Whose curves, reconstructions and samples the training dock shows, and what can be done with them next.

Part of the training view; knows the session.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from explorer.session.session import Session
from explorer.ui.widgets.subject_line import SubjectLine


class TrainingSubject(SubjectLine):
    """The model in training, the one trained last, or one that waits to be gone on with."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("training.subject", parent)
        self._session = session
        self.pressed.connect(self._act)
        session.training.changed.connect(self._refresh)
        session.training.learner.model_opened.connect(self._refresh)
        session.main.model_opened.connect(self._refresh)
        session.shelf.changed.connect(self._refresh)
        session.library_changed.connect(self._on_library)
        self._refresh()

    def _refresh(self) -> None:
        training, waiting = self._session.training, self._session.shelf.interrupted
        run, shown = training.run, training.shown_on
        if run is not None:
            words = f"{run.manifest.title}, {_STATES[training.state]} on {run.manifest.data.title}"
            if training.active and training.learner.model is not None:
                here = "; on the map" if shown is not None else "; on no map"
                show = ("", "") if shown is not None else ("Show it", "Put it on the map, where it lives")
                self.say(run.name, words + here, *show)
                return
            if not training.active and shown is None and run.manifest.files:
                self.say(run.name, _ended(run.manifest.status), "Open", "Put it on the map")
                return
            self.say(run.name, words if training.active else _ended(run.manifest.status))
        elif waiting is not None and waiting.entry.manifest is not None and not training.active:
            manifest = waiting.entry.manifest
            words = f"stopped at step {manifest.step:,} of {manifest.steps:,}"
            self.say(waiting.entry.name, words, "Go on", "Train it on from there")
        else:
            self.say("", "Nothing has been trained yet." if not training.active else "")

    def _act(self) -> None:
        session, training = self._session, self._session.training
        if training.active:
            training.show_on(session.main)
        elif training.run is not None:
            session.main.open(training.run.folder)
        elif session.shelf.interrupted is not None:
            session.shelf.resume(session.shelf.interrupted)

    def _on_library(self) -> None:
        if self.isVisible():
            self._session.shelf.refresh()

    def showEvent(self, event: object) -> None:
        """What was interrupted in an earlier session is known once the library has been read."""
        if self._session.shelf.cards is None:
            self._session.shelf.refresh()


_STATES = {
    "starting": "about to learn",
    "running": "learning",
    "paused": "paused in learning",
    "stopping": "being saved after learning",
    "idle": "trained",
}


def _ended(status: str) -> str:
    return {
        "finished": "has finished learning",
        "failed": "has failed",
    }.get(status, "was stopped and can be gone on with from the library")
