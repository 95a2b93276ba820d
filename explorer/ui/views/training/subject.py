"""Whose curves, reconstructions and samples the training dock shows, what can be done with them next, and
what is to be trained after it.

Part of the training view; knows the session.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from explorer.runs.manifest import Manifest
from explorer.runs.run import Run
from explorer.session.session import Session
from explorer.ui.widgets.subject_line import SubjectLine

STATES = {
    "starting": "about to learn",
    "running": "learning",
    "paused": "paused while it learns",
    "stopping": "being saved after it has learned",
}
SHOW = ("Show it", "Put it on the map, where it lives")
OPEN = ("Open", "Put it on the map")
CANCEL = ("Cancel", "Train nothing next")
GO_ON = ("Go on", "Train it on from there")


class TrainingSubject(SubjectLine):
    """The model in training, the one trained last, or one that waits to be gone on with."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("training.subject", parent)
        self._session = session
        self.pressed.connect(self._act)
        session.training.changed.connect(self._refresh)
        session.training.learner.model_opened.connect(self._refresh)
        for side in session.sides:
            side.model_opened.connect(self._refresh)
        session.shelf.changed.connect(self._refresh)
        session.library_changed.connect(self._on_library)
        self._refresh()

    def _refresh(self) -> None:
        training, waiting = self._session.training, self._session.shelf.interrupted
        run = training.run
        if run is not None and training.active:
            self._say_active(run)
        elif run is not None and training.deleted:
            self.say(run.name, "was deleted")
        elif run is not None and run.manifest.status == "finished":
            sides = self._session.sides
            there = any(side.model is not None and side.model.run.folder == run.folder for side in sides)
            self.say(run.name, "has finished learning", *(() if there else OPEN))
        elif run is not None and run.manifest.files:
            self.say(run.name, _stopped(run.manifest), *GO_ON)
        elif waiting is not None and waiting.entry.manifest is not None and not training.active:
            self.say(waiting.entry.name, _stopped(waiting.entry.manifest), *GO_ON)
        else:
            self.say("", "" if training.active else "Nothing has been trained yet.")

    def _say_active(self, run: Run) -> None:
        training = self._session.training
        words = f"{run.manifest.title}, {STATES[training.state]} on {run.manifest.data.title}"
        if training.learner.model is None or training.shown_on is not None:
            self.say(run.name, words)
        else:
            self.say(run.name, f"{words}; on no map", *SHOW)

    def _act(self) -> None:
        session, training = self._session, self._session.training
        run, waiting = training.run, session.shelf.interrupted
        if training.active:
            training.show_on(session.main)
        elif run is not None and run.manifest.status == "finished":
            session.open(run.folder)
        elif run is not None and run.manifest.files:
            training.resume(run)
        elif waiting is not None:
            session.shelf.resume(waiting)

    def _on_library(self) -> None:
        if self.isVisible():
            self._session.shelf.refresh()

    def showEvent(self, event: object) -> None:
        """What was interrupted in an earlier session is known once the library has been read."""
        if self._session.shelf.cards is None:
            self._session.shelf.refresh()


class WaitingLine(SubjectLine):
    """What begins when the training under way has ended; hidden where nothing does."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("training.waiting", parent)
        self._next = session.next_training
        self.pressed.connect(self._next.cancel)
        self._next.changed.connect(self._refresh)
        session.training.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self.setVisible(self._next.waits)
        if self._next.waits:
            self.say("", self._next.words, *CANCEL)


def _stopped(manifest: Manifest) -> str:
    how = "failed" if manifest.status == "failed" else "stopped"
    return f"{how} at step {manifest.step:,} of {manifest.steps:,}"
