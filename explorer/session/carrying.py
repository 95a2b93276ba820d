"""One cursor through two maps: where one is moved by hand, the other follows.

Part of the session; numpy only. The other follows *through the picture*: z_B = E_B(D_A(z_A)), as the same
numbers mean nothing in another space. An item that both have met needs no such bridge: each encoder sees
the original. So it is with an own picture, which `drawing` places on both maps.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.session.asking.question import Question
from explorer.session.asking.requests import Encode, Encoded
from explorer.session.choices import Choices
from explorer.session.scene import Scene
from explorer.session.side import Side

Bridge = Literal["item", "own picture", "same code", "picture"]
"""What the cursor of one map has come to the other by."""


class Carrying:
    """The bond between two sides."""

    changed = Signal()
    """Another bridge, or there is a second map to be seen, or none any more."""

    def __init__(self, main: Side, beside: Side, choices: Choices) -> None:
        self._main, self._beside, self._choices = main, beside, choices
        self.bridge: Bridge | None = None
        self._encodings = {
            side.name: Question[Encoded](
                side.engine, partial(self._on_encoded, side), during=side.life, late=True
            )
            for side in (main, beside)
        }
        for side in (main, beside):
            side.model_opened.connect(self._forget)
            for fact in (side.model_opened, side.model_ready, side.embedding_changed):
                fact.connect(self._follow)
            side.model_opened.connect(self.changed.emit)
            side.model_ready.connect(self._seek_holes)
            side.cursor.picture_changed.connect(partial(self._on_picture, side))
            side.weights_changed.connect(partial(self._on_weights, side))
            side.hover_changed.connect(partial(self._share_hover, side))
        choices.changed.connect(self._on_changed)

    # What is read

    @property
    def leader(self) -> Side:
        """The side whose cursor was moved last; the other cursor follows."""
        return self._main if self._choices.scene.leads == "main" else self._beside

    @property
    def follower(self) -> Side:
        return self.other(self.leader)

    def other(self, side: Side) -> Side:
        return self._beside if side is self._main else self._main

    @property
    def shares_items(self) -> bool:
        """Both models have met the same held-out images."""
        model = self._main.model
        return model is not None and model.shares_items(self._beside.model)

    @property
    def can_carry(self) -> bool:
        """Both models know pictures of one size, the leader's can be drawn and the follower's placed."""
        here, there = self.leader.model, self.follower.model
        if here is None or there is None or here.shape != there.shape:
            return False
        return here.can_decode and there.can_encode

    # Intents

    def set_visible(self, visible: bool) -> None:
        """Whether there is room for the second map; where there is none nothing is computed for it."""
        if visible != self._beside.visible:
            self._beside.visible = visible
            self._choices.follow(leads="main")
            self.changed()
            self._follow()

    # Facts

    def _on_changed(self, before: Scene, now: Scene) -> None:
        led = now.look(now.leads)
        if led is not before.look(now.leads) or now.leads != before.leads or now.glyph is not before.glyph:
            self._follow()
        if now.main.shown != before.main.shown:
            self._share_filter(self._main)
        elif now.beside.shown != before.beside.shown:
            self._share_filter(self._beside)

    def _needed(self) -> Bridge:
        """By what the other cursor is to follow now."""
        look, model = self.leader.look, self.follower.model
        known = 0 if model is None or model.embedding is None else len(model.embedding)
        if look.item is not None and look.item < known and self.shares_items:
            return "item"
        if self.follower.shows(self.leader.model):
            return "same code"
        glyph = self._choices.scene.glyph
        placed = model is not None and model.can_encode and glyph is not None and glyph.shape == model.shape
        return "own picture" if placed else "picture"

    def _follow(self) -> None:
        """Bring the other map's cursor to where it belongs, or ask for that."""
        leader, follower = self.leader, self.follower
        look, model = leader.look, follower.model
        if not follower.present or model is None or model.embedding is None or look.code is None:
            return
        bridge = self._needed()
        if bridge == "item" and look.item is not None:
            self._put(model.embedding.codes[look.item], look.item, bridge)
        elif bridge == "same code":
            self._put(look.code, None, bridge)
        elif bridge == "own picture":
            self._say_bridge(bridge)
        elif leader.cursor.pictured is look.code:
            self._carry()

    def _on_picture(self, side: Side) -> None:
        """While the leader is dragged its pictures are a little older than its code."""
        if side is self.leader and self.follower.present and self._needed() == "picture":
            self._carry()

    def _forget(self) -> None:
        """Another model: what the last one drew carries its cursor no longer."""
        for question in self._encodings.values():
            question.forget()

    def _on_weights(self, side: Side) -> None:
        self._encodings[side.name].forget()
        self._follow()

    def _put(self, code: NDArray[np.float32], item: int | None, bridge: Bridge) -> None:
        follower = self.follower
        self._encodings[follower.name].forget()
        self._say_bridge(bridge)
        if follower.look.code is not code or follower.look.item != item:
            self._choices.follow(**{follower.name: follower.look.at(code, item)})

    def _carry(self) -> None:
        picture, follower = self.leader.cursor.picture, self.follower
        if picture is None or not self.can_carry or follower.ready is None or follower.model is None:
            self._say_bridge(None)
            return
        question = self._encodings[follower.name]
        asked = question.asked
        if not (isinstance(asked, Encode) and asked.picture is picture):
            question.ask(Encode(picture, follower.model.space))

    def _on_encoded(self, side: Side, result: Encoded) -> None:
        if side is self.follower and self._needed() == "picture":
            self._say_bridge("picture")
            side.cursor.adopt(result.picture, result.code)

    def _say_bridge(self, bridge: Bridge | None) -> None:
        if bridge != self.bridge:
            self.bridge = bridge
            self.changed()

    def _share_hover(self, side: Side) -> None:
        if self.shares_items:
            self.other(side).hover(side.hovered)

    def _share_filter(self, side: Side) -> None:
        """Where both maps show the same images one choice of classes holds for both."""
        if self.shares_items:
            other = self.other(side)
            if other.look.shown != side.look.shown:
                self._choices.follow(**{other.name: other.look.drawing(side.look.shown)})

    def _seek_holes(self) -> None:
        """Once there are two maps, each shows an empty place to compare."""
        if self._main.model is not None and self._beside.model is not None:
            self._main.seek_hole()
            self._beside.seek_hole()
