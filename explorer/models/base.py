"""The one contract that every family of generative models fulfils.

A family is one module in `families` and one name in ``FAMILIES``; form, command line,
trainer, run format, library and contract test are built from what it declares here.
Imports torch, `knobs` and the `records` of the contract; knows no disk, no thread, no window.

Legend of shapes: N items, C channels, H rows, W columns, D numbers in a code.
``x`` is a float tensor (N, C, H, W) with values in [0, 1].
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from explorer.errors import BadInput
from explorer.knobs import Knob as Knob
from explorer.knobs import Settings
from explorer.knobs import knob as knob
from explorer.models.records import Batch as Batch
from explorer.models.records import Denoised as Denoised
from explorer.models.records import ImageShape as ImageShape
from explorer.models.records import NoiseSchedule as NoiseSchedule
from explorer.models.records import ParameterGroup as ParameterGroup
from explorer.models.records import Position as Position
from explorer.models.records import Posterior as Posterior
from explorer.models.records import Prior as Prior
from explorer.models.records import SamplingPlan as SamplingPlan
from explorer.models.records import Space as Space
from explorer.models.records import Stage as Stage
from explorer.models.records import Update as Update

Precision = Literal["auto", "float32", "bfloat16"]


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
        "auto",
        help="Number format of the products: auto takes bfloat16 on a GPU, and for convolutions on a CPU "
        "that has it; else float32.",
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
    short_title: ClassVar[str] = ""
    """The usual abbreviation, where there is little room; the title, unless said."""
    Config: ClassVar[type[ModelConfig]]
    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = MappingProxyType({})
    """Settings by title, the first being the defaults: for forms and lessons."""
    OLDER: ClassVar[Mapping[str, object]] = MappingProxyType({})
    """What the knobs stood at that a run lacks because there were none of that name yet."""
    units: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Of its terms, by their names in `Update.terms`, and of its `loss`; none of a bare number. A term of
    the name of a knob is what that knob stands at for the moment."""
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
    def noise_schedule(self) -> NoiseSchedule | None:
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

    @property
    def noise_space(self) -> Space | None:
        """The space of what a walk to a picture starts from; None for a family that does not denoise."""
        return next((space for space in self.spaces if space.noise), None)

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

    @property
    def linear_map(self) -> Tensor | None:
        """W (pixels, D) of a decoder x = W z + b, which spans a plane of pictures; None of any other."""
        return None

    def own_directions(self, space: str = "z") -> Tensor | None:
        """Unit vectors (K, D), the strongest first, where the weights themselves tell some."""
        return None

    def sample(self, n: int, rng: torch.Generator, space: str = "z") -> Tensor:
        """Draw n codes (n, D) from the prior."""
        size = self.space(space).size
        device = next(self.parameters(), torch.empty(0)).device
        return torch.randn(n, size, generator=rng, device=rng.device).to(device)
