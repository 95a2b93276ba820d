"""Attributes as sliders: fitted to the codes behind the window, moved along by the cursor.

Part of the session. numpy only: fits need no torch. Three questions are asked one after another, each
when the one before is answered: the fits and then the directions of the reader, and of the engine,
which has the model, what else each direction moves.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.errors import BadInput, Failure
from explorer.latent.direction import Direction, Finding
from explorer.metrics.attributes import Fit, Fitted, Moves
from explorer.runs import own_attributes
from explorer.runs.own_attributes import OwnAttribute
from explorer.session.asking.requests import DecodeRow, Pictures
from explorer.session.steering.attribute_requests import (
    Aim,
    FitAttributes,
    Refusal,
    SeeMoves,
    encodes,
    items_behind,
    refusal,
)
from explorer.session.steering.slider_strips import SDS

if TYPE_CHECKING:
    from explorer.session.session import Session

READER, ENGINE = ("attributes", "attributes aim"), ("attributes moves", "attributes strip")
"""The channels of either thread."""


class Attributes:
    """The attributes of the model on display; nothing is computed until they are wanted."""

    changed = Signal()
    """Other attributes, directions, or reasons why there are none."""
    moves_changed = Signal(str)
    """What else an attribute moves is known."""
    strip_changed = Signal(str)
    """An attribute's row of pictures has come."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanted = False
        self._strips_wanted: tuple[str, ...] = ()
        self._asked: FitAttributes | None = None
        self._aimed: Aim | None = None
        self._looked: SeeMoves | None = None
        self._striped: tuple[DecodeRow, tuple[str, ...]] | None = None
        self.way: Finding = "probe"
        self._start_over()
        session.take("attributes", self._take_fits, self._missed)
        session.take("attributes aim", self._take_directions)
        session.take("attributes moves", self._take_moves)
        session.take("attributes strip", self._take_strip)
        session.model_opened.connect(self._on_model)
        session.embedding_changed.connect(self.refresh)
        session.items_arrived.connect(self.refresh)
        session.model_ready.connect(self._on_ready)

    def _start_over(self) -> None:
        self.fitted: Fitted | None = None
        self.own: list[OwnAttribute] = []
        self.held: frozenset[str] = frozenset()
        self.directions: dict[str, Direction] = {}
        self.moves: dict[str, Moves] = {}
        self.rows: dict[str, NDArray[np.uint8]] = {}
        """Attribute to pictures (7, H, W, C), from -3 to +3."""
        self.share: float | None = None
        """Of the fitting, while it is under way."""
        self._refusal = ""
        """Why nothing could be fitted."""
        self._asked = self._aimed = self._looked = self._striped = None

    # What a view reads

    @property
    def fits(self) -> tuple[Fit, ...]:
        return () if self.fitted is None else self.fitted.fits

    @property
    def traits(self) -> frozenset[str]:
        """What "hold the others" holds: all but classes, of which an image always has exactly one, so
        that holding the others would hold each of them too."""
        return frozenset(one.name for one in self.fits if one.attribute.kind != "label")

    @property
    def reason(self) -> str:
        """Why there are no sliders, in words; empty when there are."""
        model = self._session.model
        if model is None:
            return "Open a model: what its data are labelled with becomes sliders."
        if model.living:
            return "While a model learns its codes move. The sliders come when the training has ended."
        if reason := refusal(model):
            return reason
        if model.embedding is None:
            return "The codes of the held-out images are being computed."
        if self.fitted is None:
            return self._refusal or f"Fitting attributes to the codes: {round(100 * (self.share or 0.0))} %"
        if not self.fits:
            return (
                "This model's data have no attributes: no classes, no attributes.csv, and pictures that are "
                "not like glyphs, on which nothing is measured."
            )
        return ""

    def why_not(self, name: str) -> str:
        """Why one attribute can't be moved; empty when it can."""
        if name in self.directions:
            return ""
        if self.held - {name}:
            return "Nothing is left to move along: in these codes it goes with what is held. Hold less."
        return "The codes say nothing of it."

    def at(self, name: str) -> float:
        """Where the cursor stands, in standard deviations, whether it can be moved along or not."""
        cursor, fitted = self._session.scene.cursor, self.fitted
        one = next((one for one in self.fits if one.name == name), None)
        if cursor is None or fitted is None or one is None or len(cursor) != len(fitted.spread.mean):
            return 0.0
        sd = fitted.spread.sd(one.probe.w)
        return float(one.probe.w @ (cursor - fitted.spread.mean)) / sd if sd else 0.0

    # Intents

    def want(self, wanted: bool) -> None:
        """Whether anybody looks at them."""
        self._wanted = wanted
        self.refresh()

    def slide(self, name: str, sd: float, *, title: str = "move a slider") -> None:
        """Move the cursor along an attribute's direction to where it stands at so many deviations."""
        cursor, direction = self._session.scene.cursor, self.directions.get(name)
        if cursor is not None and direction is not None and len(cursor) == len(direction.centre):
            self._session.go_to(direction.move(cursor, sd), title=title)

    def choose_way(self, way: Finding) -> None:
        """How directions are found: by a probe, or as a difference of means."""
        if way != self.way:
            self.way = way
            self._aim()

    def hold(self, names: Collection[str]) -> None:
        """Keep these, and no others, where they are while another one is moved."""
        held = frozenset(names) & {one.name for one in self.fits}
        if held != self.held:
            self.held = held
            self.changed()
            self._aim()

    def make_own(self, title: str, having: Collection[int], lacking: Collection[int]) -> bool:
        """Make an attribute out of two groups of items and keep it with the run; tells whether it was."""
        model = self._session.model
        if model is None or model.embedding is None:
            return False
        taken = {one.title for one in self.own} | {one.name for one in self.fits}
        try:
            made = own_attributes.made(title, having, lacking, len(model.embedding), taken)
        except BadInput as error:
            self._session.say(str(error), "error")
            return False
        return self._keep([*self.own, made])

    def remove_own(self, title: str) -> None:
        """Forget an attribute of the user's own."""
        rest = [one for one in self.own if one.title != title]
        if len(rest) < len(self.own):
            self._keep(rest)

    def _keep(self, own: list[OwnAttribute]) -> bool:
        session = self._session
        assert session.model is not None
        try:
            own_attributes.keep(session.model.run, own)
        except (BadInput, Failure) as error:
            session.say(str(error), "error")
            return False
        self.own, self._asked = own, None
        self.refresh()
        return True

    def want_strips(self, names: tuple[str, ...]) -> None:
        """The rows that can be seen now."""
        if names != self._strips_wanted:
            self._strips_wanted = names
            self.refresh_strips()

    def refresh_strips(self) -> None:
        """The cursor is elsewhere, or there are other directions."""
        session = self._session
        model, cursor = session.model, session.scene.cursor
        names = tuple(name for name in self._strips_wanted if name in self.directions)
        if model is None or cursor is None or session.ready is None or not names:
            return
        if len(cursor) != len(self.directions[names[0]].centre):
            return
        codes = [self.directions[name].move(cursor, float(sd)) for name in names for sd in SDS]
        keys = tuple(np.repeat(np.arange(len(names)), len(SDS)).tolist())
        row = DecodeRow("attributes strip", np.stack(codes), keys, model.space, at_once=len(SDS))
        self._striped = (row, names)
        session.engine.submit(row)

    # What has to be computed, in its order

    def refresh(self) -> None:
        """Fit anew, where the codes or the images are others than those of the last fits."""
        session, model = self._session, self._session.model
        if not self._wanted or model is None or model.living or model.embedding is None:
            return
        if refusal(model):
            return
        items = items_behind(model)
        asked = self._asked
        if asked is not None and asked.embedding is model.embedding and asked.items is items:
            return
        self._asked, self._refusal = FitAttributes(model.run, model.embedding, items), ""
        session.reader.submit(self._asked)

    def _aim(self) -> None:
        model = self._session.model
        if self.fitted is not None and model is not None:
            self._aimed = Aim(self.fitted, self.way, self.held, encodes(model))
            self._session.reader.submit(self._aimed)

    def _look(self) -> None:
        session = self._session
        if self.fitted is None or session.model is None or session.ready is None or not self.directions:
            return
        along = tuple(self.directions.values())
        self._looked = SeeMoves(self.fitted, along, session.model.space, encodes(session.model))
        session.engine.submit(self._looked)

    def _on_model(self) -> None:
        for channel in READER:
            self._session.reader.forget(channel)
        for channel in ENGINE:
            self._session.engine.forget(channel)
        self._start_over()
        self.changed()
        self.refresh()

    def _on_ready(self) -> None:
        self._look()
        self.refresh_strips()

    # Results; what was posted before a newer question was asked is stale

    def _take_fits(self, request: FitAttributes, result: Any) -> None:
        if request is not self._asked:
            return
        if isinstance(result, list):
            self.own = result
            return
        if isinstance(result, float) and self.fitted is not None:
            return  # the sliders that are there stay until the new ones come
        if isinstance(result, Fitted):
            self.fitted, self.share = result, None
            self.held &= {one.name for one in result.fits}
            self._aim()
        elif isinstance(result, Refusal):
            self.fitted, self._refusal = None, result.reason
        else:
            self.share = result
        self.changed()

    def _missed(self) -> None:
        if self.fitted is None:
            self._refusal = "No attribute could be fitted to this model's codes."
            self.changed()

    def _take_directions(self, request: Aim, result: dict[str, Direction]) -> None:
        if request is self._aimed:
            self.directions, self.moves = result, {}
            self.changed()
            self._look()
            self.refresh_strips()

    def _take_moves(self, request: SeeMoves, result: Moves | None) -> None:
        if request is self._looked and result is not None:
            self.moves[result.name] = result
            self.moves_changed(result.name)

    def _take_strip(self, request: DecodeRow, result: Pictures) -> None:
        if self._striped is not None and request is self._striped[0]:
            name = self._striped[1][result.keys[0]]
            self.rows[name] = result.pictures
            self.strip_changed(name)
