"""Means of what the loss plot shows, kept on the device until somebody looks.

Imports torch, the contract in `models.base`, and `events`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from explorer.models.base import Update
from explorer.training.events import figure_of


class Means:
    """Each term's weighted mean since the last reading."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._weights: dict[str, float] = {}
        self.scores: dict[str, Tensor] = {}
        """What a critic said of each picture of the newest batch."""

    def note(self, updates: Sequence[Update], shares: Sequence[float], norm: Tensor, *, alone: bool) -> None:
        """Take in what one optimiser did.

        Parameters
        ----------
        updates, shares
            One for each part of the batch, and how much of the batch it is.
        norm
            The length of the whole batch's gradient.
        alone
            There is one optimiser only.
        """
        group = updates[0].group
        for update, share in zip(updates, shares, strict=True):
            self.add({**update.terms, figure_of("loss", group, alone=alone): update.loss}, share)
        self.add({figure_of("gradient", group, alone=alone): norm})

    def add(self, terms: Mapping[str, Tensor], weight: float = 1.0) -> None:
        for name, value in terms.items():
            value = value * weight if weight != 1.0 else value
            self._sums[name] = self._sums[name] + value if name in self._sums else value
            self._weights[name] = self._weights.get(name, 0.0) + weight

    def read(self) -> dict[str, float]:
        """The only place where a training waits for its device."""
        sums, weights = self._sums, self._weights
        self._sums, self._weights = {}, {}
        values = torch.stack([value.float() for value in sums.values()]).tolist() if sums else []
        return {name: value / weights[name] for name, value in zip(sums, values, strict=True)}
