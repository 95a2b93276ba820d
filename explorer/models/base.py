"""The one contract that every family of generative models fulfils.

A family is one module beside this one and one name in ``FAMILIES``; form, command line,
trainer, run format, library and contract test are built from what it declares here.
Imports torch and nothing of the package but `errors`; knows no disk, no thread, no window.

Legend of shapes: N items, C channels, H rows, W columns, D numbers in a code.
``x`` is a float tensor (N, C, H, W) with values in [0, 1].
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple, Self, get_args, get_type_hints

import torch
from torch import Tensor, nn

from explorer.errors import BadInput

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


class Knob(NamedTuple):
    """One setting of a family, as the form and the command line show it."""

    name: str
    kind: type
    default: Any
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    help: str
    unit: str
    live: bool
    """It can be changed while the model trains."""

    def read(self, value: object) -> Any:
        """Turn text or a JSON value into a checked value.

        Raises
        ------
        BadInput
            Not a value of the knob's type, not finite, out of range, or not a choice.
        """
        if self.choices:
            if value not in self.choices:
                raise BadInput(f"{self.name}={value}: choose one of {', '.join(self.choices)}.")
            return value
        number = math.nan
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            with contextlib.suppress(ValueError, OverflowError):
                number = float(value)
        if not math.isfinite(number) or (self.kind is int and number != int(number)):
            wanted = "a whole number" if self.kind is int else "a number"
            raise BadInput(f"{self.name}={value}: this must be {wanted}.")
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not low <= number <= high:
            raise BadInput(f"{self.name}={value}: this must lie between {low:g} and {high:g}.")
        return self.kind(number)


def knob(
    default: Any,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    live: bool = False,
) -> Any:
    """Declare a field of a `ModelConfig`: default, range (both ends allowed), one line of help."""
    return field(
        default=default,
        metadata={"help": help, "low": low, "high": high, "unit": unit, "live": live},
    )


@dataclass(frozen=True)
class ModelConfig:
    """Settings of a family. Form, command line and manifest are built from the knobs."""

    @classmethod
    def knobs(cls) -> tuple[Knob, ...]:
        hints = get_type_hints(cls)
        return tuple(
            Knob(
                name=f.name,
                kind=hints[f.name] if isinstance(hints[f.name], type) else str,
                default=f.default,
                low=f.metadata["low"],
                high=f.metadata["high"],
                choices=get_args(hints[f.name]),
                help=f.metadata["help"],
                unit=f.metadata["unit"],
                live=f.metadata["live"],
            )
            for f in dataclasses.fields(cls)
            if f.default is not MISSING
        )

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Self:
        """Build checked settings from names and values (text or JSON values).

        Raises
        ------
        BadInput
            An unknown name, or a value that its knob refuses.
        """
        knobs = {k.name: k for k in cls.knobs()}
        for name in settings:
            if name not in knobs:
                raise BadInput(f"There is no knob named {name!r}; there are {', '.join(knobs)}.")
        return cls(**{name: knobs[name].read(value) for name, value in settings.items()})

    def changed(self, name: str, value: object) -> Self:
        return type(self).read({**self.as_dict(), name: value})

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


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
    rng
        Draws the initial weights; the same generator state gives the same weights.
    """

    family: ClassVar[str]
    title: ClassVar[str]
    Config: ClassVar[type[ModelConfig]]
    averaging: ClassVar[float] = 0.01
    """Half-life of the weights' running average, as a share of the whole training."""
    config: ModelConfig

    def __init__(self, config: ModelConfig, image: ImageShape) -> None:
        super().__init__()
        self.config = config
        self.image = image

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
    def decode(self, codes: Tensor, space: str = "z") -> Tensor:
        """Pictures (N, C, H, W) of codes (N, D): in [0, 1], which a linear family may leave a little."""

    def sample(self, n: int, rng: torch.Generator, space: str = "z") -> Tensor:
        """Draw n codes (n, D) from the prior."""
        size = self.space(space).size
        device = next(self.parameters(), torch.empty(0)).device
        return torch.randn(n, size, generator=rng, device=rng.device).to(device)
