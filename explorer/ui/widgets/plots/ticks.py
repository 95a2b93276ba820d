"""Round places along an axis, and what stands at them. Knows numbers only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

MOST_DIGITS = 9
"""Of a tick's label; larger and smaller numbers have an exponent."""


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round places from low to high, 1, 2 or 5 times a power of ten apart, at most `most`."""
    span = high - low
    if not (math.isfinite(span) and span > 0) or most < 1:
        return []
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    apart = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = math.ceil(low / apart)
    last = math.floor(high / apart)
    # Where neighbours of a double are farther apart than the ticks, several would be the same.
    return list(dict.fromkeys(number * apart for number in range(first, last + 1)))


def tick_labels(places: Sequence[float]) -> list[str]:
    """What stands at ticks: as many digits as tell them apart; a single one with four."""
    if len(places) < 2:
        return [_signed(f"{place:.4g}") for place in places]
    apart = min(after - before for before, after in pairwise(places))
    largest = max(abs(place) for place in places)
    decimals = -math.floor(math.log10(apart) + 1e-9)
    before_point = math.floor(math.log10(largest)) + 1
    if largest >= 1e-3 and max(before_point, 1) + max(decimals, 0) <= MOST_DIGITS:
        # A rounded zero may carry a sign; adding 0 takes it away.
        return [_signed(f"{round(place, decimals) + 0.0:.{max(decimals, 0)}f}") for place in places]
    digits = max(before_point + decimals - 1, 0)
    return ["0" if abs(place) < apart / 2 else _signed(f"{place:.{digits}e}") for place in places]


def _signed(text: str) -> str:
    """With a true minus, and an exponent without its zeros."""
    number, _, power = text.partition("e")
    return (f"{number}e{int(power)}" if power else number).replace("-", "−")
