"""What a person has chosen to look at, as a frozen value, and the way back to what it was before.

Every intent makes a new scene; undo puts an older one back. numpy only.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.latent.path import Manner

STEPWISE = ("move a slider", "nudge the cursor", "run along the path")
"""Intents that come in steps from wheel or keys."""

STEP_SECONDS = 0.5
"""Steps of one kind within this time are one entry."""

MOST_ENTRIES = 500


class End(NamedTuple):
    """One end of the interpolation."""

    code: NDArray[np.float32]
    picture: NDArray[np.uint8]
    title: str


@dataclass(frozen=True, eq=False)
class Scene:
    """The choices that undo goes through."""

    cursor: NDArray[np.float32] | None = None
    """(D,)."""
    item: int | None = None
    """The selected item, whose code the cursor is at."""
    glyph: NDArray[np.uint8] | None = None
    """The own picture whose code the cursor is at, (H, W, C)."""
    second: NDArray[np.float32] | None = None
    """(D,): the code chosen on the second map, where that one leads; the cursor then follows it."""
    place: tuple[float, float] | None = None
    """The place of the map that was asked for, where the layout can only estimate its code."""
    end_a: End | None = None
    end_b: End | None = None
    manner: Manner = "line"
    handle: float | None = None
    """Where on the path the cursor is, 0 to 1."""
    condition: int | None = None
    """The class that pictures are asked for, of a model that can be asked."""
    shown: frozenset[int] | None = None
    """The classes that are drawn; None draws all."""


class Entry(NamedTuple):
    title: str
    before: Scene
    when: float


class History:
    """Undo and redo. One gesture, from press to release, is one entry."""

    def __init__(self) -> None:
        self._undone: list[Entry] = []
        self._done: list[Entry] = []
        self._gesture: Scene | None = None

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()
        self._gesture = None

    def begin(self, scene: Scene) -> None:
        """A button went down: everything until `end` is one entry."""
        self._gesture = scene

    def end(self) -> None:
        self._gesture = None

    def note(self, title: str, before: Scene) -> None:
        """An intent has changed the scene."""
        now = time.monotonic()
        self._undone.clear()
        last = self._done[-1] if self._done else None
        same_gesture = self._gesture is not None and last is not None and last.before is self._gesture
        stepped = (
            last is not None
            and self._gesture is None
            and last.title == title
            and title in STEPWISE
            and now - last.when < STEP_SECONDS
        )
        if last is not None and (same_gesture or stepped):
            self._done[-1] = Entry(title, last.before, now)
            return
        self._done.append(Entry(title, self._gesture or before, now))
        del self._done[:-MOST_ENTRIES]

    def undo(self, scene: Scene) -> Scene | None:
        """The scene before the last intent, if there was one."""
        return self._swap(self._done, self._undone, scene)

    def redo(self, scene: Scene) -> Scene | None:
        return self._swap(self._undone, self._done, scene)

    @property
    def undo_title(self) -> str | None:
        return self._done[-1].title if self._done else None

    @property
    def redo_title(self) -> str | None:
        return self._undone[-1].title if self._undone else None

    def _swap(self, source: list[Entry], target: list[Entry], scene: Scene) -> Scene | None:
        if not source:
            return None
        entry = source.pop()
        target.append(Entry(entry.title, scene, 0.0))
        return entry.before
