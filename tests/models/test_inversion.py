from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from explorer import models
from explorer.errors import BadInput
from explorer.models import GenerativeModel, ImageShape
from explorer.models.base import ModelConfig, Prior, Space
from explorer.models.families.gan import GAN, GANConfig
from explorer.models.inversion import EVERY, Inverted, invert
from explorer.models.parts.networks import initialise


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def generator(**turned: object) -> GAN:
    """Untrained, with weights large enough that its pictures differ."""
    model = GAN(GANConfig.read({"width": 8, "latent_size": 4, **turned}), ImageShape(1, 12, 12), 3)
    initialise(model, rng())
    with torch.no_grad():
        for parameter in model.generator.parameters():
            parameter.mul_(3)
    return model.eval()


def search(model: GenerativeModel, x: Tensor, seed: int = 1, **more: object) -> list[Inverted]:
    return list(invert(model, x, rng=rng(seed), **{"starts": 8, "steps": 120, **more}))  # type: ignore[arg-type]


def test_the_code_of_a_generated_picture_is_found() -> None:
    model = generator()
    wanted = 0.7 * model.sample(3, rng(5))
    x = model.decode(wanted).detach()
    reports = search(model, x)
    assert [report.step for report in reports] == list(range(0, 121, EVERY))
    first, final = reports[0], reports[-1]
    assert first.codes.shape == wanted.shape
    assert final.pictures.shape == x.shape
    assert (final.errors < 0.05 * first.errors).all()
    assert (final.errors < 1e-3).all()
    torch.testing.assert_close(model.decode(final.codes), final.pictures)
    torch.testing.assert_close((final.pictures - x).square().flatten(1).mean(1), final.errors)
    assert all((late.errors <= early.errors + 1e-3).all() for early, late in itertools.pairwise(reports))


def test_the_seed_decides_what_is_found() -> None:
    model = generator()
    x = model.decode(model.sample(2, rng(5))).detach()
    one, same, other = (search(model, x, seed, steps=20)[-1] for seed in (1, 1, 2))
    assert torch.equal(one.codes, same.codes)
    assert not torch.equal(one.codes, other.codes)


def test_more_starts_never_begin_worse_and_no_steps_give_the_best_of_them() -> None:
    model = generator()
    x = model.decode(model.sample(1, rng(5))).detach()
    one, many = (search(model, x, starts=starts, steps=0) for starts in (1, 32))
    assert len(one) == len(many) == 1
    assert many[0].errors <= one[0].errors


def test_features_are_heeded() -> None:
    """Features that see the brightness alone make the brightness right, whatever the pixels say."""
    model = generator()
    x = torch.rand(1, 1, 12, 12, generator=rng(3))

    def brightness(pictures: Tensor) -> Tensor:
        return 100 * pictures.flatten(1).mean(1, keepdim=True)

    without, given = search(model, x)[-1], search(model, x, features=brightness)[-1]
    off = [(found.pictures.mean() - x.mean()).abs() for found in (without, given)]
    assert off[1] <= off[0] + 1e-6


class Linear(GenerativeModel):
    """G(z) = W z."""

    family = "linear"

    def __init__(self, W: Tensor, prior: Prior | None = "normal") -> None:
        super().__init__(ModelConfig(), ImageShape(1, 4, 5))
        self.W, self.prior = W, prior

    @property
    def spaces(self) -> tuple[Space, ...]:
        return (Space("z", (self.W.shape[1],), can_encode=False, can_decode=True, prior=self.prior),)

    def decode(self, codes: Tensor, space: str = "z", condition: Tensor | None = None) -> Tensor:
        return (codes @ self.W.T).unflatten(1, self.image)


def test_what_is_found_is_the_likeliest_code_under_the_prior_and_the_noise_of_the_pixels() -> None:
    W = 0.05 * torch.randn(20, 3, generator=rng())
    x = 0.3 * torch.randn(2, 1, 4, 5, generator=rng(1))
    # The posterior's mean of a linear Gaussian model (Tipping & Bishop 1999), with noise of 0.1.
    within, across = W.T @ W, x.flatten(1) @ W
    for prior, ridge in (("normal", 0.1**2), (None, 0.0)):
        likeliest = torch.linalg.solve(within + ridge * torch.eye(3), across.T).T
        found = search(Linear(W, prior), x, steps=400)[-1]  # type: ignore[arg-type]
        torch.testing.assert_close(found.codes, likeliest, atol=0.01, rtol=0.01)


def test_each_of_the_first_steps_is_as_long_as_the_rate() -> None:
    model, x = Linear(torch.ones(20, 1), None), torch.full((1, 1, 4, 5), 1000.0)
    start, then = itertools.islice(invert(model, x, rng=rng(), starts=1, steps=EVERY, rate=0.1), 2)
    torch.testing.assert_close(then.codes - start.codes, torch.full((1, 1), 0.1 * EVERY), rtol=1e-3, atol=0)


def test_features_count_in_their_own_size() -> None:
    model, x = generator(), torch.rand(1, 1, 12, 12, generator=rng(3))
    small, large = (
        search(model, x, steps=60, features=lambda pictures, size=size: size * pictures.flatten(1)[:, :20])[
            -1
        ]
        for size in (1.0, 100.0)
    )
    torch.testing.assert_close(small.codes, large.codes, rtol=1e-3, atol=1e-3)


def test_the_best_of_a_search_that_jumps_about_is_kept() -> None:
    model, x = Linear(torch.ones(20, 1), None), torch.full((1, 1, 4, 5), 0.2)
    reports = list(invert(model, x, rng=rng(), starts=1, steps=60, rate=0.7))
    errors = [float(report.errors) for report in reports]
    assert errors == sorted(errors, reverse=True)
    torch.testing.assert_close(model.decode(reports[-1].codes), reports[-1].pictures)


def test_a_conditional_generator_is_inverted_in_the_class_that_is_asked_for() -> None:
    model = generator(condition="class")
    wanted, y = 0.7 * model.sample(2, rng(5)), torch.tensor([1, 2])
    x = model.decode(wanted, condition=y).detach()
    found = search(model, x, condition=y)[-1]
    assert (found.errors < 1e-3).all()
    torch.testing.assert_close(model.decode(found.codes, condition=y), found.pictures)


@pytest.mark.parametrize("family", ["ae", "vae", "pca"])
def test_any_space_that_decodes_can_be_inverted(family: str) -> None:
    known = {"latent_size": 3, "width": 4}
    names = {knob.name for knob in models.family(family).Config.knobs()}
    settings = {name: value for name, value in known.items() if name in names}
    model = models.build(family, settings, ImageShape(3, 8, 8)).eval()
    if not model.stages:
        model.fit((255 * torch.rand(20, 3, 8, 8, generator=rng())).to(torch.uint8))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    x = model.decode(model.sample(2, rng(5))).detach()
    reports = search(model, x, steps=60)
    assert (reports[-1].errors < reports[0].errors).all()


def test_it_works_in_inference_mode_and_leaves_the_model_as_it_was() -> None:
    model = generator()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with torch.inference_mode():
        x = model.decode(model.sample(2, rng(5)))
        reports = search(model, x, steps=30)
    assert (reports[-1].errors < reports[0].errors).all()
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_leaving_the_loop_is_all_there_is_to_stopping() -> None:
    model = generator()
    reports = invert(model, torch.rand(1, 1, 12, 12), rng=rng(), steps=10**9)
    assert [report.step for report in itertools.islice(reports, 2)] == [0, EVERY]
    reports.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("shape", [(1, 1, 28, 28), (1, 3, 12, 12), (1, 1, 12, 11)])
def test_a_picture_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="the model draws 12 x 12 x 1"):
        next(invert(generator(), torch.zeros(shape), rng=rng()))
