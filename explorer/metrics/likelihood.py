"""Bounds on log p(x), in nats per image: the ELBO with its two parts, and IWAE-k.

Imports torch and the contract in `models.base`. Symbols as in the papers: q(z|x) = N(mu, sigma^2),
p(z) = N(0, I), importance weights w = p(x|z) p(z) / q(z|x).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.metrics.pixels import drawn_once, images_at_once, to_pixels
from explorer.metrics.progress import Work
from explorer.models.base import GenerativeModel, Posterior

SAMPLES = 500
"""Codes drawn for each image; a multiple of every k below it."""
BOUNDS = (1, 50, 500)
"""The k of IWAE-k."""


class Bounds(NamedTuple):
    """Means over the images; elbo = reconstruction - kl, and elbo <= iwae[k] <= log p(x) for every k."""

    reconstruction: float
    """E_q[log p(x|z)]."""
    kl: float
    """KL(q(z|x) || p(z)), in closed form."""
    iwae: dict[int, float]
    """k to IWAE-k."""

    @property
    def elbo(self) -> float:
        return self.reconstruction - self.kl


def judged_pixels(model: GenerativeModel, images: NDArray[np.uint8]) -> Tensor:
    """The pixels x (N, C, H, W) whose likelihood the model gives: coin flips drawn once, or grey levels."""
    return drawn_once(images) if model.spaces[0].binary else to_pixels(images)


def bounds(model: GenerativeModel, x: Tensor, *, samples: int = SAMPLES, seed: int = 0) -> Work[Bounds]:
    """ELBO and IWAE-k (Burda, Grosse & Salakhutdinov 2015) of images x (N, C, H, W).

    All come from the same codes: IWAE-k is the mean over the groups of k among an image's `samples`
    codes, which lowers its variance and leaves its expectation as it is. Yields decoded images.

    Parameters
    ----------
    model
        Its first space has a posterior.
    samples
        Codes per image; the largest k for which there is an IWAE-k.
    seed
        Draws the codes.
    """
    space, device = model.spaces[0].name, x.device
    rng = torch.Generator(device).manual_seed(seed)
    ks = sorted({k for k in (*BOUNDS, samples) if samples % k == 0})
    at_once = images_at_once(model.image.size, device)
    reconstruction, kl, iwae = 0.0, 0.0, dict.fromkeys(ks, 0.0)
    for part in x.split(max(1, at_once // samples)):
        with torch.inference_mode():
            posterior = model.posterior(part, space)
            kl += float(posterior.kl.sum())
            decoded, log_w = _log_weights(model, part, posterior, samples, at_once, rng)
            reconstruction += float(decoded.sum()) / samples
            for k in ks:
                iwae[k] += float(grouped_bound(log_w, k).sum())
        yield len(part) * samples
    n = len(x)
    return Bounds(reconstruction / n, kl / n, {k: total / n for k, total in iwae.items()})


def grouped_bound(log_w: Tensor, k: int) -> Tensor:
    """IWAE-k (N,) from log weights (N, K): log of the mean of w over k codes, averaged over K / k groups."""
    groups = log_w.cpu().double().reshape(len(log_w), -1, k)
    return (groups.logsumexp(2) - math.log(k)).mean(1)


def _log_weights(
    model: GenerativeModel, x: Tensor, q: Posterior, samples: int, at_once: int, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """log p(x|z) and log w, both (N, samples), for codes z drawn from q."""
    space = model.spaces[0].name
    n, size = q.mean.shape
    decoded, log_w = [], []
    for k in _parts(samples, max(1, at_once // n)):
        noise = torch.randn(n, k, size, generator=rng, device=rng.device)
        z = q.mean[:, None] + q.std[:, None] * noise
        # log p(z) - log q(z|x): the constants of the two normal densities cancel.
        ratio = (0.5 * (noise.square() - z.square()) + q.std.log()[:, None]).sum(2)
        wanted = x[:, None].expand(n, k, *x.shape[1:]).flatten(0, 1)
        likelihood = model.log_likelihood(wanted, z.flatten(0, 1), space).view(n, k)
        decoded.append(likelihood)
        log_w.append(likelihood + ratio)
    return torch.cat(decoded, 1), torch.cat(log_w, 1)


def _parts(total: int, largest: int) -> list[int]:
    count = -(-total // largest)
    return [total // count + (i < total % count) for i in range(count)]
