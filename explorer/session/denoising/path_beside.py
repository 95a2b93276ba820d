"""The way of a walk on the map of the model beside: where its predicted clean pictures lie.

Part of the session. numpy only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.denoising.requests import EncodeWay
from explorer.session.denoising.walks import Walk, Walks

if TYPE_CHECKING:
    from explorer.session.session import Session

Floats = NDArray[np.float32]


class WayBeside:
    """Encoded once a walk is done, where the model beside knows pictures of the same shape."""

    changed = Signal()

    def __init__(self, session: Session, walks: Walks) -> None:
        self._session, self._walks = session, walks
        self._asked: tuple[Walk, EncodeWay] | None = None
        self._codes: Floats | None = None
        session.take("denoise path", self._take)
        walks.changed.connect(self._on_walks)
        walks.stepped.connect(self._seek)
        session.beside.model_opened.connect(self._forget)
        session.beside.picture_changed.connect(self._seek)

    @property
    def places(self) -> Floats | None:
        """One place for each stop of the walk, (stops, 2): of the first picture, where there are more."""
        model = self._session.beside.model
        if self._codes is None or model is None or model.projection is None:
            return None
        return model.projection.to_plane(self._codes)

    @property
    def share(self) -> float:
        """Where on the way the stop is that is looked at, 0 to 1."""
        return self._walks.place / max(self._walks.stops - 1, 1)

    def _on_walks(self) -> None:
        if self._asked is not None and self._walks.parent is not self._asked[0]:
            self._forget()

    def _forget(self) -> None:
        had, self._asked, self._codes = self._codes is not None, None, None
        self._session.workers.second.forget("denoise path")
        if had:
            self.changed()

    def _seek(self) -> None:
        walk, first, beside = self._walks.parent, self._session.model, self._session.beside
        if walk is None or not walk.done or first is None or beside.model is None or beside.ready is None:
            return
        run = beside.model.run
        if not beside.model.can_encode or run.manifest.image != first.run.manifest.image:
            return
        if self._asked is not None and self._asked[0] is walk and self._asked[1].run is run:
            return
        pictures = np.stack([step.clean[0] for step in walk.steps])
        self._asked = (walk, EncodeWay(run, pictures, beside.model.space))
        self._session.workers.second.submit(self._asked[1])

    def _take(self, request: EncodeWay, result: Floats) -> None:
        if self._asked is not None and request is self._asked[1]:
            self._codes = result
            self.changed()
