"""What is asked of the reader for pictures beside each other: reconstructions, and draws with their figures.

Part of the session; see `requests`. Each loads the models that it needs and lets go of them; only the
classifier that judges stays in `held`, under "judge". torch is imported where the reader answers.
Legend of shapes: N pictures; images uint8 (N, H, W, C).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.data.image_set import DataSet
from explorer.errors import BadInput
from explorer.metrics.figures import READABLE
from explorer.runs.folder import RunKey
from explorer.runs.run import Run
from explorer.session.asking.measuring import read_images, working_device
from explorer.session.asking.requests import Floats, Held, Images
from explorer.session.prior.draws import Draws, Source

if TYPE_CHECKING:
    import torch

    from explorer.metrics.ruler import Ruler
    from explorer.models.base import GenerativeModel

Key = tuple[RunKey, Source]

SHOWN = 100
"""Pictures of a grid."""
MEASURED = 10_000
"""Fewer make no figure that may be quoted."""


class Rebuilt(NamedTuple):
    """What a model makes of some of the images, from this one on."""

    key: RunKey
    first: int
    pictures: Images
    errors: Floats
    """(N,): squared error per pixel, pixels in [0, 1]."""


class Unable(NamedTuple):
    """A model can't do what it was asked for; the sentence says why."""

    key: RunKey | Key
    sentence: str


class SheetPictures(NamedTuple):
    """The first pictures that were drawn."""

    key: Key
    pictures: Images


class Measuring(NamedTuple):
    """How far the figures of some samples are."""

    key: Key
    share: float


class Measured(NamedTuple):
    """The figures of some samples."""

    key: Key
    rfcd: float
    """Per cent."""
    class_tv: float
    """0 to 1: total variation distance between the classes seen in samples and in held-out images."""
    readable: float
    """Share of the samples that the classifier reads with a probability above `READABLE`."""
    n: int


class Unmeasured(NamedTuple):
    """There is nobody to judge the samples; the sentence says why."""

    key: Key
    sentence: str


SampleResult = SheetPictures | Unable | Measuring | Measured | Unmeasured


class Wanted(NamedTuple):
    """Whose samples, and what their codes are drawn from."""

    run: Run
    source: Source

    @property
    def key(self) -> Key:
        return self.run.key, self.source


@dataclass(frozen=True, eq=False)
class Reconstruct:
    """The same images (N, H, W, C) through several models, one after another, in parts."""

    runs: tuple[Run, ...]
    images: Images
    at_once: int = 10

    def answer(self, held: Held) -> Generator[Rebuilt | Unable, None, None]:
        from explorer.models import arrays

        device = working_device()
        for run in self.runs:
            try:
                model = run.model().to(device)
            except BadInput as error:
                yield Unable(run.key, str(error))
                continue
            space = next((each for each in model.spaces if each.can_encode and each.can_decode), None)
            if space is None:
                yield Unable(run.key, "It has no encoder: no image has a code to be decoded.")
                continue
            for start in range(0, len(self.images), self.at_once):
                images = self.images[start : start + self.at_once]
                codes = arrays.encode(model, images, space.name)
                pictures = arrays.decode(model, codes, space.name)
                apart = (pictures.astype(np.float32) - images) / 255
                yield Rebuilt(run.key, start, pictures, np.square(apart).mean((1, 2, 3)))


@dataclass(frozen=True, eq=False)
class DrawSamples:
    """Decoded draws: a grid of each first, then the figures of each from `n` of them."""

    wanted: tuple[Wanted, ...]
    seed: int
    data: DataSet | None
    """The images at hand: spares reading them again where they are the runs' own."""
    n: int = MEASURED
    """Samples that the figures are taken from; 0 for no figures."""
    at_once: int = 100

    def answer(self, held: Held) -> Generator[SampleResult, None, None]:
        device = working_device()
        models: dict[Path, GenerativeModel] = {}
        read: dict[str, DataSet] = {}
        begun: list[tuple[Wanted, Draws, Images]] = []
        for wanted in self.wanted:
            try:
                if wanted.run.folder not in models:
                    models[wanted.run.folder] = wanted.run.model().to(device)
                model = models[wanted.run.folder]
                labels = self._labels(wanted.run, model, read)
                draws = Draws(wanted.run, wanted.source, model, labels, self.seed)
            except BadInput as error:
                yield Unable(wanted.key, str(error))
                continue
            pictures = draws.next(SHOWN)
            begun.append((wanted, draws, pictures))
            yield SheetPictures(wanted.key, pictures)
        for wanted, draws, pictures in begun if self.n else ():
            yield from self._measure(wanted, draws, pictures, read, held)

    def _measure(
        self, wanted: Wanted, draws: Draws, first: Images, read: dict[str, DataSet], held: Held
    ) -> Generator[Measuring | Measured | Unmeasured, None, None]:
        """What the classifier makes of the pictures shown and of those that follow them."""
        from explorer.metrics.frechet import moments, rfcd
        from explorer.metrics.samples import total_variation
        from explorer.models import arrays

        yield Measuring(wanted.key, 0.0)
        try:
            judge = yield from self._judge(wanted, read, held)
        except BadInput as error:
            yield Unmeasured(wanted.key, str(error))
            return
        ruler, seen, done = judge.ruler, _Seen(), 0
        while done < self.n:
            pictures = first if not done else draws.next(min(self.at_once, self.n - done))
            seen.add(ruler, arrays.to_x(pictures, draws.model))
            done += len(pictures)
            yield Measuring(wanted.key, done / self.n)
        yield Measured(
            wanted.key,
            rfcd=rfcd(ruler.real, moments(np.concatenate(seen.features))),
            class_tv=total_variation(np.concatenate(seen.classes), judge.classes, ruler.classes),
            readable=float((np.concatenate(seen.confidence) > READABLE).mean()),
            n=done,
        )

    def _judge(
        self, wanted: Wanted, read: dict[str, DataSet], held: Held
    ) -> Generator[Measuring, None, _Judge]:
        """The classifier of the run's data, and the classes that it sees in the held-out images."""
        from explorer.metrics import ruler as rulers
        from explorer.metrics.pixels import in_parts

        fingerprint = wanted.run.manifest.data.fingerprint
        known: _Judge | None = held.get("judge")
        if known is not None and (known.data, known.n) == (fingerprint, self.n):
            return known
        data = self._images(wanted.run, read)
        if not rulers.is_labelled(data):
            raise BadInput("Images without labels have no classifier to judge by.")
        ruler = rulers.find(data, working_device())
        if ruler is None:
            raise BadInput(
                f"No classifier knows these images; `latent-explorer evaluate {wanted.run.name}` makes one."
            )
        classes = []
        for x in in_parts(data.test.images[: self.n], ruler.device):
            classes.append(ruler.predict(x).cpu().numpy())
            yield Measuring(wanted.key, 0.0)
        held["judge"] = judge = _Judge(fingerprint, self.n, ruler, np.concatenate(classes))
        return judge

    def _labels(self, run: Run, model: GenerativeModel, read: dict[str, DataSet]) -> NDArray[np.int64] | None:
        """The classes of the training images, so that a model is asked for each as often as they have it."""
        try:
            return self._images(run, read).train.labels if model.conditions else None
        except BadInput:
            return None

    def _images(self, run: Run, read: dict[str, DataSet]) -> DataSet:
        """The images that a run was trained on: those at hand where they are the same."""
        fingerprint = run.manifest.data.fingerprint
        if fingerprint not in read:
            same = self.data is not None and self.data.fingerprint() == fingerprint
            read[fingerprint] = self.data if same and self.data is not None else read_images(run)
        return read[fingerprint]


class _Judge(NamedTuple):
    data: str
    """Fingerprint."""
    n: int
    ruler: Ruler
    classes: NDArray[np.int64]
    """Seen in the first n held-out images."""


class _Seen:
    """Pictures as the classifier sees them."""

    def __init__(self) -> None:
        self.features: list[Floats] = []
        self.classes: list[NDArray[np.int64]] = []
        self.confidence: list[Floats] = []

    def add(self, ruler: Ruler, x: torch.Tensor) -> None:
        found = ruler.features(x)
        self.features.append(found.cpu().numpy())
        self.classes.append(ruler.classify(found).cpu().numpy())
        self.confidence.append(ruler.confidence(found).cpu().numpy())
