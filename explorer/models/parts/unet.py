"""The U-Net that reads noisy pictures (Ronneberger et al. 2015; Ho et al. 2020). Imports torch and `blocks`.

x (N, C, H, W) and times t (N,) in [0, 1] to an output like x, for any side: with fold f, f x f pixels
become one of f^2 C channels, and halving rounds up. At the coarsest level lie the features (N, D, h, w).
"""

from __future__ import annotations

import itertools
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.models.base import ImageShape
from explorer.models.parts.networks import ZeroConv

TIME_FEATURES = 64
LONGEST_PERIOD = 10_000
TIME_SCALE = 1000
"""Times are told as the step of 1000 that they are, as in the papers."""


class UNet(nn.Module):
    """Residual blocks with the time and the class in each; attention where the picture is coarsest.

    Parameters
    ----------
    width
        Channels at the finest level; they double at every second halving.
    depth
        Halvings, as long as the shorter side stays 2 or more.
    classes
        Of the condition; 0 where there is none.
    """

    def __init__(self, image: ImageShape, width: int, depth: int, fold: int, classes: int) -> None:
        super().__init__()
        self.fold = fold
        channels = _channels(image, width, depth, fold)
        coarsest, conditioning = channels[-1], 4 * width
        self.time = nn.Sequential(
            nn.Linear(TIME_FEATURES, conditioning), nn.SiLU(), nn.Linear(conditioning, conditioning)
        )
        self.condition = nn.Linear(classes, conditioning, bias=False) if classes else None
        self.enter = nn.Conv2d(image.channels * fold**2, width, 3, padding=1)
        self.down = nn.ModuleList(
            Block(a, b, conditioning) for a, b in itertools.pairwise([width, *channels])
        )
        self.halve = nn.ModuleList(nn.Conv2d(c, c, 3, stride=2, padding=1) for c in channels[:-1])
        self.before, self.after = (
            Block(coarsest, coarsest, conditioning),
            Block(coarsest, coarsest, conditioning),
        )
        self.attention = Attention(coarsest)
        self.up = nn.ModuleList(
            Block(a + b, b, conditioning) for a, b in itertools.pairwise([coarsest, *reversed(channels)])
        )
        self.leave = nn.Sequential(
            _norm(width), nn.SiLU(), ZeroConv(width, image.channels * fold**2, 3, padding=1)
        )

    @property
    def features(self) -> int:
        """Channels at the coarsest level."""
        return self.attention.leave.out_channels

    def forward(self, x: Tensor, t: Tensor, condition: Tensor | None = None) -> Tensor:
        """Output like x; `condition` (N, classes) is zero but for the class, and all zeros for none."""
        conditioning = self._conditioning(t, condition)
        h, skips = self._descend(x, conditioning)
        for block, skip in zip(self.up, reversed(skips), strict=True):
            if h.shape[2:] != skip.shape[2:]:
                h = F.interpolate(h, size=skip.shape[2:], mode="nearest")
            h = block(torch.cat([h, skip], 1), conditioning)
        h = F.pixel_shuffle(self.leave(h), self.fold)
        return h[..., : x.shape[2], : x.shape[3]]

    def coarse(self, x: Tensor, t: Tensor, condition: Tensor | None = None) -> Tensor:
        """Features (N, D, h, w) at the coarsest level."""
        return self._descend(x, self._conditioning(t, condition))[0]

    def _descend(self, x: Tensor, conditioning: Tensor) -> tuple[Tensor, list[Tensor]]:
        odd = (0, -x.shape[3] % self.fold, 0, -x.shape[2] % self.fold)
        h = self.enter(F.pixel_unshuffle(F.pad(x, odd, mode="replicate"), self.fold))
        skips = []
        for level, block in enumerate(self.down):
            if level:
                h = self.halve[level - 1](h)
            h = block(h, conditioning)
            skips.append(h)
        return self.after(self.attention(self.before(h, conditioning)), conditioning), skips

    def _conditioning(self, t: Tensor, condition: Tensor | None) -> Tensor:
        """What every block is told: the time, and the class where there is one."""
        conditioning: Tensor = self.time(waves(t))
        if self.condition is not None and condition is not None:
            conditioning = conditioning + self.condition(condition)
        return F.silu(conditioning)


class Block(nn.Module):
    """x + f(x): two convolutions; time and class scale and shift between (Dhariwal & Nichol 2021)."""

    def __init__(self, inputs: int, outputs: int, conditioning: int) -> None:
        super().__init__()
        self.first = nn.Sequential(_norm(inputs), nn.SiLU(), nn.Conv2d(inputs, outputs, 3, padding=1))
        # Under this name its weights lie in the files of models.
        self.told = nn.Linear(conditioning, 2 * outputs)
        self.norm = _norm(outputs)
        self.second = nn.Sequential(nn.SiLU(), ZeroConv(outputs, outputs, 3, padding=1))
        self.past = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, conditioning: Tensor) -> Tensor:
        scale, shift = self.told(conditioning)[:, :, None, None].chunk(2, dim=1)
        past: Tensor = self.past(x)
        found: Tensor = self.second(self.norm(self.first(x)) * (1 + scale) + shift)
        return past + found


class Attention(nn.Module):
    """x + f(x): every place looks at all others, with one head."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = _norm(channels)
        self.asked = nn.Conv2d(channels, 3 * channels, 1)
        self.leave = ZeroConv(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.asked(self.norm(x)).flatten(2).transpose(1, 2).chunk(3, dim=2)
        seen = F.scaled_dot_product_attention(query, key, value)
        found: Tensor = self.leave(seen.transpose(1, 2).reshape(x.shape))
        return x + found


def waves(t: Tensor) -> Tensor:
    """Sines and cosines (N, TIME_FEATURES) of times t (N,) in [0, 1], as in Ho et al. 2020."""
    half = TIME_FEATURES // 2
    falling = torch.arange(half, device=t.device) * (-math.log(LONGEST_PERIOD) / (half - 1))
    angles = TIME_SCALE * t[:, None] * falling.exp()
    return torch.cat([angles.sin(), angles.cos()], 1)


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(math.gcd(channels, 8), channels)


def _channels(image: ImageShape, width: int, depth: int, fold: int) -> list[int]:
    """Channels of each level, from the finest."""
    side = math.ceil(min(image.height, image.width) / fold)
    channels = [width]
    while len(channels) <= depth and side > 2:
        side = math.ceil(side / 2)
        channels.append(width << (len(channels) + 1) // 2)
    return channels
