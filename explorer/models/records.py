"""What the contract in `base` speaks of, as plain records of tensors and names.

Imports torch and `roles`; everything here is had from `base` as well.

Legend of shapes: N items, C channels, H rows, W columns, D numbers in a code.
``x`` is a float tensor (N, C, H, W) with values in [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from torch import Tensor, nn

from explorer.roles import Role

Prior = Literal["normal"]


class Space(NamedTuple):
    """A latent space of a model, and what can be done there."""

    name: str
    shape: tuple[int, ...]
    can_encode: bool
    can_decode: bool
    prior: Prior | None
    has_posterior: bool = False
    """`posterior` and `log_likelihood` answer: bounds on log p(x) can be computed."""
    binary: bool = False
    """That likelihood is one of coin flips: x holds zeros and ones."""
    noise: bool = False
    """Its codes are the noise that a walk to a picture starts from."""
    isometric: bool = False
    """A plane in the space of pictures: a length here is one in pixels, and variances add up to theirs."""

    @property
    def size(self) -> int:
        return math.prod(self.shape)


class Stage(NamedTuple):
    """A part of training with optimisers of its own; shares add up to 1."""

    name: str
    share: float
    groups: tuple[str, ...]


class Position(NamedTuple):
    """Where training is: warm-ups and schedules depend on it."""

    stage: int
    step: int
    """Optimiser rounds done in all."""
    steps: int
    """Optimiser rounds of the whole training."""

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return self.step / self.steps


class Batch(NamedTuple):
    """What a training step may need."""

    x: Tensor
    labels: Tensor | None = None


class Update(NamedTuple):
    """One optimiser update: its parameter group, the loss to lower, the terms to plot."""

    group: str
    loss: Tensor
    terms: Mapping[str, Tensor]
    scores: Mapping[str, Tensor] = MappingProxyType({})
    """What a critic says of each picture of the batch, (N,), by `REAL` and `FAKE`: shown as histograms."""


class SamplingPlan(NamedTuple):
    """How a model that denoises walks from noise to a picture."""

    sampler: Literal["ddpm", "ddim", "heun"] = "ddim"
    steps: int = 20
    eta: float = 0.0
    """Share of the noise that the sampler adds anew at each step: 0 none, 1 as much as DDPM."""
    guidance: float = 1.0
    """Weight of the condition (Ho & Salimans 2022): 1 is the plain conditional prediction."""


class NoiseSchedule(NamedTuple):
    """x_t = alpha_t x_0 + sigma_t eps at T strengths of noise, each (T + 1,), from the picture to noise."""

    alpha: Tensor
    sigma: Tensor

    @property
    def T(self) -> int:
        return len(self.alpha) - 1

    @property
    def alpha_bar(self) -> Tensor:
        """Share of the picture in the variance of x_t (for unit data): alpha^2, where the sum is 1."""
        return self.alpha.square() / (self.alpha.square() + self.sigma.square())

    @property
    def scale(self) -> Tensor:
        """alpha + sigma, by which x is divided to give y."""
        return self.alpha + self.sigma

    @property
    def r(self) -> Tensor:
        return self.sigma / self.scale

    def mixed(self, clean: Tensor, noise: Tensor, index: Tensor | int) -> Tensor:
        """A draw from q(x_t | x_0), by its noise; `index` is one place or one for each item."""
        alpha, sigma = broadcast(self.alpha[index]), broadcast(self.sigma[index])
        return alpha * clean + sigma * noise

    def fresh(self, now: int, then: int) -> Tensor:
        """Standard deviation of q(x_then | x_now, x_0): between neighbours Ho et al.'s root of beta-tilde."""
        kept = (self.alpha[now] / self.alpha[then] * self.sigma[then]).square()
        return self.sigma[then] / self.sigma[now] * (self.sigma[now].square() - kept).clamp(min=0).sqrt()


class Denoised(NamedTuple):
    """One step of the way from noise to a picture; pictures in [0, 1], all (N, C, H, W)."""

    t: float
    """Where on the way: 1 is noise, 0 the picture."""
    x_t: Tensor
    """In the model's own units: data in [-1, 1] mixed with unit noise."""
    clean: Tensor
    """The picture that is predicted from here, in [0, 1]."""
    noise: Tensor
    """The noise that is predicted in x_t, in units of its standard deviation."""


class ParameterGroup(NamedTuple):
    """Parameters that share an optimiser (AdamW) and its settings."""

    parameters: list[nn.Parameter]
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.01
    relative_rate: float = 1.0
    title: str = ""
    """What the interface calls it; its name, unless said."""
    role: Role = ""
    """Its part in a game of several groups."""


class Posterior(NamedTuple):
    """Diagonal Gaussian q(z|x) = N(mu, sigma^2): mean and standard deviation, both (N, D)."""

    mean: Tensor
    std: Tensor

    @property
    def kl(self) -> Tensor:
        """KL(q(z_d|x) || N(0, 1)) of each dimension in nats, (N, D) (Kingma & Welling 2013, appendix B)."""
        mu, sigma = self
        return 0.5 * (mu.square() + sigma.square() - 1) - sigma.log()


class ImageShape(NamedTuple):
    """Shape of one picture."""

    channels: int
    height: int
    width: int

    @property
    def size(self) -> int:
        return self.channels * self.height * self.width


def broadcast(factor: Tensor) -> Tensor:
    """A factor for each picture, (N,), or one for all, shaped to be multiplied with x (N, C, H, W)."""
    return factor[:, None, None, None] if factor.dim() else factor
