"""The layers of a model, as they are listed for people."""

from __future__ import annotations

import itertools

import pytest
import torch

from explorer import models
from explorer.models.base import ImageShape
from explorer.models.layers import STRIDES, TRANSPOSED, layers, remarks
from tests.families import small

LEARNED = [name for name in models.FAMILIES if name != "pca"]
COLOUR = ImageShape(3, 64, 64)


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("family", LEARNED)
def test_every_weight_of_a_model_is_in_one_of_its_layers(family: str, classes: int) -> None:
    turned = {"condition": "class"} if classes else {}
    model = models.build(family, small(family, **turned), COLOUR, classes=classes)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    found = layers(model)
    assert sum(layer.weights for layer in found) == sum(p.numel() for p in model.parameters())
    assert any(layer.input == COLOUR for layer in found) or family == "diffusion"  # whose pixels are folded
    assert all(layer.network and layer.kind and layer.output for layer in found)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
    assert all(parameter.grad is None for parameter in model.parameters())


def test_shapes_go_from_the_picture_to_the_code_and_back() -> None:
    settings = {"latent_size": 5, "width": 4, "depth": 2}
    found = layers(models.build("ae", settings, ImageShape(1, 28, 28)))
    encoder = [layer for layer in found if layer.network == "encoder"]
    decoder = [layer for layer in found if layer.network == "decoder"]
    assert encoder[0].input == decoder[-1].output == (1, 28, 28)
    assert encoder[-1].output == decoder[0].input == (5,)
    assert encoder[0].kind == "convolution 4 x 4, stride 2"
    assert encoder[0].weights == 4 * 16 + 4
    assert decoder[-1].kind == "transposed convolution 4 x 4, stride 2"
    for part in (encoder, decoder):
        assert all(one.output == other.input for one, other in itertools.pairwise(part))
    assert remarks(found) == (STRIDES, TRANSPOSED)


def test_a_model_in_closed_form_has_two_maps_with_one_matrix() -> None:
    model = models.build("pca", {"latent_size": 3}, ImageShape(1, 8, 8))
    found = layers(model)
    assert [(layer.input, layer.output, layer.weights) for layer in found] == [
        ((1, 8, 8), (3,), 192 + 64),
        ((3,), (1, 8, 8), 0),
    ]
    assert remarks(found) == ()


def test_blocks_of_a_large_network_are_named() -> None:
    found = layers(models.build("diffusion", small("diffusion"), ImageShape(1, 28, 28)))
    blocks = [layer.block for layer in found]
    assert blocks[0] == "time"
    assert {"down 1", "attention", "up 1", "leave"} <= set(blocks)
