"""What a lesson needs at its beginning, and brings about. Knows the session; no Qt."""

from __future__ import annotations

from explorer.guide.lesson import Lesson
from explorer.session.maps.projecting import TITLES
from explorer.session.session import Session
from explorer.session.side import Side


def bring_about(lesson: Lesson, session: Session) -> None:
    """Open the models of a lesson where they belong, and lay the first out as it says.

    A training goes on, and stays in sight where the lesson leaves room for it.
    """
    training = session.training
    was_seen = training.active and training.shown_on is not None
    show(session.main, lesson.model)
    if lesson.beside:
        show(session.beside, lesson.beside)
    elif was_seen:
        training.show_on(session.beside)
    else:
        session.beside.show(None)
    if was_seen and training.shown_on is None:
        session.say(f"{training.learner_name} goes on learning; the Training dock shows how.")
    _lay_out(lesson.projection, session)


def show(side: Side, name: str) -> None:
    """Open a model on a side, unless it is there."""
    model = side.model
    if name and (model is None or model.living or model.run.name != name):
        side.open(name)


def _lay_out(projection: str, session: Session) -> None:
    kind = next((kind for kind in TITLES if kind == projection), None)
    if kind is not None and session.main.projecting.kind != kind:
        session.main.projecting.choose(kind)
