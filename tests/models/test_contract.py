"""The one contract test: every family in ``FAMILIES``, over shapes of pictures and extremes of its knobs."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from explorer import models
from explorer.errors import BadInput
from explorer.metrics.samples import sampled_space
from explorer.models import FAMILIES, GenerativeModel, ImageShape, arrays
from explorer.models.base import Batch, Knob, Position, SamplingPlan
from explorer.models.parts.networks import CoderConfig
from explorer.training.events import Finished, Progress
from explorer.training.trainer import Trainer
from tests.families import small
from tests.shapes import CORNERS, squares

SHAPES = (ImageShape(1, 28, 28), ImageShape(3, 20, 12), ImageShape(1, 8, 8))


def extremes(knob: Knob) -> Iterator[object]:
    """The choices of a knob, its lowest value, and its highest unless that makes a network huge."""
    yield from knob.choices
    if not knob.choices:
        yield knob.low
        if knob.kind is float:
            yield knob.high


def variants(family: str) -> Iterator[dict[str, object]]:
    """The small model, and the same with one knob turned to where it does not stand already."""
    yield {}
    usual = FAMILIES[family].Config.read(small(family)).as_dict()
    for knob in FAMILIES[family].Config.knobs():
        yield from ({knob.name: value} for value in extremes(knob) if value != usual[knob.name])


VARIANTS = [(family, turned) for family in FAMILIES for turned in variants(family)]
each_family = pytest.mark.parametrize("family", FAMILIES)
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
each_variant = pytest.mark.parametrize(("family", "turned"), VARIANTS, ids=str)


def pictures(n: int, shape: ImageShape) -> np.ndarray:
    return squares(n, (shape.height, shape.width, shape.channels)).images


def make(family: str, shape: ImageShape = SHAPES[2], **turned: object) -> GenerativeModel:
    return models.build(family, small(family, **turned), shape, classes=len(CORNERS)).eval()


@each_variant
@each_shape
@torch.inference_mode()
def test_codes_and_pictures_have_the_shapes_that_the_spaces_declare(
    family: str, turned: dict[str, object], shape: ImageShape
) -> None:
    model = make(family, shape, **turned)
    x = torch.rand(5, *shape, generator=torch.Generator().manual_seed(1))
    assert len({space.name for space in model.spaces}) == len(model.spaces) > 0
    for space in model.spaces:
        assert model.space(space.name) == space
        codes = torch.randn(5, space.size, generator=torch.Generator().manual_seed(2))
        if space.can_encode:
            codes = model.encode(x, space.name)
            assert codes.shape == (5, space.size)
            assert codes.isfinite().all()
        if space.can_decode:
            decoded = model.decode(codes, space.name)
            assert decoded.shape == (5, *shape)
            assert decoded.isfinite().all()
        if space.prior is not None:
            drawn = model.sample(7, torch.Generator().manual_seed(3), space.name)
            assert drawn.shape == (7, space.size)


@each_variant
def test_a_few_steps_of_training_keep_every_number_finite(family: str, turned: dict[str, object]) -> None:
    model = models.build(family, small(family, **turned), SHAPES[2], classes=len(CORNERS))
    trainer = Trainer(model, squares(16))
    assert isinstance(list(trainer)[-1], Finished)
    assert all(np.isfinite(array).all() for array in trainer.weights().values())


@each_family
def test_the_seed_decides_the_first_weights_and_the_draws(family: str) -> None:
    one, same, other = (models.build(family, small(family), SHAPES[2], seed) for seed in (0, 0, 1))
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, same.state_dict()[name]), name
    if list(one.parameters()):
        assert any((t != other.state_dict()[name]).any() for name, t in one.state_dict().items())
    for space in one.spaces:
        if space.prior is not None:
            first, second = (one.sample(4, torch.Generator().manual_seed(5), space.name) for _ in range(2))
            assert torch.equal(first, second)


@each_family
def test_stages_share_the_training_and_name_real_groups(family: str) -> None:
    model = make(family)
    if not model.stages:
        return
    assert sum(stage.share for stage in model.stages) == pytest.approx(1)
    assert {group for stage in model.stages for group in stage.groups} == set(model.parameter_groups())
    grouped = [id(p) for group in model.parameter_groups().values() for p in group.parameters]
    assert sorted(grouped) == sorted(id(p) for p in model.parameters())


@each_family
def test_each_update_is_of_a_group_that_is_declared(family: str) -> None:
    model = make(family)
    if not model.stages:
        return
    images, labels = squares(16).images, torch.arange(16) % len(CORNERS)
    batch, rng = Batch(arrays.to_x(images, model), labels), torch.Generator().manual_seed(0)
    moved = {update.group for update in model.training_step(batch, Position(0, 0, 1), rng)}
    groups = model.parameter_groups()
    assert moved == set(groups)
    roles = [group.role for group in groups.values()]
    assert ("judges" in roles) == ("makes" in roles)


@each_family
def test_what_denoises_says_so_in_every_way(family: str) -> None:
    model = make(family)
    space, schedule, plan = model.noise_space, model.noise_schedule, model.plan
    assert (space is None) == (schedule is None) == (plan is None)
    if space is None or schedule is None or plan is None:
        with pytest.raises(TypeError):
            model.denoise(torch.zeros(1, model.spaces[0].size), SamplingPlan(), torch.Generator())
        return
    x_T = model.sample(2, torch.Generator().manual_seed(0), space.name)
    steps = list(model.denoise(x_T, plan, torch.Generator().manual_seed(0)))
    assert (steps[0].t, steps[-1].t) == (1.0, 0.0)
    torch.testing.assert_close(steps[0].x_t.flatten(1), x_T)
    torch.testing.assert_close(steps[-1].clean, model.decode(x_T, space.name))
    assert schedule.alpha[0] > schedule.sigma[0]
    assert schedule.alpha[-1] < schedule.sigma[-1]


@each_family
@each_shape
def test_training_brings_the_pictures_nearer(family: str, shape: ImageShape) -> None:
    images = squares(32, (shape.height, shape.width, shape.channels))
    turned = {"epochs": 40, "learning_rate": 0.01}
    model = models.build(family, small(family, **turned), shape)
    x = arrays.to_x(images.images, model)

    def error() -> float:
        space = model.spaces[0]
        with torch.inference_mode():
            if space.can_encode and space.can_decode:
                return float((model.decode(model.encode(x, space.name), space.name) - x).square().mean())
            source = sampled_space(model)
            assert source is not None
            codes = model.sample(100, torch.Generator().manual_seed(0), source.name)
            drawn = model.decode(codes, source.name)
            return float(torch.cdist(drawn.flatten(1), x.flatten(1)).square().min(1).values.mean())

    before = error()
    losses = [
        event.terms["loss"]
        for event in Trainer(model, images)
        if isinstance(event, Progress) and "loss" in event.terms
    ]
    assert error() < 0.7 * before
    if len(losses) > 1:
        # One batch's loss is noisy where the model meets other noise each time.
        assert np.mean(losses[-len(losses) // 4 :]) < losses[0]


@each_family
def test_units_are_of_terms_that_there_are(family: str) -> None:
    model, rng = make(family), torch.Generator().manual_seed(0)
    batch = Batch(torch.rand(4, *SHAPES[2], generator=rng), torch.arange(4) % len(CORNERS))
    terms = {"loss"}
    if model.stages:
        for update in model.training_step(batch, Position(0, 0, 10), rng):
            terms |= update.terms.keys()
    assert model.units.keys() <= terms


@each_family
@each_shape
def test_arrays_go_in_and_out_as_the_tensors_do(family: str, shape: ImageShape) -> None:
    model, images = make(family, shape), pictures(11, shape)
    for space in model.spaces:
        if not (space.can_encode and space.can_decode):
            continue
        codes = arrays.encode(model, images, space.name)
        assert (codes.dtype, codes.shape) == (np.float32, (11, space.size))
        decoded = arrays.decode(model, codes, space.name)
        assert (decoded.dtype, decoded.shape) == (np.uint8, images.shape)
        coded = arrays.joined(list(arrays.code(model, images, space.name, chunk=4)))
        np.testing.assert_allclose(coded.codes, codes, rtol=1e-4, atol=1e-5)
        assert (coded.spread is not None) == space.has_posterior
        assert coded.errors is not None
        squared = ((arrays.to_x(images, model) - arrays.to_x(decoded, model)) ** 2).flatten(1).mean(1)
        np.testing.assert_allclose(coded.errors, squared, atol=0.01)
        assert arrays.encode(model, images[:0], space.name).shape == (0, space.size)
        assert arrays.decode(model, codes[:0], space.name).shape == (0, *images.shape[1:])


@each_family
def test_codes_that_are_not_numbers_give_a_picture_all_the_same(family: str) -> None:
    model = make(family)
    space = next(space for space in model.spaces if space.can_decode)
    codes = np.array([[np.nan] * space.size, [np.inf] * space.size, [1e30] * space.size], np.float32)
    assert arrays.decode(model, codes, space.name).shape == (3, 8, 8, 1)


@each_family
@each_shape
@torch.inference_mode()
def test_the_likelihood_and_the_posterior_are_distributions(family: str, shape: ImageShape) -> None:
    model = make(family, shape)
    x = torch.rand(6, *shape, generator=torch.Generator().manual_seed(1)).round()
    for space in model.spaces:
        if not space.has_posterior:
            with pytest.raises(TypeError):
                model.posterior(x, space.name)
            continue
        mean, std = model.posterior(x, space.name)
        assert mean.shape == std.shape == (6, space.size)
        assert (std > 0).all()
        assert torch.equal(mean, model.encode(x, space.name))
        log_likelihood = model.log_likelihood(x, mean, space.name)
        assert log_likelihood.shape == (6,)
        assert log_likelihood.isfinite().all()


@each_family
def test_knobs_say_what_they_are_and_refuse_what_they_are_not(family: str) -> None:
    config = FAMILIES[family].Config
    assert config.read({}) == config()
    assert config.read(config().as_dict()) == config()
    for knob in config.knobs():
        assert knob.help.endswith((".", ")"))
        for wrong in (
            "banana",
            None,
            True,
            [],
            math.nan,
            "1e999",
            *([] if knob.low is None else [knob.low - 1]),
        ):
            with pytest.raises(BadInput, match=knob.name):
                config.read({knob.name: wrong})
    with pytest.raises(BadInput, match="nonsense"):
        config.read({"nonsense": 1})


@each_family
def test_a_model_that_no_memory_holds_is_refused_before_it_is_built(family: str) -> None:
    config, shape = FAMILIES[family].Config, ImageShape(3, 512, 512)
    settings = {
        knob.name: knob.high for knob in config.knobs() if knob.kind is int and not knob.choices and knob.high
    }
    with torch.device("meta"):
        model = FAMILIES[family](config.read(settings), shape)
    if sum(tensor.nbytes for tensor in model.state_dict().values()) <= models.LARGEST:
        return
    with pytest.raises(BadInput, match="GB of weights"):
        models.build(family, settings, shape)


def test_a_family_that_does_not_exist_is_refused_with_the_names() -> None:
    with pytest.raises(BadInput, match=", ".join(FAMILIES)):
        models.build("gam", {}, SHAPES[0])


@pytest.mark.parametrize(
    "family", [name for name, kind in FAMILIES.items() if issubclass(kind.Config, CoderConfig)]
)
@pytest.mark.parametrize("network", ["conv", "dense", "linear"])
@pytest.mark.parametrize("shape", [ImageShape(1, 9, 9), ImageShape(3, 8, 11), ImageShape(1, 12, 8)], ids=str)
def test_networks_take_sides_that_can_not_be_halved(family: str, network: str, shape: ImageShape) -> None:
    model = make(family, shape, network=network, depth=6)
    x = torch.rand(2, *shape)
    assert model.decode(model.encode(x)).shape == x.shape


@each_family
def test_to_build_a_model_does_not_wait_for_torchs_compiler(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch._dynamo", None)
    models.build(family, small(family), SHAPES[0])
