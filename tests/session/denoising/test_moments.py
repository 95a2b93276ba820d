"""Mean and variance of x_t as they are, beside what theory says of them."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.models.parts.schedule import Curve, schedule_of
from explorer.session.denoising.moments import moments
from explorer.session.denoising.requests import Abilities, Stop, WalkPlan


@pytest.mark.parametrize("index", [0, 30, 90, 100])
@pytest.mark.parametrize("curve", ["linear", "cosine", "straight"])
def test_a_colour_photo_in_noise_has_them_by_its_own_schedule(curve: Curve, index: int) -> None:
    way = schedule_of(curve, 100)
    alpha, sigma, alpha_bar = (factor.numpy() for factor in (way.alpha, way.sigma, way.alpha_bar))
    can = Abilities(100, 0, WalkPlan("ddim", 20, 0.0, 1.0), alpha, sigma, alpha_bar)
    assert can.keeps_variance == (curve != "straight")
    rng = np.random.default_rng(0)
    clean = rng.integers(0, 200, (1, 64, 64, 3), np.uint8)
    noise = rng.standard_normal(clean.shape, np.float32)
    x_t = (alpha[index] * (clean / 127.5 - 1) + sigma[index] * noise).astype(np.float32)
    found = moments(Stop(index / 100, x_t, noise.astype(np.float16), clean), alpha[index], sigma[index])
    assert found.mean_by_theory == pytest.approx(alpha[index] * (clean / 127.5 - 1).mean(), abs=1e-4)
    assert found.mean == pytest.approx(found.mean_by_theory, abs=0.03)
    assert found.variance == pytest.approx(found.variance_by_theory, rel=0.05, abs=1e-6)
    by_name = 1 - alpha_bar[index] if can.keeps_variance else sigma[index] ** 2
    assert found.variance_by_theory == pytest.approx(by_name, abs=1e-5)


def test_noise_that_is_too_weak_is_measured_as_it_is() -> None:
    noise = np.random.default_rng(0).standard_normal((16, 28, 28, 1), np.float32)
    clean = np.full(noise.shape, 255, np.uint8)
    x_t = 0.6 + 0.5 * 0.8 * noise
    found = moments(Stop(0.5, x_t, noise.astype(np.float16), clean), 0.6, 0.8)
    assert found.variance == pytest.approx(0.16, rel=0.05)
    assert found.variance_by_theory == pytest.approx(0.64)
