"""What an autoencoder alone has: pictures that are spoilt for it, and a penalty on its codes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from explorer import models
from explorer.models.base import Batch, ImageShape, Position, Update
from explorer.models.families.autoencoder import Autoencoder, Corruption, corrupt, sparsity_penalty
from explorer.training.events import Progress
from explorer.training.trainer import Trainer
from tests.shapes import squares

SHAPE = ImageShape(3, 8, 12)
START = Position(0, 0, 1)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(shape: ImageShape = SHAPE, **turned: object) -> Autoencoder:
    model = models.build("ae", {"network": "dense", "width": 2, "latent_size": 3, **turned}, shape)
    assert isinstance(model, Autoencoder)
    return model


def updated(model: Autoencoder, x: Tensor) -> Update:
    (update,) = model.training_step(Batch(x), START, rng(7))
    return update


# Corruption


@pytest.mark.parametrize("how", ["none", "gaussian", "dropout", "squares"])
def test_what_comes_back_from_the_spoilt_picture_is_held_against_the_clean_one(how: Corruption) -> None:
    model = make(corruption=how, strength=0.6)
    x = torch.rand(9, *SHAPE, generator=rng())
    with torch.no_grad():
        update = updated(model, x)
        spoilt = corrupt(x, how, 0.6, rng(7))
        wanted = (x - model.decode(model.encode(spoilt))).square()
    torch.testing.assert_close(update.terms["error"], wanted.mean())
    torch.testing.assert_close(update.loss, wanted.sum() / len(x))
    assert torch.equal(spoilt, x) == (how == "none")


def test_noise_has_the_standard_deviation_that_was_asked_for() -> None:
    x = torch.full((400, *SHAPE), 0.5)
    noise = corrupt(x, "gaussian", 0.3, rng()) - x
    assert noise.mean().item() == pytest.approx(0, abs=0.01)
    assert noise.std().item() == pytest.approx(0.3, rel=0.02)


def test_dropout_blackens_its_share_of_the_pixels_in_all_channels() -> None:
    x = torch.rand(400, *SHAPE, generator=rng(1)) + 0.1
    seen = corrupt(x, "dropout", 0.3, rng())
    black = seen == 0
    assert black.float().mean().item() == pytest.approx(0.3, abs=0.02)
    assert torch.equal(black[:, 0], black.all(1))
    assert torch.equal(black[:, 0], black.any(1))
    assert torch.equal(seen[~black], x[~black])


@pytest.mark.parametrize(("strength", "tall", "wide"), [(0.5, 4, 6), (0.3, 2, 4), (1.0, 8, 12), (0.0, 0, 0)])
def test_one_square_in_each_picture_is_black_and_lies_anywhere(strength: float, tall: int, wide: int) -> None:
    black = corrupt(torch.ones(2000, *SHAPE), "squares", strength, rng())[:, 0] == 0
    assert torch.equal(black.sum((1, 2)), torch.full((2000,), tall * wide))
    for lines, side, whole in ((black.any(2), tall, 8), (black.any(1), wide, 12)):
        assert torch.equal(lines.sum(1), torch.full((2000,), side))
        if side:
            began = torch.bincount(lines.int().argmax(1))
            assert len(began) == whole - side + 1, "from the first line to the last"
            assert began.min() > 0.6 * 2000 / len(began)


# Sparsity


def test_the_penalties_are_those_of_the_lecture_notes() -> None:
    z = torch.tensor([[1.0, -2.0, 0.0], [3.0, 0.5, -0.5]])
    assert sparsity_penalty(z, "l1", 0.05).item() == pytest.approx((3.0 + 4.0) / 2)
    assert sparsity_penalty(z, "none", 0.05).item() == 0
    kl = 0.0
    for column in z.T.tolist():
        activity = sum(1 / (1 + math.exp(-number)) for number in column) / 2
        kl += 0.05 * math.log(0.05 / activity) + 0.95 * math.log(0.95 / (1 - activity))
    assert sparsity_penalty(z, "target", 0.05).item() == pytest.approx(kl, rel=1e-4)
    wanted = torch.logit(torch.full((4, 3), 0.05))
    assert sparsity_penalty(wanted, "target", 0.05).item() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("how", ["l1", "target"])
def test_the_loss_is_the_error_and_the_weighted_penalty(how: str) -> None:
    model = make(sparsity=how, sparsity_weight=0.7)
    x = torch.rand(9, *SHAPE, generator=rng())
    with torch.no_grad():
        update = updated(model, x)
        penalty = sparsity_penalty(model.encode(x), model.config.sparsity, 0.05)
    torch.testing.assert_close(update.terms["sparsity"], penalty)
    torch.testing.assert_close(update.loss, update.terms["error"] * SHAPE.size + 0.7 * penalty)


@pytest.mark.parametrize("how", ["l1", "target"])
def test_training_makes_codes_sparse(how: str) -> None:
    found = []
    for weight in (0.0, 10.0):
        turned = {"sparsity": how, "sparsity_weight": weight, "batch": 16, "epochs": 8, "learning_rate": 0.01}
        trainer = Trainer(make(ImageShape(1, 8, 8), **turned), squares(64))
        trainer.interval = 0.0
        found.append([event.terms["sparsity"] for event in trainer if isinstance(event, Progress)])
    assert found[1][-1] < 0.5 * found[1][0]
    assert found[1][-1] < 0.5 * found[0][-1]
