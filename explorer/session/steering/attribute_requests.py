"""What is asked of the workers for attribute sliders: fits, directions, and what else they move.

Part of the session; see `requests`. torch is imported where the model answers.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.latent.direction import Direction, Finding
from explorer.latent.embedding import Embedding
from explorer.metrics.attributes import Fitted, Moves, directions, fitting, leakage
from explorer.runs import own_attributes
from explorer.runs.own_attributes import OwnAttribute
from explorer.runs.run import Run
from explorer.session.asking.requests import Held, asked_for
from explorer.session.open_model import OpenModel
from explorer.session.scene import Condition


class Refusal(NamedTuple):
    """Why no attribute can be fitted."""

    reason: str


@dataclass(frozen=True, eq=False)
class FitAttributes:
    """The user's own attributes of a run, then the share done, last the fits, or why there are none."""

    run: Run
    embedding: Embedding
    items: ImageSet | None

    def answer(self, held: Held) -> Generator[list[OwnAttribute] | float | Fitted | Refusal, None, None]:
        own, complaint = [], ""
        try:
            own = own_attributes.read(self.run)
        except BadInput as error:
            complaint = str(error)
        yield own
        values = [one.attribute(len(self.embedding)) for one in own]
        try:
            for result in fitting(self.embedding, self.items, values):
                if isinstance(result, Fitted) and complaint:
                    result = replace(result, notes=(*result.notes, complaint))
                yield result
        except BadInput as error:
            yield Refusal(str(error))


@dataclass(frozen=True, eq=False)
class Aim:
    """The directions of fitted attributes."""

    fitted: Fitted
    finding: Finding
    held: frozenset[str]
    aligned: bool

    def answer(self, held: Held) -> Generator[dict[str, Direction], None, None]:
        yield directions(self.fitted, self.finding, self.held, aligned=self.aligned)


@dataclass(frozen=True, eq=False)
class SeeMoves:
    """What else each direction moves, looked at through the model."""

    fitted: Fitted
    along: tuple[Direction, ...]
    space: str
    encodes: bool
    condition: Condition | None = None
    """What the pictures are asked to be."""

    def answer(self, held: Held) -> Generator[Moves | None, None, None]:
        from explorer.models import arrays

        model = held["model"]

        def decode(codes: NDArray[np.float32]) -> NDArray[np.uint8]:
            return arrays.decode(model, codes, self.space, asked_for(self.condition, len(codes)))

        encode = partial(arrays.encode, model, space=self.space) if self.encodes else None
        return leakage(self.fitted, self.along, decode, encode)


def refusal(model: OpenModel) -> str:
    """Why the codes on display can never be moved; empty where they can."""
    if not model.can_decode:
        return "The codes that this map shows can't be decoded, so there is nothing to move."
    return ""


def items_behind(model: OpenModel) -> ImageSet | None:
    """The images behind the codes; those of a model without an encoder are of no image."""
    items, embedding = model.items, model.embedding
    if items is None or embedding is None or not model.can_encode or len(items) > len(embedding):
        return None
    return items
