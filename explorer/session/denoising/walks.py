"""The walk that is looked at, its forks, and which of their steps: every step of each stays.

Part of the session; knows the engine. numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from psygnal import Signal

from explorer.session.asking.question import Question
from explorer.session.denoising.requests import Denoise, Route, Sampler, Stop
from explorer.session.side import Side

MOST_FORKS = 4
FORK_SEED = 100_000
"""The forks' seeds begin here, away from those that people type."""


@dataclass(eq=False)
class Walk:
    """One way from noise to pictures, as far as it has come."""

    request: Denoise
    question: Question[Route | Stop]
    at: int = 0
    """The parent's place that it forks from."""
    route: Route | None = None
    steps: list[Stop] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.route is not None and len(self.steps) == len(self.route.times)


class Walks:
    """A walk and up to four forks of it; `place` is the stop that is looked at, in all of them."""

    changed = Signal()
    """There are other walks, or it plays, or plays no more."""
    stepped = Signal()
    """A walk has come a step further."""
    moved = Signal()
    """Another place."""

    def __init__(self, side: Side) -> None:
        engine, life = side.engine, side.life
        self._walk: Question[Route | Stop] = Question(
            engine, self._on_parent_answer, missed=self.drop, during=life
        )
        self._forks = [
            Question[Route | Stop](
                engine,
                partial(self._on_fork_answer, slot),
                missed=partial(self._miss_fork, slot),
                during=life,
            )
            for slot in range(MOST_FORKS)
        ]
        self._clear()

    def _clear(self) -> None:
        self.parent: Walk | None = None
        self.forks: list[Walk] = []
        self.place = 0
        self.playing = False
        self._following = True
        self._forked = 0

    # What a view reads

    @property
    def stops(self) -> int:
        """Of the walk, computed or not."""
        return 0 if self.parent is None or self.parent.route is None else len(self.parent.route.times)

    @property
    def step(self) -> Stop | None:
        """What is looked at."""
        if self.parent is None or not self.parent.steps:
            return None
        return self.parent.steps[self.place]

    def step_of(self, walk: Walk) -> Stop | None:
        """The same place in a walk: before it forked its parent's; none where it isn't computed yet."""
        if self.place < walk.at:
            return self.step
        place = self.place - walk.at
        return walk.steps[place] if place < len(walk.steps) else None

    @property
    def compares_classes(self) -> bool:
        """Its pictures are one noise under each class."""
        return self.parent is not None and self.parent.request.one_noise

    @property
    def why_no_fork(self) -> str:
        """Why the place can't be forked from, in words; empty where it can."""
        if self.parent is None or not self.parent.steps:
            return "Denoise first: a fork begins at a step."
        if len(self.forks) == MOST_FORKS:
            return f"There are {MOST_FORKS} forks; remove one first."
        if self.place >= self.stops - 2:
            return "No noise is drawn any more from here to the picture; go to an earlier step."
        return ""

    # Intents

    def begin(self, request: Denoise) -> None:
        """Walk; what was walked before is forgotten."""
        self.drop()
        self.parent = Walk(request, self._walk)
        self._walk.ask(request)
        self.changed()

    def drop(self) -> None:
        """Forget the walk and its forks."""
        for question in (self._walk, *self._forks):
            question.forget()
        if self.parent is not None:
            self._clear()
            self.changed()

    def go(self, place: int) -> None:
        """Look at a stop, as far as they are computed."""
        if self.parent is None or not self.parent.steps:
            return
        last = len(self.parent.steps) - 1
        place = min(max(place, 0), last)
        self._following = place == last and not self.playing
        if place != self.place:
            self.place = place
            self.moved()

    def play(self, playing: bool) -> None:
        """Whether a view runs through the stops, at the pace of eyes."""
        if playing != self.playing and self.parent is not None:
            self.playing = playing
            self._following = not playing and self.place == len(self.parent.steps) - 1
            self.changed()

    def fork(self) -> None:
        """Keep x_t of this place and walk on with fresh noise: with as much of it as DDPM adds."""
        step = self.step
        if self.why_no_fork or self.parent is None or step is None:
            return
        in_use = [fork.question for fork in self.forks]
        parent = self.parent.request
        sampler: Sampler = "ddpm" if parent.plan.sampler == "ddpm" else "ddim"
        request = replace(
            parent,
            plan=parent.plan._replace(sampler=sampler, eta=1.0),
            seed=FORK_SEED + self._forked,
            start=step.x_t,
            t=step.t,
        )
        question = next(free for free in self._forks if free not in in_use)
        self._forked += 1
        self.forks.append(Walk(request, question, at=self.place))
        question.ask(request)
        self.changed()

    def remove(self, fork: Walk) -> None:
        """Forget a fork."""
        if fork in self.forks:
            self.forks.remove(fork)
            fork.question.forget()
            self.changed()

    def _on_parent_answer(self, result: Route | Stop) -> None:
        if self.parent is not None:
            self._add_result(self.parent, result)

    def _on_fork_answer(self, slot: int, result: Route | Stop) -> None:
        fork = self._fork_of(slot)
        if fork is not None:
            self._add_result(fork, result)

    def _miss_fork(self, slot: int) -> None:
        """It has failed, which the message bar tells: nothing of it will come."""
        fork = self._fork_of(slot)
        if fork is not None:
            self.remove(fork)

    def _fork_of(self, slot: int) -> Walk | None:
        return next((fork for fork in self.forks if fork.question is self._forks[slot]), None)

    def _add_result(self, walk: Walk, result: Route | Stop) -> None:
        if isinstance(result, Route):
            walk.route = result
            self.changed()
            return
        walk.steps.append(result)
        if walk is self.parent and self._following:
            self.place = len(walk.steps) - 1
        self.stepped()
