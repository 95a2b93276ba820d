"""What a check may ask about: the session at one moment, and what was seen since a step began.

Cheap to make (it holds what the session replaces, never copies), so that it can be made at
every change. Knows the session; no Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from explorer.latent.embedding import Embedding
from explorer.latent.path import Manner
from explorer.session.open_model import OpenModel
from explorer.session.scene import Scene
from explorer.session.session import Session
from explorer.session.training import State


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
    loss: tuple[tuple[int, float], ...] = ()
    """Steps and losses."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What went by since the step began."""

    pictures: int = 0
    """Decoded ones."""
    maps: int = 0
    """Of a model that was learning."""
    first_map: Embedding | None = None
    last_map: Embedding | None = None


@dataclass(frozen=True, eq=False)
class Facts:
    """The session as the checks know it."""

    scene: Scene = field(default_factory=Scene)
    model: OpenModel | None = None
    ready: bool = False
    picture: NDArray[np.uint8] | None = None
    strips: Mapping[Manner, NDArray[np.uint8]] = field(default_factory=dict)
    drawn_code: NDArray[np.float32] | None = None
    beside: OpenModel | None = None
    beside_cursor: NDArray[np.float32] | None = None
    beside_picture: NDArray[np.uint8] | None = None
    layout: str = ""
    """How the codes are laid out on the first map."""
    attributes: Mapping[str, float] = field(default_factory=dict)
    """Where the cursor stands along each direction, in standard deviations."""
    learning: Learning = field(default_factory=Learning)
    seen: Seen = field(default_factory=Seen)


def facts_of(session: Session, seen: Seen | None = None) -> Facts:
    """The facts of a session now."""
    return Facts(
        scene=session.scene,
        model=session.model,
        ready=session.ready is not None,
        picture=session.picture,
        strips=session.interpolation.rows,
        drawn_code=session.drawing.code,
        beside=session.beside.model,
        beside_cursor=session.beside.cursor,
        beside_picture=session.beside.picture,
        layout=session.projecting.layout("first"),
        attributes={name: session.attributes.at(name) for name in session.attributes.directions},
        learning=_learning(session),
        seen=seen or Seen(),
    )


def _learning(session: Session) -> Learning:
    training, progress = session.training, session.training.progress
    return Learning(
        state=training.state,
        run="" if training.run is None else training.run.name,
        fault=training.fault,
        ended_well=any(flag.text == "finished" for flag in training.flags),
        share=0.0 if progress is None else progress.step / max(progress.steps, 1),
        loss=tuple(training.curves.get("loss", ())),
    )
