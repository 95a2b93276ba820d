"""A second model beside the first, and one cursor through both.

Part of the session; numpy only. Where one map is pressed the other follows *through the picture*:
z_B = E_B(D_A(z_A)). The same numbers mean nothing in another space. An item or an own picture needs
no such bridge: each encoder sees the original.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.data.image_set import ImageSet
from explorer.errors import BadInput, Failure
from explorer.latent.projection import Projection
from explorer.session.asking.requests import Decode, Decoded, Encode, Encoded, Neighbours, Ready, Show
from explorer.session.maps.requests import FindHole, Hole
from explorer.session.open_model import OpenModel, opened
from explorer.session.scene import Scene

if TYPE_CHECKING:
    from explorer.session.session import Session

Floats = NDArray[np.float32]
Way = Literal["item", "original", "same code", "there", "back"]

CHANNELS = ("model beside", "cursor beside", "carry there", "hole beside")


class Beside:
    """The model on the second map; empty until `open`."""

    model_opened = Signal()
    """Another model is beside the first, or none any more."""
    embedding_changed = Signal()
    items_arrived = Signal()
    cursor_changed = Signal()
    picture_changed = Signal()
    hole_found = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self._engine = session.workers.second
        self.model: OpenModel | None = None
        self.ready: Ready | None = None
        self.cursor: Floats | None = None
        """(D,)."""
        self.picture: NDArray[np.uint8] | None = None
        """What this model decodes at its cursor, (H, W, C)."""
        self._shown = True
        self.way: Way | None = None
        """How the cursor has come from the other map."""
        session.take("model beside", self._take_ready)
        session.take("cursor beside", self._take_decoded)
        session.take("hole", self._take_hole)
        session.take("hole beside", self._take_hole_beside)
        session.model_ready.connect(self._seek_holes)
        session.take("carry there", self._take_carried)
        session.take("carry here", self._take_carried_back)
        session.cursor_changed.connect(self._follow)
        session.cursor.picture_changed.connect(self._follow_picture)
        session.images.data_changed.connect(self._share_items)
        session.model_opened.connect(self._on_first_opened)

    # Intents

    def open(self, name: str | Path) -> None:
        """Put a run beside the one on display, by its name in the library or its folder."""
        try:
            self.show(opened(self._session.library.find(str(name))))
        except (BadInput, Failure) as error:
            self._session.say(str(error), "error")

    def show(self, model: OpenModel | None) -> None:
        for channel in CHANNELS:
            self._engine.forget(channel)
        self.model, self.ready, self.cursor, self.picture, self.way = model, None, None, None, None
        if self._session.scene.second is not None:
            self._session.settle_lead()
        if model is not None:
            self._engine.submit(Show(model.run, channel="model beside"))
            self._share_items()
        self.model_opened()
        self.embedding_changed()
        self._follow()

    def close(self) -> None:
        """One map is enough."""
        if self.model is not None:
            self.show(None)

    def project(self, projection: Projection) -> None:
        """Show the codes of the second map in another way."""
        if self.model is not None:
            self.model = replace(self.model, projection=projection)
            self.embedding_changed()
            self.cursor_changed()

    def set_shown(self, shown: bool) -> None:
        """Whether the second map can be seen; where it can't nothing is computed for it."""
        if shown != self._shown:
            self._shown = shown
            self._session.settle_lead()
            self.model_opened()
            self._follow()
            self._follow_picture()

    def go_to_plane(self, x: float, y: float, *, title: str = "move the cursor") -> None:
        """Look at a place of the second map; the first follows."""
        model = self.model
        if model is None or model.projection is None or model.embedding is None:
            return
        near = self.cursor if self.cursor is not None else model.embedding.mean
        code = model.projection.from_plane(np.array([x, y], np.float32), near)
        self._session.change(title, second=code, item=None, glyph=None, handle=None)

    def select(self, item: int) -> None:
        """Look at an item: where both have met the same images it is one for both."""
        if self.shares_items:
            self._session.select(item)
        elif self.model is not None and self.model.embedding is not None and item < len(self.model.embedding):
            place = self.model.places[item]
            self.go_to_plane(float(place[0]), float(place[1]), title="select an item")

    def nudge(self, right: float, up: float) -> None:
        """Move this map's cursor along its axes by so many standard deviations."""
        model = self.model
        if model is None or model.projection is None or self.cursor is None:
            return
        x, y = model.projection.to_plane(self.cursor) + np.array([right, up]) * model.places_sd
        self.go_to_plane(float(x), float(y), title="nudge the cursor")

    # What the views read

    @property
    def present(self) -> bool:
        """There is a second map to be seen."""
        return self._shown and self.model is not None

    @property
    def cursor_place(self) -> Floats | None:
        if self.model is None or self.model.projection is None or self.cursor is None:
            return None
        return self.model.projection.to_plane(self.cursor)

    @property
    def shares_items(self) -> bool:
        """Both models have met the same held-out images."""
        first = self._session.model
        return (
            first is not None
            and self.model is not None
            and first.can_encode
            and self.model.can_encode
            and first.run.manifest.data.fingerprint == self.model.run.manifest.data.fingerprint
        )

    @property
    def _is_same_run(self) -> bool:
        first, second = self._session.model, self.model
        return first is not None and second is not None and first.run.folder == second.run.folder

    @property
    def can_carry(self) -> bool:
        """Both models know pictures of one size, and place as well as draw them."""
        first, second = self._session.model, self.model
        if first is None or second is None or first.run.manifest.image != second.run.manifest.image:
            return False
        return all(model.can_encode and model.can_decode for model in (first, second))

    # Which of the two follows

    def lead(self, before: Scene, now: Scene) -> None:
        """The scene has changed: where this map leads, decode here first."""
        if now.second is not None and now.second is not before.second:
            self._put(now.second, "same code" if self._is_same_run else "back")

    def _follow(self) -> None:
        """The first map's cursor has moved."""
        session, model = self._session, self.model
        scene = session.scene
        if model is None or model.embedding is None or scene.second is not None or scene.cursor is None:
            return
        if not self._shown:
            return
        if scene.item is not None and self.shares_items and scene.item < len(model.embedding):
            self._put(model.embedding.codes[scene.item], "item")
        elif self._is_same_run:
            self._put(scene.cursor, "same code")
        elif scene.glyph is not None:
            self._carry(scene.glyph, "original")

    def _follow_picture(self) -> None:
        """The first model has decoded; the second looks at the picture, unless it sees the original."""
        session, scene = self._session, self._session.scene
        if not self.present or session.model is None or session.cursor.picture is None:
            return
        ours = scene.second is not None or (scene.item is not None and self.shares_items)
        if ours or scene.glyph is not None or self._is_same_run:
            return
        self._carry(session.cursor.picture, "there")

    def _carry(self, picture: NDArray[np.uint8], way: Way) -> None:
        if self.can_carry and self.ready is not None and self.model is not None:
            self.way = way
            self._engine.submit(Encode(picture, self.model.space, channel="carry there"))

    def _put(self, code: Floats, way: Way) -> None:
        """Put this map's cursor somewhere and have it decoded."""
        self.cursor, self.way = code, way
        self.cursor_changed()
        self._decode()

    def _decode(self) -> None:
        model, code = self.model, self.cursor
        if model is None or code is None:
            return
        if self.ready is not None:
            self._engine.submit(Decode(code, model.space, None, channel="cursor beside"))
        elif model.atlas is not None:
            self._took(model.atlas.decode(code))

    def _took(self, picture: NDArray[np.uint8]) -> None:
        self.picture = picture
        self.picture_changed()

    # Results of the engines

    def _take_ready(self, request: Show, result: Ready) -> None:
        self.ready = result
        self._session.warn_of(result)
        self._seek_holes()
        self._decode()
        self._follow()
        self._follow_picture()

    def _take_decoded(self, request: Decode, result: Decoded | Neighbours) -> None:
        if not isinstance(result, Decoded):
            return
        self._took(result.picture)
        session = self._session
        if session.scene.second is result.code and session.model is not None and session.ready is not None:
            if self._is_same_run:
                session.cursor.follow(result.code)
            elif self.can_carry:
                session.engine.submit(Encode(result.picture, session.model.space, channel="carry here"))

    def _take_carried(self, request: Encode, result: Encoded) -> None:
        if self._session.scene.second is None:
            self.cursor = result.code
            self.cursor_changed()
            self._took(result.picture)

    def _take_carried_back(self, request: Encode, result: Encoded) -> None:
        if self._session.scene.second is not None:
            self._session.cursor.follow(result.code)

    def _share_items(self) -> None:
        """The held-out images of the first model are this one's too, where both have met them."""
        data, model = self._session.images.data, self.model
        if data is not None and model is not None and self.shares_items:
            items: ImageSet = data.test
            self.model = replace(model, items=items)
            self.items_arrived()

    def _on_first_opened(self) -> None:
        """Another model is on the first map: the cursor's way between the two is another one."""
        if self.model is not None:
            self.picture = None
            self._share_items()
            self._follow()

    # A place that was never trained, on each of two maps

    def _seek_holes(self) -> None:
        """Once there are two maps, each shows an empty place to compare."""
        session = self._session
        if self.model is None:
            return
        sides = ((session.engine, session.model, session.ready, ""),
                 (self._engine, self.model, self.ready, " beside"))  # fmt: skip
        for engine, model, ready, suffix in sides:
            if model is not None and ready is not None and model.hole is None and _has_holes(model):
                engine.submit(FindHole(model.emptiness.middles, model.space, "hole" + suffix))

    def _take_hole(self, request: FindHole, hole: Hole | None) -> None:
        if hole is not None:
            self._session.update_model(hole=hole)
            self._session.hole_found()

    def _take_hole_beside(self, request: FindHole, hole: Hole | None) -> None:
        if hole is not None and self.model is not None:
            self.model = replace(self.model, hole=hole)
            self.hole_found()


def _has_holes(model: OpenModel) -> bool:
    """An empty cell of the map is a code: the axes are the code's own two numbers."""
    known = model.embedding is not None and model.embedding.size == 2 and not model.living
    return known and model.can_encode and model.can_decode and len(model.emptiness.middles) > 0
