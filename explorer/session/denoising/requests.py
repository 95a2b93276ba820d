"""What is asked of the workers for models that denoise: what they can do, walks from noise to pictures,
the noise behind a picture, and where predicted pictures lie in another model.

Part of the session; see `requests`. torch is imported where the model answers.
Legend of shapes: N pictures, D numbers in a code; images uint8 (N, H, W, C); x_t float32 (N, H, W, C) in
the model's own units, data in [-1, 1] mixed with unit noise.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.runs.run import Run
from explorer.session.asking.requests import DISPLAY_THREADS, Floats, Held, Images
from explorer.session.asking.threads import import_torch

if TYPE_CHECKING:
    from torch import Tensor

Sampler = Literal["ddpm", "ddim", "heun"]
SAMPLERS: tuple[Sampler, ...] = ("ddpm", "ddim", "heun")


class WalkPlan(NamedTuple):
    """How to walk: the fields of the models' own plan, in its order."""

    sampler: Sampler
    steps: int
    eta: float
    guidance: float


class Abilities(NamedTuple):
    """What a model that denoises says of itself."""

    T: int
    conditions: int
    """The classes that a picture can be asked for; 0 where it can't."""
    plan: WalkPlan
    """How it walks unless it is told otherwise."""
    alpha: Floats
    """(T + 1,), from the picture to noise: x_t = alpha_t x_0 + sigma_t eps."""
    sigma: Floats
    """(T + 1,)."""
    alpha_bar: Floats
    """(T + 1,): share of the picture in the variance of x_t."""

    @property
    def keeps_variance(self) -> bool:
        """x_t of unit data has variance 1 all along: alpha_t is the root of alpha-bar_t."""
        return bool(np.allclose(self.alpha**2 + self.sigma**2, 1, atol=1e-3))


@dataclass(frozen=True, eq=False)
class AskAbilities:
    """What the displayed model says of its denoising; None where it does none."""

    def answer(self, held: Held) -> Generator[Abilities | None, None, None]:
        model = held.get("model")
        if model is None or model.noise_schedule is None or model.plan is None:
            yield None
            return
        way = model.noise_schedule
        alpha, sigma, alpha_bar = map(_floats, (*way, way.alpha_bar))
        yield Abilities(way.T, model.conditions, WalkPlan(*model.plan), alpha, sigma, alpha_bar)


class Route(NamedTuple):
    """What a walk is going to be."""

    times: tuple[float, ...]
    """Where it stops, from its start to 0, the picture itself."""
    calls: tuple[int, ...]
    """Passes of one picture through the network that each stop has taken."""


class Stop(NamedTuple):
    """One stop of a walk."""

    t: float
    x_t: Floats
    noise: NDArray[np.float16]
    """As predicted in x_t, (N, H, W, C), in standard deviations."""
    clean: Images
    """As predicted from x_t."""


@dataclass(frozen=True, eq=False)
class Denoise:
    """A walk from noise to pictures: first the `Route`, then one `Stop` after the other."""

    plan: WalkPlan
    seed: int
    """Of the first noise, where none is given, and of what the sampler adds."""
    n: int
    classes: NDArray[np.int64] | None
    """(n,)."""
    start: Floats | None = None
    """x_t (n, H, W, C) to walk from; None is fresh noise."""
    t: float = 1.0
    """Where on the way `start` is."""
    one_noise: bool = False
    """All start from the same noise: each is of another class."""

    def answer(self, held: Held) -> Generator[Route | Stop, None, None]:
        import torch

        from explorer.models import arrays
        from explorer.models.base import SamplingPlan

        model = held["model"]
        plan, device = SamplingPlan(*self.plan), arrays.device_of(model)
        rng = torch.Generator().manual_seed(self.seed)
        if self.start is None:
            drawn = model.sample(1 if self.one_noise else self.n, rng, model.noise_space.name)
            x = drawn.expand(self.n, -1)
        else:
            x = torch.from_numpy(self.start).permute(0, 3, 1, 2).to(device)
        asked = None if self.classes is None else torch.from_numpy(self.classes).to(device)
        walk = model.denoise_from(x, self.t, plan, rng, asked)
        yield self._route(len(model.noise_schedule.alpha) - 1)
        for now in walk:
            noise = _pictures(now.noise).astype(np.float16)
            yield Stop(now.t, _pictures(now.x_t), noise, arrays.to_images(now.clean))

    def _route(self, T: int) -> Route:
        from explorer.models.base import SamplingPlan
        from explorer.models.parts.schedule import network_calls, times

        plan = SamplingPlan(*self.plan)
        stops = times(plan, T, max(round(self.t * T), 1))
        # The last stop is the picture, which the network no longer looks at.
        counts = [*range(1, len(stops)), len(stops) - 1]
        calls = [network_calls(plan, [*stops[:count], 0], T) for count in counts]
        return Route(tuple(index / T for index in stops), tuple(calls))


@dataclass(frozen=True, eq=False)
class Invert:
    """The noise x_T, (N, H, W, C), from which the run's model makes pictures (N, H, W, C); asked of the
    reader: it takes as long as several walks, so it has a model of its own there."""

    run: Run
    pictures: Images
    plan: WalkPlan

    def answer(self, held: Held) -> Generator[Floats, None, None]:
        import_torch()
        import torch

        from explorer.models import arrays
        from explorer.training.device import beside_training

        torch.set_num_threads(DISPLAY_THREADS)
        model = self.run.model().to(beside_training()[0])
        sampler = "heun" if self.plan.sampler == "heun" else "ddim"
        model.turn_plan({"sampler": sampler, "steps": self.plan.steps})
        assert model.noise_space is not None
        codes = torch.from_numpy(arrays.encode(model, self.pictures, model.noise_space.name))
        yield _pictures(codes.reshape(len(codes), *model.image))


@dataclass(frozen=True, eq=False)
class EncodeStops:
    """The codes (K, D) of pictures (K, H, W, C) in the model beside; asked of the engine that has it."""

    pictures: Images
    space: str

    def answer(self, held: Held) -> Generator[Floats, None, None]:
        from explorer.models import arrays

        yield arrays.encode(held["model"], self.pictures, self.space)


def _pictures(x: Tensor) -> Floats:
    """(N, C, H, W) as an array (N, H, W, C) of its own."""
    return np.ascontiguousarray(_floats(x.permute(0, 2, 3, 1)))


def _floats(tensor: Tensor) -> Floats:
    array: Floats = tensor.detach().float().cpu().numpy().copy()
    return array
