"""A fixed grid of codes, drawn once from the prior and redrawn as the model learns, and the plane through
three of them.

Part of the session. numpy only.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.requests import Decode, Decoded, Neighbours
from explorer.session.prior.requests import DrawCodes, DrawGrid, Drawn

if TYPE_CHECKING:
    from explorer.session.session import Session

Floats = NDArray[np.float32]

SIDE = 8
REST = 10.0
"""While a model learns the grid is drawn again no sooner than this many times what it cost last."""
PATIENT = 0.25
"""Seconds after which a slow model's pictures are shown as far as they have come."""


class CodeGrid:
    """64 codes; nothing is drawn while nobody looks."""

    changed = Signal()
    """Other pictures, or another reason why there are none."""
    plane_changed = Signal()
    """Other corners, or another picture of the plane."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanted = False
        self._asked: DrawGrid | None = None
        self._stale = False
        self._began = self._shown_at = self._rest_until = 0.0
        self._start_over()
        self.psi = 1.0
        """How far from the mean the codes are, as a share: 1 is as drawn."""
        session.take("gan codes", self._take_codes)
        session.take("gan grid", self._take_drawn, self._missed)
        session.take("gan plane", self._take_plane)
        session.model_opened.connect(self._on_model)
        session.model_ready.connect(self.refresh)
        session.training.snapshot_shown.connect(self._on_snapshot)

    def _start_over(self) -> None:
        self._codes: Floats | None = None
        self.pictures: list[NDArray[np.uint8] | None] = []
        self.corners: tuple[int, int, int] = (0, SIDE - 1, SIDE * (SIDE - 1))
        """Places of the plane's three codes, the one chosen longest ago first."""
        self.plane_picture: NDArray[np.uint8] | None = None
        self.plane_code: Floats | None = None
        self._asked = None

    @property
    def refusal(self) -> str:
        """Why there are no pictures of codes; empty where there can be."""
        model = self._session.model
        if model is None:
            return "Open a model from the library, or train one: what it makes of 64 codes stands here."
        declared = next((space for space in model.run.manifest.spaces if space.name == model.space), None)
        if declared is not None and not (declared.can_decode and declared.prior is not None):
            return "This model has no prior to draw codes from. One with a prior shows its pictures here."
        return ""

    def code_at(self, place: int) -> Floats | None:
        """The code (D,) that is shown at a place."""
        return None if self._codes is None else np.asarray(self.psi * self._codes[place], np.float32)

    # Intents

    def want(self, wanted: bool) -> None:
        """Whether anybody looks."""
        self._wanted = wanted
        self.refresh()

    def truncate(self, psi: float) -> None:
        """Bring all codes nearer to the mean 0, psi z, where they are safer and more alike (Brock 2019)."""
        if psi != self.psi:
            self.psi = psi
            self.refresh()
            self.plane_changed()

    def look_at(self, place: int) -> None:
        """The cursor goes to the code at a place."""
        code = self.code_at(place)
        if code is not None:
            self._session.go_to(code, title="look at a code")

    def choose_corner(self, place: int) -> None:
        """Have the plane go through this code instead of the one chosen longest ago."""
        if place not in self.corners:
            self.corners = (*self.corners[1:], place)
            self.plane_picture = self.plane_code = None
            self.plane_changed()

    def plane_at(self, weights: tuple[float, float, float]) -> Floats | None:
        """The code (D,) at a place of the plane: of each corner so much, in all 1."""
        corners = [self.code_at(place) for place in self.corners]
        if any(corner is None for corner in corners):
            return None
        return np.asarray(np.array(weights) @ np.array(corners), np.float32)

    def look_at_plane(self, weights: tuple[float, float, float]) -> None:
        """Have the picture at a place of the plane drawn."""
        session, code = self._session, self.plane_at(weights)
        if code is not None and session.model is not None and session.ready is not None:
            condition = session.scene.condition
            session.engine.submit(
                Decode(code, session.model.space, None, channel="gan plane", condition=condition)
            )

    def go_to_plane(self, weights: tuple[float, float, float]) -> None:
        """The cursor goes to a place of the plane."""
        self._session.go_to(self.plane_at(weights), title="look at a code")

    # What has to be drawn

    def refresh(self) -> None:
        """The codes, the class or the model are others: draw them."""
        session, model = self._session, self._session.model
        if not self._wanted or model is None or session.ready is None or self.refusal:
            return
        if self._codes is None:
            session.engine.submit(DrawCodes(SIDE * SIDE, model.space))
            return
        condition, count = session.scene.condition, len(self._codes)
        classes = None if condition is None else np.full(count, condition, np.int64)
        self._asked = DrawGrid(np.asarray(self.psi * self._codes, np.float32), classes, model.space)
        self._began, self._stale = time.monotonic(), False
        session.engine.submit(self._asked)

    def _on_snapshot(self) -> None:
        # One that is under way is not begun anew, or its last rows would never be drawn.
        if self._asked is not None:
            self._stale = True
        elif time.monotonic() >= self._rest_until or self._session.training.state == "paused":
            self.refresh()

    def _on_model(self) -> None:
        for channel in ("gan codes", "gan grid", "gan plane"):
            self._session.engine.forget(channel)
        self._start_over()
        self.changed()
        self.plane_changed()

    def _take_codes(self, request: DrawCodes, result: Floats) -> None:
        self._codes = result
        self.refresh()

    def _take_drawn(self, request: DrawGrid, result: Drawn) -> None:
        if request is not self._asked:
            return
        now = time.monotonic()
        if len(self.pictures) != len(request.codes):
            self.pictures = [None] * len(request.codes)
        self.pictures[result.first : result.first + len(result.pictures)] = list(result.pictures)
        if result.done:
            self._asked, self._rest_until = None, now + REST * (now - self._began)
        if result.done or now - max(self._shown_at, self._began) > PATIENT:
            self._shown_at = now
            self.changed()
        if result.done and self._stale and self._session.training.state == "paused":
            self.refresh()

    def _missed(self) -> None:
        self._asked = None

    def _take_plane(self, request: Decode, result: Decoded | Neighbours) -> None:
        if isinstance(result, Decoded):
            self.plane_code, self.plane_picture = result.code, result.picture
            self.plane_changed()
