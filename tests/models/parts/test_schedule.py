"""Schedules and samplers against the closed forms of their papers.

The samplers walk with the exact denoiser of a Gaussian.
"""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from explorer.models.base import ImageShape, NoiseSchedule, SamplingPlan
from explorer.models.parts.schedule import (
    Curve,
    Predict,
    Predicted,
    Target,
    aim,
    ddim,
    heun,
    network_calls,
    schedule_of,
    solve,
    times,
    walk,
)

EIGHT = ImageShape(1, 8, 8)
CURVES: tuple[Curve, ...] = ("linear", "cosine", "straight")
TARGETS: tuple[Target, ...] = ("noise", "v", "flow")
each_curve = pytest.mark.parametrize("curve", CURVES)
each_target = pytest.mark.parametrize("target", TARGETS)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_linear_schedule_is_that_of_ho_et_al() -> None:
    alpha_bar, kept = schedule_of("linear", 1000).alpha_bar, 1.0
    for t in range(1, 1001):
        kept *= 1 - (1e-4 + (0.02 - 1e-4) * (t - 1) / 999)
        assert float(alpha_bar[t]) == pytest.approx(kept, rel=1e-5)
    assert kept == pytest.approx(4.04e-5, rel=0.01)


def test_the_cosine_schedule_is_that_of_nichol_and_dhariwal() -> None:
    def f(t: float) -> float:
        return math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2

    alpha_bar = schedule_of("cosine", 1000).alpha_bar
    for t in range(1000):
        assert float(alpha_bar[t]) == pytest.approx(f(t / 1000) / f(0), rel=1e-4)
    # There the last beta, which would be 1, is held at 0.999.
    assert float(alpha_bar[1000] / alpha_bar[999]) == pytest.approx(0.001, rel=1e-3)


@each_curve
@pytest.mark.parametrize("T", [50, 1000, 4000])
def test_every_curve_leads_from_the_picture_to_noise(curve: Curve, T: int) -> None:
    schedule = schedule_of(curve, T)
    assert schedule.T == T
    assert (float(schedule.alpha[0]), float(schedule.sigma[0])) == (1, 0)
    assert float(schedule.alpha[T]) < 0.01
    assert (schedule.r.diff() > 0).all()
    assert (schedule.alpha_bar.diff() < 0).all()
    if curve == "straight":
        torch.testing.assert_close(schedule.scale, torch.ones(T + 1))
    else:
        torch.testing.assert_close(schedule.alpha**2 + schedule.sigma**2, torch.ones(T + 1))


@each_curve
def test_alpha_bar_is_the_share_of_the_picture_in_the_variance(curve: Curve) -> None:
    schedule = schedule_of(curve, 100)
    clean, noise = torch.randn(2, 20_000, 1, 1, 1, generator=seeded())
    for place in (20, 50, 80):
        mixed = schedule.mixed(clean, noise, place)
        alike = torch.corrcoef(torch.stack([mixed.flatten(), clean.flatten()]))[0, 1].square()
        assert float(schedule.alpha_bar[place]) == pytest.approx(float(alike), abs=0.02)


@each_curve
@each_target
def test_every_target_gives_picture_and_noise_exactly(curve: Curve, target: Target) -> None:
    schedule = NoiseSchedule(*(factor.double() for factor in schedule_of(curve, 100)))
    clean, noise = torch.randn(2, 100, *EIGHT, generator=seeded(), dtype=torch.float64)
    # At the last place, 100, there may be no picture left to be found by its noise.
    place = torch.arange(100)
    x_t = schedule.mixed(clean, noise, place)
    alpha, sigma = schedule.alpha[place, None, None, None], schedule.sigma[place, None, None, None]
    found = solve(target, aim(target, clean, noise, alpha, sigma), x_t, alpha, sigma)
    torch.testing.assert_close(found, Predicted(clean, noise), atol=1e-6, rtol=1e-6)
    for other in TARGETS:
        wanted = aim(other, clean, noise, alpha, sigma)
        torch.testing.assert_close(aim(other, *found, alpha, sigma), wanted, atol=1e-6, rtol=1e-6)


MEAN, STD = 0.3, 0.5


def gaussian(schedule: NoiseSchedule) -> Predict:
    """The best denoiser of data N(MEAN, STD^2): E[x_0 | x_t] in closed form."""

    def predict(x_t: Tensor, place: int) -> Predicted:
        alpha, sigma = schedule.alpha[place], schedule.sigma[place]
        gain = alpha * STD**2 / (alpha**2 * STD**2 + sigma**2)
        clean = MEAN + gain * (x_t - alpha * MEAN)
        return Predicted(clean, (x_t - alpha * clean) / sigma)

    return predict


def sampled(plan: SamplingPlan, curve: Curve, noise: Tensor) -> Tensor:
    schedule = schedule_of(curve, 1000)
    *_, last = walk(gaussian(schedule), schedule, noise, times(plan, 1000), plan, seeded(1))
    return last.x_t


@each_curve
@pytest.mark.parametrize(
    "plan",
    [
        SamplingPlan("ddim", 200),
        SamplingPlan("ddim", 200, eta=0.5),
        SamplingPlan("ddpm", 400),
        SamplingPlan("heun", 30),
    ],
    ids=str,
)
def test_a_gaussian_is_sampled_with_its_moments(plan: SamplingPlan, curve: Curve) -> None:
    x = sampled(plan, curve, torch.randn(20_000, 1, 1, 1, generator=seeded()))
    assert float(x.mean()) == pytest.approx(MEAN, abs=0.02)
    assert float(x.std()) == pytest.approx(STD, abs=0.02)


@each_curve
@pytest.mark.parametrize("calls", [39, 99])
def test_heun_is_nearer_to_the_exact_flow_than_euler_for_equal_calls(curve: Curve, calls: int) -> None:
    schedule = schedule_of(curve, 1000)
    noise = torch.linspace(-2, 2, 9).view(9, 1, 1, 1)
    # The flow carries each quantile of the noise's Gaussian to that of the data's.
    alpha, sigma = schedule.alpha[-1], schedule.sigma[-1]
    exact = MEAN + STD * (noise - alpha * MEAN) / (alpha**2 * STD**2 + sigma**2).sqrt()
    plans = SamplingPlan("ddim", calls), SamplingPlan("heun", (calls + 1) // 2)
    assert [network_calls(plan, times(plan, 1000), 1000) for plan in plans] == [calls, calls]
    euler, second = (float((sampled(plan, curve, noise) - exact).abs().max()) for plan in plans)
    assert second < (0.5 if calls > 50 else 0.8) * euler


@each_curve
def test_ddim_is_a_step_of_euler_on_the_flow(curve: Curve) -> None:
    schedule = schedule_of(curve, 1000)
    x = torch.randn(50, 1, 1, 1, generator=seeded())
    for now, then in [(1000, 950), (600, 500), (50, 0)]:
        found = gaussian(schedule)(x, now)
        y = x / schedule.scale[now] + (schedule.r[then] - schedule.r[now]) * (found.noise - found.clean)
        torch.testing.assert_close(ddim(schedule, found, now, then, 0.0, seeded()), y * schedule.scale[then])


@each_curve
def test_heun_with_equal_slopes_is_ddim(curve: Curve) -> None:
    schedule = schedule_of(curve, 100)
    told = Predicted(*torch.randn(2, 4, *EIGHT, generator=seeded()))
    x = schedule.mixed(*told, 80)
    there = heun(lambda x_t, place: told, schedule, x, told, 80, 40)
    torch.testing.assert_close(there, ddim(schedule, told, 80, 40, 0.0, seeded()))


@pytest.mark.parametrize("curve", ["linear", "cosine"])
def test_eta_one_between_neighbours_is_the_ancestral_sampler_of_ho_et_al(curve: Curve) -> None:
    schedule = schedule_of(curve, 1000)
    alpha_bar = schedule.alpha.double().square()
    x = torch.randn(1, 1, 1, 1, generator=seeded()).expand(20_000, 1, 1, 1)
    for t in (2, 30, 500, 950):
        found = gaussian(schedule)(x, t)
        beta = 1 - alpha_bar[t] / alpha_bar[t - 1]
        variance = (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta
        mean = (
            alpha_bar[t - 1].sqrt() * beta * found.clean + (1 - beta).sqrt() * (1 - alpha_bar[t - 1]) * x
        ) / (1 - alpha_bar[t])
        assert float(schedule.fresh(t, t - 1)) == pytest.approx(float(variance.sqrt()), rel=2e-3)
        drawn = ddim(schedule, found, t, t - 1, 1.0, seeded())
        assert float(drawn.mean()) == pytest.approx(float(mean[0]), abs=4 * float(variance.sqrt()) / 140)
        assert float(drawn.std()) == pytest.approx(float(variance.sqrt()), rel=0.03)


@each_curve
@pytest.mark.parametrize("eta", [0.3, 0.7])
def test_eta_is_the_share_of_the_noise_that_is_drawn_anew(curve: Curve, eta: float) -> None:
    schedule, now, then = schedule_of(curve, 1000), 600, 500
    told = Predicted(torch.full((20_000, 1, 1, 1), 0.4), torch.full((20_000, 1, 1, 1), -1.3))
    drawn = ddim(schedule, told, now, then, eta, seeded())
    # Song et al. 2021, equations 12 and 16, with alpha and sigma in place of the roots.
    alpha, sigma = (factor.double() for factor in schedule)
    fresh = (
        eta
        * sigma[then]
        / sigma[now]
        * (sigma[now] ** 2 - (alpha[now] / alpha[then] * sigma[then]) ** 2).sqrt()
    )
    mean = alpha[then] * 0.4 - (sigma[then] ** 2 - fresh**2).sqrt() * 1.3
    assert float(drawn.std()) == pytest.approx(float(fresh), rel=0.03)
    assert float(drawn.mean()) == pytest.approx(float(mean), abs=0.02)


def test_plans_visit_as_many_places_as_they_have_steps() -> None:
    for steps, T in [(1, 50), (7, 50), (50, 50), (20, 1000), (1000, 1000)]:
        places = times(SamplingPlan(steps=steps), T)
        assert (places[0], places[-1], len(places)) == (T, 0, steps + 1)
        assert all(now > then for now, then in itertools.pairwise(places))
    assert times(SamplingPlan(steps=10), 100, 45) == [45, 40, 30, 20, 10, 0]
