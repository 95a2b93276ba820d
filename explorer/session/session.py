"""The session: what is on display, what a person has chosen, and the intents that change it.

Plain Python, owned by the GUI thread. Views call intents and subscribe to facts; a fact is a
signal named in the past tense, and its listener reads the state. Workers post their results into
the mailbox; `Mailbox.collect` brings them here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from psygnal import Signal

from explorer.errors import BadInput, Failure
from explorer.latent.projection import Projection
from explorer.runs.library import Library
from explorer.runs.run import framing_of
from explorer.session.asking.engine import Request
from explorer.session.asking.requests import Ready, Show
from explorer.session.asking.workers import Workers
from explorer.session.beside import Beside
from explorer.session.cursor import Cursor, Floats
from explorer.session.denoising.denoising import Denoising
from explorer.session.images import Images
from explorer.session.learning.data_choice import DataChoice
from explorer.session.learning.training import Training
from explorer.session.maps.projecting import Projecting
from explorer.session.open_model import OpenModel, opened
from explorer.session.prior.adversaries import Adversaries
from explorer.session.prior.samples import Samples
from explorer.session.scene import History, Scene
from explorer.session.shelf import Shelf
from explorer.session.steering.attributes import Attributes
from explorer.session.steering.drawing import Drawing
from explorer.session.steering.interpolation import Interpolation
from explorer.session.steering.slider_strips import SliderStrips

FIRST_RUN, SECOND_RUN = "vae-mnist-2d", "ae-mnist-2d"
"""On the map of the first screen, and beside it."""
FIRST_CLASS = "3"

OF_ONE_MODEL = (
    *("weights", "cursor", "embed", "gallery", "hole"),
    *("drawing", "sliders", "learner", "carry here"),
)
"""Channels whose answers mean nothing once another model is on display."""


class Message(NamedTuple):
    """A sentence for the message bar."""

    text: str
    kind: Literal["info", "warning", "error"] = "info"


class Session:
    """Everything that the window shows.

    Parameters
    ----------
    library
        The runs that can be opened.
    wake
        Called from worker threads: asks the GUI thread to call ``mailbox.collect()`` soon.
    begin
        Whether the workers begin at once; otherwise all that is asked waits for ``workers.begin()``.
    """

    model_opened = Signal()
    model_ready = Signal()
    """The engine can decode; until then tiles stand in where there are any."""
    embedding_changed = Signal()
    items_arrived = Signal()
    cursor_changed = Signal()
    shown_changed = Signal()
    hover_changed = Signal()
    hole_found = Signal()
    """An empty place to point at is known: `model.hole`."""
    history_changed = Signal()
    library_changed = Signal()
    said = Signal(Message)

    def __init__(self, library: Library, wake: Callable[[], None], *, begin: bool = True) -> None:
        self.library = library
        self.workers = Workers(wake, partial(self.say, kind="error"), begin=begin)
        self.mailbox, self.engine, self.reader = (
            self.workers.mailbox,
            self.workers.engine,
            self.workers.reader,
        )
        self.history = History()
        self.scene = Scene()
        self.model: OpenModel | None = None
        self.ready: Ready | None = None
        self._complained = False
        self.hovered: int | None = None
        """The item under the pointer, of whichever map."""
        take = self.take = self.workers.take
        take("model", self._take_model)
        take("weights", self._take_model)
        self.cursor = Cursor(self)
        self.images = Images(self)
        self.interpolation = Interpolation(self)
        self.drawing = Drawing(self)
        self.strips = SliderStrips(self)
        self.training = Training(self)
        self.shelf = Shelf(self)
        self.data_choice = DataChoice(self)
        self.beside = Beside(self)
        self.projecting = Projecting(self)
        self.attributes = Attributes(self)
        self.adversaries = Adversaries(self)
        self.denoising = Denoising(self)
        self.samples = Samples(self)

    # What is on display

    def open_first(self) -> None:
        """The first screen: two maps of handwriting, the cursor of both on a three."""
        self.open(FIRST_RUN)
        if self.model is not None and self.model.embedding is not None:
            names = self.model.embedding.class_names
            item = self.model.middle_of(names.index(FIRST_CLASS)) if FIRST_CLASS in names else 0
            if item is not None:
                self.select(item)
                self.history.clear()
        self.beside.open(SECOND_RUN)

    def open(self, name: str | Path) -> None:
        """Open a run by its name in the library or its folder."""
        try:
            self.show(opened(self.library.find(str(name))))
        except (BadInput, Failure) as error:
            self.say(str(error), "error")

    def open_like(self, name: str, beside: str = "") -> None:
        """Open a run of the library if it is there, unless what is on display has the same kind of space.

        With it the one `beside`.
        """
        try:
            wanted = self.library.find(name).manifest.spaces[0]
        except (BadInput, IndexError):
            return
        shown = self.model
        if shown is not None and (shown.can_encode, shown.can_decode) == (
            wanted.can_encode,
            wanted.can_decode,
        ):
            return
        if not self.training.active:
            self.open(name)
            if beside:
                self.beside.open(beside)

    def show(self, model: OpenModel) -> None:
        """Put an opened run on display.

        The choices made in the last one are over, but where both have met the same images the
        cursor stays with its item or own picture.
        """
        last, kept = self.model, self.scene
        self.model, self.ready = model, None
        self.cursor.clear()
        for channel in OF_ONE_MODEL:
            self.engine.forget(channel)
        if not model.living:
            self.engine.forget("model")  # a living one's has been asked already
            self.engine.submit(Show(model.run))
        same_data = last is not None and (
            last.run.manifest.data.fingerprint == model.run.manifest.data.fingerprint
        )
        self.scene = Scene(item=kept.item, glyph=kept.glyph) if same_data else Scene()
        self.history.clear()
        if same_data and self.images.data is not None and not model.living:
            if model.can_encode:
                self.model = replace(model, items=self.images.data.test)
        elif not model.living:
            self.images.data = None
            self.images.load(model.run.manifest.data.origin, framing_of(model.run.manifest))
        self.model_opened()
        if self.model is not None and self.model.embedding is not None:
            self.embedding_changed()
        self.history_changed()
        self.cursor.settle()

    def restore_cursor(self, numbers: list[object], item: object = None) -> None:
        """Put the cursor where it was in an earlier session, on its item; what doesn't fit is left."""
        embedding = None if self.model is None else self.model.embedding
        usable = [n for n in numbers if isinstance(n, (int, float)) and np.isfinite(n)]
        if embedding is not None and len(usable) == len(numbers) == embedding.size:
            code = np.array(usable, np.float32)
            if (
                isinstance(item, int)
                and 0 <= item < len(embedding)
                and np.allclose(embedding.codes[item], code)
            ):
                self.select(item)
            else:
                self.go_to(code)
            self.history.clear()

    def update_model(self, **changes: Any) -> None:
        """Replace parts of the model on display (used by the training)."""
        if self.model is not None:
            self.model = dataclasses.replace(self.model, **changes)

    def close(self) -> bool:
        """End every thread; tells whether all have ended."""
        self.projecting.close()
        ended = self.training.close(seconds=0.5)
        return all([self.workers.close(), ended])

    # Intents on the cursor

    def go_to(self, code: Floats | None, *, title: str = "move the cursor") -> None:
        """Look at a code (D,), of no item."""
        if code is not None:
            self.change(title, cursor=np.asarray(code, np.float32), item=None, glyph=None, handle=None)

    def go_to_plane(self, x: float, y: float, *, title: str = "move the cursor") -> None:
        """Look at a place of the map; what of the cursor lies off the plane is kept."""
        model = self.model
        if model is None or model.projection is None:
            return
        if not model.can_decode:
            self.select(_nearest(model.places, (x, y)), title=title)
            return
        near = self.scene.cursor if self.scene.cursor is not None else self._home()
        if near is not None:
            code = model.projection.from_plane(np.array([x, y], np.float32), near)
            place = (x, y) if model.projection.estimate else None
            self.change(title, cursor=code, item=None, glyph=None, handle=None, place=place)

    def select(self, item: int, *, title: str = "select an item") -> None:
        """Look at an item: the cursor goes to its code."""
        embedding = None if self.model is None else self.model.embedding
        if embedding is None or not 0 <= item < len(embedding):
            return
        changes: dict[str, Any] = {"cursor": embedding.codes[item], "item": item}
        assert self.model is not None
        conditions = self.model.run.manifest.conditions
        if conditions and not self.model.can_encode:
            changes["condition"] = item % conditions  # the class that this sample was drawn for
        self.change(title, **changes, glyph=None, handle=None)

    def slide(self, dimension: int, sd: float, *, title: str = "move a slider") -> None:
        """Set one number of the cursor, in standard deviations from the codes' mean."""
        embedding = None if self.model is None else self.model.embedding
        if embedding is None or self.scene.cursor is None:
            return
        code = self.scene.cursor.copy()
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
        model = self.model
        if model is None or model.projection is None or self.scene.cursor is None:
            return
        start = self.cursor_place
        assert start is not None
        place = start + np.array([right, up]) * model.places_sd
        self.go_to_plane(float(place[0]), float(place[1]), title="nudge the cursor")

    def show_classes(self, shown: frozenset[int] | None) -> None:
        """Draw only these classes; None draws all."""
        if shown != self.scene.shown:
            self.change("filter the classes", shown=shown)

    def change(self, title: str, **changes: Any) -> None:
        """The one way to a new scene: note it for undo, and say what has changed."""
        if "cursor" in changes:
            changes["second"] = None  # whichever map was pressed last leads
            changes.setdefault("place", None)
        before, self.scene = self.scene, replace(self.scene, **changes)
        self.history.note(title, before)
        self._tell(before)

    def begin_gesture(self) -> None:
        self.history.begin(self.scene)

    def end_gesture(self) -> None:
        self.history.end()
        self.history_changed()

    def undo(self) -> None:
        self._restore(self.history.undo(self.scene))

    def redo(self) -> None:
        self._restore(self.history.redo(self.scene))

    def say(self, text: str, kind: Literal["info", "warning", "error"] = "info") -> None:
        self.said(Message(text, kind))

    def warn_of(self, ready: Ready) -> None:
        """Say what is wrong with a model that has been made ready, and once what is with the device."""
        if ready.complaint is not None and not self._complained:
            self._complained = True
            self.say(ready.complaint, "warning")
        if ready.fault is not None:
            self.say(ready.fault, "error")

    # What the views read

    @property
    def cursor_place(self) -> Floats | None:
        """Where the cursor lies on the map, (2,)."""
        if self.model is None or self.model.projection is None or self.scene.cursor is None:
            return None
        if self.scene.place is not None and self.model.projection.estimate:
            # The way to a code and back does not end where it began.
            return np.array(self.scene.place, np.float32)
        return self.model.projection.to_plane(self.scene.cursor)

    # What has changed, and what has to be computed for it

    def _tell(self, before: Scene) -> None:
        now = self.scene
        if now.cursor is not before.cursor or now.item != before.item:
            self.cursor_changed()
            self.cursor.decode()
        self.beside.lead(before, now)
        if now.shown != before.shown:
            self.shown_changed()
        self.interpolation.follow(before, now)
        self.history_changed()

    def _restore(self, scene: Scene | None) -> None:
        if scene is not None:
            before, self.scene = self.scene, scene
            self._tell(before)

    def _home(self) -> Floats | None:
        embedding = None if self.model is None else self.model.embedding
        return None if embedding is None else embedding.mean.copy()

    # Results of the workers

    def _take_model(self, request: Request, result: object) -> None:
        if isinstance(result, Ready):
            self.ready = result
            self.model_ready()
            self.warn_of(result)
        if isinstance(request, Show) and self.model is not None:
            self.images.complete(self.model)
        self.cursor.decode()
        self.strips.refresh()
        self.interpolation.refresh()
        self.drawing.refresh()

    def settle_lead(self) -> None:
        """The map that led is gone: the cursor stays where it has followed to."""
        self.scene = replace(self.scene, second=None)

    def project(self, projection: Projection) -> None:
        """Show the codes of the first map in another way."""
        if self.model is not None:
            self.model = replace(self.model, projection=projection)
            self.embedding_changed()
            self.cursor_changed()

    def hover(self, item: int | None) -> None:
        """The pointer is over an item of either map, or over none."""
        if item != self.hovered:
            self.hovered = item
            self.hover_changed()


def _nearest(places: Floats, place: tuple[float, float]) -> int:
    """The item whose place on the map is nearest; -1 where there is none."""
    squared = ((places - np.asarray(place, np.float32)) ** 2).sum(axis=1)
    return int(np.nanargmin(squared)) if np.isfinite(squared).any() else -1
