"""Interpolation between two images: codes on the way, their pictures, what real image each is nearest to.

Part of the session; the ends, the manner and the handle live in its scene. numpy only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.latent.path import Manner, between, blend
from explorer.session.asking.requests import DecodeRow, Neighbours, Pictures
from explorer.session.scene import End, Scene

if TYPE_CHECKING:
    from explorer.session.session import Session

STEPS = 11
"""Pictures in a strip, both ends included."""

PATH_POINTS = 61
"""Points of the curve that is drawn on the map."""

DECODED: tuple[Manner, ...] = ("line", "circle")


class Interpolation:
    """The strips between end A and end B."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self.rows: dict[Manner, NDArray[np.uint8]] = {}
        """Pictures (STEPS, H, W, C) of each manner; black where they haven't come yet."""
        self.nearest: list[Neighbours] = []
        """For each place of the chosen strip, the nearest real item and its distance."""
        self._asked: DecodeRow | None = None
        session.take("strip", self._take)

    @property
    def complete(self) -> bool:
        """Both ends are there."""
        scene = self._session.scene
        return scene.end_a is not None and scene.end_b is not None

    @property
    def reason(self) -> str:
        """What is still to be done, in words."""
        scene = self._session.scene
        missing = [name for name, end in (("A", scene.end_a), ("B", scene.end_b)) if end is None]
        if len(missing) == 2:
            return "Point at an image on the map and press A, at another and press B: the row fills."
        return f"Point at an image on the map and press {missing[0]}." if missing else ""

    def codes(self, manner: Manner, t: NDArray[np.float32]) -> NDArray[np.float32]:
        """Codes (M, D) at t (M,); both ends must be there."""
        scene = self._session.scene
        assert scene.end_a is not None
        assert scene.end_b is not None
        return between(manner, scene.end_a.code, scene.end_b.code, t)

    def places(self) -> NDArray[np.float32] | None:
        """The path on the map, (PATH_POINTS, 2)."""
        model = self._session.model
        if not self.complete or model is None or model.projection is None:
            return None
        steps = np.linspace(0, 1, PATH_POINTS, dtype=np.float32)
        return model.projection.to_plane(self.codes(self._session.scene.manner, steps))

    # Intents

    def set_end(self, which: Literal["a", "b"], item: int | None = None) -> None:
        """Make an item, or what the cursor is at, one end."""
        if (end := self._end_at(item)) is not None:
            self._session.change(f"set end {which.upper()}", **{f"end_{which}": end})

    def set_manner(self, manner: Manner) -> None:
        if manner != self._session.scene.manner:
            self._session.change("choose a strip", manner=manner)
            if self._session.scene.handle is not None:
                self.move_handle(self._session.scene.handle)

    def move_handle(self, t: float, *, title: str = "run along the path") -> None:
        """Look at the code a share t of the way from A to B."""
        if self.complete:
            t = float(np.clip(t, 0, 1))
            code = self.codes(self._session.scene.manner, np.array([t], np.float32))[0]
            self._session.change(title, cursor=code, item=None, glyph=None, handle=t)

    def swap(self) -> None:
        scene = self._session.scene
        handle = None if scene.handle is None else 1 - scene.handle
        self._session.change("swap the ends", end_a=scene.end_b, end_b=scene.end_a, handle=handle)

    def clear(self) -> None:
        self._session.change("clear the ends", end_a=None, end_b=None, handle=None)

    # Facts

    def follow(self, before: Scene, now: Scene) -> None:
        """The scene has changed."""
        if now.end_a is not before.end_a or now.end_b is not before.end_b:
            self.refresh()
        elif now.manner != before.manner:
            self._find_nearest()
            self.changed()
        elif now.handle != before.handle:
            self.changed()

    def refresh(self) -> None:
        """Compute the strips anew: other ends, or another model."""
        session, scene = self._session, self._session.scene
        self.rows, self.nearest = {}, []
        session.engine.forget("strip")
        self._asked = None
        if scene.end_a is not None and scene.end_b is not None and session.model is not None:
            t = np.linspace(0, 1, STEPS, dtype=np.float32)
            empty = np.zeros((STEPS, *scene.end_a.picture.shape), np.uint8)
            self.rows = {manner: empty.copy() for manner in DECODED}
            self.rows["pixels"] = blend(scene.end_a.picture, scene.end_b.picture, t)
            self._find_nearest()
            if session.ready is not None and session.model.can_decode:
                codes = np.concatenate([self.codes(manner, t) for manner in DECODED])
                keys = tuple(range(len(codes)))
                space, condition = session.model.space, scene.condition
                self._asked = DecodeRow("strip", codes, keys, space, condition=condition)
                session.engine.submit(self._asked)
        self.changed()

    def _end_at(self, item: int | None) -> End | None:
        session, model = self._session, self._session.model
        item = session.scene.item if item is None else item
        if model is not None and item is not None and model.embedding is not None:
            picture = model.picture_of(item)
            if picture is not None:
                name = model.class_of(item)
                title = f"{item:,}" if name is None else f"{item:,}: {name}"
                return End(model.embedding.codes[item], picture, title)
        cursor, picture = session.scene.cursor, session.cursor.picture_now()
        if cursor is None or picture is None:
            return None
        return End(cursor, picture, "the cursor" if session.cursor.original is None else "own picture")

    def _find_nearest(self) -> None:
        model = self._session.model
        if self.complete and model is not None and model.embedding is not None:
            t = np.linspace(0, 1, STEPS, dtype=np.float32)
            codes = self.codes(self._session.scene.manner, t)
            self.nearest = [Neighbours(*model.embedding.nearest(code, 1)) for code in codes]

    def _take(self, request: DecodeRow, result: Pictures) -> None:
        if request is not self._asked:
            # Posted before the ends changed, collected after.
            return
        for key, picture in zip(result.keys, result.pictures, strict=True):
            row, place = divmod(key, STEPS)
            self.rows[DECODED[row]][place] = picture
        self.changed()
