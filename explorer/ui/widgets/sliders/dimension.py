"""What a slider moves, and how its place is read out. Knows numbers only."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from explorer.latent.projection import subscript

FINEST = 7
"""Decimals that single precision can tell apart."""


@dataclass(frozen=True)
class Dimension:
    """What a slider moves."""

    index: int
    centre: float = 0.0
    """Mean of the data's codes: where the slider stands at 0."""
    unit: float = 1.0
    """One standard deviation of the data's codes; 0 where all are the same."""
    weight: float = 0.0
    """Bar behind the slider, 0 to 1: its KL (or variance) against the largest."""
    weight_text: str = ""
    """What the bar says in words, such as "KL 2.3 nats"."""
    explained: str = ""
    """What those words mean, for the tooltip."""
    reason: str = ""
    """Why the slider does nothing (collapsed); greys it."""
    reason_text: str = "collapsed"
    """The same in a word."""
    name: str = ""
    """Other than z with the number, as for a direction."""

    @property
    def label(self) -> str:
        return self.name or f"z{subscript(self.index + 1)}"

    def reading(self, sd: float) -> str:
        """Such as `z₁ = 1.29 (1.1 sd)`."""
        if not math.isfinite(sd):
            return f"{self.label} is not a number"
        unit = abs(self.unit)
        decimals = min(max(2, 1 - math.floor(math.log10(unit))), FINEST) if unit > 0 else 2
        # A rounded zero may carry a sign; adding 0 takes it away.
        value = f"{self.label} = {round(self.centre + sd * self.unit, decimals) + 0.0:.{decimals}f}"
        if not unit:
            return f"{value}, a constant".replace("-", "−")
        return f"{value} ({sd_text(sd)})".replace("-", "−")


def sd_text(sd: float) -> str:
    """Such as `1.1 sd`; far outside without decimals."""
    return f"{sd:,.0f} sd" if abs(sd) >= 1000 else f"{round(sd, 1) + 0.0:.1f} sd"


def fitting(reading: str, room: float, wide: Callable[[str], float]) -> str:
    """A reading for so much room: without its standard deviations, then with its name cut; a number never is.

    Parameters
    ----------
    wide
        How much room a text takes.
    """
    short = reading.partition(" (")[0]
    parts = re.match(r"(.*?)( = | ≈ |: )(.*)", short)
    if parts is None:
        return reading
    name, sign, number = parts.groups()
    cut = (f"{name[:length]}…{sign}{number}" for length in range(len(name) - 1, 0, -1))
    return next((text for text in (reading, short, *cut) if wide(text) <= room), number)
