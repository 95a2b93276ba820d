"""What a person has done since a step began, told from all that only follows from it. numpy only.

A deed is a choice in the scene. What a model that learns, a newly opened one, or the cursor of the other map
brings about is none; so a check that asks for a deed can't be made true by them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.session.scene import Name, Scene

Floats = NDArray[np.float32]

MAP = ("move the cursor", "select an item", "scrub", "nudge the cursor")
"""What undo calls moves of the cursor on a map."""
SLIDER = ("move a slider", "reset a slider")
HANDLE = ("run along the path", "play the path")
DRAWING = ("draw", "drop a picture")
ENDS = ("set end A", "set end B")
UNDO = "undo"

MOST = 500
"""Deeds of one step; more are a hand that never rests, and the oldest go."""
TINY = 1e-4
"""Codes nearer to each other than this are the same but for rounding."""


@dataclass(frozen=True, eq=False)
class Deed:
    """One choice, or several of one kind in the same direction."""

    title: str
    """What undo calls it."""
    side: Name | Literal[""]
    """Whose cursor or condition it has changed; empty where it has changed none."""
    before: Scene
    now: Scene

    @property
    def moves(self) -> bool:
        """It has put a cursor somewhere."""
        return self.side != "" and self.before.look(self.side).code is not self.now.look(self.side).code

    @property
    def path(self) -> Floats | None:
        """From the old code to the new (D,), where both are codes of one space."""
        if self.side == "":
            return None
        then, now = self.before.look(self.side).code, self.now.look(self.side).code
        return None if then is None or now is None or then.shape != now.shape else now - then

    @property
    def run(self) -> float:
        """How far the handle between A and B has run, -1 to 1."""
        return (self.now.handle or 0.0) - (self.before.handle or 0.0)


Deeds = tuple[Deed, ...]


def with_deed(deeds: Deeds, title: str, before: Scene, now: Scene) -> Deeds:
    """These and one more, which is part of the last one where it goes on with it."""
    changed = (name for name in _NAMES if before.look(name) is not now.look(name))
    deed = Deed(title, next(changed, ""), before, now)
    if deeds and _goes_on(deeds[-1], deed):
        return (*deeds[:-1], replace(deeds[-1], now=now))
    return (*deeds, deed)[-MOST:]


def last_move(deeds: Deeds, kinds: tuple[str, ...], side: str = "") -> Deed | None:
    """The last move of a cursor, if it is of these kinds, on this side where one is named."""
    last = next((deed for deed in reversed(deeds) if deed.moves or deed.title == UNDO), None)
    fits = last is not None and last.title in kinds and side in ("", last.side)
    return last if fits else None


def moved_over(deeds: Deeds, side: Name) -> Floats | None:
    """The way (D,) that the cursor of a side has been led over its map by the last moves."""
    paths: list[Floats] = []
    for deed in reversed([deed for deed in deeds if deed.moves or deed.title == UNDO]):
        if deed.title not in MAP or deed.side != side or deed.path is None:
            break
        paths.append(deed.path)
    return np.sum(paths, axis=0, dtype=np.float32) if paths else None


def is_along(path: Floats, vector: NDArray[np.floating]) -> bool:
    """Whether a way leads along a vector and nowhere else."""
    length = float(np.linalg.norm(vector))
    if path.shape != vector.shape or not length:
        return False
    unit = vector / length
    aside = float(np.linalg.norm(path - (path @ unit) * unit))
    return aside <= max(1e-3 * float(np.linalg.norm(path)), TINY)


def _goes_on(last: Deed, deed: Deed) -> bool:
    if (last.title, last.side) != (deed.title, deed.side):
        return False
    if deed.title in HANDLE:
        return last.run * deed.run >= 0
    if deed.title not in SLIDER:
        return True
    paths = last.path, deed.path
    if paths[0] is None or paths[1] is None or paths[0].shape != paths[1].shape:
        return False
    return not float(np.linalg.norm(paths[0])) > TINY or is_along(paths[1], paths[0])


_NAMES: tuple[Name, ...] = ("main", "beside", "learner")
