"""The variational autoencoder (Kingma & Welling 2013) with a weight on its KL term (Higgins et al. 2017).

Imports torch, the contract in `base`, the networks and their knobs in `parts.networks`.
Symbols as in the papers: q(z|x) = N(mu, sigma^2), p(z) = N(0, I), p(x|z) from the decoder.
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
    Posterior,
    Space,
    Update,
    knob,
)
from explorer.models.parts.networks import CoderConfig, decoder, encoder
from explorer.roles import KL

Likelihood = Literal["bernoulli", "gaussian"]

PIXEL_STD = 0.1
"""Standard deviation of the Gaussian likelihood, in units of the pixel range."""

MOST_WARM_UP = 0.2
"""Share of the training that the rise of beta takes at most, so that a short one reaches its full value."""


SQUARES = 0.99
"""AdamW's memory for the squares of gradients: with the usual 0.999 a training of a minute or two would end
with step sizes made for the steep slopes of its first moments."""


@dataclass(frozen=True)
class VAEConfig(CoderConfig):
    learning_rate: float = knob(
        3e-3,
        low=1e-6,
        high=1.0,
        live=True,
        help="Peak step size of AdamW; it rises in the first tenth and then falls to zero.",
    )
    beta: float = knob(
        1.0,
        low=0.0,
        high=100.0,
        live=True,
        help="Weight of the KL term: loss = -log p(x|z) + beta KL(q(z|x) || N(0, I)).",
    )
    warm_up: int = knob(
        1000,
        low=0,
        high=1_000_000,
        unit="steps",
        help="Steps over which beta rises from 0 to its value; a fifth of the training where that is fewer.",
    )
    likelihood: Likelihood = knob(
        "bernoulli", help="p(x|z): pixels as coin flips (drawn anew at every step), or Gaussian with sd 0.1."
    )


class VAE(GenerativeModel):
    """Encoder to q(z|x) = N(mu, sigma^2), decoder to p(x|z); trained on the ELBO."""

    family: ClassVar[str] = "vae"
    title: ClassVar[str] = "Variational autoencoder"
    short_title: ClassVar[str] = "VAE"
    Config: ClassVar[type[ModelConfig]] = VAEConfig
    units: ClassVar[Mapping[str, str]] = {"loss": "nats", "reconstruction": "nats", KL: "nats"}
    config: VAEConfig

    def __init__(self, config: VAEConfig, image: ImageShape, classes: int = 0) -> None:
        super().__init__(config, image, classes)
        self.encoder = encoder(config.shape, image, 2 * config.latent_size)
        self.decoder = decoder(config.shape, image, config.latent_size)

    @property
    def spaces(self) -> tuple[Space, ...]:
        size, binary = (self.config.latent_size,), self.config.likelihood == "bernoulli"
        return (Space("z", size, True, True, prior="normal", has_posterior=True, binary=binary),)

    def parameter_groups(self) -> Mapping[str, ParameterGroup]:
        return {"model": ParameterGroup(list(self.parameters()), betas=(0.9, SQUARES))}

    def training_step(self, batch: Batch, at: Position, rng: torch.Generator) -> Iterator[Update]:
        x = batch.x
        if self.config.likelihood == "bernoulli":
            x = torch.bernoulli(x, generator=rng)
        posterior = self.posterior(x)
        mu, sigma = posterior
        z = mu + sigma * torch.randn(mu.shape, generator=rng, device=mu.device)
        reconstruction = -self.log_likelihood(x, z).mean()
        kl = posterior.kl.sum(1).mean()
        beta = kl.new_full((), self._beta(at))
        terms = {"reconstruction": reconstruction, KL: kl, "beta": beta}
        yield Update("model", reconstruction + beta * kl, terms)

    def _beta(self, at: Position) -> float:
        """The weight of the KL term, which rises in a straight line."""
        warm_up = min(self.config.warm_up, int(MOST_WARM_UP * at.steps))
        return self.config.beta * min(1.0, (at.step + 1) / (warm_up + 1))

    def posterior(self, x: Tensor, space: str = "z") -> Posterior:
        mu, log_variance = self.encoder(x).float().chunk(2, dim=1)
        return Posterior(mu, (0.5 * log_variance.clamp(-20, 20)).exp())

    def log_likelihood(self, x: Tensor, codes: Tensor, space: str = "z") -> Tensor:
        logits = self.decoder(codes).float()
        if self.config.likelihood == "bernoulli":
            return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)
        squared = ((x - torch.sigmoid(logits)) / PIXEL_STD).square().flatten(1).sum(1)
        return -0.5 * squared - self.image.size * math.log(PIXEL_STD * math.sqrt(2 * math.pi))

    def encode(self, x: Tensor, space: str = "z") -> Tensor:
        return self.posterior(x).mean

    def decode(self, codes: Tensor, space: str = "z", condition: Tensor | None = None) -> Tensor:
        return torch.sigmoid(self.decoder(codes))
