"""All figures of a trained model, under one protocol: what `latent-explorer evaluate` reports.

Likelihood bounds are taken of the first 1,000 test images (all of them with `full`), everything else
of the whole test part. Imports the measures beside it, the contract in `models.base`, and `data`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.data.image_set import DataSet, ImageSet
from explorer.errors import BadInput, Failure
from explorer.latent.embedding import explained_variance, in_use
from explorer.metrics import ruler as rulers
from explorer.metrics import samples
from explorer.metrics.figures import Figures
from explorer.metrics.frechet import FEWEST, moments, rfcd
from explorer.metrics.likelihood import SAMPLES as LIKELIHOOD_SAMPLES
from explorer.metrics.likelihood import bounds, judged_pixels
from explorer.metrics.pixels import images_at_once, in_parts
from explorer.metrics.planes import largest_angle, smallest_axes_angle
from explorer.metrics.probe import Probe
from explorer.metrics.progress import EvaluateProgress, Meter, Work
from explorer.metrics.ruler import Ruler
from explorer.metrics.samples import can_judge, judge_samples
from explorer.models import build
from explorer.models.base import GenerativeModel

LIKELIHOOD_IMAGES = 1000
MOST_PROBED = 60_000
"""Training images whose codes the probe learns from, at the most."""


class _Reconstructed(NamedTuple):
    """Codes of the test images, and how good their pictures are."""

    codes: NDArray[np.float32]
    mse: float | None
    rfcd: float | None


def evaluate(
    model: GenerativeModel, data: DataSet, *, full: bool = False, device: torch.device | str = "cpu"
) -> Iterator[EvaluateProgress | Figures]:
    """Judge a model by the test part of a data set; the last item is the `Figures`.

    Parameters
    ----------
    model
        Is moved to the device; nobody else may use it meanwhile.
    full
        Take the likelihoods of all test images, not only of the first 1,000.

    Raises
    ------
    BadInput
        There are no test images, or they have another shape than the model's.
    Failure
        The model gives numbers that are not finite.
    """
    _check(model, data)
    device = torch.device(device)
    model = model.to(device).eval()
    space, n = model.spaces[0], len(data.test)
    judged = data.test.take(slice(None if full else LIKELIHOOD_IMAGES))
    mirrored = space.can_encode and space.can_decode and n >= FEWEST
    sampled = can_judge(model, data)
    ruled = rulers.is_labelled(data) and (mirrored or sampled)
    ruler = rulers.find(data, device) if ruled else None
    training = rulers.cost(data) if ruled and ruler is None else 0.0
    of_samples = samples.cost(model) if ruled and sampled else 0.0
    meter = Meter(training + _cost(model, data, len(judged)) + of_samples)
    if ruled and ruler is None:
        ruler = yield from meter.watch("training the ruler", rulers.make(data, device))
    figures = Figures(n)
    if space.can_encode:
        figures = yield from _of_codes(meter, figures, model, data, ruler if mirrored else None)
    if model.linear_map is not None and len(data.train):
        figures = yield from meter.watch(
            "comparing with principal components", _of_plane(figures, model, data)
        )
    if space.has_posterior:
        figures = yield from _of_posterior(meter, figures, model, data.test, judged)
    if sampled and ruler is not None:
        found = yield from meter.watch("judging samples", judge_samples(model, data, ruler))
        figures = dataclasses.replace(figures, **found._asdict())
    yield figures


def _cost(model: GenerativeModel, data: DataSet, judged: int) -> float:
    """Of what is measured without a ruler, in passes of one image through a network."""
    space, n = model.spaces[0], len(data.test)
    probed = _probed(data) if space.can_encode else None
    return (
        (n * (3 if space.can_decode else 1) if space.can_encode else 0)
        + (len(probed) if probed else 0)
        + (len(data.train) + 3 * n if model.linear_map is not None and len(data.train) else 0)
        + (n + judged * LIKELIHOOD_SAMPLES if space.has_posterior else 0)
    )


def _of_codes(
    meter: Meter, figures: Figures, model: GenerativeModel, data: DataSet, ruler: Ruler | None
) -> Generator[EvaluateProgress, None, Figures]:
    """Add what codes of the test images tell."""
    seen = yield from meter.watch("reconstructing", _reconstruct(model, data.test, ruler))
    explained = None
    if model.spaces[0].isometric and seen.mse is not None:
        explained = tuple(explained_variance(seen.codes, seen.mse * model.image.size).tolist())
    figures = dataclasses.replace(
        figures,
        mse=seen.mse,
        rfcd_reconstruction=seen.rfcd,
        explained=explained,
        **_activity(seen.codes),
    )
    if probed := _probed(data):
        accuracy = yield from meter.watch("probing the codes", _probe(model, probed, data.test, seen.codes))
        figures = dataclasses.replace(figures, probe_accuracy=accuracy)
    return figures


def _of_posterior(
    meter: Meter, figures: Figures, model: GenerativeModel, test: ImageSet, judged: ImageSet
) -> Generator[EvaluateProgress, None, Figures]:
    """Add the spread of the posterior, and the bounds on the likelihood of the judged images."""
    kl, means = yield from meter.watch("measuring the posterior", _posterior(model, test))
    x = judged_pixels(model, judged.images).to(_device(model))
    bound = yield from meter.watch("bounding the likelihood", bounds(model, x))
    if not np.isfinite(bound.iwae[500]):
        raise Failure("The model gives likelihoods that are not finite numbers; train it anew.")
    return dataclasses.replace(
        figures,
        kl_per_dimension=kl,
        n_likelihood=len(judged),
        elbo=bound.elbo,
        iwae_50=bound.iwae[50],
        iwae_500=bound.iwae[500],
        **_activity(means),
    )


def _activity(codes: NDArray[np.float32]) -> dict[str, Any]:
    """How much each number of codes (N, D) moves over the data, and how many are in use."""
    variance = codes.var(0, dtype=np.float64)
    return {"activity": tuple(variance.tolist()), "active_units": int(in_use(variance).sum())}


def _of_plane(figures: Figures, model: GenerativeModel, data: DataSet) -> Work[Figures]:
    """Add how a linear decoder compares with as many principal components of the training images."""
    columns = model.linear_map
    assert columns is not None
    pca = build("pca", {"latent_size": columns.shape[1]}, model.image).to(columns.device)
    pca.fit(torch.tensor(data.train.images, device=columns.device).permute(0, 3, 1, 2))
    yield float(len(data.train))
    seen = yield from _reconstruct(pca, data.test, None)
    assert pca.linear_map is not None
    return dataclasses.replace(
        figures,
        pca_mse=seen.mse,
        pca_angle=largest_angle(columns, pca.linear_map),
        axes_angle=smallest_axes_angle(columns),
    )


def _check(model: GenerativeModel, data: DataSet) -> None:
    if not len(data.test):
        raise BadInput(f"{data.title} has no test images to judge a model by.")
    height, width, channels = data.test.shape
    if model.image != (channels, height, width):
        raise BadInput(
            f"{data.title} has pictures of {width} x {height} pixels in {channels} channels, but the model "
            f"knows {model.image.width} x {model.image.height} in {model.image.channels}; choose the data "
            "and the side that it was trained with."
        )


def _probed(data: DataSet) -> ImageSet | None:
    """The training images that the probe learns from; None without labels."""
    if not rulers.is_labelled(data):
        return None
    if len(data.train) <= MOST_PROBED:
        return data.train
    return data.train.take(np.linspace(0, len(data.train) - 1, MOST_PROBED).astype(np.intp))


def _reconstruct(model: GenerativeModel, images: ImageSet, ruler: Ruler | None) -> Work[_Reconstructed]:
    space = model.spaces[0]
    codes, features, squared = [], [], 0.0
    for x in in_parts(images.images, _device(model)):
        with torch.inference_mode():
            z = model.encode(x, space.name)
            codes.append(z.float().cpu().numpy())
            if space.can_decode:
                decoded = model.decode(z, space.name).float()
                squared += float((x - decoded).square().sum())
                if ruler is not None:
                    features.append(ruler.features(decoded).cpu().numpy())
        yield len(x) * (3 if space.can_decode else 1)
    found = np.concatenate(codes)
    if not np.isfinite(found).all() or not np.isfinite(squared):
        raise Failure("The model gives codes or pictures that are not finite numbers; train it anew.")
    return _Reconstructed(
        found,
        squared / (len(images) * model.image.size) if space.can_decode else None,
        rfcd(ruler.real, moments(np.concatenate(features))) if ruler is not None else None,
    )


def _probe(
    model: GenerativeModel, train: ImageSet, test: ImageSet, test_codes: NDArray[np.float32]
) -> Work[float]:
    codes = []
    for x in in_parts(train.images, _device(model)):
        with torch.inference_mode():
            codes.append(model.encode(x, model.spaces[0].name).float().cpu().numpy())
        yield len(x)
    assert train.labels is not None
    assert test.labels is not None
    return Probe(np.concatenate(codes), train.labels).accuracy(test_codes, test.labels)


def _posterior(
    model: GenerativeModel, images: ImageSet
) -> Work[tuple[tuple[float, ...], NDArray[np.float32]]]:
    """KL per dimension and the means (N, D), over the pixels that likelihoods are taken of."""
    space, device = model.spaces[0], _device(model)
    means, kl = [], np.zeros(space.size)
    for x in judged_pixels(model, images.images).split(images_at_once(model.image.size, device)):
        with torch.inference_mode():
            posterior = model.posterior(x.to(device), space.name)
            means.append(posterior.mean.cpu().numpy())
            kl += posterior.kl.sum(0).cpu().numpy()
        yield len(x)
    return tuple((kl / len(images)).tolist()), np.concatenate(means)


def _device(model: GenerativeModel) -> torch.device:
    first: Tensor = next(iter(model.state_dict().values()))
    return first.device
