"""All figures of a trained model, under one protocol: what `latent-explorer evaluate` reports.

Likelihood bounds are taken of the first 1,000 test images (all with `full`), everything else of the
whole test part. Imports the measures beside it, the contract in `models.base`, and `data`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.data.image_set import DataSet, ImageSet
from explorer.errors import BadInput, Failure
from explorer.metrics import ruler as rulers
from explorer.metrics.frechet import FEWEST, moments, rfcd
from explorer.metrics.lights import active_units
from explorer.metrics.likelihood import (
    SAMPLES,
    Bounds,
    bounds,
    is_binary,
    judged_pixels,
    kl_per_dimension,
    to_pixels,
)
from explorer.metrics.probe import Probe
from explorer.metrics.progress import EvaluateProgress, Meter, Work, finish
from explorer.metrics.ruler import Ruler
from explorer.models.base import GenerativeModel, Posterior

LIKELIHOOD_IMAGES = 1000
CHUNK = 500
"""Images that pass through a network together."""
MOST_PROBED = 60_000
"""Training images whose codes the probe learns from, at the most."""


@dataclasses.dataclass(frozen=True)
class Figures:
    """The figures; None where one does not apply."""

    mse: float | None
    """Per pixel in [0, 1]: test images against their decoded mean codes."""
    elbo: float | None
    """Nats per image."""
    iwae_500: float | None
    """Nats per image."""
    kl_per_dimension: tuple[float, ...] | None
    """Nats, over the test images."""
    active_units: int | None
    probe_accuracy: float | None
    """0 to 1: classes of the test images told by a linear probe of their codes."""
    rfcd_reconstruction: float | None
    """Per cent."""
    n_test: int

    def as_dict(self) -> dict[str, Any]:
        fields = dataclasses.asdict(self)
        spread = self.kl_per_dimension
        return fields | {"kl_per_dimension": None if spread is None else list(spread)}


def evaluate(
    model: GenerativeModel, data: DataSet, *, full: bool = False, device: torch.device | str = "cpu"
) -> Iterator[EvaluateProgress | Figures]:
    """Judge a model on the test part of a data set; the last item is the `Figures`.

    Parameters
    ----------
    model
        Is moved to the device; nobody else may train or show it meanwhile.
    full
        Take the likelihoods of all test images, not of the first 1,000.

    Raises
    ------
    BadInput
        There are no test images, or they have another shape than the model's.
    Failure
        The model gives numbers that are not finite.
    """
    _check(model, data)
    model = model.to(device).eval()
    space, n = model.spaces[0], len(data.test)
    if not space.can_encode:
        yield Figures(None, None, None, None, None, None, None, n)
        return
    judged = data.test.take(slice(None) if full else slice(LIKELIHOOD_IMAGES))
    probed = _probed(data)
    ruled = space.can_decode and n >= FEWEST and rulers.can_be_made(data)
    meter = Meter(
        n * (1 + 2 * space.can_decode + space.has_posterior)
        + (len(probed) if probed else 0)
        + (rulers.cost(data) if ruled else 0)
        + (len(judged) * SAMPLES if space.has_posterior else 0)
    )
    ruler = None
    if ruled:
        ruler = yield from meter.watch("training the ruler", rulers.load_for(data, torch.device(device)))
    seen = yield from meter.watch("reconstructing", _reconstruct(model, data.test, ruler))
    accuracy = None
    if probed is not None:
        accuracy = yield from meter.watch("probing the codes", _probe(model, probed, data.test, seen.codes))
    spread, bound = None, None
    if space.has_posterior:
        spread = yield from meter.watch("measuring the posterior", _posterior(model, data.test))
        x = judged_pixels(judged.images, is_binary(model)).to(device)
        bound = yield from meter.watch("bounding the likelihood", bounds(model, x))
    yield _figures(n, seen, accuracy, spread, bound)


def judge(
    model: GenerativeModel, data: DataSet, *, full: bool = False, device: torch.device | str = "cpu"
) -> Figures:
    """What `evaluate` ends with, in the foreground."""
    *_, figures = evaluate(model, data, full=full, device=device)
    assert isinstance(figures, Figures)
    return figures


class _Seen(NamedTuple):
    """Codes of the test images and what decoding them gave."""

    codes: NDArray[np.float32]
    mse: float | None
    rfcd: float | None


class _Spread(NamedTuple):
    """The posterior over the test images."""

    kl: tuple[float, ...]
    active: int


def _check(model: GenerativeModel, data: DataSet) -> None:
    if not len(data.test):
        raise BadInput(f"{data.title} has no test images to judge a model by.")
    height, width, channels = data.test.shape
    if tuple(model.image) != (channels, height, width):
        raise BadInput(
            f"{data.title} has pictures of {width} x {height} pixels and {channels} channels, but the model was "
            f"trained on {model.image.width} x {model.image.height} and {model.image.channels}; "
            "choose the data set and the side that it was trained with."
        )


def _probed(data: DataSet) -> ImageSet | None:
    """The training images that the probe learns from, evenly taken, or None without two classes."""
    labels = data.train.labels
    if labels is None or data.test.labels is None or len(np.unique(labels)) < 2:
        return None
    if len(labels) <= MOST_PROBED:
        return data.train
    return data.train.take(np.linspace(0, len(labels) - 1, MOST_PROBED).astype(np.intp))


def _reconstruct(model: GenerativeModel, images: ImageSet, ruler: Ruler | None) -> Work[_Seen]:
    space = model.spaces[0]
    codes, features, squared = [], [], 0.0
    for x in _parts(model, images):
        with torch.inference_mode():
            z = model.encode(x, space.name)
            codes.append(z.float().cpu().numpy())
            if space.can_decode:
                decoded = model.decode(z, space.name).float()
                squared += float((x - decoded).square().sum(dtype=torch.float64))
                if ruler is not None:
                    features.append(ruler.features(decoded).cpu().numpy())
        yield len(x) * (1.0 + 2 * space.can_decode)
    found = np.concatenate(codes)
    if not np.isfinite(found).all() or not np.isfinite(squared):
        raise Failure("The model gives codes or pictures that are not finite numbers; train it anew.")
    return _Seen(
        found,
        squared / (len(images) * model.image.size) if space.can_decode else None,
        rfcd(ruler.real, moments(features)) if ruler is not None else None,
    )


def _probe(
    model: GenerativeModel, train: ImageSet, test: ImageSet, test_codes: NDArray[np.float32]
) -> Work[float]:
    codes = []
    for x in _parts(model, train):
        with torch.inference_mode():
            codes.append(model.encode(x, model.spaces[0].name).float().cpu().numpy())
        yield len(x)
    assert train.labels is not None and test.labels is not None
    probe = Probe(np.concatenate(codes), train.labels, int(max(train.labels.max(), test.labels.max())) + 1)
    return probe.accuracy(test_codes, test.labels)


def _posterior(model: GenerativeModel, images: ImageSet) -> Work[_Spread]:
    means, kl = [], torch.zeros(model.spaces[0].size, dtype=torch.float64)
    pixels = judged_pixels(images.images, is_binary(model))
    for x in pixels.split(CHUNK):
        with torch.inference_mode():
            posterior = model.posterior(x.to(_device(model)), model.spaces[0].name)
            means.append(posterior.mean.cpu().numpy())
            kl += kl_per_dimension(posterior).sum(0).double().cpu()
        yield len(x)
    return _Spread(tuple((kl / len(images)).tolist()), active_units(np.concatenate(means)))
