"""What a map asks of the engine: where its items lie, what they look like, where nothing was trained.

Frozen questions, answered on the engine's thread; torch is imported where a request needs it.
Legend of shapes: N items, D numbers in a code; images uint8 (N, H, W, C).
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.data.image_set import DataSet, ImageSet
from explorer.latent.embedding import Embedding
from explorer.latent.projection import Projection, natural
from explorer.session.asking.requests import Floats, Held, Images

if TYPE_CHECKING:
    from explorer.models.base import GenerativeModel

EMBED_SECONDS = 0.001
"""An embedding is computed in parts of about this long, so that a decode never waits for more."""


class Hole(NamedTuple):
    """An empty place whose picture is not one that the model knows: encoded again it lands elsewhere."""

    code: Floats
    """(D,)."""
    cycle_error: float
    """|E(D(z)) - z|, in code units."""


@dataclass(frozen=True, eq=False)
class FindHole:
    """Of some codes (N, D) the one with the largest cycle error."""

    codes: Floats
    space: str
    at_once: int = 32

    def answer(self, held: Held) -> Generator[Hole | None, None, None]:
        from explorer.models import arrays

        model, worst = held["model"], None
        for start in range(0, len(self.codes), self.at_once):
            codes = self.codes[start : start + self.at_once]
            again = arrays.encode(model, arrays.decode(model, codes, self.space), self.space)
            errors = np.linalg.norm(again - codes, axis=1)
            place = int(errors.argmax())
            if worst is None or errors[place] > worst.cycle_error:
                worst = Hole(codes[place], float(errors[place]))
            yield None
        yield worst


class Cost(NamedTuple):
    """What an embedding has cost, so that the next one is not asked for too soon."""

    seconds: float


class Mapped(NamedTuple):
    """An embedding and the projection that it opens with."""

    embedding: Embedding
    projection: Projection


@dataclass(frozen=True, eq=False)
class Embed:
    """The codes of the held-out images: the share done after each part, then the whole, then its cost."""

    images: Images
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    space: str
    last: Projection | None
    """What the map shows until then."""
    living: bool

    def answer(self, held: Held) -> Generator[float | Mapped | Cost, None, None]:
        from explorer.models import arrays

        model: GenerativeModel = held["model"]
        parts: list[arrays.Coded] = []
        done, rows, spent = 0, 32, 0.0
        while done < len(self.images):
            began = time.perf_counter()
            parts += arrays.code(model, self.images[done : done + rows], self.space, rows)
            took = time.perf_counter() - began
            done, spent = min(done + rows, len(self.images)), spent + took
            rows = int(np.clip(rows * EMBED_SECONDS / max(took, 1e-6), 8, 1000))
            yield done / len(self.images)
        coded = arrays.joined(parts)
        embedding = Embedding(coded.codes, coded.spread, coded.errors, self.labels, self.class_names)
        began = time.perf_counter()
        yield from _mapped(embedding, self.last, self.living)
        yield Cost(spent + time.perf_counter() - began)


def _mapped(
    embedding: Embedding, last: Projection | None, living: bool
) -> Generator[float | Mapped, None, None]:
    """Compute here, once, what takes time, and not on the thread that reads it first.

    Beside a training each of numpy's calls may there wait for the interpreter: together a tenth of a second.
    """
    _ = embedding.order
    yield 1.0
    _ = embedding.usual_gap
    yield 1.0
    yield Mapped(embedding, natural(embedding, last, living=living))


@dataclass(frozen=True, eq=False)
class Gallery:
    """The pictures at codes (N, D) that no image stands for: the items of a map of samples."""

    codes: Floats
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    space: str
    at_once: int = 32

    def answer(self, held: Held) -> Generator[ImageSet | None, None, None]:
        from explorer.models import arrays

        model, parts = held["model"], []
        asked = arrays.classes_in_turn(len(self.codes), model.conditions)
        for start in range(0, len(self.codes), self.at_once):
            rows = slice(start, start + self.at_once)
            classes = None if asked is None else asked[rows]
            parts.append(arrays.decode(model, self.codes[rows], self.space, classes))
            yield None
        yield ImageSet(np.concatenate(parts), self.labels, self.class_names)


@dataclass(frozen=True, eq=False)
class EmbedSamples:
    """A map of samples: the same codes each time, coloured by the class that the ruler sees in each.

    Yields as `Embed` does.
    """

    n: int
    data: DataSet
    space: str
    last: Projection | None
    living: bool
    at_once: int = 32

    def answer(self, held: Held) -> Generator[float | Mapped | Cost, None, None]:
        from explorer.metrics import ruler as rulers
        from explorer.metrics.pixels import to_pixels
        from explorer.models import arrays

        model: GenerativeModel = held["model"]
        if held.get("ruled") is not self.data:
            labelled = rulers.is_labelled(self.data)
            held["ruled"], held["ruler"] = self.data, rulers.find(self.data) if labelled else None
        codes, ruler, labels = arrays.sample(model, self.n, 0, self.space), held["ruler"], []
        began, asked = time.perf_counter(), arrays.classes_in_turn(self.n, model.conditions)
        for start in range(0, self.n, self.at_once):
            if ruler is not None:
                rows = slice(start, start + self.at_once)
                classes = None if asked is None else asked[rows]
                pictures = arrays.decode(model, codes[rows], self.space, classes)
                labels.append(ruler.predict(to_pixels(pictures)).numpy())
            yield start / self.n
        named = np.concatenate(labels).astype(np.int64) if labels else None
        embedding = Embedding(codes, None, None, named, self.data.test.class_names if labels else ())
        yield from _mapped(embedding, self.last, self.living)
        yield Cost(time.perf_counter() - began)
