"""The step size over a training."""

from __future__ import annotations

import math

import pytest
import torch

from explorer.training.events import Progress
from explorer.training.optimisers import Optimisers
from explorer.training.rate import WARM_SHARE, one_cycle
from tests.training.test_trainer import make


@pytest.mark.parametrize("steps", [1, 2, 7, 100, 10_000])
def test_it_rises_to_its_peak_and_falls_towards_zero(steps: int) -> None:
    shares = [one_cycle(step, steps) for step in range(steps)]
    peak = shares.index(max(shares))
    assert all(0 < share <= 1 for share in shares)
    assert shares[: peak + 1] == sorted(shares[: peak + 1])
    assert shares[peak:] == sorted(shares[peak:], reverse=True)
    assert max(shares) == pytest.approx(1, abs=1 / (WARM_SHARE * steps + 1))
    assert one_cycle(steps, steps) == pytest.approx(0, abs=1e-12)


def test_the_rise_is_straight_and_the_fall_half_a_cosine() -> None:
    assert [one_cycle(step, 1000) for step in (0, 49, 99)] == pytest.approx([1 / 101, 50 / 101, 100 / 101])
    # Half of the fall is behind it in its middle, and a quarter of it is a quarter of half a turn.
    assert one_cycle(550, 1000) == pytest.approx(0.5)
    assert one_cycle(325, 1000) == pytest.approx(0.5 * (1 + math.sqrt(0.5)))


def test_a_training_moves_by_the_rate_of_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    apply = Optimisers.apply

    def heard(self: Optimisers, group: str, rate: float) -> torch.Tensor:
        told.append(rate)
        return apply(self, group, rate)

    monkeypatch.setattr(Optimisers, "apply", heard)
    trainer = make(epochs=5, learning_rate=0.02)
    shown = [trainer.learning_rate]
    shown += [event.learning_rate for event in trainer if isinstance(event, Progress)]
    assert told == shown[:-1] == pytest.approx([0.02 * one_cycle(step, 40) for step in range(40)])
    assert told.index(max(told)) == WARM_SHARE * len(told)
    assert max(told) == 0.02
    assert told[-1] < 0.01 * max(told)
    assert shown[-1] == pytest.approx(0, abs=1e-12)
