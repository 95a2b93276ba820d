"""How much of a long measurement is done.

A measurement is a generator (`Work`): it yields the cost of what it has just done, in passes of
one image through a network, and returns its result. Who iterates decides the thread; leaving
the loop stops it. Imports nothing of the package.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

Work = Generator[float, None, T]


def finish(work: Work[T]) -> T:
    """Run a measurement to its end, in the foreground."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result


@dataclass(frozen=True)
class EvaluateProgress:
    """What is being measured, and how far all of it is."""

    doing: str
    fraction: float
    eta_s: float


class Meter:
    """Turns the costs of several measurements, whose sum is known, into one fraction."""

    def __init__(self, total: float) -> None:
        self._total = total
        self._done = 0.0
        self._since: tuple[float, float] | None = None

    def watch(self, doing: str, work: Work[T]) -> Generator[EvaluateProgress, None, T]:
        """Run one measurement; its result is returned."""
        while True:
            try:
                self._done += next(work)
            except StopIteration as end:
                result: T = end.value
                return result
            if self._since is None:
                # The first step of all also warms up, so that the clock starts after it.
                self._since = time.monotonic(), self._done
                continue
            yield self._progress(doing)

    def _progress(self, doing: str) -> EvaluateProgress:
        started, before = self._since or (0.0, 0.0)
        pace = (time.monotonic() - started) / max(self._done - before, 1e-9)
        left = max(self._total - self._done, 0.0)
        return EvaluateProgress(doing, min(self._done / self._total, 1.0), pace * left)
