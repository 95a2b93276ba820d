"""The autoencoder: an encoder and a decoder that learn to give back the picture they were shown.

Corruption of the input makes it a denoising autoencoder (Vincent et al. 2008), a penalty on the
code a sparse one (Ng 2011). With one linear map each way it finds the plane of the principal components
(Baldi & Hornik 1989). Imports torch, the contract in `base` and the networks in `parts.networks`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from explorer.models.base import (
    Batch,
    GenerativeModel,
    ImageShape,
    ModelConfig,
    ParameterGroup,
    Position,
    Space,
    Update,
    knob,
)
from explorer.models.parts.networks import CoderConfig, decoder, encoder

Corruption = Literal["none", "gaussian", "dropout", "squares"]
Sparsity = Literal["none", "l1", "target"]

LINEAR_RATE = 840.0
"""Times the learning rate, over the root of the picture's size: along the weaker components the error of a
linear map falls in a flat valley, and a larger picture moves a code further at the same rate."""


@dataclass(frozen=True)
class AutoencoderConfig(CoderConfig):
    corruption: Corruption = knob(
        "none", help="Spoil the input and ask for the clean picture: a denoising autoencoder."
    )
    strength: float = knob(
        0.3,
        low=0.0,
        high=1.0,
        live=True,
        help="Noise: sd in pixel units; dropout: share of pixels; squares: side as a share of the picture.",
    )
    sparsity: Sparsity = knob(
        "none", help="Penalty on the code: sum of |z|, or KL to a target activity of sigmoid(z)."
    )
    sparsity_weight: float = knob(
        0.01, low=0.0, high=100.0, live=True, help="Weight of the sparsity penalty beside the error."
    )
    target: float = knob(0.05, low=0.001, high=0.5, help="Wanted mean activity of sigmoid(z) per dimension.")


class Autoencoder(GenerativeModel):
    """z = E(x), x' = D(z); loss = |x - x'|^2 per picture + weight * sparsity(z)."""

    family: ClassVar[str] = "ae"
    title: ClassVar[str] = "Autoencoder"
    short_title: ClassVar[str] = "AE"
    Config: ClassVar[type[ModelConfig]] = AutoencoderConfig
    units: ClassVar[Mapping[str, str]] = {"loss": "per image", "error": "per pixel"}
    config: AutoencoderConfig

    def __init__(self, config: AutoencoderConfig, image: ImageShape, classes: int = 0) -> None:
        super().__init__(config, image, classes)
        self.encoder = encoder(config.shape, image, config.latent_size)
        self.decoder = decoder(config.shape, image, config.latent_size)

    @property
    def spaces(self) -> tuple[Space, ...]:
        return (Space("z", (self.config.latent_size,), can_encode=True, can_decode=True, prior=None),)

    def parameter_groups(self) -> Mapping[str, ParameterGroup]:
        rate = LINEAR_RATE / math.sqrt(self.image.size) if self._linear else 1.0
        return {"model": ParameterGroup(list(self.parameters()), relative_rate=rate)}

    def training_step(self, batch: Batch, at: Position, rng: torch.Generator) -> Iterator[Update]:
        x = batch.x
        z = self.encoder(corrupt(x, self.config.corruption, self.config.strength, rng))
        error = (x - self.decode(z).float()).square().flatten(1).sum(1).mean()
        penalty = sparsity_penalty(z.float(), self.config.sparsity, self.config.target)
        terms = {"error": error / self.image.size}
        if self.config.sparsity != "none":
            terms["sparsity"] = penalty
        yield Update("model", error + self.config.sparsity_weight * penalty, terms)

    def encode(self, x: Tensor, space: str = "z") -> Tensor:
        z: Tensor = self.encoder(x)
        return z

    def decode(self, codes: Tensor, space: str = "z", condition: Tensor | None = None) -> Tensor:
        x: Tensor = self.decoder(codes)
        return x if self._linear else torch.sigmoid(x)

    @property
    def linear_map(self) -> Tensor | None:
        return next(self.decoder.parameters()).detach() if self._linear else None

    @property
    def _linear(self) -> bool:
        return self.config.network == "linear"


def corrupt(x: Tensor, how: Corruption, strength: float, rng: torch.Generator) -> Tensor:
    """Spoil pictures x (N, C, H, W): add noise, blacken pixels, or blacken one square in each."""
    n, _, height, width = x.shape

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=rng, device=x.device)

    if how == "gaussian":
        return x + strength * torch.randn(x.shape, generator=rng, device=x.device)
    if how == "dropout":
        return x * (uniform(n, 1, height, width) >= strength)
    if how == "squares":
        rows, columns = torch.arange(height, device=x.device), torch.arange(width, device=x.device)
        tall, wide = round(strength * height), round(strength * width)
        top = (uniform(n, 1) * (height - tall + 1)).floor()
        left = (uniform(n, 1) * (width - wide + 1)).floor()
        in_rows = (rows >= top) & (rows < top + tall)
        in_columns = (columns >= left) & (columns < left + wide)
        return x * ~(in_rows[:, None, :, None] & in_columns[:, None, None, :])
    return x


def sparsity_penalty(z: Tensor, how: Sparsity, target: float) -> Tensor:
    """Penalty on codes z (N, D): mean L1 norm, or KL(target || mean activity) (Ng 2011, section 3)."""
    if how == "l1":
        return z.abs().sum(1).mean()
    if how == "target":
        activity = torch.sigmoid(z).mean(0).clamp(1e-6, 1 - 1e-6)
        wanted = torch.full_like(activity, target)
        # KL between Bernoulli variables is their cross entropy less the wanted one's entropy.
        cross, own = F.binary_cross_entropy(activity, wanted), F.binary_cross_entropy(wanted, wanted)
        return (cross - own) * z.shape[1]
    return z.new_zeros(())
