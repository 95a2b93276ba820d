from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.models import ImageShape, arrays
from explorer.models.base import Batch, Position
from explorer.models.families.gan import GAN, GANConfig
from explorer.models.parts import adversarial
from explorer.models.parts.dcgan import NormalisedConv, NormalisedLinear
from explorer.models.parts.networks import initialise
from explorer.roles import FAKE, GAP, REAL
from explorer.training.events import Finished, Progress
from explorer.training.trainer import Trainer
from tests.shapes import squares

LOSSES = ("relativistic", "non-saturating", "saturating", "wasserstein")
SHAPE = ImageShape(1, 8, 8)
START = Position(stage=0, step=0, steps=1)


def make(image: ImageShape = SHAPE, classes: int = 4, **turned: object) -> GAN:
    settings: dict[str, object] = {"width": 4, "latent_size": 3, "batch": 16, "epochs": 2, **turned}
    model = GAN(GANConfig.read(settings), image, classes)
    initialise(model, torch.Generator().manual_seed(0))
    return model


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def a_batch(n: int, image: ImageShape = SHAPE) -> Batch:
    return Batch(torch.rand(n, *image, generator=rng()), torch.arange(n) % 4)


def weights(network: nn.Module) -> dict[str, Tensor]:
    return {name: p.detach().clone() for name, p in network.named_parameters()}


def moved(network: nn.Module, before: dict[str, Tensor]) -> bool:
    return any(not torch.equal(p, before[name]) for name, p in network.named_parameters())


# Losses


def test_the_value_and_the_losses_where_the_critic_knows_nothing() -> None:
    nothing = torch.zeros(5)
    assert -math.log(4) == adversarial.EQUILIBRIUM
    assert float(adversarial.value(nothing, nothing)) == pytest.approx(-math.log(4))
    critics = {kind: float(adversarial.critic_loss(kind, nothing, nothing)) for kind in LOSSES}
    generators = {kind: float(adversarial.generator_loss(kind, nothing, nothing)) for kind in LOSSES}
    log_2 = pytest.approx(math.log(2))
    assert critics == {
        "relativistic": log_2,
        "non-saturating": pytest.approx(math.log(4)),
        "saturating": pytest.approx(math.log(4)),
        "wasserstein": 0.0,
    }
    assert generators == {
        "relativistic": log_2,
        "non-saturating": log_2,
        "saturating": pytest.approx(-math.log(2)),
        "wasserstein": 0.0,
    }


def test_the_losses_are_those_of_the_papers_at_any_scores() -> None:
    real, fake = torch.tensor([1.0, -0.5, 2.0]), torch.tensor([0.3, 0.0, -4.0])
    p, q = torch.sigmoid(real), torch.sigmoid(fake)
    pairs = torch.sigmoid(real - fake)
    torch.testing.assert_close(adversarial.value(real, fake), (p.log() + (1 - q).log()).mean())
    for kind, critic, generator in (
        ("relativistic", -pairs.log().mean(), -(1 - pairs).log().mean()),
        ("non-saturating", -(p.log() + (1 - q).log()).mean(), -q.log().mean()),
        ("saturating", -(p.log() + (1 - q).log()).mean(), (1 - q).log().mean()),
        ("wasserstein", fake.mean() - real.mean(), -fake.mean()),
    ):
        torch.testing.assert_close(adversarial.critic_loss(kind, real, fake), critic)
        torch.testing.assert_close(adversarial.generator_loss(kind, real, fake), generator)


def test_a_critic_that_is_sure_starves_the_saturating_generator_alone() -> None:
    slopes = {}
    for kind in ("saturating", "non-saturating"):
        fake = torch.full((4,), -20.0, requires_grad=True)
        adversarial.generator_loss(kind, fake, fake).backward()
        assert fake.grad is not None
        slopes[kind] = float(fake.grad.abs().sum())
    assert slopes["saturating"] < 1e-8
    assert slopes["non-saturating"] == pytest.approx(1.0)


# Penalties


def test_the_penalties_of_a_linear_critic_are_those_of_its_weight() -> None:
    w = torch.randn(3, 5, 4, generator=rng())
    real, fake = torch.rand(2, 7, 3, 5, 4, generator=rng(1))

    def score(x: Tensor) -> Tensor:
        return (x * w).flatten(1).sum(1)

    squared = w.square().sum()
    torch.testing.assert_close(adversarial.zero_centred_penalty(score, real), squared)
    torch.testing.assert_close(
        adversarial.one_centred_penalty(score, real, fake, rng()), (squared.sqrt() - 1).square()
    )
    unit = w / squared.sqrt()
    straight = adversarial.one_centred_penalty(lambda x: (x * unit).flatten(1).sum(1), real, fake, rng())
    assert float(straight) == pytest.approx(0, abs=1e-10)


def test_the_penalties_of_a_quadratic_critic_and_their_slope_by_its_weight() -> None:
    a = torch.tensor(0.5, requires_grad=True)
    real, fake = torch.rand(2, 7, 1, 4, 4, generator=rng(1))

    def score(x: Tensor) -> Tensor:
        return a / 2 * x.flatten(1).square().sum(1)

    # D(x) = a |x|^2 / 2 has the gradient a x.
    mean = real.flatten(1).square().sum(1).mean()
    penalty = adversarial.zero_centred_penalty(score, real)
    torch.testing.assert_close(penalty, a**2 * mean)
    (slope,) = torch.autograd.grad(penalty, a)
    torch.testing.assert_close(slope, 2 * a.detach() * mean)
    share = torch.rand(7, 1, 1, 1, generator=rng(3))
    length = torch.lerp(real, fake, share).flatten(1).norm(dim=1)
    torch.testing.assert_close(
        adversarial.one_centred_penalty(score, real, fake, rng(3)), (a * length - 1).square().mean()
    )


def test_a_critic_without_slope_has_a_penalty_that_can_be_learnt_from() -> None:
    w = torch.zeros(1, 4, 4, requires_grad=True)
    x = torch.rand(2, 1, 4, 4)
    penalty = adversarial.one_centred_penalty(lambda x: (x * w).flatten(1).sum(1), x, x, rng())
    penalty.backward()
    assert penalty.item() == pytest.approx(1, abs=1e-5)
    assert w.grad is not None
    assert w.grad.isfinite().all()


def test_real_and_fake_are_penalised_each_few_steps_as_many_times_as_heavily() -> None:
    model = make(penalty=3.0, penalty_every=4)
    step = {at: next(model.training_step(a_batch(8), START._replace(step=at), rng())) for at in (0, 1, 4)}
    assert ["penalty" in step[at].terms for at in (0, 1, 4)] == [True, False, True]
    torch.testing.assert_close(step[0].loss, step[1].loss + 3 * 4 * step[0].terms["penalty"])
    off = make(penalty=0.0)
    assert "penalty" not in next(off.training_step(a_batch(8), START, rng())).terms


def test_penalties_keep_float32_under_autocast() -> None:
    model = make(penalty_every=1)
    with torch.autocast("cpu", torch.bfloat16):
        half = next(model.training_step(a_batch(8), START, rng()))
    full = next(model.training_step(a_batch(8), START, rng()))
    assert half.terms["penalty"].dtype == half.loss.dtype == torch.float32
    # Only the fakes, which half precision has drawn, differ a little.
    torch.testing.assert_close(half.terms["penalty"], full.terms["penalty"], rtol=0.02, atol=1e-6)


# Rounds


@pytest.mark.parametrize("loss", LOSSES)
def test_a_round_moves_critic_and_generator_each_by_its_own_update(loss: str) -> None:
    model = make(loss=loss, critic_steps=2)
    optimisers = {
        name: torch.optim.SGD(group.parameters, 0.1) for name, group in model.parameter_groups().items()
    }
    groups = []
    for update in model.training_step(a_batch(16), START, rng()):
        groups.append(update.group)
        before = {name: weights(getattr(model, name)) for name in optimisers}
        update.loss.backward()
        optimisers[update.group].step()
        for optimiser in optimisers.values():
            optimiser.zero_grad()
        for name in optimisers:
            assert moved(getattr(model, name), before[name]) == (name == update.group)
        if update.group == "critic":
            assert {name: tuple(scores.shape) for name, scores in update.scores.items()} == {
                "real": (8,),
                "fake": (8,),
            }
            for name, scores in update.scores.items():
                torch.testing.assert_close(update.terms[f"critic on {name}"], scores.mean())
            assert ("V(D, G)" in update.terms) == (loss in ("saturating", "non-saturating"))
    assert groups == ["critic", "critic", "generator"]


@pytest.mark.parametrize("only", ["critic", "generator"])
def test_one_of_the_two_can_be_held_still(only: str) -> None:
    model = make()
    before = {name: weights(getattr(model, name)) for name in ("critic", "generator")}
    trainer = Trainer(model, squares(32))
    trainer.only = only
    assert isinstance(list(trainer)[-1], Finished)
    assert {name for name in before if moved(getattr(model, name), before[name])} == {only}


def test_each_turn_of_the_critic_sees_images_of_its_own_as_far_as_they_go() -> None:
    model = make(critic_steps=3, batch=4)
    trainer = Trainer(model, squares(24))
    trainer.interval = 0
    assert model.batches_per_step == 3
    assert trainer.batches.size == 12
    scores = [event.scores for event in trainer if isinstance(event, Progress) and event.scores]
    assert scores[0]["real"].shape == (4,)
    few = [update.group for update in model.training_step(a_batch(2), START, rng())]
    assert few == ["critic"] * 3 + ["generator"]


def test_a_batch_without_labels_will_do_where_no_class_is_asked_for() -> None:
    model = make(classes=0)
    updates = list(model.training_step(Batch(a_batch(6).x), START, rng()))
    assert all(update.loss.isfinite() for update in updates)


def test_training_draws_the_four_squares() -> None:
    """The fakes come much nearer to the data than an untrained generator's, and to all four kinds of it."""
    model = make(width=8, epochs=250, learning_rate=5e-3, batch=32)
    images = squares(64)
    for _ in (trainer := Trainer(model, images)):
        pass
    model.load_state_dict({name: torch.tensor(array) for name, array in trainer.weights().items()})
    x = arrays.to_x(images.images, model)
    untrained = make(width=8)
    distance, before = (
        torch.cdist(one.decode(one.sample(200, rng())).detach().flatten(1), x.flatten(1))
        for one in (model, untrained)
    )
    assert float(distance.min(1).values.mean()) < 0.5 * float(before.min(1).values.mean())
    assert images.labels is not None
    nearest = torch.tensor(images.labels)[distance.argmin(1)]
    counts = torch.bincount(nearest, minlength=4).tolist()
    assert min(counts) > 10


# Classes


def test_with_a_class_condition_both_networks_heed_the_class() -> None:
    model = make(condition="class").eval()
    assert model.conditions == 4
    z = model.sample(1, rng()).expand(4, -1)
    pictures = model.decode(z, condition=torch.arange(4))
    assert len(pictures.flatten(1).unique(dim=0)) == 4
    torch.testing.assert_close(model.decode(z)[3], pictures[0])
    scores = model.critic(pictures[:1].expand(4, -1, -1, -1), torch.arange(4))
    assert len(scores.unique()) == 4
    # The projection's part is linear in the features: over the classes it differs by e_y . phi only.
    phi = model.critic.body(2 * pictures[:1] - 1)
    assert model.critic.of_class is not None
    projections = model.critic.of_class.weight.T @ phi[0]
    torch.testing.assert_close(
        scores - scores[0],
        projections - projections[0],
    )


def test_a_class_condition_needs_two_classes() -> None:
    with pytest.raises(BadInput, match="have no labels"):
        make(classes=0, condition="class")
    with pytest.raises(BadInput, match="have one class only"):
        make(classes=1, condition="class")
    assert make(classes=0).conditions == 0


def test_a_conditional_training_step_draws_the_classes_of_its_batch() -> None:
    model = make(condition="class")
    images = squares(32)
    trainer = Trainer(model, ImageSet(images.images, images.labels, images.class_names))
    assert isinstance(list(trainer)[-1], Finished)
    assert all(np.isfinite(array).all() for array in trainer.weights().values())


# Networks


@pytest.mark.parametrize("spectral_norm", ["off", "on"])
@pytest.mark.parametrize(
    "shape",
    [(1, 28, 28), (3, 32, 20), (1, 8, 8), (1, 9, 9), (3, 8, 11), (1, 12, 8), (3, 64, 8), (1, 256, 8)],
    ids=str,
)
def test_networks_take_any_shape_of_picture(shape: tuple[int, int, int], spectral_norm: str) -> None:
    model = make(ImageShape(*shape), spectral_norm=spectral_norm)
    pictures = model.decode(model.sample(2, rng()))
    assert pictures.shape == (2, *shape)
    assert ((pictures > 0) & (pictures < 1)).all()
    x = pictures.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(model.critic(x, None).sum(), x)
    assert (gradient.flatten(1).abs().sum(0) > 0).all(), "there are pixels that the critic doesn't see"


def test_the_default_networks_for_digits_are_small() -> None:
    model = GAN(GANConfig(), ImageShape(1, 28, 28))
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(0.7e6, rel=0.05)


@pytest.mark.parametrize(("turned", "least", "most"), [({}, 1.0, 1.0), (GAN.OLDER, 0.05, 0.2)])
def test_what_the_critic_judges_by_sees_the_whole_picture(
    turned: dict[str, object], least: float, most: float
) -> None:
    model = GAN(GANConfig.read(turned), ImageShape(1, 28, 28))
    x = torch.rand(1, 1, 28, 28, generator=rng()).requires_grad_()
    phi = model.critic.body(F.pad(2 * x - 1, model.critic.levels.margins))
    middle = phi[0, phi.shape[1] // 2]
    (gradient,) = torch.autograd.grad(middle, x)
    assert least <= float((gradient != 0).float().mean()) <= most


@torch.no_grad()
def test_spectral_norm_makes_the_largest_singular_value_one() -> None:
    model = make(ImageShape(3, 16, 16), spectral_norm="on", condition="class")
    batch = a_batch(2, model.image)
    layers = [m for m in model.critic.modules() if isinstance(m, (NormalisedConv, NormalisedLinear))]
    assert len(layers) == 5, "two convolutions, the features, the score, the classes"
    for _ in range(200):
        model.critic(batch.x, batch.labels)
    for layer in layers:
        W = layer.norm(layer.weight).flatten(1)
        assert float(torch.linalg.matrix_norm(W, 2)) == pytest.approx(1, rel=0.01)
    model.eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.critic(batch.x, batch.labels)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    for layer in layers:
        layer.weight.mul_(7)
    torch.testing.assert_close(layers[0].norm(layers[0].weight), layers[0].norm(layers[0].weight / 7))


# Directions


def test_its_own_directions_are_orthonormal_and_ordered_by_what_they_change() -> None:
    model = make(latent_size=6)
    directions = model.own_directions()
    torch.testing.assert_close(directions @ directions.T, torch.eye(6), atol=1e-6, rtol=0)
    A = model.generator.first.weight.detach()
    gains = (A @ directions.T).norm(dim=0)
    assert (gains.diff() <= 1e-6).all()
    torch.testing.assert_close(gains[0], torch.linalg.matrix_norm(A, 2))
    assert (directions.gather(1, directions.abs().argmax(1, keepdim=True)) > 0).all()
    assert torch.equal(directions, copy.deepcopy(model).own_directions())


# Presets, weights, resuming


@pytest.mark.parametrize("title", GAN.PRESETS)
def test_each_preset_trains(title: str) -> None:
    preset = GAN.PRESETS[title]
    assert GANConfig.read(preset) == GANConfig(**preset)
    model = make(**preset)
    trainer = Trainer(model, squares(80))
    assert isinstance(list(trainer)[-1], Finished)
    assert all(np.isfinite(array).all() for array in trainer.weights().values())


def test_the_lectures_preset_has_no_penalties_and_a_value() -> None:
    model = make(**GAN.PRESETS["Goodfellow 2014"])
    terms = next(model.training_step(a_batch(8), START, rng())).terms
    assert set(terms) == {"critic on real", "critic on fake", "V(D, G)"}


def test_the_wasserstein_game_has_its_gap_and_no_other_game() -> None:
    for loss in LOSSES:
        terms = next(make(loss=loss, penalty=0.0).training_step(a_batch(8), START, rng())).terms
        assert (GAP in terms) == (loss == "wasserstein")
        if GAP in terms:
            gap = terms["critic on real"] - terms["critic on fake"]
            torch.testing.assert_close(terms[GAP], gap)


def test_dcgan_draws_colour_pictures_of_64_by_64_from_100_numbers_and_learns() -> None:
    preset, image = GAN.PRESETS["DCGAN 2015 (64 × 64 colour)"], ImageShape(3, 64, 64)
    with torch.device("meta"):
        model = GAN(GANConfig.read(preset), image)
    assert model.space("z").size == 100
    filters = [layer.out_channels for layer in model.critic.body if isinstance(layer, nn.Conv2d)]
    assert filters == [128, 256, 512, 1024]
    groups = model.parameter_groups()
    assert all(group.betas == (0.5, 0.999) for group in groups.values())
    small = make(image, **{**preset, "width": 8, "batch": 4})
    before = weights(small.generator)
    trainer = Trainer(small, squares(8, (64, 64, 3)))
    assert isinstance(list(trainer)[-1], Finished)
    assert moved(small.generator, before)
    assert small.decode(torch.zeros(1, 100)).shape == (1, *image)


@pytest.mark.parametrize("spectral_norm", ["off", "on"])
def test_weights_survive_a_file(tmp_path: Path, spectral_norm: str) -> None:
    model = make(spectral_norm=spectral_norm, condition="class")
    list(Trainer(model, squares(32)))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, tmp_path / "weights.safetensors")
    other = make(spectral_norm=spectral_norm, condition="class")
    other.load_state_dict(load_file(tmp_path / "weights.safetensors"))
    batch = a_batch(4)
    for one in (model, other):
        one.eval()
    assert torch.equal(
        model.decode(model.sample(4, rng()), condition=batch.labels),
        other.decode(other.sample(4, rng()), condition=batch.labels),
    )
    torch.testing.assert_close(model.critic(batch.x, batch.labels), other.critic(batch.x, batch.labels))
    half = copy.deepcopy(other)
    half.load_state_dict({k: v.half().float() for k, v in other.state_dict().items()})
    z = model.sample(4, rng())
    torch.testing.assert_close(half.decode(z), other.decode(z), atol=2e-3, rtol=0)


@pytest.mark.parametrize("spectral_norm", ["off", "on"])
def test_a_resumed_training_ends_where_an_uninterrupted_one_does(spectral_norm: str) -> None:
    turned = {"spectral_norm": spectral_norm, "condition": "class", "critic_steps": 2, "epochs": 4}

    def trainer() -> Trainer:
        new = Trainer(make(batch=8, **turned), squares(64), seed=3)
        new.interval = 0
        return new

    straight = trainer()
    states = {}
    for _ in straight:
        states[straight.step] = straight.state()
    resumed = trainer()
    resumed.restore(states[7])
    assert resumed.step == 7
    list(resumed)
    assert resumed.step == straight.step == 16
    for name, array in straight.state().tensors.items():
        np.testing.assert_array_equal(resumed.state().tensors[name], array, err_msg=name)


# A round, out of what the two networks were shown in it


def test_the_optimiser_of_each_is_told_what_the_settings_say() -> None:
    groups = make(beta1=0.3, beta2=0.8, critic_rate=2.5).parameter_groups()
    assert {group.betas for group in groups.values()} == {(0.3, 0.8)}
    assert {group.weight_decay for group in groups.values()} == {0.0}
    assert groups["critic"].relative_rate == 2.5
    assert groups["generator"].relative_rate == 1.0


@pytest.mark.parametrize("condition", ["none", "class"])
@pytest.mark.parametrize("loss", LOSSES)
def test_both_updates_are_those_of_the_game_for_the_fakes_of_the_round(loss: str, condition: str) -> None:
    model = make(loss=loss, condition=condition, penalty=3.0, penalty_every=2)
    noise: list[Tensor] = []
    drawn: list[Tensor] = []
    model.generator.register_forward_hook(
        lambda network, given, fakes: (noise.append(given[0]), drawn.append(fakes.detach()))[0]
    )
    batch = a_batch(400)
    critic, generator = model.training_step(batch, START, rng(5))
    y = batch.labels if condition == "class" else None
    both = None if y is None else torch.cat([y, y])
    real = model.critic(batch.x, y)
    fake, newer = (model.critic(fakes, y) for fakes in drawn)
    for name, scores in (("critic on real", real), ("critic on fake", fake)):
        torch.testing.assert_close(critic.terms[name], scores.mean())
    torch.testing.assert_close(critic.scores[REAL], real)
    torch.testing.assert_close(critic.scores[FAKE], fake)
    if loss == "wasserstein":
        penalty = critic.terms["penalty"]
    else:
        everything = torch.cat([batch.x, drawn[0]])
        penalty = adversarial.zero_centred_penalty(lambda x: model.critic(x, both), everything)
        torch.testing.assert_close(critic.terms["penalty"], penalty)
    wanted = adversarial.critic_loss(model.config.loss, real, fake) + 3 * 2 * penalty
    torch.testing.assert_close(critic.loss, wanted)
    torch.testing.assert_close(generator.loss, adversarial.generator_loss(model.config.loss, real, newer))
    assert not torch.equal(noise[0], noise[1])
    for z in noise:
        torch.testing.assert_close(z.mean(0), torch.zeros(3), atol=0.15, rtol=0)
        torch.testing.assert_close(z.std(0), torch.ones(3), atol=0.15, rtol=0)
