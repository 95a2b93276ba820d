"""Interpolation between two images: codes on the way, their pictures, what real image each is nearest to.

Part of the session; the ends, the manner and the handle live in its scene. numpy only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.latent.embedding import Embedding
from explorer.latent.path import Manner, between, blend
from explorer.session.asking.question import Question
from explorer.session.asking.requests import DecodeRow, Neighbours, Pictures
from explorer.session.choices import Choices
from explorer.session.maps.stand_in import StandIn
from explorer.session.scene import End, Scene
from explorer.session.side import Side, Trail

STEPS = 11
"""Pictures in a strip, both ends included."""

PATH_POINTS = 61
"""Points of the curve that is drawn on the map."""

DECODED: tuple[Manner, ...] = ("line", "circle")

PLACES = np.linspace(0, 1, STEPS, dtype=np.float32)


class Interpolation:
    """The strips between end A and end B, among the codes of one side."""

    changed = Signal()

    def __init__(self, side: Side, choices: Choices) -> None:
        self._side, self._choices = side, choices
        self.rows: dict[Manner, NDArray[np.uint8]] = {}
        """Pictures (STEPS, H, W, C) of each manner; black where they haven't come yet."""
        self.nearest: list[Neighbours] = []
        """For each place of the chosen strip, the nearest real item and its distance."""
        self._awaited: tuple[Literal["a", "b"], int] | None = None
        """An end whose picture is being decoded."""
        self._asking: Question[Pictures] = Question(side.engine, self._on_answer, during=side.life)
        # Not the map's: what is pointed at meanwhile is another item.
        self._stand_in = StandIn(side)
        self._stand_in.arrived.connect(self._on_stand_in)
        self._stand_in.missed.connect(self._forget_awaited)
        choices.renew_with(self._placed)
        choices.changed.connect(self._on_changed)
        side.model_opened.connect(self._on_model)
        for fact in (side.model_ready, side.weights_changed):
            fact.connect(self._on_weights)
        side.embedding_changed.connect(self._on_embedding)

    @property
    def complete(self) -> bool:
        """Both ends are there."""
        scene = self._choices.scene
        return scene.end_a is not None and scene.end_b is not None

    @property
    def reason(self) -> str:
        """What is still to be done, in words."""
        scene = self._choices.scene
        missing = [name for name, end in (("A", scene.end_a), ("B", scene.end_b)) if end is None]
        if len(missing) == 2:
            return "Point at an image on the map and press A, at another and press B: the row fills."
        return f"Point at an image on the map and press {missing[0]}." if missing else ""

    def codes(self, manner: Manner, t: NDArray[np.float32]) -> NDArray[np.float32]:
        """Codes (M, D) at t (M,); both ends must be there."""
        scene = self._choices.scene
        assert scene.end_a is not None
        assert scene.end_b is not None
        return between(manner, scene.end_a.code, scene.end_b.code, t)

    # Intents

    def set_end(self, which: Literal["a", "b"], item: int | None = None) -> None:
        """Make an item, or what the cursor is at, one end."""
        self._awaited = None
        if (end := self._end_at(item)) is not None:
            self._choices.change(f"set end {which.upper()}", **{f"end_{which}": end})
        elif item is not None and self._side.model is not None and self._side.model.has_item(item):
            self._awaited = which, item

    def restore_end(self, which: Literal["a", "b"], end: End) -> None:
        """Have an end of an earlier session again, unknown to undo; where it fits no longer it is left."""
        model = self._side.model
        embedding = None if model is None else model.embedding
        if model is None or embedding is None or end.picture.shape != model.shape:
            return
        if end.code.shape == (embedding.size,) and np.isfinite(end.code).all():
            self._choices.follow(**{f"end_{which}": end})

    def set_manner(self, manner: Manner) -> None:
        scene, title = self._choices.scene, "choose a strip"
        if manner == scene.manner:
            return
        if scene.handle is None or not self.complete:
            self._choices.change(title, manner=manner)
            return
        code = self.codes(manner, np.array([scene.handle], np.float32))[0]
        side = self._side
        self._choices.look(side.name, title, side.look.at(code), manner=manner, handle=scene.handle)

    def move_handle(self, t: float, *, title: str = "run along the path") -> None:
        """Look at the code a share t of the way from A to B."""
        if self.complete:
            t = float(np.clip(t, 0, 1))
            code = self.codes(self._choices.scene.manner, np.array([t], np.float32))[0]
            self._side.go_to(code, title=title, handle=t)

    def swap(self) -> None:
        scene = self._choices.scene
        handle = None if scene.handle is None else 1 - scene.handle
        self._choices.change("swap the ends", end_a=scene.end_b, end_b=scene.end_a, handle=handle)

    def clear(self) -> None:
        self._forget_awaited()
        self._choices.change("clear the ends", end_a=None, end_b=None, handle=None)

    # Facts

    def _on_changed(self, before: Scene, now: Scene) -> None:
        ends = now.end_a is not before.end_a or now.end_b is not before.end_b
        name = self._side.name
        asked = now.look(name).condition != before.look(name).condition
        if ends or (asked and self.complete):
            self.refresh()
        elif now.manner != before.manner:
            self._find_nearest()
            self._draw()
        elif now.handle != before.handle:
            self._draw()

    def _on_model(self) -> None:
        self._forget_awaited()
        self.refresh()

    def _on_weights(self) -> None:
        """The model can decode now, or draws other pictures."""
        self.refresh()
        if self._awaited is not None:
            self.set_end(*self._awaited)

    def _on_embedding(self) -> None:
        name, scene = self._side.name, self._choices.scene
        placed = self._placed(scene)
        if placed is scene:
            self._draw()
        else:
            ends = {"end_a": placed.end_a, "end_b": placed.end_b}
            self._choices.follow(**ends, **{name: placed.look(name)})

    def _placed(self, scene: Scene) -> Scene:
        """The same with the ends where their items are now, and with them what is between them."""
        model, name = self._side.model, self._side.name
        if model is None or model.embedding is None:
            return scene
        a, b = (_end_in(model.embedding, end) for end in (scene.end_a, scene.end_b))
        if a is scene.end_a and b is scene.end_b:
            return scene
        placed = replace(scene, end_a=a, end_b=b)
        if a is None or b is None or scene.handle is None:
            return placed
        code = between(scene.manner, a.code, b.code, np.array([scene.handle], np.float32))[0]
        return placed.at(name, scene.look(name).at(code))

    def refresh(self) -> None:
        """Compute the strips anew: other ends, another model, or another class that is asked for."""
        side, model, scene = self._side, self._side.model, self._choices.scene
        self.rows, self.nearest = {}, []
        self._asking.forget()
        if scene.end_a is not None and scene.end_b is not None and model is not None:
            empty = np.zeros((STEPS, *scene.end_a.picture.shape), np.uint8)
            if model.can_decode:
                self.rows = {manner: empty.copy() for manner in DECODED}
            self.rows["pixels"] = blend(scene.end_a.picture, scene.end_b.picture, PLACES)
            self._find_nearest()
            if side.ready is not None and model.can_decode:
                codes = np.concatenate([self.codes(manner, PLACES) for manner in DECODED])
                keys = tuple(range(len(codes)))
                self._asking.ask(DecodeRow(codes, keys, model.space, condition=side.look.condition))
        self._draw()

    def _draw(self) -> None:
        """The path on the map."""
        side, scene = self._side, self._choices.scene
        ends = tuple(None if end is None else end.code for end in (scene.end_a, scene.end_b))
        trail = None
        if self.complete:
            steps = np.linspace(0, 1, PATH_POINTS, dtype=np.float32)
            trail = Trail(self.codes(scene.manner, steps), scene.handle)
        side.draw_trail(trail, (ends[0], ends[1]))
        self.changed()

    def _end_at(self, item: int | None) -> End | None:
        side, model = self._side, self._side.model
        if item is not None and (model is None or not model.has_item(item)):
            return None
        item = side.look.item if item is None else item
        if model is not None and model.embedding is not None and item is not None and model.has_item(item):
            # A sample that the cursor is at may have been drawn for another class since.
            here = item == side.look.item and side.cursor.pictured is side.look.code
            picture = side.cursor.picture if here and not model.can_encode else model.picture_of(item)
            if picture is None and item != side.look.item:
                # Its image is not at hand: the decoded one stands in, as soon as it is there.
                picture = self._stand_in.of(item)
                if picture is None:
                    return None
            if picture is not None:
                name = model.class_of(item)
                title = f"{item:,}" if name is None else f"{item:,}: {name}"
                return End(model.embedding.codes[item], picture, title, item)
        code, picture = side.look.code, side.cursor.picture_now()
        if code is None or picture is None:
            return None
        return End(code, picture, "the cursor" if side.cursor.original is None else "own picture", item)

    def _on_stand_in(self, item: int) -> None:
        if self._awaited is not None and self._awaited[1] == item:
            self.set_end(*self._awaited)

    def _forget_awaited(self) -> None:
        self._awaited = None

    def _find_nearest(self) -> None:
        model = self._side.model
        if self.complete and model is not None and model.embedding is not None:
            codes = self.codes(self._choices.scene.manner, PLACES)
            self.nearest = [Neighbours(*model.embedding.nearest(code, 1)) for code in codes]

    def _on_answer(self, result: Pictures) -> None:
        for key, picture in zip(result.keys, result.pictures, strict=True):
            row, place = divmod(key, STEPS)
            self.rows[DECODED[row]][place] = picture
        self.changed()


def _end_in(embedding: Embedding, end: End | None) -> End | None:
    """An end at the code that its item has now."""
    if end is None or end.item is None or end.item >= len(embedding):
        return end
    code = embedding.codes[end.item]
    return end if np.array_equal(code, end.code, equal_nan=True) else end._replace(code=code)
