"""Keeps one display up with a model that learns: the newest weights, and the map of them at a bearable cost.

Part of the session; numpy only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from explorer.session.display import Display
from explorer.session.maps.requests import Cost
from explorer.session.side import Side
from explorer.training.events import Snapshot

REST = 10.0
"""The map is embedded again no sooner than this many times what the last embedding cost."""


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
        self._display, self._paused, self._wants_map, self._wants = display, paused, wants_map, wants
        self._snapshot: Snapshot | None = None
        self._embedding = False
        self._rest_until = 0.0
        display.model_opened.connect(self._on_opened)
        display.model_ready.connect(self._on_ready)
        display.images.embedded.connect(self._on_embedded)

    def offer(self, snapshot: Snapshot) -> None:
        """There are newer weights."""
        self._snapshot = snapshot
        self.refresh()

    def refresh(self) -> None:
        """Bring the newest weights on display, if it may be."""
        display, snapshot = self._display, self._snapshot
        if snapshot is None or self._embedding or not self._lives:
            return
        if display.ready is None or not self._wants():
            return
        self._snapshot = None
        display.install(snapshot)
        if time.monotonic() >= self._rest_until or self._paused():
            self.embed()

    def embed(self) -> None:
        """Have the map of the weights on display computed, where somebody looks at it."""
        if self._lives and self._wants_map() and not self._embedding:
            self._embedding = self._display.images.embed()

    def on_seen(self) -> None:
        """Somebody looks at it again: while the training stands still no snapshot will come."""
        if self._paused():
            self.embed()

    @property
    def _lives(self) -> bool:
        return self._display.model is not None and self._display.model.living

    def _on_opened(self) -> None:
        self._snapshot, self._embedding, self._rest_until = None, False, 0.0

    def _on_ready(self) -> None:
        """What came while the engine had no model to put it into."""
        self.refresh()
        if self._paused():
            self.embed()

    def _on_embedded(self, cost: Cost) -> None:
        self._embedding = False
        self._rest_until = time.monotonic() + REST * cost.seconds
        self.refresh()


def keepers(
    learner: Display,
    sides: Sequence[Side],
    *,
    paused: Callable[[], bool],
    watched: Callable[[], bool],
    wants_samples: Callable[[], bool],
) -> list[Living]:
    """What keeps each display up; the learner's own map is drawn only where no side shows it."""

    def is_seen(side: Side) -> bool:
        return side.seen

    kept = [Living(learner, paused, wants_samples, watched)]
    for side in sides:
        kept.append(Living(side, paused, partial(is_seen, side)))
        side.seen_changed.connect(kept[-1].on_seen)
    return kept
