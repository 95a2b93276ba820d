"""The generative adversarial network (Goodfellow et al. 2014): a generator plays against a critic.

Imports torch, the contract in `base`, the networks in `dcgan`, the losses in `adversarial`.
Symbols as in the papers: z ~ N(0, I), fakes G(z), scores D(x), classes y.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from explorer.errors import BadInput
from explorer.models.base import (
    Batch,
    GenerativeModel,
    ImageShape,
    ModelConfig,
    ParameterGroup,
    Position,
    Space,
    TrainedConfig,
    Update,
    knob,
)
from explorer.models.parts.adversarial import (
    Loss,
    Score,
    critic_loss,
    generator_loss,
    one_centred_penalty,
    value,
    zero_centred_penalty,
)
from explorer.models.parts.dcgan import Critic, Generator, pyramid
from explorer.roles import FAKE, GAP, REAL, VALUE, Role

CRITIC, GENERATOR = "critic", "generator"
"""Names of the parameter groups, and what the interface calls them."""

Condition = Literal["none", "class"]
Switch = Literal["off", "on"]


@dataclass(frozen=True)
class GANConfig(TrainedConfig):
    learning_rate: float = knob(
        2e-3,
        low=1e-6,
        high=1.0,
        live=True,
        help="Peak step size of AdamW for the generator; it rises in the first tenth and then falls to zero.",
    )
    epochs: int = knob(20, low=1, high=100_000, help="Passes over the training images.")
    loss: Loss = knob(
        "relativistic",
        help="D and G lower: softplus(D(G(z)) - D(x)) and its reverse; -V(D, G) and -log D(G(z)); "
        "-V(D, G) and log(1 - D(G(z))); E D(G(z)) - E D(x) and -E D(G(z)).",
    )
    penalty: float = knob(
        0.25,
        low=0.0,
        high=1000.0,
        live=True,
        help="Weight g of the penalty on D's slope: g/2 (E|D'(x)|^2 + E|D'(G(z))|^2); g E(|D'| - 1)^2 "
        "between x and G(z) in the Wasserstein game; 0 for none.",
    )
    penalty_every: int = knob(
        4,
        low=1,
        high=64,
        unit="steps",
        help="The penalty is taken each so many steps, as many times as heavy (Karras et al. 2020).",
    )
    latent_size: int = knob(64, low=1, high=4096, unit="numbers", help="Numbers in a code z.")
    width: int = knob(
        32, low=1, high=512, unit="channels", help="Channels of the finest level; doubled at each halving."
    )
    coarsest: int = knob(
        4,
        low=1,
        high=64,
        unit="pixels",
        help="Longest side of the map that G begins with and D ends with; smaller ones see more at once.",
    )
    features: int = knob(
        128,
        low=0,
        high=4096,
        unit="numbers",
        help="Numbers by which D judges a picture, each of all of it; 0: the coarsest map itself.",
    )
    condition: Condition = knob(
        "none", help="class: pictures can be asked for by class, G(z, y) against D(x, y) (labels needed)."
    )
    spectral_norm: Switch = knob(
        "off", help="Divide each weight W of the critic by its largest singular value: D can't be steep."
    )
    critic_steps: int = knob(
        1,
        low=1,
        high=64,
        unit="updates",
        help="Updates of the critic in a round, on `batch` images each, before the one of the generator.",
    )
    critic_rate: float = knob(
        1.0, low=0.01, high=100.0, help="Step size of the critic over that of the generator (Heusel 2017)."
    )
    beta1: float = knob(
        0.0, low=0.0, high=0.99, help="Memory of AdamW for the gradient: m = beta1 m + (1 - beta1) g."
    )
    beta2: float = knob(
        0.999, low=0.5, high=0.9999, help="Memory of AdamW for its square: v = beta2 v + (1 - beta2) g^2."
    )


class GAN(GenerativeModel):
    """G maps noise to pictures, D scores pictures; each learns from the other's mistakes."""

    family: ClassVar[str] = "gan"
    title: ClassVar[str] = "Generative adversarial network"
    short_title: ClassVar[str] = "GAN"
    Config: ClassVar[type[ModelConfig]] = GANConfig
    averaging: ClassVar[float] = 0.05
    PRESETS: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "Relativistic with penalties": {},
        "Goodfellow 2014": {
            "loss": "non-saturating",
            "penalty": 0.0,
            "critic_steps": 1,
            "learning_rate": 2e-4,
            "beta1": 0.5,
            "beta2": 0.999,
        },
        "Wasserstein with gradient penalty": {
            "loss": "wasserstein",
            "penalty": 10.0,
            "penalty_every": 1,
            "critic_steps": 5,
            "learning_rate": 2e-4,
            "beta1": 0.0,
            "beta2": 0.9,
        },
        # Penalties stand in for its batch norm: with neither it collapses.
        "DCGAN 2015 (64 × 64 colour)": {
            "loss": "non-saturating",
            "penalty": 1.0,
            "penalty_every": 4,
            "critic_steps": 1,
            "learning_rate": 2e-4,
            "beta1": 0.5,
            "beta2": 0.999,
            "latent_size": 100,
            "width": 128,
            "features": 0,
        },
    }
    """Settings by title, the first being the defaults: for forms and lessons."""
    OLDER: ClassVar[Mapping[str, object]] = {"coarsest": 8, "features": 0}
    config: GANConfig

    def __init__(self, config: GANConfig, image: ImageShape, classes: int = 0) -> None:
        super().__init__(config, image, classes)
        if config.condition == "class" and classes < 2:
            have = "have one class only" if classes else "have no labels"
            raise BadInput(f"condition=class asks for images of two classes or more, and these {have}.")
        levels = pyramid(image, config.width, config.coarsest)
        self.generator = Generator(levels, config.latent_size, self.conditions)
        self.critic = Critic(levels, config.features, self.conditions, config.spectral_norm == "on")

    @property
    def conditions(self) -> int:
        return self.classes if self.config.condition == "class" else 0

    @property
    def batches_per_step(self) -> int:
        return self.config.critic_steps

    @property
    def spaces(self) -> tuple[Space, ...]:
        size = (self.config.latent_size,)
        return (Space("z", size, can_encode=False, can_decode=True, prior="normal"),)

    def parameter_groups(self) -> Mapping[str, ParameterGroup]:
        config = self.config

        def group(network: nn.Module, name: str, role: Role, relative_rate: float = 1.0) -> ParameterGroup:
            betas = (config.beta1, config.beta2)
            return ParameterGroup(list(network.parameters()), betas, 0.0, relative_rate, name, role)

        return {
            CRITIC: group(self.critic, CRITIC, "judges", config.critic_rate),
            GENERATOR: group(self.generator, GENERATOR, "makes"),
        }

    def training_step(self, batch: Batch, at: Position, rng: torch.Generator) -> Iterator[Update]:
        """One round: `critic_steps` updates of the critic, each on its own images, one of the generator."""
        turns = self.config.critic_steps
        # Of a batch too small to give each turn its own images some are used twice.
        shares = [*zip(batch.x.chunk(turns), _chunks(batch.labels, turns), strict=False)]
        x, y = shares[0]
        for turn in range(turns):
            x, y = shares[turn % len(shares)]
            yield self._of_critic(x, y, at, rng)
        yield self._of_generator(x, y, rng)

    def _of_critic(self, x: Tensor, y: Tensor | None, at: Position, rng: torch.Generator) -> Update:
        config = self.config
        fakes = frozen(self.generator)(self._noise(x, rng), y)
        both, labels = torch.cat([x, fakes]), None if y is None else torch.cat([y, y])
        real, fake = self.critic(both, labels).chunk(2)
        loss = critic_loss(config.loss, real, fake)
        terms = {"critic on real": real.mean(), "critic on fake": fake.mean()}
        if config.loss in ("saturating", "non-saturating"):
            terms[VALUE] = value(real, fake)
        if config.loss == "wasserstein":
            terms[GAP] = (real - fake).mean()
        if config.penalty > 0 and at.step % config.penalty_every == 0:
            if config.loss == "wasserstein":
                penalty = one_centred_penalty(self._score(y), x, fakes, rng)
            else:
                penalty = zero_centred_penalty(self._score(labels), both)
            loss = loss + config.penalty * config.penalty_every * penalty
            terms["penalty"] = penalty
        return Update(CRITIC, loss, terms, {REAL: real, FAKE: fake})

    def _of_generator(self, x: Tensor, y: Tensor | None, rng: torch.Generator) -> Update:
        critic = frozen(self.critic)
        fake = critic(self.generator(self._noise(x, rng), y), y)
        # Only one of the games compares with the real pictures.
        real = critic(x, y) if self.config.loss == "relativistic" else fake
        return Update(GENERATOR, generator_loss(self.config.loss, real, fake), {})

    def _score(self, labels: Tensor | None) -> Score:
        return lambda x: self.critic(x, labels)

    def _noise(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return torch.randn(len(x), self.config.latent_size, generator=rng, device=x.device)

    def decode(self, codes: Tensor, space: str = "z", condition: Tensor | None = None) -> Tensor:
        """G(z), or G(z, y); without a condition y is class 0, so that a code has always the same picture."""
        if self.conditions and condition is None:
            condition = torch.zeros(len(codes), dtype=torch.int64, device=codes.device)
        pictures: Tensor = self.generator(codes, condition)
        return pictures

    @torch.no_grad()
    def own_directions(self, space: str = "z") -> Tensor:
        """Eigenvectors of A'A, A the first layer's weight: where G changes most (SeFa, Shen & Zhou 2021).

        Each one's largest number is positive.
        """
        A = self.generator.first.weight.cpu().double()  # not every GPU has double precision
        directions = torch.linalg.eigh(A.T @ A).eigenvectors.T.flip(0)
        largest = directions.gather(1, directions.abs().argmax(1, keepdim=True))
        signed: Tensor = directions * largest.sign()
        return signed.float()


def frozen(network: nn.Module) -> Callable[..., Tensor]:
    """The network with weights that don't learn, though gradients pass through it to its input."""
    fixed = {name: parameter.detach() for name, parameter in network.named_parameters()}

    def call(*args: Tensor | None) -> Tensor:
        result: Tensor = torch.func.functional_call(network, fixed, args)
        return result

    return call


def _chunks(labels: Tensor | None, parts: int) -> tuple[Tensor | None, ...]:
    return (None,) * parts if labels is None else labels.chunk(parts)
