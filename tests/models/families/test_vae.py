"""What a variational autoencoder alone has: its likelihoods, its two terms, and a beta that rises."""

from __future__ import annotations

import math
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from explorer import models
from explorer.models.base import Batch, ImageShape, Position, Update
from explorer.models.families.vae import PIXEL_STD, VAE
from explorer.training.events import Progress
from explorer.training.trainer import Trainer
from tests.shapes import squares

EIGHT = ImageShape(1, 8, 8)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(**turned: object) -> VAE:
    model = models.build("vae", {"width": 4, "latent_size": 3, **turned}, EIGHT).eval()
    assert isinstance(model, VAE)
    return model


def test_its_step_sizes_are_those_that_a_short_training_was_measured_with() -> None:
    """`bench learning`: 1e-3 and 0.999 end 2 to 25 nats lower after a minute or less."""
    model = make()
    group = model.parameter_groups()["model"]
    assert (model.config.learning_rate, group.betas) == (3e-3, (0.9, 0.99))
    assert len(group.parameters) == len(list(model.parameters()))


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


@torch.inference_mode()
def test_a_gaussian_likelihood_falls_as_the_normal_density_does() -> None:
    model = make(likelihood="gaussian")
    code, x = torch.randn(5, 3, generator=seeded()), torch.rand(5, *EIGHT, generator=seeded(1))
    density = torch.distributions.Normal(model.decode(code), PIXEL_STD).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(model.log_likelihood(x, code), density)


class Step(NamedTuple):
    """One training step, and what encoder and decoder were shown in it."""

    update: Update
    seen: Tensor
    z: Tensor


def step_of(model: VAE, x: Tensor, seed: int = 0) -> Step:
    shown: list[Tensor] = []
    hooks = [
        part.register_forward_pre_hook(lambda part, given: shown.append(given[0]))
        for part in (model.encoder, model.decoder)
    ]
    (update,) = model.training_step(Batch(x), Position(0, 99, 100), seeded(seed))
    for hook in hooks:
        hook.remove()
    return Step(update, *shown)


def test_a_bernoulli_model_learns_from_pixels_that_are_drawn_anew_at_every_step() -> None:
    model, x = make(), torch.rand(1, *EIGHT, generator=seeded(1))
    steps = [step_of(model, x.expand(500, -1, -1, -1), seed) for seed in (0, 0, 1)]
    for step in steps:
        assert set(step.seen.unique().tolist()) == {0.0, 1.0}
        torch.testing.assert_close(step.seen.mean(0), x[0], atol=0.1, rtol=0)
        reconstruction = -model.log_likelihood(step.seen, step.z).mean()
        torch.testing.assert_close(step.update.terms["reconstruction"], reconstruction)
    assert torch.equal(steps[0].seen, steps[1].seen)
    assert not torch.equal(steps[0].seen, steps[2].seen)
    assert not torch.equal(steps[0].seen[0], steps[0].seen[1])


def test_a_gaussian_model_learns_from_the_grey_levels_themselves() -> None:
    model, x = make(likelihood="gaussian"), torch.rand(6, *EIGHT, generator=seeded(1))
    step = step_of(model, x)
    assert torch.equal(step.seen, x)
    torch.testing.assert_close(step.update.terms["reconstruction"], -model.log_likelihood(x, step.z).mean())


@torch.no_grad()
def test_codes_are_drawn_from_the_posterior_and_the_kl_is_its_own() -> None:
    model = make(likelihood="gaussian", beta=3.0)
    model.encoder[-1].bias.copy_(torch.tensor([2.0, 0.0, -1.0, 0.0, -1.0, 1.0]))
    x = torch.rand(1, *EIGHT, generator=seeded(1)).expand(4000, -1, -1, -1)
    step, q = step_of(model, x), model.posterior(x[:1])
    noise = (step.z - q.mean) / q.std
    torch.testing.assert_close(noise.mean(0), torch.zeros(3), atol=0.06, rtol=0)
    torch.testing.assert_close(noise.std(0), torch.ones(3), atol=0.05, rtol=0)
    log_variance = 2 * q.std.log()
    # Kingma & Welling 2013, appendix B.
    kl = -0.5 * (1 + log_variance - q.mean.square() - log_variance.exp()).sum()
    terms = step.update.terms
    torch.testing.assert_close(terms["kl"], kl)
    torch.testing.assert_close(step.update.loss, terms["reconstruction"] + 3 * kl)


def test_a_heavy_kl_term_makes_the_posterior_the_prior() -> None:
    found = []
    for beta in (0.0, 30.0):
        turned = {"network": "dense", "beta": beta, "batch": 16, "epochs": 8, "learning_rate": 0.01}
        trainer = Trainer(make(**turned), squares(64))
        trainer.interval = 0.0
        found.append([event.terms["kl"] for event in trainer if isinstance(event, Progress)][-1])
    assert found[1] < 0.2
    assert found[1] < 0.1 * found[0]
