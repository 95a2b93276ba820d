"""Keeps one display up with a model that learns: the newest weights, and the map of them at a bearable cost.

Part of the session; numpy only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from explorer.session.display import Display
from explorer.session.maps.requests import Cost
from explorer.session.side import Side
from explorer.training.events import Snapshot

Watched = Literal["pictures", "library", "grid", "samples"]
"""What a view may show of the learner itself."""

LIVING_ITEMS = 5000
"""Held-out items on a living map; a finished one has them all."""

IN_HAND_SECONDS = 2.0
"""From one snapshot on display to the next while something is dragged: each has all pictures drawn anew."""

REST, GROWTH = 10.0, 1.5
"""The map is embedded again no sooner than this many times what the last embedding cost. In the beginning,
when most moves, the rests are shorter: each is so much longer than the one before."""


class Living:
    """Of the trainer's snapshots the newest is shown, unless the map is still being computed from the last.

    Parameters
    ----------
    paused
        Whether the training stands still, so that its map may cost what it does.
    wants_map
        Whether somebody looks at what is computed from the embedding.
    wants
        Whether somebody looks at this display at all.
    """

    def __init__(
        self,
        display: Display,
        paused: Callable[[], bool],
        wants_map: Callable[[], bool],
        wants: Callable[[], bool] = lambda: True,
    ) -> None:
        self.display, self._paused, self._wants_map, self._wants = display, paused, wants_map, wants
        self._snapshot: Snapshot | None = None
        self._embedding = self._installed = False
        self._rest, self._rest_until = 1.0, 0.0
        display.model_opened.connect(self._on_opened)
        display.model_ready.connect(self._on_ready)
        display.images.embedded.connect(self._on_embedded)

    def offer(self, snapshot: Snapshot) -> None:
        """There are newer weights."""
        self._snapshot = snapshot
        self.refresh()

    def refresh(self) -> None:
        """Bring the newest weights on display, if it may be."""
        display, snapshot = self.display, self._snapshot
        if snapshot is None or self._embedding or not self._lives:
            return
        if display.ready is None or not self._wants():
            return
        self._snapshot, self._installed = None, True
        display.install(snapshot)
        if time.monotonic() >= self._rest_until or self._paused():
            self.embed()

    def embed(self) -> None:
        """Have the map of the weights on display computed, where somebody looks at it.

        The weights that a model begins with on the engine are those of no moment of the training.
        """
        if self._lives and self._installed and self._wants_map() and not self._embedding:
            self._embedding = self.display.images.embed()

    def on_seen(self) -> None:
        """Somebody looks at it again: while the training stands still no snapshot will come."""
        if self._paused():
            self.embed()

    @property
    def _lives(self) -> bool:
        return self.display.model is not None and self.display.model.living

    def _on_opened(self) -> None:
        self._snapshot, self._embedding, self._installed = None, False, False
        self._rest, self._rest_until = 1.0, 0.0

    def _on_ready(self) -> None:
        """What came while the engine had no model to put it into."""
        self.refresh()

    def _on_embedded(self, cost: Cost) -> None:
        self._embedding = False
        self._rest = min(REST, GROWTH * self._rest)
        self._rest_until = time.monotonic() + self._rest * cost.seconds
        self.refresh()


class LivingDisplays:
    """All displays on which a model in training may be, and the newest weights for whichever comes next.

    The learner's own map is drawn only where no side shows it.
    """

    def __init__(
        self,
        learner: Display,
        sides: Sequence[Side],
        *,
        paused: Callable[[], bool],
        shown_on: Callable[[], Side | None],
    ) -> None:
        self._newest: Snapshot | None = None
        self._learner, self._paused = learner, paused
        self._offered, self._withheld = 0.0, False
        self._watched: set[Watched] = set()
        self._shown_on = shown_on
        self._all = [Living(learner, paused, self._wants_samples, lambda: bool(self._watched))]
        for side in sides:
            self._all.append(Living(side, paused, partial(getattr, side, "seen")))
            side.seen_changed.connect(self._all[-1].on_seen)

    def forget(self) -> None:
        """Another training begins, or this one has ended."""
        self._newest = None

    def offer(self, snapshot: Snapshot) -> None:
        """There are newer weights."""
        self._newest = snapshot
        self._withheld = not self._paused() and self._learner.in_hand and not self._rested
        if not self._withheld:
            self._put_on_display(snapshot)

    @property
    def _rested(self) -> bool:
        return time.monotonic() - self._offered >= IN_HAND_SECONDS

    def _put_on_display(self, snapshot: Snapshot) -> None:
        self._offered, self._withheld = time.monotonic(), False
        for each in self._all:
            each.offer(snapshot)

    def bring_up(self, display: Display) -> None:
        """A display has the model only now: while the training stands still no others would come."""
        for each in self._all:
            if each.display is display and self._newest is not None:
                each.offer(self._newest)

    def stand_still(self) -> None:
        """The training pauses, and no snapshot will come: the newest is shown, and its map."""
        if self._newest is not None and self._withheld:
            self._put_on_display(self._newest)
        for each in self._all:
            each.embed()

    def watch(self, what: Watched, on: bool) -> None:
        """Somebody has begun to look at something of the learner's, or looks no longer."""
        (self._watched.add if on else self._watched.discard)(what)
        for each in self._all:
            each.refresh()

    def watches(self, *what: Watched) -> bool:
        """Whether somebody looks at one of these."""
        return not self._watched.isdisjoint(what)

    def _wants_samples(self) -> bool:
        """Coverage is looked at, and no side draws the samples anyway."""
        side = self._shown_on()
        return self.watches("samples") and (side is None or not side.seen)
