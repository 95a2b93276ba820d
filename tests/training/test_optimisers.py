"""AdamW as each parameter group asks for it, and the guard against exploding gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from explorer.models.base import ParameterGroup
from explorer.training.optimisers import EPSILON, LIMIT, MEMORY, Optimisers


def adamw(
    weight: float, gradients: list[float], rate: float, betas: tuple[float, float], decay: float
) -> float:
    """Algorithm 2 of Loshchilov & Hutter 2019, for one number."""
    m = v = 0.0
    for step, gradient in enumerate(gradients, 1):
        m = betas[0] * m + (1 - betas[0]) * gradient
        v = betas[1] * v + (1 - betas[1]) * gradient**2
        unbiased_m, unbiased_v = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
        weight -= rate * (unbiased_m / (unbiased_v**0.5 + EPSILON) + decay * weight)
    return weight


def take(optimisers: Optimisers, group: str, weight: nn.Parameter, gradient: float) -> float:
    """One step; tells the gradient after the cut."""
    weight.grad = torch.full_like(weight, gradient)
    optimisers.apply(group, 0.05)
    return float(weight.grad[0])


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.0, 0.99), (0.5, 0.9)])
@pytest.mark.parametrize(("decay", "relative_rate"), [(0.0, 1.0), (0.3, 0.25)])
def test_each_group_moves_by_its_own_betas_decay_and_rate(
    betas: tuple[float, float], decay: float, relative_rate: float
) -> None:
    usual, own = nn.Parameter(torch.full((3,), 2.0)), nn.Parameter(torch.full((2,), -1.5))
    groups = {
        "usual": ParameterGroup([usual]),
        "own": ParameterGroup([own], betas, decay, relative_rate),
    }
    optimisers = Optimisers(groups)
    gradients = [1.0, -0.4, 3.0, 0.2, 0.2, -2.5]
    for step, gradient in enumerate(gradients):
        if step == 3:  # and from what was kept of them
            kept, optimisers = optimisers.tensors(), Optimisers(groups)
            optimisers.restore(kept)
        for name, weight in (("usual", usual), ("own", own)):
            assert take(optimisers, name, weight, gradient) == pytest.approx(gradient), "none is cut"
    wanted = (
        adamw(2.0, gradients, 0.05, (0.9, 0.999), 0.01),
        adamw(-1.5, gradients, 0.05 * relative_rate, betas, decay),
    )
    for weight, number in zip((usual, own), wanted, strict=True):
        np.testing.assert_allclose(weight.detach().numpy(), number, rtol=1e-5)


def test_tiny_gradients_move_as_far_as_large_ones() -> None:
    weight = nn.Parameter(torch.zeros(1))
    optimisers = Optimisers({"all": ParameterGroup([weight], weight_decay=0.0)})
    take(optimisers, "all", weight, 1e-5)
    assert weight.item() == pytest.approx(-0.05, rel=0.01)


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


def test_the_usual_length_follows_slowly_and_a_spike_counts_as_what_is_left_of_it() -> None:
    weight = nn.Parameter(torch.zeros(1))
    groups = {"all": ParameterGroup([weight])}
    optimisers, usual = Optimisers(groups), 1.0
    for step, length in enumerate((1.0, 5.0, 5.0, 1e8, 2.0, 1e8)):
        if step == 4:  # what is usual outlives a resume
            kept, optimisers = optimisers.tensors(), Optimisers(groups)
            optimisers.restore(kept)
        cut = min(length, LIMIT * usual)
        assert take(optimisers, "all", weight, length) == pytest.approx(cut, rel=1e-5)
        usual = MEMORY * usual + (1 - MEMORY) * cut
