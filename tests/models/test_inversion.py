from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from explorer import models
from explorer.errors import BadInput
from explorer.models import GenerativeModel, ImageShape
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
