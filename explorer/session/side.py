"""All that one map shows: a model, its projection and places, the cursor, what is chosen there.

Part of the session; numpy only. Left and right are two of one class; which of them sliders, strip and
attributes steer is the session's business.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.errors import BadInput, Failure
from explorer.latent.projector import Projector
from explorer.runs.library import Library
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.choices import Choices
from explorer.session.cursor import Cursor
from explorer.session.data_at_hand import DataAtHand
from explorer.session.display import Display, first_condition
from explorer.session.maps.projecting import Projecting
from explorer.session.maps.requests import FindHole, Hole
from explorer.session.maps.stand_in import StandIn
from explorer.session.message import Kind, Say
from explorer.session.open_model import OpenModel, opened
from explorer.session.scene import Condition, Look, Name, Scene

Floats = NDArray[np.float32]


class Trail(NamedTuple):
    """A curve through codes, to be drawn on the map."""

    codes: Floats
    """(M, D)."""
    handle: float | None
    """Where on it something stands, 0 to 1."""


class Side(Display):
    """One map and what belongs to it.

    Parameters
    ----------
    name
        Under which its choices stand in the scene.
    """

    hole_found = Signal()
    """An empty place to point at is known: `model.hole`."""
    hover_changed = Signal()
    trail_changed = Signal()
    """Another `trail`, other `ends`, or the own picture has another code."""
    shown_changed = Signal()
    """Other classes are drawn."""
    seen_changed = Signal()
    """Its map has come on screen, or left it."""

    def __init__(
        self,
        name: Name,
        engine: Engine,
        projector: tuple[Engine, Projector],
        choices: Choices,
        library: Library,
        at_hand: DataAtHand,
        say: Say,
    ) -> None:
        super().__init__(name, engine, choices, at_hand)
        self._library, self._say_aloud = library, say
        self.visible = True
        """There is room for it in the window."""
        self._seen = False
        self.hovered: int | None = None
        """The item under the pointer."""
        self.trail: Trail | None = None
        self.ends: tuple[Floats | None, Floats | None] = (None, None)
        """Codes (D,) of the ends A and B."""
        self.drawn: Floats | None = None
        """The code (D,) of the own picture."""
        self.cursor = Cursor(self, choices)
        self.projecting = Projecting(self, projector, self.say)
        self.stand_in = StandIn(self)
        self._hole: Question[Hole | None] = Question(engine, self._on_hole, during=self.life)
        self._ended = False
        """Its model has learned, and its last codes are on their way."""
        self.embedding_changed.connect(self._on_embedding)
        choices.changed.connect(self._on_changed)

    # What is read

    @property
    def present(self) -> bool:
        """There is a map to be seen."""
        return self.visible and self.model is not None

    @property
    def seen(self) -> bool:
        """Its map is on screen."""
        return self._seen

    @seen.setter
    def seen(self, seen: bool) -> None:
        if seen != self._seen:
            self._seen = seen
            self.seen_changed()

    def nearest_at_hand(self, item: int) -> int | None:
        """Of the items whose image is at hand the one nearest on the map to an item whose image is not."""
        model = self.model
        if model is None or model.items is None or not model.can_encode or item < len(model.items):
            return None
        return _nearest(model.places[: len(model.items)], model.places[item])

    # Models

    def open(self, name: str | Path) -> None:
        """Open a run by its name in the library or its folder."""
        try:
            self.show(opened(self._library.find(str(name))))
        except (BadInput, Failure) as error:
            self._say_aloud(str(error), "error")

    def say(
        self,
        text: str,
        kind: Kind = "info",
        action: tuple[str, Callable[[], None]] | None = None,
        holds: Callable[[], bool] | None = None,
    ) -> None:
        """Say something of the model that is here: it holds as long as that is."""
        self._say_aloud(text, kind, action, holds or self.stays())

    def _start_over(self, last: OpenModel | None) -> None:
        """What was chosen of the last model is over, but where both have met the same images the cursor
        stays with its item or own picture. What has learned here is the same model still."""
        self._ended = self._has_learned(last)
        if self._ended:
            return
        kept = self._kept(last)
        self.cursor.clear()
        self.trail, self.ends, self.drawn, self.hovered = None, (None, None), None, None
        if self.name == "main":
            self._choices.start_over(kept)
        else:
            self._choices.forget(self.name, kept.beside)
        self.trail_changed()

    def _has_learned(self, last: OpenModel | None) -> bool:
        """What is here now is the end of what lived here."""
        return self.shows(last) and last is not None and last.living and not (self.model or last).living

    def _kept(self, last: OpenModel | None) -> Scene:
        """What outlives a change of model here."""
        scene, model = self._choices.scene, self.model
        fresh = Look(condition=first_condition(model))
        same = model is not None and model.shares_items(last)
        if same and model is not None and self.look.item is not None:
            fresh = _as_drawn(fresh.at(None, self.look.item), model)
        if self.name == "beside":
            return Scene(beside=fresh)
        kept = scene.glyph if same else None
        return Scene(main=fresh, beside=scene.beside, learner=scene.learner, glyph=kept)

    # Intents

    def go_to(
        self,
        code: Floats | None,
        *,
        title: str = "move the cursor",
        handle: float | None = None,
        condition: Condition | None = None,
    ) -> None:
        """Look at a code (D,), of no item.

        Parameters
        ----------
        handle
            Where on the path between the ends it lies.
        condition
            What its picture is asked to be; None: what pictures here are asked to be already.
        """
        if code is not None:
            look = self.look.at(np.asarray(code, np.float32)).asking(condition or self.look.condition)
            self._choices.look(self.name, title, look, handle=handle)

    def go_to_plane(self, x: float, y: float, *, title: str = "move the cursor") -> None:
        """Look at a place of the map; what of the cursor lies off the plane is kept."""
        model = self.model
        if model is None or model.projection is None or model.embedding is None:
            return
        if not model.can_decode:
            at_hand = len(model.items or ()) if model.lacks_pictures else 0
            self.select(_nearest(model.places[: at_hand or None], (x, y)), title=title)
            return
        near = self.look.code if self.look.code is not None else model.embedding.mean
        code = model.projection.from_plane(np.array([x, y], np.float32), near)
        if code is not None:
            place = (x, y) if model.projection.estimate else None
            self._choices.look(self.name, title, self.look.at(code, None, place))

    def select(self, item: int, *, title: str = "select an item") -> None:
        """Look at an item: the cursor goes to its code."""
        model = self.model
        embedding = None if model is None else model.embedding
        if model is None or embedding is None or not model.has_item(item):
            return
        look = _as_drawn(self.look.at(embedding.codes[item], item), model)
        self._choices.look(self.name, title, look)

    def slide(self, dimension: int, sd: float, *, title: str = "move a slider") -> None:
        """Set one number of the cursor, in standard deviations from the codes' mean."""
        embedding = None if self.model is None else self.model.embedding
        if embedding is None or self.look.code is None:
            return
        code = self.look.code.copy()
        code[dimension] = embedding.mean[dimension] + sd * embedding.std[dimension]
        self.go_to(code, title=title)

    def reset_sliders(self, dimension: int | None = None) -> None:
        """Put one slider, or all of them, back to the mean."""
        embedding = None if self.model is None else self.model.embedding
        if embedding is not None and dimension is None:
            self.go_to(embedding.mean.copy(), title="reset the sliders")
        elif dimension is not None:
            self.slide(dimension, 0.0, title="reset a slider")

    def nudge(self, right: float, up: float) -> None:
        """Move the cursor along the axes of the map by so many standard deviations."""
        place = self.cursor.place
        if self.model is not None and place is not None:
            x, y = place + np.array([right, up]) * self.model.places_sd
            self.go_to_plane(float(x), float(y), title="nudge the cursor")

    def show_classes(self, shown: frozenset[int] | None) -> None:
        """Draw only these classes; None draws all."""
        if shown != self.look.shown:
            self._choices.change("filter the classes", **{self.name: self.look.drawing(shown)})

    def hover(self, item: int | None) -> None:
        """The pointer is over an item, or over none."""
        if item != self.hovered:
            self.hovered = item
            self.hover_changed()

    # Facts

    def draw_trail(
        self, trail: Trail | None, ends: tuple[Floats | None, Floats | None] = (None, None)
    ) -> None:
        """Have a curve, and the ends A and B, drawn on the map."""
        self.trail, self.ends = trail, ends
        self.trail_changed()

    def draw_own(self, code: Floats | None) -> None:
        """The own picture lands at this code (D,)."""
        self.drawn = code
        self.trail_changed()

    def seek_hole(self) -> None:
        """Look for a place that was never trained, where an empty cell of the map is a code."""
        model = self.model
        if model is None or self.ready is None or model.hole is not None or not model.has_holes:
            return
        if self._hole.asked is None:
            self._hole.ask(FindHole(model.emptiness.middles, model.space))

    def _on_embedding(self) -> None:
        """After the last step undo leads to items where they have come to lie."""
        if self._ended and self.model is not None:
            self._ended = False
            self._choices.recall(self.name, self.model.at_its_item)

    def _on_hole(self, hole: Hole | None) -> None:
        if hole is not None:
            self.update(hole=hole)
            self.hole_found()

    def _on_changed(self, before: Scene, now: Scene) -> None:
        if now.look(self.name).shown != before.look(self.name).shown:
            self.shown_changed()


def _as_drawn(look: Look, model: OpenModel) -> Look:
    """The look at a sample asks for the class that this one was drawn for."""
    label = None if look.item is None else model.drawn_for(look.item)
    return look if label is None else look.asking(Condition(label))


def _nearest(places: Floats, place: tuple[float, float] | Floats) -> int:
    """The item whose place on the map is nearest; -1 where there is none."""
    squared = ((places - np.asarray(place, np.float32)) ** 2).sum(axis=1)
    return int(np.nanargmin(squared)) if np.isfinite(squared).any() else -1
