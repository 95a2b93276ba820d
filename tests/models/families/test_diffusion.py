"""The diffusion family: network, walks, training, inversion, and what it refuses."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from explorer.errors import BadInput
from explorer.models import arrays
from explorer.models.base import Batch, Denoised, ImageShape, Position, SamplingPlan
from explorer.models.families.diffusion import Diffusion, DiffusionConfig, loss_by_t
from explorer.models.parts.networks import initialise
from explorer.models.parts.schedule import (
    EDGE,
    Curve,
    aim,
    network_calls,
    schedule_of,
    solve,
    times,
    to_picture,
)
from explorer.training.events import Progress
from explorer.training.trainer import Trainer
from tests.shapes import squares

EIGHT = ImageShape(1, 8, 8)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def made(image: ImageShape = EIGHT, classes: int = 0, **settings: object) -> Diffusion:
    """A small model whose every layer says something, as after training."""
    model = Diffusion(DiffusionConfig.read({"width": 8, "T": 100, **settings}), image, classes).eval()
    initialise(model, seeded())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=seeded(1)))
    return model


@pytest.mark.parametrize("curve", ["linear", "cosine", "straight"])
def test_noised_pictures_have_the_moments_of_q(curve: Curve) -> None:
    model = made(
        target="flow" if curve == "straight" else "v", schedule="linear" if curve == "linear" else "cosine"
    )
    x = torch.rand(1, *EIGHT, generator=seeded())
    noise = torch.randn(20_000, *EIGHT, generator=seeded(1))
    x_t = model.noise_schedule.mixed(2 * x - 1, noise, 30)
    schedule = schedule_of(curve, 100)
    alpha, sigma = schedule.alpha[30], schedule.sigma[30]
    torch.testing.assert_close(x_t.mean(0), alpha * (2 * x[0] - 1), atol=0.04, rtol=0)
    torch.testing.assert_close(x_t.std(0), sigma.expand(EIGHT), atol=0.03, rtol=0)


@pytest.mark.parametrize(
    "image",
    [(1, 9, 9), (3, 8, 11), (1, 12, 8), (1, 4, 4), (3, 1, 3)],
    ids=str,
)
@pytest.mark.parametrize("fold", ["none", "2x2"])
@pytest.mark.parametrize("depth", [1, 6])
def test_any_side_goes_through_and_comes_back(image: tuple[int, int, int], fold: str, depth: int) -> None:
    model = made(ImageShape(*image), fold=fold, depth=depth, steps=2)
    x = torch.rand(2, *image, generator=seeded())
    with torch.inference_mode():
        assert model.decode(model.encode(x, "x_T")).shape == x.shape
        assert model.encode(x).shape == (2, *model.space("h").shape)


def test_an_untrained_network_says_nothing_and_its_layers_start_as_nothing() -> None:
    model = Diffusion(DiffusionConfig(width=8), EIGHT)
    initialise(model, seeded())
    x = torch.randn(2, *EIGHT, generator=seeded())
    with torch.inference_mode():
        assert not model.network(x, torch.tensor([0.1, 0.9])).any()
    assert (model.network.after.norm.weight == 1).all()


def test_the_size_that_ships_is_that_of_the_recipe() -> None:
    model = Diffusion(DiffusionConfig(), ImageShape(1, 28, 28))
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(0.78e6, rel=0.02)
    assert network_calls(model.plan, times(model.plan, 1000), 1000) <= 20
    assert set(model.state_dict()) == {name for name, _ in model.named_parameters()}


def called(model: Diffusion) -> Iterator[int]:
    """Pictures that the network reads from now on: the first item is said before any."""
    read: list[int] = []
    model.network.register_forward_hook(lambda network, given, output: read.append(len(given[0])))
    while True:
        yield sum(read)


@pytest.mark.parametrize(
    ("sampler", "guidance", "calls"),
    # Of the places 1, 0.9 ... 0.1 four lie where a weight above 1 acts; Heun sees all but the first twice.
    [
        ("ddim", 1.0, 10),
        ("ddpm", 1.0, 10),
        ("heun", 1.0, 19),
        ("ddim", 3.0, 14),
        ("heun", 3.0, 27),
        ("ddim", 0.0, 20),
    ],
)
def test_a_plan_takes_as_many_calls_as_it_says(sampler: str, guidance: float, calls: int) -> None:
    model = made(classes=3, condition="class")
    plan = SamplingPlan(sampler, 10, guidance=guidance)  # type: ignore[arg-type]
    counted = called(model)
    next(counted)
    list(model.denoise(torch.randn(4, 64, generator=seeded()), plan, seeded(), torch.tensor([0, 1, 2, 0])))
    T = model.noise_schedule.T
    assert next(counted) == 4 * network_calls(plan, times(plan, T), T) == 4 * calls


def test_what_is_almost_black_is_black_and_the_middle_stays() -> None:
    nearly = torch.tensor([-1.01, -0.98, 0.0, 0.98])
    torch.testing.assert_close(to_picture(nearly), torch.tensor([0.0, 0.0, 0.5, 1.0]))
    assert 0 < float(to_picture(torch.tensor(-0.95))) < 0.02


def test_a_walk_shows_every_place_and_the_picture_last() -> None:
    model = made()
    noise = torch.randn(3, 64, generator=seeded())
    steps = list(model.denoise(noise, model.plan, seeded()))
    assert [step.t for step in steps] == pytest.approx([1 - k / 20 for k in range(21)])
    assert torch.equal(steps[0].x_t.flatten(1), noise)
    for step in steps:
        assert step.x_t.shape == step.clean.shape == step.noise.shape == (3, *EIGHT)
        assert 0 <= float(step.clean.min()) <= float(step.clean.max()) <= 1
    torch.testing.assert_close(steps[-1].clean, (steps[-1].x_t * (1 + EDGE) / 2 + 0.5).clamp(0, 1))
    torch.testing.assert_close(steps[-1].clean, steps[-2].clean)
    assert torch.equal(model.decode(noise), steps[-1].clean)


def test_a_picture_is_made_without_its_steps_being_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    model, seen, alive = made(steps=20), list[weakref.ref[Tensor]](), list[int]()
    walk = model.denoise

    def watched(*arguments: Any) -> Iterator[Denoised]:
        for step in walk(*arguments):
            seen.append(weakref.ref(step.x_t))
            yield step
            alive.append(sum(one() is not None for one in seen))

    monkeypatch.setattr(model, "denoise", watched)
    with torch.inference_mode():
        model.decode(torch.randn(2, 64, generator=seeded()))
    assert len(seen) == 21
    assert max(alive) < 5


def test_a_fork_without_fresh_noise_goes_the_same_way() -> None:
    model = made()
    steps = list(model.denoise(torch.randn(2, 64, generator=seeded()), model.plan, seeded()))
    forked = list(model.denoise_from(steps[7].x_t, steps[7].t, model.plan, seeded(9)))
    assert [step.t for step in forked] == [step.t for step in steps[7:]]
    assert torch.equal(forked[-1].clean, steps[-1].clean)


@pytest.mark.parametrize(
    ("plan", "draws"),
    [
        (SamplingPlan("ddim", 5), False),
        (SamplingPlan("heun", 5), False),
        (SamplingPlan("ddim", 5, eta=0.5), True),
        (SamplingPlan("ddpm", 5), True),
    ],
    ids=str,
)
def test_the_given_generator_alone_decides_what_is_drawn(plan: SamplingPlan, draws: bool) -> None:
    model, noise = made(), torch.randn(2, 64, generator=seeded())
    before = torch.get_rng_state()
    one, same, other = (list(model.denoise(noise, plan, seeded(seed)))[-1].x_t for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert torch.equal(one, other) != draws
    assert torch.equal(before, torch.get_rng_state())


def test_training_draws_by_the_given_generator_and_drops_labels() -> None:
    x, labels, at = torch.rand(64, *EIGHT), torch.arange(64) % 4, Position(0, 0, 1)
    told: list[Tensor] = []
    for drop, seed in [(0.25, 1), (0.25, 1), (0.25, 2), (0.0, 1), (1.0, 1)]:
        model = made(classes=4, condition="class", label_drop=drop)
        model.network.register_forward_hook(lambda network, given, output: told.append(given[2]))
        before = torch.get_rng_state()
        (update,) = model.training_step(Batch(x, labels), at, seeded(seed))
        assert torch.equal(before, torch.get_rng_state())
        assert update.loss.isfinite()
    assert torch.equal(told[0], told[1])
    assert not torch.equal(told[0], told[2])
    assert 5 <= int((told[0].sum(1) == 0).sum()) <= 27
    assert torch.equal(told[3], 2 * torch.eye(4)[labels])
    assert not told[4].any()


def test_the_loss_has_a_curve_for_each_band_of_t() -> None:
    model, seen = made(T=100), []
    x = torch.full((400, *EIGHT), 0.5)  # x_0 is 0, so that x_t / t is the noise, which the flow leads to

    def err_by_t(network: object, given: tuple[Tensor, Tensor, None], output: Tensor) -> Tensor:
        x_t, t, _ = given
        seen.append(t)
        return x_t / t[:, None, None, None] + t[:, None, None, None]

    model.network.register_forward_hook(err_by_t)
    (update,) = model.training_step(Batch(x), Position(0, 0, 1), seeded())
    (t,) = seen
    for low in (0, 0.25, 0.5, 0.75):
        inside = t[(t > low) & (t <= low + 0.25)]
        term = update.terms[f"t {low:g}-{low + 0.25:g}"]
        torch.testing.assert_close(term, inside.square().mean(), atol=1e-4, rtol=0)
    assert set(update.terms) == {"noise", *(f"t {low / 4:g}-{(low + 1) / 4:g}" for low in range(4))}


def test_a_band_that_no_picture_is_in_has_the_mean_of_all() -> None:
    terms = loss_by_t(torch.tensor([1.0, 2.0, 6.0]), torch.tensor([0, 3, 3]))
    assert [float(term) for term in terms.values()] == [1.0, 3.0, 3.0, 4.0]


@pytest.mark.parametrize("target", ["noise", "v", "flow"])
def test_a_training_step_asks_for_the_noise_at_every_strength_but_none(target: str) -> None:
    model, x = made(target=target, T=50, steps=5), torch.rand(1, *EIGHT, generator=seeded())
    shown: list[Tensor] = []
    model.network.register_forward_hook(lambda network, given, output: shown.extend((*given[:2], output)))
    (update,) = model.training_step(Batch(x.expand(1500, -1, -1, -1)), Position(0, 0, 1), seeded(1))
    x_t, t, output = shown
    index = (50 * t).round().long()
    torch.testing.assert_close(50 * t, index.float())
    assert sorted(set(index.tolist())) == list(range(1, 51))
    alpha, sigma = (factor[index].view(-1, 1, 1, 1) for factor in model.noise_schedule)
    noise = (x_t - alpha * (2 * x - 1)) / sigma
    assert noise.mean().item() == pytest.approx(0, abs=0.02)
    assert noise.std().item() == pytest.approx(1, abs=0.02)
    wanted = aim(model.config.target, 2 * x - 1, noise, alpha, sigma)
    torch.testing.assert_close(update.loss, (output - wanted).square().mean(), rtol=1e-3, atol=1e-4)
    found = solve(model.config.target, output, x_t, alpha, sigma).noise
    torch.testing.assert_close(update.terms["noise"], (found - noise).square().mean(), rtol=1e-3, atol=1e-4)


def test_where_almost_nothing_of_the_picture_is_left_no_error_grows_without_bounds() -> None:
    model = made(target="noise", schedule="cosine", T=1000)
    assert model.noise_schedule.alpha[-1] < 1e-3
    steps = list(model.denoise(torch.randn(2, 64, generator=seeded()), SamplingPlan("ddim", 10), seeded()))
    assert max(float(step.x_t.abs().max()) for step in steps) < 6


def test_guidance_one_is_the_class_and_zero_is_none() -> None:
    model, noise = made(classes=3, condition="class"), torch.randn(3, 64, generator=seeded())
    chosen = torch.tensor([0, 1, 2])

    def picture(guidance: float, condition: Tensor | None) -> Tensor:
        plan = SamplingPlan("ddim", 4, guidance=guidance)
        return list(model.denoise(noise, plan, seeded(), condition))[-1].x_t

    plain, none = picture(1, chosen), picture(1, None)
    torch.testing.assert_close(picture(1 + 1e-6, chosen), plain, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(picture(0, chosen), none, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(plain, none, atol=1e-3)
    assert not torch.allclose(picture(4, chosen), plain, atol=1e-3)
    assert torch.equal(picture(4, None), none)


def test_what_a_model_can_not_have_is_refused() -> None:
    plain, with_classes = made(), made(classes=3, condition="class")
    noise, classes = torch.zeros(2, 64), torch.tensor([0, 1])
    for steps in (0, -1, 101):
        with pytest.raises(BadInput, match=f"steps={steps}"):
            plain.denoise(noise, SamplingPlan(steps=steps), seeded())
    with pytest.raises(BadInput, match="guidance"):
        plain.denoise(noise, SamplingPlan(guidance=2.0), seeded())
    with pytest.raises(BadInput, match="without classes"):
        plain.denoise(noise, SamplingPlan(), seeded(), classes)
    for wrong in (-1, 3):
        with pytest.raises(BadInput, match="classes 0 to 2"):
            with_classes.denoise(noise, SamplingPlan(), seeded(), torch.tensor([0, wrong]))
    for labelled in (0, 1):
        with pytest.raises(BadInput, match="labels of two classes"):
            made(classes=labelled, condition="class")
    with pytest.raises(BadInput, match="steps=60"):
        made(T=50, steps=60)


@pytest.fixture(scope="module", params=["flow", "v"])
def trained(request: pytest.FixtureRequest) -> tuple[Diffusion, list[float]]:
    """A model of squares in four corners, trained in some seconds, with its losses."""
    settings = {"width": 12, "target": request.param, "condition": "class", "label_drop": 0.2}
    rates = {"learning_rate": 6e-3, "epochs": 30, "batch": 32}
    model = Diffusion(DiffusionConfig.read({**settings, **rates}), EIGHT, 4)
    initialise(model, seeded())
    trainer = Trainer(model, squares(192))
    trainer.interval = 0.0
    losses = [event.terms["loss"] for event in trainer if isinstance(event, Progress)]
    model.load_state_dict(trainer.average.tensors)
    return model.eval(), losses


@pytest.mark.parametrize("sampler", ["ddim", "heun"])
def test_pictures_come_back_from_their_noise(trained: tuple[Diffusion, list[float]], sampler: str) -> None:
    model, losses = trained
    steps = 10 if sampler == "heun" else 20
    model.config = model.config.changed("sampler", sampler).changed("steps", steps)
    x = arrays.to_x(squares(32, seed=5).images, model)
    with torch.inference_mode():
        noise = model.encode(x, "x_T")
        assert float((model.decode(noise) - x).square().mean()) <= 1e-3
    assert sum(losses[-20:]) < 0.5 * sum(losses[:20])


def test_a_class_that_is_asked_for_is_made(trained: tuple[Diffusion, list[float]]) -> None:
    model, _ = trained
    asked = torch.arange(64) % 4
    with torch.inference_mode():
        x = model.decode(model.sample(64, seeded(), "x_T"), condition=asked)
    ink = torch.nn.functional.avg_pool2d(x, 4).flatten(1)
    assert float((ink.argmax(1) == asked).float().mean()) > 0.95


def test_the_features_tell_the_corners_apart(trained: tuple[Diffusion, list[float]]) -> None:
    model, _ = trained
    data = squares(64, seed=5)
    with torch.inference_mode():
        h = model.encode(arrays.to_x(data.images, model), "h")
    apart = torch.cdist(h, h) + torch.eye(64) * 1e9
    labels = torch.tensor(data.labels)
    assert float((labels[apart.argmin(1)] == labels).float().mean()) > 0.9
