"""Schedules between a picture and noise, and the samplers that walk them back.

Imports torch, `roles` and the records of the contract. x_t = alpha_t x_0 + sigma_t eps, with t = i / T on a
grid i = 0 (picture) ... T (noise); x_0 in [-1, 1], eps unit noise, all (N, C, H, W).

Three schedules: linear (Ho et al. 2020), cosine (Nichol & Dhariwal 2021), straight (Liu et al. 2022; Lipman
et al. 2022). Divided by alpha + sigma they are one: with r = sigma / (alpha + sigma) and y = x /
(alpha + sigma), y = (1 - r) x_0 + r eps, the straight schedule. There a sampler without fresh noise solves
dy/dr = eps(y) - x_0(y): DDIM (Song et al. 2021) is Euler's method, Heun's has second order.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from explorer.errors import BadInput
from explorer.models.records import NoiseSchedule, SamplingPlan, broadcast
from explorer.roles import GUIDED

Curve = Literal["linear", "cosine", "straight"]
Target = Literal["noise", "v", "flow"]

LARGEST_BETA = 0.999
COSINE_OFFSET = 0.008
"""s of Nichol & Dhariwal 2021: keeps the first levels of noise from being too small."""

EDGE = 0.03
"""How much further than 0 and 1 a predicted picture may reach before it is cut there. Pictures have large
areas of black or white, which a network meets to about a hundredth only: without it they would be grained."""


class Predicted(NamedTuple):
    """What x_t is taken to be made of: x_t = alpha_t clean + sigma_t noise."""

    clean: Tensor
    noise: Tensor


class Stop(NamedTuple):
    """One place of the grid on the way back."""

    place: int
    x_t: Tensor
    predicted: Predicted


Predict = Callable[[Tensor, int], Predicted]
"""Reads x_t at a place on the grid: one call of the network, or of its doubled batch."""


def schedule_of(curve: Curve, T: int) -> NoiseSchedule:
    """Alpha and sigma of T + 1 places, computed in double precision, and on the CPU.

    A model may be built on torch's device "meta", where nothing has a value.
    """
    t = torch.arange(T + 1, dtype=torch.float64, device="cpu") / T
    if curve == "straight":
        return NoiseSchedule((1 - t).float(), t.float())
    if curve == "cosine":
        f = ((t + COSINE_OFFSET) / (1 + COSINE_OFFSET) * math.pi / 2).cos().square()
        beta = 1 - f[1:] / f[:-1]
    else:
        # The paper's 1e-4 ... 0.02 are for T = 1000; fewer steps must each add more.
        beta = torch.linspace(1e-4, 0.02, T, dtype=torch.float64, device="cpu") * (1000 / T)
    kept = torch.cat([torch.ones(1, dtype=torch.float64, device="cpu"), 1 - beta.clamp(max=LARGEST_BETA)])
    alpha_bar = kept.cumprod(0)
    return NoiseSchedule(alpha_bar.sqrt().float(), (1 - alpha_bar).sqrt().float())


def aim(target: Target, clean: Tensor, noise: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
    """What the network is to say of x_t: eps, v = alpha eps - sigma x_0, or the flow eps - x_0."""
    match target:
        case "noise":
            return noise
        case "v":
            return alpha * noise - sigma * clean
        case "flow":
            return noise - clean


def solve(target: Target, output: Tensor, x_t: Tensor, alpha: Tensor, sigma: Tensor) -> Predicted:
    """The picture and the noise in x_t by the network's output: `aim` and x_t solved for both."""
    match target:
        case "noise":
            return Predicted((x_t - sigma * output) / alpha, output)
        case "v":
            both = alpha.square() + sigma.square()
            return Predicted((alpha * x_t - sigma * output) / both, (sigma * x_t + alpha * output) / both)
        case "flow":
            both = alpha + sigma
            return Predicted((x_t - sigma * output) / both, (x_t + alpha * output) / both)


def to_picture(clean: Tensor) -> Tensor:
    """x_0 as a picture in [0, 1]."""
    return ((1 + EDGE) * clean / 2 + 0.5).clamp(0, 1)


def times(plan: SamplingPlan, T: int, start: int | None = None) -> list[int]:
    """Places of the grid that a plan visits from `start` (T, unless said) down to 0: evenly spaced.

    Raises
    ------
    BadInput
        No step, or more than T.
    """
    if not 1 <= plan.steps <= T:
        raise BadInput(f"steps={plan.steps}: this must lie between 1 and the model's T, {T}.")
    start = T if start is None else start
    grid = [round(T * (1 - k / plan.steps)) for k in range(plan.steps + 1)]
    return [start, *(index for index in grid if index < start)]


def weight(guidance: float, t: float) -> float:
    """The weight of the class at t: what is above 1 acts between the ends of `GUIDED` alone."""
    return guidance if guidance <= 1 or GUIDED[0] <= t <= GUIDED[1] else 1.0


def network_calls(plan: SamplingPlan, places: Sequence[int], T: int) -> int:
    """Passes of one picture through the network on a walk over these places, of which the last is the
    picture; a guided prediction needs two."""
    looked = [*places[:-1], *(places[1:-1] if plan.sampler == "heun" else ())]
    return sum(1 if weight(plan.guidance, index / T) == 1 else 2 for index in looked)


def walk(
    predict: Predict,
    schedule: NoiseSchedule,
    x: Tensor,
    places: list[int],
    plan: SamplingPlan,
    rng: torch.Generator,
) -> Iterator[Stop]:
    """From x at the first place to the picture at the last, which is 0: one `Stop` for each place.

    ddpm is DDIM with eta 1: the ancestral sampler with the posterior's own variance.
    """
    eta = {"ddpm": 1.0, "ddim": plan.eta, "heun": 0.0}[plan.sampler]
    for now, then in itertools.pairwise(places):
        predicted = predict(x, now)
        yield Stop(now, x, predicted)
        if plan.sampler == "heun" and then > 0:
            x = heun(predict, schedule, x, predicted, now, then)
        else:
            x = ddim(schedule, predicted, now, then, eta, rng)
    yield Stop(0, x, Predicted(x, predicted.noise))


def ddim(
    schedule: NoiseSchedule,
    predicted: Predicted,
    now: int,
    then: int,
    eta: float,
    rng: torch.Generator | None,
) -> Tensor:
    """Equation 12 of Song et al. 2021, on any schedule."""
    clean, noise = predicted
    if rng is None or eta == 0 or then == 0:
        return schedule.mixed(clean, noise, then)
    spread = eta * schedule.fresh(now, then)
    fresh = torch.randn(clean.shape, generator=rng, device=rng.device).to(clean.device)
    kept = (schedule.sigma[then].square() - spread.square()).clamp(min=0).sqrt()
    return schedule.alpha[then] * clean + kept * noise + spread * fresh


def heun(
    predict: Predict, schedule: NoiseSchedule, x: Tensor, predicted: Predicted, now: int, then: int
) -> Tensor:
    """Euler's step, and again with the mean of the slopes at both ends (Karras et al. 2022, algorithm 1)."""
    there = predict(schedule.mixed(*predicted, then), then)
    slope = (predicted.noise - predicted.clean + there.noise - there.clean) / 2
    y = x / schedule.scale[now] + (schedule.r[then] - schedule.r[now]) * slope
    return y * schedule.scale[then]


def inverted(
    predict: Predict, schedule: NoiseSchedule, x: Tensor, places: list[int], plan: SamplingPlan, rounds: int
) -> Tensor:
    """The noise from which the walk without fresh noise ends in x: each of its steps is inverted.

    A step takes y to y' = y + (small change), so that y <- y + (wanted y' - y') nears its inverse; the
    last two of `rounds` such steps are combined as in Anderson 1965, which needs about half as many.
    """
    for then, now in itertools.pairwise(reversed(places)):
        y = wanted = x / schedule.scale[then]
        last_y = last_lack = None
        for _ in range(rounds):
            x = y * schedule.scale[now]
            predicted = predict(x, now)
            if plan.sampler == "heun" and then > 0:
                reached = heun(predict, schedule, x, predicted, now, then)
            else:
                reached = schedule.mixed(*predicted, then)
            lack = wanted - reached / schedule.scale[then]
            step = lack
            if last_y is not None and last_lack is not None:
                change = lack - last_lack
                share = (lack * change).sum((1, 2, 3)) / change.square().sum((1, 2, 3)).clamp(min=1e-12)
                step = lack - broadcast(share) * (y - last_y + change)
            last_y, last_lack, y = y, lack, y + step
        x = y * schedule.scale[now]
    return x
