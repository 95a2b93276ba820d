"""What can be asked of the engine: frozen questions, answered on its thread.

`held` is what the thread keeps: under "model" the displayed model. torch is imported where a
request needs it, so that questions can be asked before torch is there.
Legend of shapes: N items, D numbers in a code; images uint8 (N, H, W, C).
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.data.progress import ReadProgress
from explorer.errors import BadInput
from explorer.latent.embedding import Embedding
from explorer.session.asking.threads import import_torch
from explorer.session.scene import Condition

if TYPE_CHECKING:
    from explorer.models.base import GenerativeModel
    from explorer.runs.run import Run

Floats = NDArray[np.float32]
Images = NDArray[np.uint8]
Held = dict[str, Any]

DISPLAY_THREADS = 1
"""The trainer has the cores; one thread decodes a picture in about a millisecond."""


class Ready(NamedTuple):
    """A model is on display."""

    device: str
    seconds: float
    complaint: str | None = None
    """Why that is not the best device that was found, in one sentence."""
    fault: str | None = None
    """Why its pictures can't be relied on, in one sentence."""


class Decoded(NamedTuple):
    code: Floats
    picture: NDArray[np.uint8]
    seconds: float


class Neighbours(NamedTuple):
    """The items nearest to a code."""

    items: NDArray[np.intp]
    distances: Floats


class Encoded(NamedTuple):
    """A foreign picture through the model."""

    original: NDArray[np.uint8]
    code: Floats
    picture: NDArray[np.uint8] | None
    """How it comes back, (H, W, C); None where codes of this space can't be decoded."""


class Pictures(NamedTuple):
    """Decoded pictures with their keys, as far as they have come."""

    keys: tuple[int, ...]
    pictures: Images


@dataclass(frozen=True, eq=False)
class Show:
    """Put a run's model on display."""

    run: Run

    def answer(self, held: Held) -> Generator[Ready, None, None]:
        import_torch()
        import torch

        from explorer.training.device import beside_training, title

        began = time.perf_counter()
        torch.set_num_threads(DISPLAY_THREADS)
        model, fault = self.run.model_to_look_at()
        device, complaint = beside_training(model)
        held["model"] = model.to(device)
        yield Ready(title(device), time.perf_counter() - began, complaint, fault)


@dataclass(frozen=True, eq=False)
class Blank:
    """Put an untrained model like a run's on display, to be filled by snapshots."""

    run: Run

    def answer(self, held: Held) -> Generator[Ready, None, None]:
        import_torch()
        import torch

        from explorer.training.device import beside_training, title

        torch.set_num_threads(DISPLAY_THREADS)
        model = self.run.untrained(self.run.manifest.settings)
        device, complaint = beside_training(model)
        held["model"] = model.to(device).eval()
        yield Ready(title(device), 0.0, complaint)


@dataclass(frozen=True, eq=False)
class Install:
    """Take a snapshot's weights by value."""

    weights: Mapping[str, Floats]
    step: int

    def answer(self, held: Held) -> Generator[int, None, None]:
        import torch

        with torch.no_grad():
            held["model"].load_state_dict({k: torch.from_numpy(v) for k, v in self.weights.items()})
        yield self.step


@dataclass(frozen=True, eq=False)
class Decode:
    """The picture at a code, then the items nearest to it."""

    code: Floats
    space: str
    embedding: Embedding | None
    neighbours: int = 6
    condition: Condition | None = None

    def answer(self, held: Held) -> Generator[Decoded | Neighbours, None, None]:
        from explorer.models import arrays

        began = time.perf_counter()
        asked = asked_for(self.condition, 1)
        picture = arrays.decode(held["model"], self.code[None], self.space, asked)[0]
        yield Decoded(self.code, picture, time.perf_counter() - began)
        if self.embedding is not None:
            yield Neighbours(*self.embedding.nearest(self.code, self.neighbours))


@dataclass(frozen=True, eq=False)
class DecodeRow:
    """The pictures at several codes (N, D), `at_once` of them per result.

    A key says which row of its owner's pictures each one belongs to.
    """

    codes: Floats
    keys: tuple[int, ...]
    space: str
    at_once: int = 8
    condition: Condition | None = None

    def answer(self, held: Held) -> Generator[Pictures, None, None]:
        from explorer.models import arrays

        for start in range(0, len(self.codes), self.at_once):
            part = slice(start, start + self.at_once)
            codes = self.codes[part]
            asked = asked_for(self.condition, len(codes))
            yield Pictures(self.keys[part], arrays.decode(held["model"], codes, self.space, asked))


@dataclass(frozen=True, eq=False)
class Redraw:
    """How an image (H, W, C) comes back by way of another space than the map's, which can't be decoded."""

    code: Floats
    """Its place on the map, (D,)."""
    picture: NDArray[np.uint8]
    space: str

    def answer(self, held: Held) -> Generator[Decoded, None, None]:
        from explorer.models import arrays

        began = time.perf_counter()
        codes = arrays.encode(held["model"], self.picture[None], self.space)
        picture = arrays.decode(held["model"], codes, self.space)[0]
        yield Decoded(self.code, picture, time.perf_counter() - began)


@dataclass(frozen=True, eq=False)
class Encode:
    """The code of one foreign picture (H, W, C) of the model's shape, and how it comes back."""

    picture: NDArray[np.uint8]
    space: str

    def answer(self, held: Held) -> Generator[Encoded, None, None]:
        from explorer.models import arrays

        model = held["model"]
        code = arrays.encode(model, self.picture[None], self.space)
        decodes = model.space(self.space).can_decode
        yield Encoded(self.picture, code[0], arrays.decode(model, code, self.space)[0] if decodes else None)


@dataclass(frozen=True, eq=False)
class LearnerPictures:
    """Reconstructions of fixed images and samples of fixed codes, for the training dock."""

    images: Images
    space: str

    def answer(self, held: Held) -> Generator[tuple[str, Images], None, None]:
        from explorer.metrics.samples import sampled_space
        from explorer.models import arrays

        model: GenerativeModel = held["model"]
        space = model.space(self.space)
        if space.can_encode and space.can_decode:
            codes = arrays.encode(model, self.images, self.space)
            yield "reconstructions", arrays.decode(model, codes, self.space)
        drawn = sampled_space(model)
        if drawn is not None:
            codes = arrays.sample(model, len(self.images), 0, drawn.name)
            asked = arrays.classes_in_turn(len(codes), model.conditions)
            yield "samples", arrays.decode(model, codes, drawn.name, asked)


def asked_for(condition: Condition | None, n: int) -> NDArray[np.int64] | None:
    """The class of each of n pictures, as models take it."""
    return None if condition is None else np.full(n, condition.label, np.int64)


class Loaded(NamedTuple):
    data: DataSet
    fingerprint: str


@dataclass(frozen=True, eq=False)
class LoadData:
    """Read a data set; asked of the reader, whose thread may wait for a disk."""

    origin: str
    framing: Framing

    def answer(self, held: Held) -> Generator[ReadProgress | Loaded, None, None]:
        from explorer.data.sources import catalogue

        try:
            for result in catalogue.reading(self.origin, self.framing):
                yield Loaded(result, result.fingerprint()) if isinstance(result, DataSet) else result
        except catalogue.NotDownloaded as missing:
            raise BadInput(
                f"{missing.title} is not on this computer: only the images kept with the model are shown. "
                f"File > Choose images to train on … fetches it ({missing.size / 1e6:,.0f} MB)."
            ) from None
