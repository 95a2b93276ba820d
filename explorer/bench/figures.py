"""Percentiles, medians of repeats, and bars to reach. numpy only."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from explorer.errors import Failure

PERCENTILES = {"p50": 50, "p95": 95, "p99": 99, "max": 100}


class Bar(NamedTuple):
    """Something to reach."""

    words: str
    reached: bool

    def __str__(self) -> str:
        return f"{'reached' if self.reached else 'MISSED '}  {self.words}"


def at_most(words: str, value: float, limit: float, unit: str = "") -> Bar:
    """A bar for a figure that should be small."""
    return Bar(f"{words}: {value:,.3g}{unit}, at most {limit:,.3g}{unit}", value <= limit)


def at_least(words: str, value: float, limit: float, unit: str = "") -> Bar:
    return Bar(f"{words}: {value:,.3g}{unit}, at least {limit:,.3g}{unit}", value >= limit)


class Meter:
    """Notes when steps were seen to be done."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, int]] = []

    def note(self, moment: float, step: int) -> None:
        self._seen.append((moment, step))

    def rate(self, since: float) -> float:
        """Steps per second from some moment on.

        Raises
        ------
        Failure
            Too few were seen.
        """
        seen = [note for note in self._seen if note[0] >= since]
        if len(seen) < 2:
            raise Failure("Nothing was measured: the training made no steps; take more --seconds.")
        (began, first), (ended, last) = seen[0], seen[-1]
        return (last - first) / (ended - began)


def spread_ms(seconds: Sequence[float]) -> dict[str, float]:
    """The percentiles of some durations, in milliseconds."""
    values = np.asarray(seconds, np.float64) * 1000
    return {name: round(float(np.percentile(values, at)), 2) for name, at in PERCENTILES.items()}


def median(repeats: Sequence[Any]) -> Any:
    """The median of numbers, or of each number of like mappings; of whole numbers the largest."""
    first = repeats[0]
    if isinstance(first, Mapping):
        return {name: median([repeat[name] for repeat in repeats]) for name in first}
    if isinstance(first, int):
        return max(repeats)
    return round(float(np.median(repeats)), 4)


def say(text: str) -> None:
    """What is being measured now: progress, on standard error."""
    print(text, file=sys.stderr, flush=True)
