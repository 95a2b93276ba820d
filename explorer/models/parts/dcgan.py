"""The networks of the GAN family, in the manner of DCGAN (Radford et al. 2015), for any shape of picture.

Imports torch and `base`. Both walk the same pyramid, whose levels halve the side as often as a knob says;
a side that can't be halved is made larger for the critic and cut out of what the generator draws. Neither
looks at more than one item of a batch (no batch norm), as gradient penalties need.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.models.base import ImageShape

SLOPE = 0.2
"""Of the leaky rectifiers below zero."""


class Pyramid(NamedTuple):
    """From the picture, padded to sides that can be halved, to the coarsest map."""

    channels: tuple[int, ...]
    """Of each level, the picture's first."""
    coarsest: tuple[int, int]
    image: ImageShape

    @property
    def flat(self) -> int:
        """Numbers in the coarsest map."""
        return self.channels[-1] * math.prod(self.coarsest)

    @property
    def margins(self) -> tuple[int, int, int, int]:
        """What the padded picture has more on the left, right, top and bottom."""
        levels = len(self.channels) - 1
        rest_y, rest_x = (
            (cells << levels) - side for cells, side in zip(self.coarsest, self.image[1:], strict=True)
        )
        return rest_x // 2, rest_x - rest_x // 2, rest_y // 2, rest_y - rest_y // 2


def pyramid(image: ImageShape, width: int, coarsest: int) -> Pyramid:
    """At least one level, and none coarser than a longest side of `coarsest` asks for.

    Channels double from `width` up to eight times as many.
    """
    levels = 1
    while max(image.height, image.width) > coarsest << levels:
        levels += 1
    channels = (image.channels, *(width << min(level, 3) for level in range(levels)))
    return Pyramid(channels, (-(-image.height >> levels), -(-image.width >> levels)), image)


class Generator(nn.Module):
    """G: codes z (N, D) to pictures in [0, 1]; a class adds its own map to the coarsest one."""

    def __init__(self, levels: Pyramid, latent_size: int, classes: int) -> None:
        super().__init__()
        self.levels, self.classes = levels, classes
        self.first = nn.Linear(latent_size, levels.flat)
        self.of_class = nn.Linear(classes, levels.flat, bias=False) if classes else None
        layers: list[nn.Module] = [nn.Unflatten(1, (levels.channels[-1], *levels.coarsest))]
        for coarse, fine in itertools.pairwise(reversed(levels.channels)):
            # The kernel is a multiple of the stride, as otherwise a checkerboard shows (Odena et al. 2016).
            layers += [nn.LeakyReLU(SLOPE), nn.ConvTranspose2d(coarse, fine, 4, stride=2, padding=1)]
        self.body = nn.Sequential(*layers)

    def forward(self, z: Tensor, labels: Tensor | None) -> Tensor:
        h = self.first(z)
        if self.of_class is not None:
            assert labels is not None
            h = h + self.of_class(one_hot(labels, self.classes))
        left, _, top, _ = self.levels.margins
        _, height, width = self.levels.image
        drawn = self.body(h)[..., top : top + height, left : left + width]
        return torch.sigmoid(drawn.float())


class Critic(nn.Module):
    """D: pictures in [0, 1] to scores (N,), by class: w.phi(x) + e_y.phi(x) (Miyato & Koyama 2018).

    Parameters
    ----------
    features
        Numbers in phi(x), each of which sees the whole picture; with 0 it is the coarsest map, whose cells
        see a part of it.
    """

    def __init__(self, levels: Pyramid, features: int, classes: int, normalised: bool) -> None:
        super().__init__()
        self.levels, self.classes = levels, classes
        convolution = NormalisedConv if normalised else nn.Conv2d
        linear = NormalisedLinear if normalised else nn.Linear
        layers: list[nn.Module] = []
        for fine, coarse in itertools.pairwise(levels.channels):
            layers += [convolution(fine, coarse, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
        layers.append(nn.Flatten())
        if features:
            layers += [linear(levels.flat, features), nn.LeakyReLU(SLOPE)]
        self.body = nn.Sequential(*layers)
        self.score = linear(features or levels.flat, 1)
        self.of_class = linear(classes, features or levels.flat, bias=False) if classes else None

    def forward(self, x: Tensor, labels: Tensor | None) -> Tensor:
        phi = self.body(F.pad(2 * x - 1, self.levels.margins))
        # Losses look at differences of scores, which bfloat16 would round away.
        with torch.autocast(x.device.type, enabled=False):
            phi = phi.float()
            score: Tensor = self.score(phi).squeeze(1)
            if self.of_class is not None:
                assert labels is not None
                score = score + (self.of_class(one_hot(labels, self.classes)) * phi).sum(1)
        return score


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """(N,) to (N, classes)."""
    return F.one_hot(labels, classes).float()


class SpectralNorm(nn.Module):
    """Divides a weight by its largest singular value (Miyato et al. 2018).

    The value is found by one turn of the power iteration at each use, which goes on from the last.
    """

    u: Tensor

    def __init__(self, outputs: int) -> None:
        super().__init__()
        # Not drawn at random: `initialise` draws every weight, and this one's start doesn't matter.
        self.register_buffer("u", torch.ones(outputs))

    def forward(self, weight: Tensor) -> Tensor:
        with torch.autocast(weight.device.type, enabled=False):
            W = weight.flatten(1)
            with torch.no_grad():
                v = F.normalize(W.T @ self.u, dim=0)
                u = F.normalize(W @ v, dim=0)
                if self.training:
                    self.u.copy_(u)
            divided: Tensor = weight / (u @ (W @ v)).clamp(min=1e-12)
            return divided


class NormalisedConv(nn.Conv2d):
    """A convolution; as a matrix (outputs, inputs x taps) its largest singular value is 1."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, padding: int) -> None:
        super().__init__(inputs, outputs, kernel, stride=stride, padding=padding)
        self.norm = SpectralNorm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self._conv_forward(x, self.norm(self.weight), self.bias)
        return y


class NormalisedLinear(nn.Linear):
    """A linear map whose largest singular value is 1."""

    def __init__(self, inputs: int, outputs: int, bias: bool = True) -> None:
        super().__init__(inputs, outputs, bias)
        self.norm = SpectralNorm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = F.linear(x, self.norm(self.weight), self.bias)
        return y
