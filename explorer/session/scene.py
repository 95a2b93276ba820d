"""What a person has chosen to look at: one frozen value, and the way back to what it was before.

Every intent makes a new scene; undo puts an older one back. numpy only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from explorer.latent.path import Manner

Name = Literal["main", "beside", "learner"]
"""Of a model on display: that of the side which sliders, strip and attributes steer, that of the side beside
it, and the one in training."""

STEPWISE = ("move a slider", "nudge the cursor", "run along the path")
"""Intents that come in steps from wheel or keys."""

STEP_SECONDS = 0.5
"""Steps of one kind within this time are one entry."""

MOST_ENTRIES = 500


class Condition(NamedTuple):
    """What pictures are asked to be, of a model that can be asked."""

    label: int
    """A class."""


@dataclass(frozen=True, eq=False)
class Look:
    """What is chosen of one model on display."""

    code: NDArray[np.float32] | None = None
    """Where its cursor is, (D,)."""
    item: int | None = None
    """The selected item, whose code that is."""
    place: tuple[float, float] | None = None
    """The place of the map that was asked for, where the projection can only estimate its code."""
    condition: Condition | None = None
    """What its pictures are asked to be; None where nothing is asked."""
    shown: frozenset[int] | None = None
    """The classes that are drawn on its map; None draws all."""

    def at(
        self,
        code: NDArray[np.float32] | None,
        item: int | None = None,
        place: tuple[float, float] | None = None,
    ) -> Self:
        """The same with the cursor elsewhere."""
        return replace(self, code=code, item=item, place=place)

    def drawing(self, shown: frozenset[int] | None) -> Self:
        """The same with only these classes drawn."""
        return replace(self, shown=shown)

    def asking(self, condition: Condition | None) -> Self:
        """The same with pictures asked to be something else."""
        return replace(self, condition=condition)


class End(NamedTuple):
    """One end of the interpolation."""

    code: NDArray[np.float32]
    picture: NDArray[np.uint8]
    title: str
    item: int | None = None
    """Whose code that is; it is the item that is chosen, wherever its code moves."""


@dataclass(frozen=True, eq=False)
class Scene:
    """The choices that undo goes through."""

    main: Look = field(default_factory=Look)
    beside: Look = field(default_factory=Look)
    learner: Look = field(default_factory=Look)
    leads: Name = "main"
    """Whose cursor was moved by hand; the other one follows it."""
    glyph: NDArray[np.uint8] | None = None
    """The own picture whose code the cursors are at, (H, W, C)."""
    end_a: End | None = None
    end_b: End | None = None
    """The ends of the interpolation, among the codes of the main side."""
    manner: Manner = "line"
    handle: float | None = None
    """Where on the path the cursor is, 0 to 1."""

    def look(self, name: Name) -> Look:
        looks = {"main": self.main, "beside": self.beside, "learner": self.learner}
        return looks[name]

    def at(self, name: Name, look: Look) -> Self:
        """The same with another look at one of the models."""
        return replace(self, **{name: look})  # type: ignore[arg-type]


class Gesture:
    """From press to release; what comes of it later belongs to it too."""


class Entry(NamedTuple):
    title: str
    before: Scene
    when: float
    gesture: Gesture | None = None
    """In which it came about."""


class History:
    """Undo and redo. One gesture, from press to release, is one entry."""

    def __init__(self) -> None:
        self._undone: list[Entry] = []
        self._done: list[Entry] = []
        self.gesture: Gesture | None = None
        """That is under way."""

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()
        self.gesture = None

    def revise(self, revised: Callable[[Scene], Scene]) -> None:
        """Replace every scene that could come back."""
        for entries in (self._done, self._undone):
            entries[:] = [entry._replace(before=revised(entry.before)) for entry in entries]

    def begin(self) -> None:
        """A button went down: everything until `end` is one entry."""
        self.gesture = Gesture()

    def end(self) -> None:
        self.gesture = None

    def note(self, title: str, before: Scene, gesture: Gesture | None = None) -> None:
        """An intent has changed the scene.

        Parameters
        ----------
        gesture
            In which that was asked for; by default the one that is under way.
        """
        now, gesture = time.monotonic(), gesture or self.gesture
        self._undone.clear()
        last = self._done[-1] if self._done else None
        same_gesture = gesture is not None and last is not None and last.gesture is gesture
        stepped = (
            last is not None
            and gesture is None
            and last.title == title
            and title in STEPWISE
            and now - last.when < STEP_SECONDS
        )
        if last is not None and (same_gesture or stepped):
            self._done[-1] = Entry(title, last.before, now, gesture)
            return
        self._done.append(Entry(title, before, now, gesture))
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
