"""What a check may ask about: the session at one moment, and what was seen since a step began.

Cheap to make (it holds what the session replaces, never copies), so that it can be made at
every change. Knows the session; no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.guide.deeds import Deeds
from explorer.latent.direction import Direction
from explorer.latent.embedding import Embedding
from explorer.latent.path import Manner
from explorer.session.denoising.denoising import Label
from explorer.session.denoising.requests import Stop
from explorer.session.denoising.walks import Walk
from explorer.session.learning.training import State
from explorer.session.open_model import OpenModel
from explorer.session.scene import Scene
from explorer.session.session import Session
from explorer.training.events import FAKE, REAL

Picture = NDArray[np.uint8]


class Fact(NamedTuple):
    """One thing that was to hold."""

    text: str
    holds: bool


@dataclass(frozen=True, eq=False)
class Learning:
    """The training of the session, under way or over."""

    state: State = "idle"
    run: str = ""
    """Name of what is being trained, or was last."""
    fault: str | None = None
    ended_well: bool = False
    share: float = 0.0
    """Of its steps that are done."""
    step: int = 0
    game: bool = False
    """Several players are trained against each other."""
    loss: tuple[tuple[int, float], ...] = ()
    """Steps and losses."""


@dataclass(frozen=True, eq=False)
class Game:
    """A generator and its critic."""

    codes: tuple[Picture | None, ...] = ()
    """What is drawn at the fixed grid of codes."""
    seen: bool = False
    """The grid is on screen."""
    model: str = ""
    """Whose game it is."""
    distance: float | None = None
    """Of the samples' classes from the data's, total variation."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """The critic's mean score of "real" and of "fake"."""
    directions: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    """Unit vectors (K, D) that the generator's own weights tell."""
    as_asked: float | None = None
    """Samples that the ruler takes for the class that was asked for, 0 to 1, as measured and kept."""


@dataclass(frozen=True, eq=False)
class Course:
    """A walk from noise to a picture, or a fork of one."""

    steps: tuple[Stop, ...] = ()
    stops: int = 0
    """Steps that it will have."""
    at: int = 0
    """The place of the walk that a fork begins at."""
    calls: int = 0
    """Passes through the network in all."""
    source: object = None
    """The walk itself, of which two can end alike."""
    fresh: bool = True
    """It began from noise that was drawn for it."""
    t: float = 1.0
    """Where it began."""
    label: int | None = None
    """The class that it was asked for, of its first picture."""

    @property
    def done(self) -> bool:
        return 0 < self.stops == len(self.steps)


@dataclass(frozen=True, eq=False)
class Walking:
    """The denoising of the session."""

    able: bool = False
    """The model can denoise, and is ready to."""
    asked: Label = None
    """The class that is asked for."""
    walk: Course = field(default_factory=Course)
    forks: tuple[Course, ...] = ()
    place: int = 0
    """The stop that is looked at."""
    real: Picture | None = None
    """The real picture that it begins from."""
    noised: float | None = None
    """t, while the real picture with noise is looked at."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What went by since the step began."""

    deeds: Deeds = ()
    """What the person has done."""
    begun: bool = False
    """A training has begun."""
    pictures: int = 0
    """Decoded where the person has led a cursor to."""
    maps: int = 0
    """Of a model that was learning."""
    first_map: Embedding | None = None
    last_map: Embedding | None = None
    stops: frozenset[int] = frozenset()
    """Of the walk at hand, that were looked at."""
    run: bool = False
    """Another stop of the walk at hand was gone to."""
    noised: bool = False
    """The strength of the noise on a real picture was changed."""
    alone: Mapping[str, int] = field(default_factory=dict)
    """The step at which a player of a game was moved last while the others stood still."""


@dataclass(frozen=True, eq=False)
class Facts:
    """The session as the checks know it."""

    scene: Scene = field(default_factory=Scene)
    model: OpenModel | None = None
    decoded: bool = False
    """The engine has the model, and has drawn a picture with it."""
    picture: NDArray[np.uint8] | None = None
    strips: Mapping[Manner, NDArray[np.uint8]] = field(default_factory=dict)
    drawn_code: NDArray[np.float32] | None = None
    beside: OpenModel | None = None
    """On the second map, where that is to be seen."""
    beside_picture: NDArray[np.uint8] | None = None
    projection: str = ""
    """How the codes reach the first map."""
    attributes: Mapping[str, Direction] = field(default_factory=dict)
    """Those with a slider on screen."""
    learning: Learning = field(default_factory=Learning)
    game: Game = field(default_factory=Game)
    walking: Walking = field(default_factory=Walking)
    seen: Seen = field(default_factory=Seen)


def facts_of(session: Session, seen: Seen | None = None) -> Facts:
    """The facts of a session now."""
    return Facts(
        scene=session.scene,
        model=session.main.model,
        decoded=session.main.ready is not None and session.main.cursor.decode_seconds is not None,
        picture=session.main.cursor.picture,
        strips=session.interpolation.rows,
        drawn_code=session.drawing.code,
        beside=session.beside.model if session.beside.present else None,
        beside_picture=session.beside.cursor.picture,
        projection=session.main.projecting.kind,
        attributes=dict(session.attributes.directions) if session.attributes.wanted else {},
        learning=_learning(session),
        game=_game(session),
        walking=_walking(session),
        seen=seen or Seen(),
    )


def _learning(session: Session) -> Learning:
    training, progress = session.training, session.training.progress
    return Learning(
        state=training.state,
        run="" if training.run is None else training.run.name,
        fault=training.fault,
        ended_well=any(flag.text == "finished" for flag in training.course.flags),
        share=0.0 if progress is None else progress.step / max(progress.steps, 1),
        step=0 if progress is None else progress.step,
        game=training.run is not None and len(training.run.manifest.groups) > 1,
        loss=tuple(training.course.curves.get("loss", ())),
    )


def _game(session: Session) -> Game:
    adversaries = session.adversaries
    scores, coverage, subject = adversaries.scores, adversaries.coverage, adversaries.subject.model
    figures = {} if subject is None else subject.run.manifest.figures or {}
    return Game(
        codes=tuple(adversaries.grid.pictures),
        seen=adversaries.grid_wanted,
        model="" if adversaries.subject.model is None else str(adversaries.subject.model.run.folder),
        distance=None if coverage is None else coverage.tv,
        as_asked=figures.get("conditional_accuracy"),
        scores={name: float(scores[name].mean()) for name in (REAL, FAKE) if name in scores},
        directions=session.directions.vectors,
    )


def _walking(session: Session) -> Walking:
    denoising, walks = session.denoising, session.denoising.walks
    settings = denoising.settings
    return Walking(
        able=not denoising.reason,
        asked=denoising.label if settings.asks(session.main.look.condition) else None,
        walk=Course() if walks.parent is None else _course(walks.parent),
        forks=tuple(_course(fork) for fork in walks.forks),
        place=walks.place,
        real=next(iter(denoising.pictures), None),
        noised=settings.level if denoising.noising else None,
    )


def _course(walk: Walk) -> Course:
    route, request = walk.route, walk.request
    stops, calls = (0, 0) if route is None else (len(route.times), route.calls[-1])
    label = None if request.classes is None or not len(request.classes) else int(request.classes[0])
    return Course(tuple(walk.steps), stops, walk.at, calls, walk, request.start is None, request.t, label)
