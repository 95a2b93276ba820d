"""Notices when what must hold after a step has come true. Knows the session; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from psygnal import Signal

from explorer.guide.checks import CHECKS, Fact
from explorer.guide.facts import Facts, Seen, facts_of
from explorer.guide.gestures import Condition
from explorer.session.session import Session


class Watch:
    """Holds the facts of a session against those at the beginning of a step."""

    changed = Signal()
    """Some fact is another; ask again."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before = Facts()
        self._seen = Seen()
        session.main.model_opened.connect(self._on_any)
        session.main.model_ready.connect(self._on_any)
        session.main.embedding_changed.connect(self._on_embedding)
        session.main.cursor.moved.connect(self._on_any)
        session.main.cursor.picture_changed.connect(self._on_picture)
        session.interpolation.changed.connect(self._on_any)
        session.drawing.changed.connect(self._on_any)
        session.main.hole_found.connect(self._on_any)
        for fact in (
            session.beside.model_opened,
            session.beside.cursor.moved,
            session.beside.cursor.picture_changed,
            session.beside.hole_found,
        ):
            fact.connect(self._on_any)
        session.main.projecting.changed.connect(self._on_any)
        session.attributes.changed.connect(self._on_any)
        session.training.changed.connect(self._on_any)
        session.training.progressed.connect(self._on_progress)
        session.training.flagged.connect(self._on_flag)
        for signal in ("game_changed", "coverage_changed"):
            getattr(session.adversaries, signal).connect(self._on_any)
        session.adversaries.grid_changed.connect(self._on_any)
        session.denoising.changed.connect(self._on_any)
        session.denoising.noise_changed.connect(self._on_any)
        session.denoising.walks.changed.connect(self._on_any)
        session.denoising.walks.stepped.connect(self._on_stop)
        session.denoising.walks.moved.connect(self._on_stop)

    def begin(self) -> None:
        """A step begins now."""
        self._seen = Seen()
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

    def _on_flag(self, flag: object) -> None:
        self.changed()

    def _on_progress(self) -> None:
        adversaries = self._session.adversaries
        curves = {player.title: adversaries.curve("gradient", player) for player in adversaries.players}
        moved = {title: points[-1][0] for title, points in curves.items() if points}
        newest = [group for group, step in moved.items() if step == max(moved.values())]
        if len(newest) == 1 < len(moved):
            self._seen = replace(self._seen, alone={**self._seen.alone, newest[0]: moved[newest[0]]})
        self.changed()

    def _on_picture(self) -> None:
        self._seen = replace(self._seen, pictures=self._seen.pictures + 1)
        self.changed()

    def _on_stop(self) -> None:
        place = self._session.denoising.walks.place
        self._seen = replace(self._seen, stops=self._seen.stops | {place})
        self.changed()

    def _on_embedding(self) -> None:
        seen, model = self._seen, self._session.main.model
        if model is not None and model.living and model.embedding is not None:
            first = seen.first_map or model.embedding
            self._seen = replace(seen, maps=seen.maps + 1, first_map=first, last_map=model.embedding)
        self.changed()
