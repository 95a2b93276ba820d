"""The way of a walk on the map of the model beside: where its predicted clean pictures lie.

Part of the session. numpy only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.session.asking.question import Question
from explorer.session.denoising.requests import EncodeStops
from explorer.session.denoising.walks import Walk, Walks
from explorer.session.side import Side, Trail


class PathBeside:
    """Encoded once a walk is done, where the model beside knows pictures of the same shape."""

    def __init__(self, main: Side, beside: Side, walks: Walks) -> None:
        self._main, self._beside, self._walks = main, beside, walks
        self._walk: Walk | None = None
        """Whose path is asked for, or drawn."""
        self._codes: NDArray[np.float32] | None = None
        self._asking: Question[NDArray[np.float32]] = Question(
            beside.engine, self._on_answer, during=beside.life
        )
        walks.changed.connect(self._on_walks)
        walks.stepped.connect(self._seek)
        walks.moved.connect(self._draw)
        beside.model_opened.connect(self._forget)
        beside.model_ready.connect(self._seek)

    @property
    def share(self) -> float:
        """Where on the way the stop is that is looked at, 0 to 1."""
        return self._walks.place / max(self._walks.stops - 1, 1)

    def _on_walks(self) -> None:
        if self._walk is not None and self._walks.parent is not self._walk:
            self._forget()

    def _forget(self) -> None:
        self._walk = self._codes = None
        self._asking.forget()
        self._draw()

    def _seek(self) -> None:
        walk, first, second = self._walks.parent, self._main.model, self._beside.model
        if walk is None or not walk.done or walk is self._walk or first is None or second is None:
            return
        if self._beside.ready is not None and second.can_encode and second.shape == first.shape:
            self._walk = walk
            pictures = np.stack([stop.clean[0] for stop in walk.steps])
            self._asking.ask(EncodeStops(pictures, second.space))

    def _on_answer(self, codes: NDArray[np.float32]) -> None:
        self._codes = codes
        self._draw()

    def _draw(self) -> None:
        """One place for each stop of the walk: of the first picture, where there are more."""
        if self._codes is not None:
            self._beside.draw_trail(Trail(self._codes, self.share))
        elif self._beside.trail is not None:
            self._beside.draw_trail(None)
