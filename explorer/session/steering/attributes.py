"""Attributes as sliders: fitted to the codes behind the window, moved along by the cursor.

Part of the session. numpy only: fits need no torch. Three questions are asked one after another, each
when the one before is answered: the fits and then the directions of the reader, and of the engine,
which has the model, what else each direction moves.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from explorer.errors import BadInput, Failure
from explorer.latent.direction import Direction, Finding
from explorer.metrics.attributes import Fit, Fitted, Moves, carried, measured_on
from explorer.runs import own_attributes
from explorer.runs.own_attributes import OwnAttribute
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.choices import Choices
from explorer.session.message import Say
from explorer.session.scene import Scene
from explorer.session.side import Side
from explorer.session.steering.attribute_requests import (
    Aim,
    FitAttributes,
    Refusal,
    SeeMoves,
    items_behind,
    refusal,
)
from explorer.session.steering.strips import SDS, Strips

FitResult = list[OwnAttribute] | float | Fitted | Refusal


class Attributes:
    """The attributes of the model on display; nothing is computed until they are wanted."""

    changed = Signal()
    """Other attributes, directions, or reasons why there are none."""
    moves_changed = Signal(str)
    """What else an attribute moves is known."""

    def __init__(self, side: Side, reader: Engine, choices: Choices, say: Say) -> None:
        self._side, self._say = side, say
        self._wanted = False
        self.finding: Finding = "probe"
        life, engine = side.life, side.engine
        self._fits: Question[FitResult] = Question(reader, self._on_fits, missed=self._missed, during=life)
        self._aim: Question[dict[str, Direction]] = Question(reader, self._on_directions, during=life)
        self._see: Question[Moves | None] = Question(engine, self._on_moves, during=life)
        self.strips: Strips[str] = Strips(side, choices, self._row)
        self._start_over()
        choices.changed.connect(self._on_choice)
        side.model_opened.connect(self._on_model)
        for fact in (side.embedding_changed, side.items_arrived):
            fact.connect(self.refresh)
        side.model_ready.connect(self._look)

    def _start_over(self) -> None:
        self.fitted: Fitted | None = None
        self.own: list[OwnAttribute] = []
        self.held: frozenset[str] = frozenset()
        self._held_singly: frozenset[str] = frozenset()
        """What was held when "hold others" was ticked."""
        self.directions: dict[str, Direction] = {}
        self.moves: dict[str, Moves] = {}
        """What else changes in the decoded pictures, of the directions that have been looked at."""
        self.share: float | None = None
        """Of the fitting, while it is under way."""
        self._refusal = ""
        """Why nothing could be fitted."""

    # What a view reads

    @property
    def wanted(self) -> bool:
        """Somebody looks at them."""
        return self._wanted

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
        model = self._side.model
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
                "This model's data have no attributes: no classes, no table beside the pictures, and "
                "pictures that are not like glyphs, on which nothing is measured."
            )
        return ""

    def why_not(self, name: str) -> str:
        """Why one attribute can't be moved; empty when it can."""
        if name in self.directions:
            return ""
        if self.held - {name}:
            return "Nothing is left to move along: in these codes it goes with what is held. Hold less."
        return "The codes say nothing of it."

    def carries(self, name: str) -> Moves | None:
        """How far the other sliders go with one unit of this one; None where it can't be moved."""
        direction = self.directions.get(name)
        return None if self.fitted is None or direction is None else carried(self.fitted, direction)

    def at(self, name: str) -> float:
        """Where the cursor stands, in standard deviations, whether it can be moved along or not."""
        cursor, fitted = self._side.look.code, self.fitted
        one = next((one for one in self.fits if one.name == name), None)
        if cursor is None or fitted is None or one is None or len(cursor) != len(fitted.spread.mean):
            return 0.0
        sd = fitted.spread.sd(one.probe.w)
        return float(one.probe.w @ (cursor - fitted.spread.mean)) / sd if sd else 0.0

    @property
    def measured(self) -> dict[str, float]:
        """What can be measured on the decoded picture that is shown."""
        picture = self._side.cursor.picture
        return {} if self.fitted is None or picture is None else measured_on(self.fitted, picture)

    # Intents

    def want(self, wanted: bool) -> None:
        """Whether anybody looks at them."""
        self._wanted = wanted
        self.refresh()

    def slide(self, name: str, sd: float, *, title: str = "move a slider") -> None:
        """Move the cursor along an attribute's direction to where it stands at so many deviations."""
        cursor, direction = self._side.look.code, self.directions.get(name)
        if cursor is not None and direction is not None and len(cursor) == len(direction.centre):
            self._side.go_to(direction.move(cursor, sd), title=title)

    def find_by(self, finding: Finding) -> None:
        """How directions are found: by a probe, or as a difference of means."""
        if finding != self.finding:
            self.finding = finding
            self._find_directions()

    def hold(self, names: Collection[str]) -> None:
        """Keep these, and no others, where they are while another one is moved."""
        held = frozenset(names) & {one.name for one in self.fits}
        if held != self.held:
            self.held = held
            self.changed()
            self._find_directions()

    def hold_others(self, on: bool) -> None:
        """Hold all that can be held together; or only what was held singly before, and since."""
        if on:
            self._held_singly = self.held
            self.hold(self.held | self.traits)
        else:
            before, self._held_singly = self._held_singly, frozenset()
            self.hold(self.held & before | self.held - self.traits)

    def make_own(self, title: str, having: Collection[int], lacking: Collection[int]) -> bool:
        """Make an attribute out of two groups of items and keep it with the run; tells whether it was."""
        model = self._side.model
        if model is None or model.embedding is None:
            return False
        names_in_use = {one.title for one in self.own} | {one.name for one in self.fits}
        try:
            made = own_attributes.made(title, having, lacking, len(model.embedding), names_in_use)
        except BadInput as error:
            self._say(str(error), "error")
            return False
        return self._keep([*self.own, made])

    def remove_own(self, title: str) -> None:
        """Forget an attribute of the user's own."""
        rest = [one for one in self.own if one.title != title]
        if len(rest) < len(self.own):
            self._keep(rest)

    def _keep(self, own: list[OwnAttribute]) -> bool:
        model = self._side.model
        assert model is not None
        try:
            own_attributes.keep(model.run, own)
        except (BadInput, Failure) as error:
            self._say(str(error), "error")
            return False
        self.own = own
        self._fits.forget()
        self.refresh()
        return True

    def _row(self, name: str) -> NDArray[np.float32] | None:
        """The codes (7, D) of an attribute's row of pictures."""
        code, direction = self._side.look.code, self.directions.get(name)
        if code is None or direction is None or len(code) != len(direction.centre):
            return None
        return np.stack([direction.move(code, float(sd)) for sd in SDS])

    # What has to be computed, in its order

    def refresh(self) -> None:
        """Fit anew, where the codes or the images are others than those of the last fits."""
        model = self._side.model
        if not self._wanted or model is None or model.living or model.embedding is None or refusal(model):
            return
        items, asked = items_behind(model), self._fits.asked
        if isinstance(asked, FitAttributes) and asked.embedding is model.embedding and asked.items is items:
            return
        self._refusal = ""
        self._fits.ask(FitAttributes(model.run, model.embedding, items))

    def _find_directions(self) -> None:
        model = self._side.model
        if self.fitted is not None and model is not None:
            self._aim.ask(Aim(self.fitted, self.finding, self.held, model.can_encode))

    def _look(self) -> None:
        model = self._side.model
        if self.fitted is not None and model is not None and self._side.ready is not None and self.directions:
            along = tuple(self.directions.values())
            asked = self._side.look.condition
            self._see.ask(SeeMoves(self.fitted, along, model.space, model.can_encode, asked))

    def _on_choice(self, before: Scene, now: Scene) -> None:
        """What a direction moves is seen in pictures of the class that is asked for."""
        if before.look(self._side.name).condition != now.look(self._side.name).condition:
            self.moves = {}
            self._look()
            self.changed()

    def _on_model(self) -> None:
        self._start_over()
        self.changed()
        self.refresh()

    # Results

    def _on_fits(self, result: FitResult) -> None:
        if isinstance(result, list):
            self.own = result
            return
        if isinstance(result, float) and self.fitted is not None:
            return  # the sliders that are there stay until the new ones come
        if isinstance(result, Fitted):
            self.fitted, self.share = result, None
            self.held &= {one.name for one in result.fits}
            self._find_directions()
        elif isinstance(result, Refusal):
            self.fitted, self._refusal = None, result.reason
        else:
            self.share = result
        self.changed()

    def _missed(self) -> None:
        if self.fitted is None:
            self._refusal = "No attribute could be fitted to this model's codes."
            self.changed()

    def _on_directions(self, result: dict[str, Direction]) -> None:
        self.directions, self.moves = result, {}
        self.changed()
        self._look()
        self.strips.refresh()

    def _on_moves(self, result: Moves | None) -> None:
        if result is not None:
            self.moves[result.name] = result
            self.moves_changed(result.name)
