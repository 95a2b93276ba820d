"""The losses of the game between a generator G and a critic D, and the penalties on D's gradient.

Imports torch only. Scores D(x) have no bounds, (N,): where the papers speak of a probability it is
sigmoid(D(x)). Pictures x are (N, C, H, W) in [0, 1]; `real` and `fake` pair up item by item.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Loss = Literal["relativistic", "non-saturating", "saturating", "wasserstein"]
Score = Callable[[Tensor], Tensor]
"""D, of pictures in whichever order it was made for."""

EQUILIBRIUM = -1.3862943611198906
"""V(D, G) = -log 4 where the fakes are like the data and D says 1/2 of everything (Goodfellow 2014)."""


def value(real: Tensor, fake: Tensor) -> Tensor:
    """V(D, G) = E log sigmoid(D(x)) + E log(1 - sigmoid(D(G(z)))) of scores (Goodfellow 2014, equation 1)."""
    return -(F.softplus(-real) + F.softplus(fake)).mean()


def critic_loss(kind: Loss, real: Tensor, fake: Tensor) -> Tensor:
    """What the critic lowers: -V(D, G), or its counterpart in the other two games."""
    if kind == "relativistic":
        # Jolicoeur-Martineau 2018, with the pairs of Huang et al. 2024.
        return F.softplus(fake - real).mean()
    if kind == "wasserstein":
        # Arjovsky et al. 2017: the bound on the distance is reached by the highest difference.
        return (fake - real).mean()
    return -value(real, fake)


def generator_loss(kind: Loss, real: Tensor, fake: Tensor) -> Tensor:
    """What the generator lowers; only the relativistic game looks at the real scores."""
    if kind == "relativistic":
        return F.softplus(real - fake).mean()
    if kind == "wasserstein":
        return -fake.mean()
    if kind == "saturating":
        # log(1 - sigmoid(s)) = -softplus(s).
        return -F.softplus(fake).mean()
    return F.softplus(-fake).mean()


def squared_gradients(score: Score, x: Tensor) -> Tensor:
    """|dD/dx|^2 of each picture, (N,), differentiable by D's weights; always in float32."""
    with torch.autocast(x.device.type, enabled=False):
        x = x.detach().float().requires_grad_()
        # No picture's score depends on another picture, so that the sum's gradient holds each one's.
        (gradient,) = torch.autograd.grad(score(x).sum(), x, create_graph=True)
        return gradient.flatten(1).square().sum(1)


def zero_centred_penalty(score: Score, x: Tensor) -> Tensor:
    """Mean of |dD/dx|^2; over real and fake it is (R1 + R2) / 2 (Roth et al. 2017, Mescheder et al. 2018)."""
    return squared_gradients(score, x).mean()


def one_centred_penalty(score: Score, real: Tensor, fake: Tensor, rng: torch.Generator) -> Tensor:
    """Mean of (|dD/dx| - 1)^2 at random places between real and fake (Gulrajani et al. 2017)."""
    share = torch.rand(len(real), 1, 1, 1, generator=rng, device=real.device)
    squared = squared_gradients(score, torch.lerp(real.float(), fake.float(), share))
    # The root has no slope at 0, where a critic that ignores its input would be.
    return ((squared + 1e-12).sqrt() - 1).square().mean()
