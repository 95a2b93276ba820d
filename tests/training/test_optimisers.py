"""The guard against exploding gradients."""

from __future__ import annotations

import torch
from torch import nn

from explorer.models.base import ParameterGroup
from explorer.training.optimisers import LIMIT, Optimisers


def test_a_first_gradient_of_nothing_does_not_hold_the_next_ones_back() -> None:
    weight = nn.Parameter(torch.zeros(3))
    optimisers = Optimisers({"all": ParameterGroup([weight])})
    weight.grad = torch.zeros(3)
    optimisers.apply("all", 0.1)
    weight.grad = torch.ones(3)
    optimisers.apply("all", 0.1)
    assert (weight < 0).all()


def test_a_gradient_far_longer_than_usual_is_cut() -> None:
    weight = nn.Parameter(torch.zeros(3))
    optimisers = Optimisers({"all": ParameterGroup([weight])})
    for length in (1.0, 1e8):
        weight.grad = torch.full((3,), length)
        optimisers.apply("all", 0.1)
    torch.testing.assert_close(weight.grad, torch.full((3,), LIMIT))
