"""One step of a training: what is computed before each update, and what its processes settle by then.

Imports torch, the contract in `models.base`, and `batches`, `device`, `noise`, `optimisers`, `pace`, `ranks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import torch

from explorer.models.base import GenerativeModel, Position, Update
from explorer.training.batches import Batches
from explorer.training.device import lacks_memory
from explorer.training.noise import Noise
from explorer.training.optimisers import backward
from explorer.training.pace import Watch
from explorer.training.ranks import Ranks

T = TypeVar("T")

Updates = tuple[list[Update], list[float]]
"""One of each part of the batch, and how much of the batch it is."""


def updates(
    model: GenerativeModel,
    at: Position,
    batches: Batches,
    parts: int,
    noise: Noise,
    precision: torch.autocast,
) -> Iterator[Updates]:
    """The updates of a step in their order, each with its gradient.

    Parameters
    ----------
    parts
        Into how many this process's share of the batch is cut.
    """
    found = batches.at(at.step, parts)
    shares = [len(batch.x) / batches.size for _, batch in found]
    running = [model.training_step(batch, at, noise.of(part)) for part, batch in found]
    while computed := [
        update
        for part, share in zip(running, shares, strict=True)
        if (update := backward(part, share, precision))
    ]:
        yield computed, shares


class Agreement:
    """What the processes of a training settle before each update, so that none goes a way of its own.

    Attributes
    ----------
    asked
        This process is to end.
    ending
        One of them is, so all do.
    seconds
        The first one's clock, by which all decide.
    """

    def __init__(self, ranks: Ranks, watch: Watch) -> None:
        self._ranks, self._watch = ranks, watch
        self.asked = self.ending = self._lacking = False
        self.seconds = 0.0

    def begin(self) -> None:
        self._settle(lacking=False)

    def next(self, step: Iterator[T]) -> T | None:
        """The step's next update, if every process has the memory for it: otherwise none applies it."""
        try:
            found = next(step, None)
        except RuntimeError as error:
            if lacks_memory(error):
                self._settle(lacking=True)
            raise
        if found is not None:
            self._settle(lacking=False)
        if self._lacking:
            raise torch.OutOfMemoryError("Another process is out of memory.")
        return found

    def mends(self, error: RuntimeError) -> bool:
        """Whether this is a lack of memory that all know of, so that all cut their batches."""
        return lacks_memory(error) and (self._ranks.count == 1 or self._lacking)

    def _settle(self, *, lacking: bool) -> None:
        seconds = self._watch.seconds if self._ranks.leads else 0.0
        lack, ask, self.seconds = self._ranks.agree(lacking, self.asked, seconds)
        self._lacking, self.ending = lack > 0, ask > 0
