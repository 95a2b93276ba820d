"""The first weights of every network."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from explorer.models.parts.networks import ZeroConv, initialise


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("layer", "inputs"),
    [
        (nn.Linear(50, 400), 50),
        (nn.Conv2d(8, 60, 4, stride=2), 8 * 4 * 4),
        (nn.ConvTranspose2d(60, 8, 4, stride=2), 60 * 2 * 2),
    ],
    ids=str,
)
def test_weights_and_biases_fill_one_over_the_root_of_the_inputs_evenly(
    layer: nn.Module, inputs: int
) -> None:
    initialise(layer, seeded())
    bound = 1 / math.sqrt(inputs)
    for parameter in layer.parameters():
        assert float(parameter.abs().max().detach()) <= bound
    weight = layer.get_parameter("weight").detach()
    assert weight.min().item() == pytest.approx(-bound, rel=0.01)
    assert weight.max().item() == pytest.approx(bound, rel=0.01)
    assert weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.03)


def test_the_generator_alone_decides_and_a_branch_starts_as_nothing() -> None:
    networks = [nn.Sequential(nn.Linear(3, 4), ZeroConv(2, 2, 3)) for _ in range(3)]
    before = torch.get_rng_state()
    for network, seed in zip(networks, (0, 0, 1), strict=True):
        initialise(network, seeded(seed))
    assert torch.equal(before, torch.get_rng_state())
    one, same, other = (network[0].weight for network in networks)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert not networks[0][1].weight.any()
