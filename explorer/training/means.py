"""Means of what the loss plot shows, kept on the device until somebody looks.

Imports torch, the contract in `models.base`, `events` and `ranks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.models.base import Update
from explorer.training.events import figure_of
from explorer.training.ranks import Ranks

Scores = dict[str, NDArray[np.float32]]


class Reading(NamedTuple):
    """What the loss plot shows."""

    terms: dict[str, float]
    scores: Scores


class Told(NamedTuple):
    """What one process has to tell: sums over its parts of the batches, and their divisors."""

    sums: dict[str, float]
    weights: dict[str, float]
    scores: Scores


class Means:
    """Each term's weighted mean since the last reading."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._weights: dict[str, float] = {}
        self._scores: dict[str, Tensor] = {}
        """What a critic said of each picture of the newest batch."""

    def look(self, updates: Sequence[Update]) -> None:
        """Take in what a critic said, one update for each part of the batch."""
        for name in updates[0].scores:
            self._scores[name] = torch.cat([update.scores[name] for update in updates])

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

    def read(self, ranks: Ranks) -> Reading:
        """Over all processes; the only place where a training waits for its device."""
        sums, weights = self._sums, self._weights
        self._sums, self._weights = {}, {}
        values = torch.stack([value.float() for value in sums.values()]).tolist() if sums else []
        scores = {name: score.float().cpu().numpy() for name, score in self._scores.items()}
        told = ranks.gather(Told(dict(zip(sums, values, strict=True)), weights, scores))
        return Reading(
            {name: sum(t.sums[name] for t in told) / sum(t.weights[name] for t in told) for name in sums},
            {name: np.concatenate([t.scores[name] for t in told]) for name in scores},
        )
