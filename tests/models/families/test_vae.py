"""What a variational autoencoder alone has: its likelihoods, and a beta that rises."""

from __future__ import annotations

import math

import pytest
import torch

from explorer import models
from explorer.models.base import Batch, ImageShape, Position
from explorer.models.families.vae import VAE

EIGHT = ImageShape(1, 8, 8)


def make(**turned: object) -> VAE:
    model = models.build("vae", {"width": 4, "latent_size": 3, **turned}, EIGHT).eval()
    assert isinstance(model, VAE)
    return model


@torch.inference_mode()
def test_a_bernoulli_likelihood_adds_up_to_one_over_all_pictures() -> None:
    model = make()
    code = torch.zeros(1, 3)
    # Over the four states of the first two pixels, the others held fixed, the odds are those of coins.
    states = torch.zeros(4, 1, 8, 8)
    states.view(4, -1)[:, :2] = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    shares = model.log_likelihood(states, code.expand(4, -1)).softmax(0)
    p = model.decode(code).flatten()[:2]
    wanted = torch.stack([(1 - p[0]) * (1 - p[1]), (1 - p[0]) * p[1], p[0] * (1 - p[1]), p[0] * p[1]])
    torch.testing.assert_close(shares, wanted)


@torch.inference_mode()
def test_a_gaussian_likelihood_is_the_density_of_its_own_mean() -> None:
    model = make(likelihood="gaussian")
    code = torch.zeros(1, 3)
    peak = model.log_likelihood(model.decode(code), code).item()
    assert peak == pytest.approx(-64 * math.log(0.1 * math.sqrt(2 * math.pi)), rel=1e-5)


def beta_at(model: VAE, step: int, steps: int) -> float:
    """The weight of the KL term in a step, out of its loss and terms."""
    x = torch.rand(8, *EIGHT, generator=torch.Generator().manual_seed(0))
    rng = torch.Generator().manual_seed(1)
    (update,) = model.training_step(Batch(x), Position(0, step, steps), rng)
    beta = float((update.loss - update.terms["reconstruction"]) / update.terms["kl"])
    assert float(update.terms["beta"]) == pytest.approx(beta, abs=1e-4), "what is shown is what weighs"
    return beta


@pytest.mark.parametrize(
    ("warm_up", "steps", "risen_after"),
    [
        (1000, 1, 0),  # a fifth of the training is less than one step
        (1000, 4, 0),
        (1000, 5, 1),
        (1000, 100, 20),
        (1000, 5000, 1000),
        (1000, 100_000, 1000),
        (10, 100, 10),
        (0, 100, 0),
    ],
)
@torch.no_grad()
def test_beta_has_risen_after_the_steps_declared_or_a_fifth_of_the_training(
    warm_up: int, steps: int, risen_after: int
) -> None:
    # A posterior far from the prior, so that the term is large enough to be told in the loss.
    model = make(beta=2.0, warm_up=warm_up)
    model.encoder[-1].bias.add_(3.0)
    halfway = risen_after // 2
    for step, share in ((0, 1), (halfway, halfway + 1), (risen_after, risen_after + 1)):
        if step < steps:
            wanted = 2.0 * share / (risen_after + 1)
            assert beta_at(model, step, steps) == pytest.approx(wanted, rel=1e-3)
    assert beta_at(model, steps - 1, steps) == pytest.approx(2.0, rel=1e-3)
