"""The bounds, held against a model whose likelihood is known: x = W z + noise, with z normal."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor

from explorer.metrics.likelihood import bounds, grouped_bound, judged_pixels
from explorer.metrics.progress import finish
from explorer.models import build
from explorer.models.base import GenerativeModel, ImageShape, ModelConfig, Posterior, Space

SIZE, NOISE = 3, 0.5
IMAGE = ImageShape(1, 2, 4)


@dataclass(frozen=True)
class NoConfig(ModelConfig):
    pass


class LinearGaussian(GenerativeModel):
    """p(x|z) = N(W z, NOISE^2), q(z|x) = N(V x + shift, spread^2 per dimension)."""

    family = "linear-gaussian"

    def __init__(self, *, shift: float = 0.0, widen: float = 1.0) -> None:
        super().__init__(NoConfig(), IMAGE)
        # Orthogonal columns make the true posterior's covariance diagonal.
        columns = torch.linalg.qr(torch.randn(IMAGE.size, SIZE, generator=torch.Generator().manual_seed(0))).Q
        self.W = columns * torch.tensor([0.5, 1.0, 2.0])
        precision = 1 + self.W.square().sum(0) / NOISE**2
        self.V = (self.W / NOISE**2 / precision).T
        self.shift, self.std = shift, widen / precision.sqrt()

    @property
    def spaces(self) -> tuple[Space, ...]:
        return (Space("z", (SIZE,), can_encode=True, can_decode=True, prior="normal", has_posterior=True),)

    def posterior(self, x: Tensor, space: str = "z") -> Posterior:
        mean = x.flatten(1) @ self.V.T + self.shift
        return Posterior(mean, self.std.expand_as(mean))

    def log_likelihood(self, x: Tensor, codes: Tensor, space: str = "z") -> Tensor:
        squared = ((x.flatten(1) - codes @ self.W.T) / NOISE).square().sum(1)
        likelihood: Tensor = -0.5 * squared - IMAGE.size * math.log(NOISE * math.sqrt(2 * math.pi))
        return likelihood

    def decode(self, codes: Tensor, space: str = "z") -> Tensor:
        x: Tensor = (codes @ self.W.T).unflatten(1, IMAGE)
        return x

    def exact(self, x: Tensor) -> float:
        covariance = self.W @ self.W.T + NOISE**2 * torch.eye(IMAGE.size)
        normal = torch.distributions.MultivariateNormal(torch.zeros(IMAGE.size), covariance)
        return float(normal.log_prob(x.flatten(1)).mean())


@pytest.fixture
def x() -> Tensor:
    return torch.rand(400, *IMAGE, generator=torch.Generator().manual_seed(1))


def test_with_the_true_posterior_every_bound_is_the_likelihood(x: Tensor) -> None:
    model = LinearGaussian()
    found = finish(bounds(model, x))
    for bound in (found.elbo, *found.iwae.values()):
        assert bound == pytest.approx(model.exact(x), abs=0.02)


def test_more_codes_come_closer_from_below(x: Tensor) -> None:
    # A proposal wider than the true posterior: the weights of a narrower one have no variance.
    model = LinearGaussian(shift=0.3, widen=1.2)
    found, exact = finish(bounds(model, x)), model.exact(x)
    assert list(found.iwae) == [1, 50, 500]
    assert found.elbo == pytest.approx(found.iwae[1], abs=0.02)
    assert found.elbo < found.iwae[50] < found.iwae[500] < exact + 0.01
    assert found.iwae[500] == pytest.approx(exact, abs=0.05)
    gap = float(kl_between(model, x))
    assert found.elbo == pytest.approx(exact - gap, abs=0.02)


def kl_between(model: LinearGaussian, x: Tensor) -> Tensor:
    """KL(q || true posterior), by which the ELBO misses the likelihood."""
    true, q = LinearGaussian().posterior(x), model.posterior(x)
    ratio = (q.std / true.std).square()
    return (0.5 * (ratio + ((q.mean - true.mean) / true.std).square() - 1 - ratio.log())).sum(1).mean()


def test_the_elbo_is_reconstruction_less_kl(x: Tensor) -> None:
    model = LinearGaussian(shift=0.3)
    found = finish(bounds(model, x))
    assert found.elbo == found.reconstruction - found.kl
    normal = torch.distributions.Normal
    q = normal(*model.posterior(x))
    exact_kl = torch.distributions.kl_divergence(q, normal(torch.zeros(SIZE), torch.ones(SIZE)))
    assert found.kl == pytest.approx(float(exact_kl.sum(1).mean()), abs=1e-4)
    torch.testing.assert_close(model.posterior(x).kl, exact_kl)


def test_no_group_of_fewer_codes_beats_one_of_more() -> None:
    log_w = 5 * torch.randn(20, 100, generator=torch.Generator().manual_seed(0))
    one, ten, hundred = (grouped_bound(log_w, k) for k in (1, 10, 100))
    assert (one <= ten).all()
    assert (ten <= hundred).all()
    torch.testing.assert_close(hundred, log_w.double().exp().mean(1).log())


def test_weights_far_below_the_smallest_float_still_count() -> None:
    assert grouped_bound(torch.full((1, 50), -5000.0), 50).item() == pytest.approx(-5000)


def test_it_is_repeatable_and_reports_every_decoded_image() -> None:
    model, x = LinearGaussian(), torch.rand(7, *IMAGE, generator=torch.Generator().manual_seed(1))
    assert sum(bounds(model, x, samples=50)) == 7 * 50
    assert finish(bounds(model, x, samples=50)) == finish(bounds(model, x, samples=50))


def test_a_bernoulli_model_is_judged_on_drawn_pixels_and_a_gaussian_one_on_grey_levels() -> None:
    images = np.full((3, 8, 8, 1), 100, np.uint8)
    settings = {"latent_size": 2, "width": 4}
    bernoulli = build("vae", settings, ImageShape(1, 8, 8))
    assert set(judged_pixels(bernoulli, images).unique().tolist()) == {0.0, 1.0}
    gaussian = build("vae", {**settings, "likelihood": "gaussian"}, ImageShape(1, 8, 8))
    assert judged_pixels(gaussian, images).unique().tolist() == pytest.approx([100 / 255])


def test_parts_do_not_change_a_real_model_s_bound() -> None:
    model = build("vae", {"latent_size": 2, "width": 4}, ImageShape(1, 64, 64)).eval()
    x = (torch.rand(3, 1, 64, 64, generator=torch.Generator().manual_seed(0)) < 0.5).float()
    found = finish(bounds(model, x, samples=50))
    # An untrained decoder knows nothing: about log 2 per pixel, and next to no KL.
    assert found.elbo == pytest.approx(-64 * 64 * math.log(2), rel=0.02)
    assert found.elbo <= found.iwae[50] <= 0
