"""Types of arguments that are numbers within a range. Standard library; a family's knobs come late."""

from __future__ import annotations

import argparse
import math


def whole(low: int, high: int) -> type[int]:
    """A whole number in a range."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} must be a whole number from {low:,} to {high:,}")
        return value

    return read  # type: ignore[return-value]


def number(low: float, high: float) -> type[float]:
    """A number in a range."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} must be a number from {low:g} to {high:g}")
        return value

    return read  # type: ignore[return-value]


def turning(family: str, name: str) -> type[float]:
    """What a knob of a family takes, which has both ends."""

    def read(text: str) -> float:
        from explorer import models  # not before it is turned: it brings torch, and --help waits for nothing

        knob = next(knob for knob in models.family(family).Config.knobs() if knob.name == name)
        low, high = knob.low, knob.high
        assert low is not None
        assert high is not None
        return whole(int(low), int(high))(text) if knob.kind is int else number(low, high)(text)

    return read  # type: ignore[return-value]
