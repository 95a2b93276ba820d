"""Networks that families share, with their knobs: for any side and channel count.

Imports torch and `base`. Each function returns a plain `nn.Sequential`, from pictures
(N, C, H, W) in [0, 1] to N x outputs, or from codes (N, D) to picture logits (N, C, H, W).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import nn

from explorer.models.base import ImageShape, TrainedConfig, knob

Network = Literal["conv", "dense", "linear"]


class Shape(NamedTuple):
    """How large a network is."""

    network: Network
    width: int
    """Channels of the first convolution; a dense layer has 16 times as many units."""
    depth: int
    """Convolutions that halve the side, or hidden dense layers, each half as wide as the last."""


class ZeroConv(nn.Conv2d):
    """A convolution that starts as nothing: its branch comes in as training asks for it."""

    def reset_parameters(self) -> None:
        nn.init.zeros_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)


@dataclass(frozen=True)
class CoderConfig(TrainedConfig):
    """Knobs of every family made of an encoder and a decoder."""

    network: Network = knob(
        "conv",
        help="Strided convolutions, dense layers, or one linear map each way (at best as good as PCA).",
    )
    latent_size: int = knob(16, low=1, high=4096, unit="numbers", help="Numbers in a code z.")
    width: int = knob(
        32,
        low=1,
        high=512,
        unit="channels",
        help="Channels of the first convolution; dense layers have 16 x as many units.",
    )
    depth: int = knob(
        2, low=1, high=6, unit="layers", help="Convolutions, each halving the side, or hidden dense layers."
    )

    @property
    def shape(self) -> Shape:
        return Shape(self.network, self.width, self.depth)


def encoder(shape: Shape, image: ImageShape, outputs: int) -> nn.Sequential:
    """Pictures (N, C, H, W) to (N, outputs)."""
    if shape.network == "linear":
        return nn.Sequential(nn.Flatten(), nn.Linear(image.size, outputs))
    if shape.network == "dense":
        sizes = [image.size, *_dense_sizes(shape)]
        return nn.Sequential(nn.Flatten(), *_dense(sizes), nn.Linear(sizes[-1], outputs))
    channels, (height, width) = _channels(shape, image), _coarsest(shape, image)
    layers: list[nn.Module] = []
    for fine, coarse in itertools.pairwise(channels):
        layers += [nn.Conv2d(fine, coarse, 4, stride=2, padding=1), nn.SiLU()]
    hidden = _hidden(shape)
    flat = channels[-1] * height * width
    layers += [nn.Flatten(), nn.Linear(flat, hidden), nn.SiLU(), nn.Linear(hidden, outputs)]
    return nn.Sequential(*layers)


def decoder(shape: Shape, image: ImageShape, inputs: int) -> nn.Sequential:
    """Codes (N, inputs) to picture logits (N, C, H, W): the encoder's mirror image."""
    if shape.network == "linear":
        return nn.Sequential(nn.Linear(inputs, image.size), nn.Unflatten(1, image))
    if shape.network == "dense":
        sizes = [inputs, *reversed(_dense_sizes(shape))]
        return nn.Sequential(*_dense(sizes), nn.Linear(sizes[-1], image.size), nn.Unflatten(1, image))
    channels, (height, width) = _channels(shape, image), _coarsest(shape, image)
    hidden = _hidden(shape)
    flat = (channels[-1], height, width)
    layers: list[nn.Module] = [
        *(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, math.prod(flat)), nn.Unflatten(1, flat))
    ]
    for coarse, fine in itertools.pairwise(reversed(channels)):
        layers += [nn.SiLU(), nn.ConvTranspose2d(coarse, fine, 4, stride=2, padding=1)]
    return nn.Sequential(*layers)


def initialise(model: nn.Module, rng: torch.Generator) -> None:
    """Draw all weights and biases uniformly in +-1/sqrt(inputs) (LeCun et al. 1998) from `rng`."""
    for module in model.modules():
        if isinstance(module, ZeroConv):
            module.reset_parameters()
        elif isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            inputs = module.weight[0].numel()
            if isinstance(module, nn.ConvTranspose2d):
                # Each output pixel sees only every second tap of a stride-2 kernel, in each direction.
                inputs = module.in_channels * math.prod(module.kernel_size) // math.prod(module.stride)
            bound = 1 / math.sqrt(inputs)
            nn.init.uniform_(module.weight, -bound, bound, generator=rng)
            if module.bias is not None:
                nn.init.uniform_(module.bias, -bound, bound, generator=rng)


def _dense(sizes: list[int]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.SiLU()]
    return layers


def _dense_sizes(shape: Shape) -> list[int]:
    return [max(16 * shape.width >> level, 8) for level in range(shape.depth)]


def _halvings(shape: Shape, image: ImageShape) -> int:
    """The side is halved as long as it stays even and above 2."""
    height, width = image.height, image.width
    count = 0
    while count < shape.depth and height % 2 == width % 2 == 0 and min(height, width) > 2:
        height, width, count = height // 2, width // 2, count + 1
    return count


def _coarsest(shape: Shape, image: ImageShape) -> tuple[int, int]:
    halvings = _halvings(shape, image)
    return image.height >> halvings, image.width >> halvings


def _channels(shape: Shape, image: ImageShape) -> list[int]:
    """Channels from the picture to the coarsest level."""
    return [image.channels, *(shape.width << min(level, 3) for level in range(_halvings(shape, image)))]


def _hidden(shape: Shape) -> int:
    return 8 * shape.width
