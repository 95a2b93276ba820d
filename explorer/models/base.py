"""The one contract that every family of generative models fulfils.

A family is one module beside this one and one name in ``FAMILIES``; form, command line,
trainer, run format, library and contract test are built from what it declares here.
Imports torch and nothing of the package but `knobs`; knows no disk, no thread, no window.

Legend of shapes: N items, C channels, H rows, W columns, D numbers in a code.
``x`` is a float tensor (N, C, H, W) with values in [0, 1].
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal, NamedTuple

import torch
from torch import Tensor, nn

from explorer.errors import BadInput
from explorer.knobs import Knob as Knob
from explorer.knobs import Settings
from explorer.knobs import knob as knob

Prior = Literal["normal"]
Precision = Literal["auto", "float32", "bfloat16"]


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
    progress: float
    """From 0 to 1."""


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
    """What a critic says of each picture of the batch, (N,): shown as histograms."""


class SamplingPlan(NamedTuple):
    """How a model that denoises walks from noise to a picture."""

    sampler: Literal["ddpm", "ddim", "heun"] = "ddim"
    steps: int = 20
    eta: float = 0.0
    """Share of the noise that the sampler adds anew at each step: 0 none, 1 as much as DDPM."""
    guidance: float = 1.0
    """Weight of the condition (Ho & Salimans 2022): 1 is the plain conditional prediction."""


class NoiseWay(NamedTuple):
    """x_t = alpha_t x_0 + sigma_t eps at T strengths of noise, each (T + 1,), from the picture to noise."""

    alpha: Tensor
    sigma: Tensor


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


class Posterior(NamedTuple):
    """Diagonal Gaussian q(z|x): mean and standard deviation, both (N, D)."""

    mean: Tensor
    std: Tensor


class ImageShape(NamedTuple):
    """Shape of one picture."""

    channels: int
    height: int
    width: int

    @property
    def size(self) -> int:
        return self.channels * self.height * self.width


@dataclass(frozen=True)
class ModelConfig(Settings):
    """Settings of a family. Form, command line and manifest are built from the knobs."""


@dataclass(frozen=True)
class TrainedConfig(ModelConfig):
    """The knobs of every family that learns by gradient steps."""

    learning_rate: float = knob(
        1e-3,
        low=1e-6,
        high=1.0,
        live=True,
        help="Peak step size of AdamW; it rises in the first tenth and then falls to zero.",
    )
    batch: int = knob(128, low=1, high=65536, unit="images", help="Images per training step.")
    epochs: int = knob(10, low=1, high=100_000, help="Passes over the training images.")
    precision: Precision = knob(
        "auto", help="Number format of the products: auto takes bfloat16 on a GPU and float32 on a CPU."
    )


class GenerativeModel(nn.Module, ABC):
    """A generative model of images.

    Parameters
    ----------
    config
        Checked settings of the family.
    image
        Shape of the pictures.
    classes
        How many classes the data have; 0 without labels.

    Raises
    ------
    BadInput
        The settings can't be had for such pictures, or a class condition without two classes.
    """

    family: ClassVar[str]
    title: ClassVar[str]
    Config: ClassVar[type[ModelConfig]]
    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = MappingProxyType({})
    """Settings by title, the first being the defaults: for forms and lessons."""
    averaging: ClassVar[float] = 0.01
    """Half-life of the weights' running average, as a share of the whole training."""
    channels_last: ClassVar[bool] = True
    """Its convolutions are faster on a CPU where the channels of a pixel lie side by side."""
    config: ModelConfig

    def __init__(self, config: ModelConfig, image: ImageShape, classes: int = 0) -> None:
        super().__init__()
        self.config = config
        self.image = image
        self.classes = classes

    @property
    def conditions(self) -> int:
        """The classes that a picture can be asked for; 0 where it can't."""
        return 0

    @property
    def batches_per_step(self) -> int:
        """How many batches of `config.batch` images one training step sees, in one piece."""
        return 1

    @property
    def plan(self) -> SamplingPlan | None:
        """How `decode` denoises; None for a family that does not."""
        return None

    @property
    def noise_way(self) -> NoiseWay | None:
        """How pictures and noise are mixed; None for a family that does not denoise."""
        return None

    def turn_plan(self, changes: Mapping[str, object]) -> None:
        """Have `decode` denoise otherwise.

        Raises
        ------
        BadInput
            The family does not denoise, or not so.
        """
        if changes and self.plan is None:
            raise BadInput(f"{self.title}: it does not denoise, so it knows no {' and no '.join(changes)}.")
        if "guidance" in changes and not self.conditions:
            raise BadInput("guidance weighs the class, and this model was trained without classes.")
        for name, value in changes.items():
            self.config = self.config.changed(name, value)

    @property
    @abstractmethod
    def spaces(self) -> tuple[Space, ...]:
        """The latent spaces, the one that the map shows first."""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The parts of training in their order; none for a model fitted in closed form."""
        return (Stage("training", 1.0, tuple(self.parameter_groups())),)

    def space(self, name: str) -> Space:
        return next(space for space in self.spaces if space.name == name)

    def parameter_groups(self) -> Mapping[str, ParameterGroup]:
        """One entry per optimiser."""
        return {"model": ParameterGroup(list(self.parameters()))}

    def training_step(self, batch: Batch, at: Position, rng: torch.Generator) -> Iterator[Update]:
        """Yield the updates of one step; each is applied before the next is computed."""
        raise TypeError(f"{self.family} is fitted in closed form")

    def fit(self, x: Tensor) -> None:
        """Fit in closed form to all training pictures, uint8 (N, C, H, W)."""
        raise TypeError(f"{self.family} is trained in steps")

    def encode(self, x: Tensor, space: str = "z") -> Tensor:
        """Codes (N, D) of pictures; the mean where the encoder gives a distribution."""
        raise TypeError(f"{self.family} has no encoder")

    def posterior(self, x: Tensor, space: str = "z") -> Posterior:
        """The encoder's distribution of codes, where the space has one."""
        raise TypeError(f"{self.family} has no posterior")

    def log_likelihood(self, x: Tensor, codes: Tensor, space: str = "z") -> Tensor:
        """log p(x|z) in nats, (N,), where the space has a posterior."""
        raise TypeError(f"{self.family} has no likelihood")

    @abstractmethod
    def decode(self, codes: Tensor, space: str = "z", condition: Tensor | None = None) -> Tensor:
        """Pictures (N, C, H, W) of codes (N, D): in [0, 1], which a linear family may leave a little.

        Parameters
        ----------
        condition
            Classes (N,), int64, of a model that has `conditions`; it draws no class of its own.
        """

    def denoise(
        self, x_T: Tensor, plan: SamplingPlan, rng: torch.Generator, condition: Tensor | None = None
    ) -> Iterator[Denoised]:
        """Walk from noise x_T (N, D) to pictures, step by step."""
        raise TypeError(f"{self.family} does not denoise")

    def denoise_from(
        self, x_t: Tensor, t: float, plan: SamplingPlan, rng: torch.Generator, condition: Tensor | None = None
    ) -> Iterator[Denoised]:
        """Walk the rest of the way, from x_t (N, C, H, W) or (N, D) at t: a fork, or SDEdit."""
        raise TypeError(f"{self.family} does not denoise")

    def own_directions(self, space: str = "z") -> Tensor | None:
        """Unit vectors (K, D), the strongest first, where the weights themselves tell some."""
        return None

    def sample(self, n: int, rng: torch.Generator, space: str = "z") -> Tensor:
        """Draw n codes (n, D) from the prior."""
        size = self.space(space).size
        device = next(self.parameters(), torch.empty(0)).device
        return torch.randn(n, size, generator=rng, device=rng.device).to(device)
