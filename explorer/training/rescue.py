"""What a training does about trouble: what it keeps to go back to, what it gives up, what it says.

Imports torch, `device`, `events`, `ranks` and `state`; the trainer asks, and does what it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch

from explorer.training.device import first_line, is_lost, lose
from explorer.training.events import Failed, Warned
from explorer.training.ranks import Parted
from explorer.training.state import State

T = TypeVar("T")

RESCUES = 2
"""How often a loss that isn't finite is answered by going back with half the learning rate."""

MOST_PARTS = 8
"""Into how many parts a batch is cut at most when the device has too little memory."""


class Rescue:
    """The last good state of a training in so many processes, and what trouble has cost so far."""

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._good: State | None = None
        """In the CPU's memory."""
        self.kept_at = 0.0
        """When it was set aside, in seconds of the training."""
        self.lost = False
        """Nothing can be read from the device any more: the copy stands for its content."""
        self.parts = 1
        """Into how many each process cuts its share of a batch."""
        self.count, self.rate_scale = 0, 1.0

    @property
    def good(self) -> State:
        assert self._good is not None
        return self._good

    def keep(self, state: State, seconds: float) -> None:
        self._good, self.kept_at = state, seconds

    def read(self, now: Callable[[], T], kept: Callable[[State], T]) -> T:
        """What is on the device now, or, where that is lost, the same of the copy."""
        try:
            if not self.lost:
                return now()
        except RuntimeError as error:
            if self._good is None or not is_lost(error):
                raise
            self.lost = True
        return kept(self.good)

    def lose(self, error: RuntimeError | Parted, device: torch.device, step: int) -> Failed:
        """The device is lost, or another process: the step is left half done, and the copy stands for it."""
        self.lost = True
        if isinstance(error, Parted):
            return Failed(step, str(error))
        lose(device, error)
        words = f"The device was lost ({first_line(error)}); resume on the CPU, or after a restart."
        return Failed(step, words)

    def share_anew(self, step: int, before: int) -> Warned:
        """A training goes on in another number of processes than it had before."""
        words = f"Begun in {_in_words(before)}, this training goes on in {_in_words(self._processes)}"
        return Warned(step, f"{words}: other noise is drawn, so it does not end exactly as it would have.")

    def use_less_memory(self, step: int, device: torch.device, batch: int) -> Warned | Failed:
        """Have batches cut into more parts, as far as there are images for them in each process."""
        if device.type == "cuda":
            torch.cuda.empty_cache()
        if 2 * self.parts > min(MOST_PARTS, batch // self._processes):
            return Failed(
                step, "The device has too little memory for this model; choose a smaller width or batch."
            )
        self.parts *= 2
        parts = self.parts * self._processes
        return Warned(step, f"Too little memory: each batch is now computed in {parts} parts.")

    def slow_down(self, spoilt: int, step: int) -> Warned | Failed:
        """The loss was not finite at step `spoilt`, and training is back at `step`."""
        if self.count == RESCUES:
            words = "The loss is not finite, again; lower the learning rate and train anew."
            return Failed(spoilt, words, diverged=True)
        self.count, self.rate_scale = self.count + 1, self.rate_scale / 2
        return Warned(
            spoilt,
            f"The loss was not finite: back at step {step:,} with half the learning rate.",
            diverged=True,
        )


def _in_words(count: int) -> str:
    return "one process" if count == 1 else f"{count} processes"
