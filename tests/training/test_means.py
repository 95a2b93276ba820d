"""Means of what the loss plot shows."""

from __future__ import annotations

import pytest
import torch

from explorer.models.base import Update
from explorer.training.means import Means
from explorer.training.ranks import ALONE


def update(loss: float, **terms: float) -> Update:
    return Update("critic", torch.tensor(loss), {name: torch.tensor(value) for name, value in terms.items()})


def test_parts_of_a_batch_count_by_their_size_and_steps_alike() -> None:
    means = Means()
    means.note([update(1.0, kl=8.0), update(4.0, kl=2.0)], [0.75, 0.25], torch.tensor(3.0), alone=True)
    means.note([update(5.75)], [1.0], torch.tensor(5.0), alone=True)
    read = means.read(ALONE)
    assert read.terms == pytest.approx({"loss": (1.75 + 5.75) / 2, "kl": 6.5, "gradient": 4.0})


def test_what_was_read_is_forgotten() -> None:
    means = Means()
    means.add({"loss": torch.tensor(100.0)})
    means.read(ALONE)
    means.add({"loss": torch.tensor(2.0)})
    assert means.read(ALONE).terms == {"loss": 2.0}
    assert means.read(ALONE).terms == {}
