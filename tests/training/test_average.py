"""The running average of the weights, held against its recursion."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from explorer.models.families.autoencoder import Autoencoder
from explorer.training.average import Average
from explorer.training.events import Progress, Snapshot
from tests.training.test_trainer import assert_same, make


def weight_of(step: int) -> float:
    """A weight that goes here and there."""
    return 3.0 * (-1) ** step + step / 7


@pytest.mark.parametrize("half_life", [0.0, 1.0, 20.0])
def test_it_is_the_recursion_with_a_warm_up(half_life: float) -> None:
    model = nn.BatchNorm1d(1, affine=False)  # whose mean is a buffer, not a parameter
    model.running_mean.fill_(weight_of(0))
    average, wanted = Average(model, half_life), weight_of(0)
    for step in range(1, 200):
        model.running_mean.fill_(weight_of(step))
        average.update(step)
        kept = min(0.5 ** (1 / max(half_life, 1e-3)), (1 + step) / (10 + step))
        wanted = kept * wanted + (1 - kept) * weight_of(step)
        assert float(average.tensors["running_mean"]) == pytest.approx(wanted, rel=1e-4, abs=1e-5)


def test_after_its_half_life_half_of_a_weight_is_left() -> None:
    model = nn.Linear(1, 1, bias=False)
    average = Average(model, half_life=25)
    average.tensors["weight"].fill_(8.0)
    with torch.no_grad():
        model.weight.fill_(0.0)
    late = 10_000  # long after the warm-up
    for step in range(late, late + 50):
        average.update(step)
    assert float(average.tensors["weight"]) == pytest.approx(2.0, rel=1e-4)


def test_what_a_training_shows_and_keeps_is_its_average(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Autoencoder, "averaging", 0.25)
    trainer = make(learning_rate=0.02)
    trainer.snapshot_interval = 0.0
    wanted = {name: tensor.numpy().copy() for name, tensor in trainer.model.state_dict().items()}
    decay = 0.5 ** (1 / (0.25 * trainer.steps))
    apart = 0.0
    for event in trainer:
        if isinstance(event, Progress):
            kept = min(decay, (1 + event.step) / (10 + event.step))
            for name, tensor in trainer.model.state_dict().items():
                wanted[name] = kept * wanted[name] + (1 - kept) * tensor.numpy()
        if isinstance(event, Snapshot):
            assert_same(event.weights, trainer.weights())
            for name, tensor in trainer.model.state_dict().items():
                np.testing.assert_allclose(event.weights[name], wanted[name], rtol=1e-4, atol=1e-6)
                apart = max(apart, float(np.abs(tensor.numpy() - wanted[name]).max()))
    assert apart > 0.01, "the newest weights are others"
