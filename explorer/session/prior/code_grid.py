"""A fixed grid of codes, drawn once from the prior and redrawn as the model learns, and the plane through
three of them.

Part of the session. numpy only.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.question import Question
from explorer.session.asking.requests import Decode, Decoded, Neighbours
from explorer.session.choices import Choices
from explorer.session.display import Display
from explorer.session.prior.requests import DrawCodes, DrawGrid, GridPart
from explorer.session.scene import Condition, Scene

Floats = NDArray[np.float32]

SIDE = 8
REST = 10.0
"""While a model learns the grid is drawn again no sooner than this many times what it cost last."""
PATIENT = 0.25
"""Seconds after which a slow model's pictures are shown as far as they have come."""


class CodeGrid:
    """64 codes of one model on display; nothing is drawn while nobody looks.

    Parameters
    ----------
    paused
        Whether the training stands still, so that the newest weights deserve a whole grid.
    """

    changed = Signal()
    """Other pictures, or another reason why there are none."""
    plane_changed = Signal()
    """Other corners, or another picture of the plane."""

    def __init__(self, display: Display, choices: Choices, paused: Callable[[], bool]) -> None:
        self._display, self._paused = display, paused
        self._wanted = False
        self._drawing = self._stale = False
        self._began = self._shown_at = self._rest_until = 0.0
        self._start_over()
        self.psi = 1.0
        """How far from the mean the codes are, as a share: 1 is as drawn."""
        self.each_class = True
        """All classes are asked for in turn; else the one of the display."""
        engine, life = display.engine, display.life
        self._draw: Question[Floats] = Question(engine, self._on_codes, during=life)
        self._grid: Question[GridPart] = Question(engine, self._on_part, missed=self._missed, during=life)
        self._plane: Question[Decoded | Neighbours] = Question(engine, self._on_plane, during=life, late=True)
        choices.changed.connect(self._on_changed)
        display.model_opened.connect(self._on_model)
        display.model_ready.connect(self.refresh)
        display.weights_changed.connect(self._on_weights)

    def _start_over(self) -> None:
        self._codes: Floats | None = None
        self.pictures: list[NDArray[np.uint8] | None] = []
        self.corners: tuple[int, int, int] = (0, SIDE - 1, SIDE * (SIDE - 1))
        """Places of the plane's three codes, the one chosen longest ago first."""
        self.plane_picture: NDArray[np.uint8] | None = None
        self.plane_code: Floats | None = None
        self._drawing = self._stale = False

    @property
    def refusal(self) -> str:
        """Why there are no pictures of codes; empty where there can be."""
        if self._display.model is None:
            return "Open a model from the library, or train one: what it makes of 64 codes stands here."
        if not self._display.draws:
            return "This model has no prior to draw codes from. One with a prior shows its pictures here."
        return ""

    def code_at(self, place: int) -> Floats | None:
        """The code (D,) that is shown at a place."""
        return None if self._codes is None else np.asarray(self.psi * self._codes[place], np.float32)

    def class_at(self, place: int) -> Condition | None:
        """What the picture at a place is asked to be."""
        count = len(self._display.askable)
        return Condition(place % count) if self.each_class and count else self._display.look.condition

    # Intents

    def ask_for_each(self, each: bool) -> None:
        """Whether the pictures are of all classes in turn."""
        if each != self.each_class:
            self.each_class = each
            self.refresh()

    def want(self, wanted: bool) -> None:
        """Whether anybody looks."""
        if wanted != self._wanted:
            self._wanted = wanted
            self.refresh()

    def truncate(self, psi: float) -> None:
        """Bring all codes nearer to the mean 0, psi z, where they are safer and more alike (Brock 2019)."""
        if psi != self.psi:
            self.psi = psi
            self.refresh()
            self.plane_changed()

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
        display, code = self._display, self.plane_at(weights)
        if code is not None and display.model is not None and display.ready is not None:
            self._plane.ask(Decode(code, display.model.space, None, condition=display.look.condition))

    # What has to be drawn

    def refresh(self) -> None:
        """The codes, the class or the model are others: draw them."""
        display, model = self._display, self._display.model
        if not self._wanted or model is None or display.ready is None or self.refusal:
            return
        if self._codes is None:
            self._draw.ask(DrawCodes(SIDE * SIDE, model.space))
            return
        asked = [self.class_at(place) for place in range(len(self._codes))]
        labels = [one.label for one in asked if one is not None]
        classes = np.array(labels, np.int64) if labels else None
        self._began, self._stale, self._drawing = time.monotonic(), False, True
        self._grid.ask(DrawGrid(np.asarray(self.psi * self._codes, np.float32), classes, model.space))

    def _on_changed(self, before: Scene, now: Scene) -> None:
        name = self._display.name
        if not self.each_class and before.look(name).condition != now.look(name).condition:
            self.refresh()

    def _on_weights(self) -> None:
        # One that is under way is not begun anew, or its last rows would never be drawn.
        if self._drawing:
            self._stale = True
        elif time.monotonic() >= self._rest_until or self._paused():
            self.refresh()

    def _on_model(self) -> None:
        self._start_over()
        self.changed()
        self.plane_changed()

    def _on_codes(self, result: Floats) -> None:
        self._codes = result
        self.refresh()

    def _on_part(self, result: GridPart) -> None:
        now, count = time.monotonic(), SIDE * SIDE
        if len(self.pictures) != count:
            self.pictures = [None] * count
        self.pictures[result.first : result.first + len(result.pictures)] = list(result.pictures)
        if result.done:
            self._drawing, self._rest_until = False, now + REST * (now - self._began)
        if result.done or now - max(self._shown_at, self._began) > PATIENT:
            self._shown_at = now
            self.changed()
        if result.done and self._stale and self._paused():
            self.refresh()

    def _missed(self) -> None:
        self._drawing = False

    def _on_plane(self, result: Decoded | Neighbours) -> None:
        if isinstance(result, Decoded):
            self.plane_code, self.plane_picture = result.code, result.picture
            self.plane_changed()
