"""Notices when what must hold after a step has come true. Knows the session; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from psygnal import Signal

from explorer.guide.checks import CHECKS, Fact
from explorer.guide.deeds import with_deed
from explorer.guide.facts import Facts, Seen, facts_of
from explorer.guide.gestures import Condition
from explorer.session.denoising.walks import Walk
from explorer.session.learning.training import State
from explorer.session.scene import Scene
from explorer.session.session import Session


class Watch:
    """Holds the facts of a session against those at the beginning of a step."""

    changed = Signal()
    """Some fact is another; ask again."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before = Facts()
        self._seen = Seen()
        self._fresh = False
        """The person has led a cursor to where no picture has been decoded yet."""
        self._walk: Walk | None = None
        """The one whose stops are counted."""
        self._state: State = session.training.state
        session.choices.chosen.connect(self._on_chosen)
        for side in session.sides:
            side.model_opened.connect(self._on_opened)
            side.hole_found.connect(self._on_any)
            side.cursor.moved.connect(self._on_any)
        session.main.model_ready.connect(self._on_any)
        session.main.embedding_changed.connect(self._on_embedding)
        session.main.cursor.picture_changed.connect(self._on_picture)
        session.beside.cursor.picture_changed.connect(self._on_any)
        session.main.projecting.changed.connect(self._on_any)
        for part in (session.interpolation, session.drawing, session.attributes, session.carrying):
            part.changed.connect(self._on_any)
        self._listen_to_trainer(session)
        self._listen_to_walks(session)

    def _listen_to_trainer(self, session: Session) -> None:
        session.training.changed.connect(self._on_training)
        session.training.progressed.connect(self._on_progress)
        session.training.flagged.connect(self._on_flag)
        for signal in ("game_changed", "coverage_changed"):
            getattr(session.adversaries, signal).connect(self._on_any)
        session.adversaries.grid_changed.connect(self._on_any)

    def _listen_to_walks(self, session: Session) -> None:
        session.denoising.changed.connect(self._on_any)
        session.denoising.noise_changed.connect(self._on_noise)
        session.denoising.walks.changed.connect(self._on_walks)
        session.denoising.walks.stepped.connect(self._on_any)
        session.denoising.walks.moved.connect(self._on_stop)

    def begin(self) -> None:
        """A step begins now."""
        self._seen, self._fresh = Seen(), False
        self._walk = self._session.denoising.walks.parent
        self._before = facts_of(self._session)

    def outcome(self, conditions: Sequence[Condition]) -> list[Fact]:
        """Each condition, as it stands now."""
        after = facts_of(self._session, self._seen)
        return [CHECKS[one.check](self._before, after, **one.parameters) for one in conditions]

    def holds(self, conditions: Sequence[Condition]) -> bool:
        """All of them do."""
        return all(fact.holds for fact in self.outcome(conditions))

    def _on_any(self) -> None:
        self.changed()

    def _on_opened(self) -> None:
        """What was done with the last model is nothing that this one shows: the step begins anew."""
        begun = self._seen.begun
        self.begin()
        self._seen = replace(self._seen, begun=begun)
        self.changed()

    def _on_chosen(self, title: str, before: Scene, now: Scene) -> None:
        self._seen = replace(self._seen, deeds=with_deed(self._seen.deeds, title, before, now))
        self._fresh = True
        self.changed()

    def _on_training(self) -> None:
        was, self._state = self._state, self._session.training.state
        if self._state == "starting" != was:
            self._seen = replace(self._seen, begun=True)
        self.changed()

    def _on_flag(self, flag: object) -> None:
        self.changed()

    def _on_progress(self) -> None:
        adversaries = self._session.adversaries
        curves = {player.title: adversaries.curve("gradient", player) for player in adversaries.players}
        moved = {title: points[-1][0] for title, points in curves.items() if points}
        newest = [group for group, step in moved.items() if step == max(moved.values())]
        if self._session.training.state == "paused" and len(newest) == 1 < len(moved):
            self._seen = replace(self._seen, alone={**self._seen.alone, newest[0]: moved[newest[0]]})
        self.changed()

    def _on_picture(self) -> None:
        # A model that learns draws the same place again and again, which nobody has led to.
        if self._fresh:
            self._fresh = False
            self._seen = replace(self._seen, pictures=self._seen.pictures + 1)
        self.changed()

    def _on_noise(self) -> None:
        self._seen = replace(self._seen, noised=True)
        self.changed()

    def _on_walks(self) -> None:
        walk = self._session.denoising.walks.parent
        if walk is not self._walk:
            self._walk = walk
            self._seen = replace(self._seen, stops=frozenset(), run=False)
        self.changed()

    def _on_stop(self) -> None:
        """Another stop was gone to, by hand or by playing; that steps are computed is not enough."""
        place = self._session.denoising.walks.place
        self._seen = replace(self._seen, stops=self._seen.stops | {place}, run=True)
        self.changed()

    def _on_embedding(self) -> None:
        seen, model = self._seen, self._session.main.model
        if model is not None and model.living and model.embedding is not None:
            first = seen.first_map or model.embedding
            self._seen = replace(seen, maps=seen.maps + 1, first_map=first, last_map=model.embedding)
        self.changed()
