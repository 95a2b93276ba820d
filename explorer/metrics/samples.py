"""How good a family's samples are, in the features of the ruler.

Noise scores worse than two classes that are missing, so no figure stands alone: beside the Frechet
distance there are the classes, coverage and density, and how near samples come to single training images.
Imports torch, `models`, `data` and the measures beside it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.data.image_set import DataSet, ImageSet
from explorer.errors import Failure
from explorer.metrics.figures import READABLE
from explorer.metrics.frechet import moments, rfcd
from explorer.metrics.neighbourhoods import coverage_and_density, nearest_distances
from explorer.metrics.pixels import images_at_once, in_parts
from explorer.metrics.progress import Work
from explorer.metrics.ruler import Ruler
from explorer.models.base import GenerativeModel, Space
from explorer.models.parts.schedule import network_calls, times

SAMPLES = 10_000
"""Fewer make no figure that may be quoted."""

FEWEST_REAL = 1000
"""Training images without which there is nothing to hold samples against."""

FEWEST_TEST = 100
"""Test images likewise."""

COMPARED = 10_000
"""Real images of each part, at the most, that samples are held against one by one."""


class SampleFigures(NamedTuple):
    """The figures of some samples."""

    rfcd: float
    """Per cent."""
    class_tv: float | None
    """0 to 1: total variation distance between the classes that the ruler sees in samples and in images;
    None where the classes are asked for as often as the data have them."""
    coverage: float
    density: float
    nearest_train_over_test: float
    """Median distance of a sample to the nearest training image over that to the nearest test image, of as
    many: well below 1 it has learnt images by heart."""
    conditional_accuracy: float | None
    """0 to 1: samples that the ruler takes for the class that was asked for."""
    readable: float
    """0 to 1: samples whose likeliest class the ruler gives more than `READABLE`."""
    class_variance: float | None
    """Variance of pixels within a class, of samples over that of test images; its mean over the classes."""
    n_samples: int


class Seen(NamedTuple):
    """Samples as the ruler sees them."""

    features: NDArray[np.float32]
    classes: NDArray[np.int64]
    readable: float
    """0 to 1."""
    wanted: NDArray[np.int64] | None
    """The classes that were asked for."""
    variances: NDArray[np.float64]
    """(K,): of the pixels within each class that was asked for, or else seen; NaN of fewer than two."""


def sampled_space(model: GenerativeModel) -> Space | None:
    """The space whose prior samples are drawn from; None for a family that has none."""
    return next((space for space in model.spaces if space.prior is not None and space.can_decode), None)


def judged_space(model: GenerativeModel) -> Space | None:
    """The space whose samples are judged; without a prior, as in an autoencoder, codes are N(0, I) too."""
    return sampled_space(model) or next((space for space in model.spaces if space.can_decode), None)


def can_judge(model: GenerativeModel, data: DataSet) -> bool:
    """Whether there is something to draw from, and enough to hold it against."""
    enough = len(data.train) >= FEWEST_REAL and len(data.test) >= FEWEST_TEST
    return enough and judged_space(model) is not None


def cost(model: GenerativeModel) -> float:
    """Of judging a model, in passes of one image through a network."""
    return SAMPLES * _passes(model) + 5 * COMPARED


def judge_samples(model: GenerativeModel, data: DataSet, ruler: Ruler, seed: int = 0) -> Work[SampleFigures]:
    """Draw `SAMPLES` pictures and judge them. Yields passes of one image through a network."""
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = yield from draw(model, ruler, data.train.labels, SAMPLES, seed)
    if not np.isfinite(drawn.features).all():
        raise Failure("The model gives samples that are not finite numbers; train it anew.")
    test = yield from _features(ruler, _some(data.test, COMPARED, rng))
    train = yield from _features(ruler, _some(data.train, len(test.features), rng))
    coverage, density = yield from coverage_and_density(test.features, drawn.features)
    near_train = yield from nearest_distances(drawn.features, train.features)
    near_test = yield from nearest_distances(drawn.features, test.features)
    return SampleFigures(
        rfcd=rfcd(ruler.real, moments(drawn.features)),
        class_tv=total_variation(drawn.classes, test.classes, ruler.classes)
        if drawn.wanted is None
        else None,
        coverage=coverage,
        density=density,
        nearest_train_over_test=float(np.median(near_train) / max(float(np.median(near_test)), 1e-9)),
        conditional_accuracy=None if drawn.wanted is None else float((drawn.classes == drawn.wanted).mean()),
        readable=drawn.readable,
        class_variance=_mean_ratio(drawn.variances, test.variances),
        n_samples=len(drawn.features),
    )


def draw(
    model: GenerativeModel, ruler: Ruler, labels: NDArray[np.int64] | None, n: int, seed: int
) -> Work[Seen]:
    """Draw codes N(0, I), and classes as often as the labels have them, and look through the ruler."""
    space, device = judged_space(model), ruler.device
    assert space is not None
    rng = torch.Generator().manual_seed(seed)
    codes = model.sample(n, rng, space.name).to(device)
    wanted = None
    if model.conditions and labels is not None:
        wanted = torch.from_numpy(labels)[torch.randint(len(labels), (n,), generator=rng)]
    watch, step, passes = _Watch(ruler), images_at_once(model.image.size, device), _passes(model)
    for start in range(0, n, step):
        part = slice(start, start + step)
        with torch.inference_mode():
            asked = None if wanted is None else wanted[part].to(device)
            x = model.decode(codes[part], space.name, asked).float().clamp(0, 1)
        watch.see(x, asked)
        yield float(len(x) * passes)
    return watch.seen(wanted)


def _passes(model: GenerativeModel) -> int:
    """Of one picture that is drawn."""
    plan, schedule = model.plan, model.noise_schedule
    if plan is None or schedule is None:
        return 1
    return network_calls(plan, times(plan, schedule.T), schedule.T)


def total_variation(a: NDArray[np.int64], b: NDArray[np.int64], classes: int) -> float:
    """Half the sum of the differences between two histograms of classes, 0 to 1."""
    shares = [np.bincount(each, minlength=classes) / max(len(each), 1) for each in (a, b)]
    return float(0.5 * np.abs(shares[0] - shares[1]).sum())


def _some(part: ImageSet, most: int, rng: np.random.Generator) -> ImageSet:
    """Drawn at random: a folder's images come class by class."""
    if len(part) <= most:
        return part
    return part.take(np.sort(rng.choice(len(part), most, replace=False)))


def _features(ruler: Ruler, part: ImageSet) -> Work[Seen]:
    watch, at = _Watch(ruler), 0
    for x in in_parts(part.images, ruler.device):
        labels = None if part.labels is None else torch.from_numpy(part.labels[at : at + len(x)])
        watch.see(x, labels)
        at += len(x)
        yield float(len(x))
    return watch.seen(None)


class _Watch:
    """Looks at pictures through the ruler, part by part, and sums up what it sees."""

    def __init__(self, ruler: Ruler) -> None:
        self._ruler = ruler
        self._features: list[NDArray[np.float32]] = []
        self._classes: list[NDArray[np.int64]] = []
        self._readable = 0
        pixels = ruler.image.size
        self._count = torch.zeros(ruler.classes, dtype=torch.float64)
        self._sum = torch.zeros(ruler.classes, pixels, dtype=torch.float64)
        self._squares = torch.zeros(ruler.classes, dtype=torch.float64)

    @torch.inference_mode()
    def see(self, x: Tensor, labels: Tensor | None) -> None:
        """Look at pictures (N, C, H, W) of known classes (N,), or of those that the ruler sees."""
        features = self._ruler.features(x)
        classes = self._ruler.classify(features).cpu()
        self._readable += int((self._ruler.confidence(features) > READABLE).sum())
        self._features.append(features.cpu().numpy())
        self._classes.append(classes.numpy())
        of, flat = classes if labels is None else labels.cpu(), x.flatten(1).cpu().double()
        self._count += torch.bincount(of, minlength=len(self._count))
        self._sum.index_add_(0, of, flat)
        self._squares.index_add_(0, of, flat.square().sum(1))

    def seen(self, wanted: Tensor | None) -> Seen:
        features = np.concatenate(self._features)
        mean = self._sum / self._count[:, None]
        # Var(x) = E[x^2] - E[x]^2, its mean over the pixels.
        variances = (self._squares / self._count - mean.square().sum(1)) / self._sum.shape[1]
        variances[self._count < 2] = torch.nan
        return Seen(
            features,
            np.concatenate(self._classes),
            self._readable / max(len(features), 1),
            None if wanted is None else wanted.numpy(),
            variances.numpy(),
        )


def _mean_ratio(samples: NDArray[np.float64], real: NDArray[np.float64]) -> float | None:
    """The mean over the classes that both have and in which real pictures differ."""
    known = np.isfinite(samples) & np.isfinite(real) & (np.nan_to_num(real) > 0)
    return float((samples[known] / real[known]).mean()) if known.any() else None
