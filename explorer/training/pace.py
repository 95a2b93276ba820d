"""How long a training has taken, and how fast it goes. Imports `events`, `batches` and `means`."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import NamedTuple, TypeVar

from explorer.training.batches import Batches
from explorer.training.events import Progress
from explorer.training.means import Reading

T = TypeVar("T")


class Watch:
    """Seconds inside the loop; those of a pause do not count."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._since: float | None = None
        """When it was last started; None while it stands."""

    @property
    def seconds(self) -> float:
        return self._seconds + (0.0 if self._since is None else time.monotonic() - self._since)

    @seconds.setter
    def seconds(self, value: float) -> None:
        self._seconds, self._since = value, None if self._since is None else time.monotonic()

    def over(self, events: Iterator[T]) -> Generator[T, None, None]:
        """Pass events on; what their taker does between them is a pause."""
        while True:
            self._since = time.monotonic()
            event = next(events, None)
            self._seconds, self._since = self.seconds, None
            if event is None:
                return
            yield event


class Mark(NamedTuple):
    """A moment of the training."""

    step: int
    seconds: float

    def progress(self, since: Mark, steps: int, batches: Batches, rate: float, reading: Reading) -> Progress:
        """The state of things at this moment.

        Parameters
        ----------
        since
            The moment of the last progress.
        steps
            Of the whole training.
        rate
            The learning rate.
        """
        steps_per_s = (self.step - since.step) / max(self.seconds - since.seconds, 1e-9)
        # The ETA follows the whole training, as the last moment alone would make it jump.
        overall = self.step / max(self.seconds, 1e-9)
        return Progress(
            step=self.step,
            steps=steps,
            epoch=self.step / batches.per_epoch,
            images_per_s=steps_per_s * batches.size,
            eta_s=(steps - self.step) / overall,
            learning_rate=rate,
            terms=reading.terms,
            scores=reading.scores,
        )
