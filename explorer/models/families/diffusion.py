"""Diffusion: one network learns to take noise out of a picture at every strength (Ho et al. 2020).

Imports torch, `roles`, the contract in `base`, the network in `unet`, schedules and samplers in `schedule`.
Symbols as in the papers: x_t = alpha_t x_0 + sigma_t eps, from x_0, the picture in [-1, 1], to x_T,
noise. Spaces: h, what the network sees in a picture; x_T, the noise from which a picture comes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from explorer.errors import BadInput
from explorer.models.base import (
    Batch,
    Denoised,
    GenerativeModel,
    ImageShape,
    ModelConfig,
    NoiseSchedule,
    Position,
    SamplingPlan,
    Space,
    TrainedConfig,
    Update,
    knob,
)
from explorer.models.parts.schedule import (
    Predict,
    Predicted,
    Target,
    aim,
    inverted,
    schedule_of,
    solve,
    times,
    to_picture,
    walk,
    weight,
)
from explorer.models.parts.unet import UNet
from explorer.roles import GUIDED, HIGHEST_GUIDANCE

FEATURES_AT = 0.5
"""The t that the network is told when it looks at a picture, without noise, for its features: the classes
lie further apart than at smaller t."""

INVERSION_ROUNDS = 6
"""Repetitions for each inverted step, after which a trained model's picture comes back."""

BANDS = 4
"""Parts of the way from picture to noise whose losses have curves of their own."""

LARGEST = 1.5
"""Predicted pictures are held within this: where alpha_t is almost 0 an error of the predicted noise would
be multiplied without bounds. Data end at 1, and a bound there would leave an inversion without its answer."""


@dataclass(frozen=True)
class DiffusionConfig(TrainedConfig):
    width: int = knob(
        32,
        low=4,
        high=512,
        unit="channels",
        help="Channels at the finest level; doubled at every second halving.",
    )
    depth: int = knob(2, low=1, high=6, unit="levels", help="How often the network halves the side.")
    fold: Literal["none", "2x2"] = knob(
        "2x2", help="2x2 folds four pixels into channels first: a quarter of the cost on a CPU."
    )
    target: Target = knob(
        "flow",
        help="What the network predicts: eps, v = alpha eps - sigma x_0, or eps - x_0 on a straight way.",
    )
    schedule: Literal["linear", "cosine"] = knob(
        "cosine", help="How alpha_t falls: Ho et al. 2020, or Nichol & Dhariwal 2021 (flow: a straight line)."
    )
    T: int = knob(
        1000, low=50, high=100_000, unit="steps", help="Strengths of noise between picture and noise."
    )
    condition: Literal["none", "class"] = knob(
        "none", help="Pictures of a chosen class, where the data have labels."
    )
    label_drop: float = knob(
        0.1,
        low=0.0,
        high=1.0,
        help="Share of the labels hidden in training, so that guidance has both predictions.",
    )
    sampler: Literal["ddim", "heun"] = knob(
        "ddim", help="How noise becomes a picture: DDIM (Euler), or Heun (second order, two calls a step)."
    )
    steps: int = knob(20, low=1, high=1000, help="Steps from noise to picture when a picture is made.")
    guidance: float = knob(
        1.0,
        low=0.0,
        high=HIGHEST_GUIDANCE,
        help="Weight of the class: eps = eps_none + weight (eps_class - eps_none); above 1 it acts while t "
        f"is between {GUIDED[1]} and {GUIDED[0]}, where the class is settled: elsewhere it costs variety.",
    )
    learning_rate: float = knob(
        2e-3,
        low=1e-6,
        high=1.0,
        live=True,
        help="Peak step size of AdamW; it rises in the first tenth and then falls to zero.",
    )
    epochs: int = knob(20, low=1, high=100_000, help="Passes over the training images.")


class Diffusion(GenerativeModel):
    """A U-Net trained to find the noise in x_t; samplers walk from noise to a picture with it."""

    family: ClassVar[str] = "diffusion"
    title: ClassVar[str] = "Diffusion"
    Config: ClassVar[type[ModelConfig]] = DiffusionConfig
    channels_last: ClassVar[bool] = False
    averaging: ClassVar[float] = 0.05
    units: ClassVar[Mapping[str, str]] = {"loss": "per pixel", "noise": "per pixel"}
    config: DiffusionConfig
    alpha: Tensor
    sigma: Tensor

    def __init__(self, config: DiffusionConfig, image: ImageShape, classes: int = 0) -> None:
        super().__init__(config, image, classes)
        if config.condition == "class" and classes < 2:
            raise BadInput(
                f"condition=class needs labels of two classes or more, and these data have {classes}; "
                "choose condition=none."
            )
        if config.steps > config.T:
            raise BadInput(f"steps={config.steps}: this must be at most T, which is {config.T}.")
        schedule = schedule_of("straight" if config.target == "flow" else config.schedule, config.T)
        # They follow from the settings: not saved with the weights.
        self.register_buffer("alpha", schedule.alpha, persistent=False)
        self.register_buffer("sigma", schedule.sigma, persistent=False)
        fold = 2 if config.fold == "2x2" else 1
        self.network = UNet(image, config.width, config.depth, fold, self.conditions)

    @property
    def conditions(self) -> int:
        return self.classes if self.config.condition == "class" else 0

    @property
    def spaces(self) -> tuple[Space, ...]:
        return (
            Space("h", (self.network.features,), can_encode=True, can_decode=False, prior=None),
            Space("x_T", tuple(self.image), can_encode=True, can_decode=True, prior="normal", noise=True),
        )

    @property
    def plan(self) -> SamplingPlan:
        guidance = self.config.guidance if self.conditions else 1.0
        return SamplingPlan(self.config.sampler, self.config.steps, 0.0, guidance)

    @property
    def noise_schedule(self) -> NoiseSchedule:
        return NoiseSchedule(self.alpha, self.sigma)

    def training_step(self, batch: Batch, at: Position, rng: torch.Generator) -> Iterator[Update]:
        clean = 2 * batch.x - 1
        count, device = len(clean), clean.device
        index = torch.randint(1, self.config.T + 1, (count,), generator=rng, device=device)
        noise = torch.randn(clean.shape, generator=rng, device=device)
        one_hot = None
        if self.conditions:
            assert batch.labels is not None
            kept = torch.rand(count, generator=rng, device=device) >= self.config.label_drop
            one_hot = self._scaled_one_hot(batch.labels) * kept[:, None]
        x_t = self.noise_schedule.mixed(clean, noise, index)
        alpha, sigma = (factor[index][:, None, None, None] for factor in self.noise_schedule)
        output = self.network(x_t, index / self.config.T, one_hot).float()
        wanted = aim(self.config.target, clean, noise, alpha, sigma)
        loss = F.mse_loss(output, wanted)
        output = output.detach()
        found = solve(self.config.target, output, x_t, alpha, sigma)
        terms = {"noise": F.mse_loss(found.noise, noise)}
        each = (output - wanted).square().flatten(1).mean(1)
        yield Update("model", loss, terms | loss_by_t(each, (index - 1) * BANDS // self.config.T))

    def encode(self, x: Tensor, space: str = "h") -> Tensor:
        """Features h (N, D), averaged over places; or the noise x_T that `decode` turns back into x."""
        if space == "x_T":
            plan = self.plan._replace(guidance=1.0)
            places = times(plan, self.config.T)
            predict = self._predict(1.0, None)
            x_T = inverted(predict, self.noise_schedule, 2 * x - 1, places, plan, INVERSION_ROUNDS)
            return x_T.flatten(1)
        index = int(self._index(torch.tensor(FEATURES_AT)))
        x_t = self.noise_schedule.mixed(2 * x - 1, torch.zeros_like(x), index)
        return self.network.coarse(x_t, x.new_full((len(x),), index / self.config.T)).mean((2, 3))

    def decode(self, codes: Tensor, space: str = "x_T", condition: Tensor | None = None) -> Tensor:
        rng = torch.Generator(codes.device).manual_seed(0)
        for step in self.denoise(codes, self.plan, rng, condition):
            clean = step.clean  # no more is kept: a thousand steps of a batch would fill the memory
        return clean

    def denoise(
        self, x_T: Tensor, plan: SamplingPlan, rng: torch.Generator, condition: Tensor | None = None
    ) -> Iterator[Denoised]:
        return self.denoise_from(x_T, 1.0, plan, rng, condition)

    def denoise_from(
        self, x_t: Tensor, t: float, plan: SamplingPlan, rng: torch.Generator, condition: Tensor | None = None
    ) -> Iterator[Denoised]:
        """Walk the rest of a plan, from x_t (N, C, H, W) or (N, D): a fork, or SDEdit (Meng et al. 2021).

        One item for each place visited, t itself first, and the picture itself, t = 0, last.

        Parameters
        ----------
        condition
            Classes (N,); without them a conditional model makes pictures of no class in particular.

        Raises
        ------
        BadInput
            Steps, guidance or classes that the model can't have.
        """
        self._check(plan, condition)
        start = int(self._index(torch.tensor(t)).clamp(min=1))
        places = times(plan, self.config.T, start)
        predict = self._predict(plan.guidance, condition)
        x = x_t.reshape(len(x_t), *self.image)
        return (
            Denoised(index / self.config.T, x_t, to_picture(found.clean), found.noise)
            for index, x_t, found in walk(predict, self.noise_schedule, x, places, plan, rng)
        )

    def _check(self, plan: SamplingPlan, condition: Tensor | None) -> None:
        if not self.conditions and plan.guidance != 1:
            raise BadInput(
                f"guidance={plan.guidance:g}: this model has no classes to be guided to; set it to 1."
            )
        if condition is None:
            return
        if not self.conditions:
            raise BadInput("This model was trained without classes, so it can't be asked for one.")
        if bool(((condition < 0) | (condition >= self.classes)).any()):
            raise BadInput(f"There is no such class; this model has the classes 0 to {self.classes - 1}.")

    def _predict(self, guidance: float, condition: Tensor | None) -> Predict:
        """Read x_t, guided as in Ho & Salimans 2022: one doubled batch gives both predictions.

        Where it is guided: `schedule.weight`.
        """

        @torch.no_grad()
        def predict(x_t: Tensor, index: int) -> Predicted:
            t = x_t.new_full((len(x_t),), index / self.config.T)
            one_hot = None if condition is None else self._scaled_one_hot(condition)
            w = weight(guidance, index / self.config.T)
            if one_hot is None or w == 1:
                output = self.network(x_t, t, one_hot)
            else:
                both = torch.cat([one_hot, torch.zeros_like(one_hot)])
                with_class, without = self.network(torch.cat([x_t, x_t]), torch.cat([t, t]), both).chunk(2)
                output = without + w * (with_class - without)
            alpha, sigma = self.alpha[index], self.sigma[index]
            clean = solve(self.config.target, output, x_t, alpha, sigma).clean.clamp(-LARGEST, LARGEST)
            return Predicted(clean, (x_t - alpha * clean) / sigma)

        return predict

    def _scaled_one_hot(self, labels: Tensor) -> Tensor:
        """Classes (N,) as the network is told them: (N, classes), each number of unit size on average."""
        return F.one_hot(labels, self.classes) * math.sqrt(self.classes)

    def _index(self, t: Tensor) -> Tensor:
        """The place on the grid that is nearest to t in [0, 1]."""
        return (t * self.config.T).round().long().clamp(0, self.config.T)


def loss_by_t(loss: Tensor, band: Tensor) -> dict[str, Tensor]:
    """The mean of the losses (N,) in each band of t, by its title; a band that no picture is in has that of
    all: who looks for one would wait for the device.

    Parameters
    ----------
    band
        Which of the `BANDS` each picture's t lies in, (N,).
    """
    terms = {}
    for number in range(BANDS):
        inside = (band == number).float()
        count = inside.sum()
        mean = torch.where(count > 0, (loss * inside).sum() / count.clamp(min=1), loss.mean())
        terms[f"t {number / BANDS:g}-{(number + 1) / BANDS:g}"] = mean
    return terms
