"""The small pictures beside each slider: what it would do at the present code, from -3 to +3 sd.

Part of the session. numpy only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.requests import DecodeRow, Pictures

if TYPE_CHECKING:
    from explorer.session.session import Session

SDS = np.linspace(-3, 3, 7, dtype=np.float32)


class SliderStrips:
    """One row of pictures for each dimension that can be seen."""

    changed = Signal(int)
    """A dimension's row has come."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanted: tuple[int, ...] = ()
        self.rows: dict[int, NDArray[np.uint8]] = {}
        """Dimension to pictures (7, H, W, C)."""
        session.take("sliders", self._take)

    def want(self, dimensions: tuple[int, ...]) -> None:
        """These rows can be seen now; none when the dock is hidden."""
        if dimensions != self._wanted:
            self._wanted = dimensions
            self.refresh()

    def refresh(self) -> None:
        """The code or the model is another one."""
        session = self._session
        model, cursor = session.model, session.scene.cursor
        if model is None or model.embedding is None or cursor is None or session.ready is None:
            return
        if not model.can_decode:
            return
        wanted = [d for d in self._wanted if d < model.embedding.size]
        if not wanted:
            return
        codes = np.repeat(cursor[None], len(wanted) * len(SDS), axis=0)
        for row, dimension in enumerate(wanted):
            values = model.embedding.mean[dimension] + SDS * model.embedding.std[dimension]
            codes[row * len(SDS) : (row + 1) * len(SDS), dimension] = values
        keys = tuple(np.repeat(wanted, len(SDS)).tolist())
        condition, each = session.scene.condition, len(SDS)
        session.engine.submit(
            DecodeRow("sliders", codes, keys, model.space, at_once=each, condition=condition)
        )

    def _take(self, request: DecodeRow, result: Pictures) -> None:
        dimension = result.keys[0]
        self.rows[dimension] = result.pictures
        self.changed(dimension)
