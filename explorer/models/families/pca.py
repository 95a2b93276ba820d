"""Principal component analysis: the linear base line that every autoencoder is held against.

Fitted from the covariance of the pixels, without a step of gradient descent. Products of the pixels are
computed where these lie; what needs double precision, which not every GPU has, on the CPU.
Imports torch and the contract in `base`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from explorer.errors import BadInput
from explorer.models.base import GenerativeModel, ImageShape, ModelConfig, Space, Stage, knob

CHUNK = 1024
"""Pictures at a time."""

LARGEST_COVARIANCE = 4096
"""Numbers in a picture up to which the covariance matrix is formed and decomposed whole."""

SPARE, MOST_ITERATIONS, TOLERANCE = 10, 50, 1e-5
"""Of orthogonal iteration: extra directions, rounds at most, relative change of the variances at its end."""


@dataclass(frozen=True)
class PCAConfig(ModelConfig):
    latent_size: int = knob(
        2, low=1, high=4096, unit="numbers", help="Principal components that make a code."
    )


class PCA(GenerativeModel):
    """x = mu + W z, with the columns of W the first D principal directions (Pearson 1901).

    A code is z = W'(x - mu): in units of pixels, uncorrelated, the most variance first.
    """

    family: ClassVar[str] = "pca"
    title: ClassVar[str] = "Principal components"
    short_title: ClassVar[str] = "PCA"
    Config: ClassVar[type[ModelConfig]] = PCAConfig
    config: PCAConfig
    mean: Tensor
    directions: Tensor

    def __init__(self, config: PCAConfig, image: ImageShape, classes: int = 0) -> None:
        super().__init__(config, image, classes)
        if config.latent_size > image.size:
            raise BadInput(f"latent_size={config.latent_size}: a picture has only {image.size} numbers.")
        self.register_buffer("mean", torch.zeros(image.size))
        # torch.eye on the device "meta", where models are measured, imports torch's compiler: seconds.
        directions = torch.zeros(image.size, config.latent_size).fill_diagonal_(1)
        self.register_buffer("directions", directions)

    @property
    def spaces(self) -> tuple[Space, ...]:
        return (
            Space(
                "z", (self.config.latent_size,), can_encode=True, can_decode=True, prior=None, isometric=True
            ),
        )

    @property
    def stages(self) -> tuple[Stage, ...]:
        return ()

    def fit(self, x: Tensor) -> None:
        parts = x.flatten(1).split(CHUNK)
        total = torch.zeros(self.image.size, dtype=torch.float64)
        for part in parts:
            total += _pixels(part).sum(0).cpu().double()
        mean = (total / len(x)).float().to(x.device)
        fit = _by_covariance if self.image.size <= LARGEST_COVARIANCE else _by_iteration
        directions = fit(parts, mean, self.config.latent_size)
        # A direction's sign is free; here its largest entry is positive.
        largest = directions.gather(0, directions.abs().argmax(0, keepdim=True))
        self.mean.copy_(mean)
        self.directions.copy_(directions * largest.sign())

    @property
    def linear_map(self) -> Tensor:
        return self.directions

    def encode(self, x: Tensor, space: str = "z") -> Tensor:
        z: Tensor = (x.flatten(1) - self.mean) @ self.directions
        return z

    def decode(self, codes: Tensor, space: str = "z", condition: Tensor | None = None) -> Tensor:
        # Not cut to [0, 1]: the published errors of this base line are those of the linear map.
        x: Tensor = (self.mean + codes @ self.directions.T).unflatten(1, self.image)
        return x


def _by_covariance(parts: Sequence[Tensor], mean: Tensor, count: int) -> Tensor:
    """The first eigenvectors (P, count) of the covariance of uint8 pictures in parts (n, P)."""
    moment = torch.zeros(len(mean), len(mean), dtype=torch.float64)
    for part in parts:
        centred = _pixels(part) - mean
        moment += (centred.T @ centred).cpu().double()
    # eigh sorts by growing variance.
    directions: Tensor = torch.linalg.eigh(moment).eigenvectors.flip(1)[:, :count]
    return directions.float()


def _by_iteration(parts: Sequence[Tensor], mean: Tensor, count: int) -> Tensor:
    """The same where the covariance would fill the memory: orthogonal iteration (Bauer 1957).

    On a subspace a little wider than wanted, which starts from fixed noise (Halko et al. 2011).
    """
    wide = min(count + SPARE, len(mean))
    noise = torch.randn(len(mean), wide, generator=torch.Generator().manual_seed(0))
    basis, before = torch.linalg.qr(noise).Q, torch.zeros(count)
    directions: Tensor = basis[:, :count]
    for _ in range(MOST_ITERATIONS):
        here, moved = basis.to(mean.device), torch.zeros_like(basis)
        for part in parts:
            centred = _pixels(part) - mean
            moved += (centred.T @ (centred @ here)).cpu()
        # Within the subspace the problem is small and solved exactly (Rayleigh-Ritz).
        values, vectors = (found.float() for found in torch.linalg.eigh((basis.T @ moved).double()))
        variances, directions = values.flip(0)[:count], basis @ vectors.flip(1)[:, :count]
        if torch.allclose(variances, before, rtol=TOLERANCE, atol=TOLERANCE * float(variances[0])):
            break
        before, basis = variances, torch.linalg.qr(moved).Q
    return directions


def _pixels(part: Tensor) -> Tensor:
    pixels: Tensor = part.to(torch.float32) / 255
    return pixels
