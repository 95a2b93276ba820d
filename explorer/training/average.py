"""The running average of a model's weights: what is shown, saved and judged. Imports torch only."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Average:
    """Exponential moving average of all weights and buffers, with a warm-up.

    avg <- avg + (1 - d)(w - avg) with d = min(decay, (1 + t) / (10 + t)), so that the
    first random weights are forgotten at once.

    Parameters
    ----------
    half_life
        Steps after which a weight's share in the average has halved.
    """

    def __init__(self, model: nn.Module, half_life: float) -> None:
        self._live = model.state_dict()
        self.tensors: dict[str, Tensor] = {name: tensor.clone() for name, tensor in self._live.items()}
        self._decay = 0.5 ** (1 / max(half_life, 1e-3))
        averaged = [name for name, tensor in self._live.items() if tensor.is_floating_point()]
        self._counters = [name for name in self._live if name not in averaged]
        self._from = [self._live[name] for name in averaged]
        self._to = [self.tensors[name] for name in averaged]

    @torch.no_grad()
    def update(self, t: int) -> None:
        """Take in the weights after step t."""
        decay = min(self._decay, (1 + t) / (10 + t))
        torch._foreach_lerp_(self._to, self._from, 1 - decay)
        for name in self._counters:
            self.tensors[name].copy_(self._live[name])
