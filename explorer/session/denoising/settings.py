"""What a person has chosen for denoising, and what is wrong with it, in words.

Part of the session. numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.roles import HIGHEST_GUIDANCE
from explorer.session.asking.requests import asked_for
from explorer.session.denoising.requests import Abilities, Sampler, WalkPlan
from explorer.session.scene import Condition

Source = Literal["noise", "picture", "inverted", "ends"]

GRID, ROW = 16, 9
"""Pictures of a grid, and of a row between two."""

LARGEST = 512 << 20
"""Bytes of a walk: every step is kept."""

BYTES = 4 + 2 + 1
"""Of each pixel in a step: x_t, noise, clean."""

HIGHEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class WalkSettings:
    """A number is None while what stands in its field is none."""

    source: Source = "noise"
    sampler: Sampler = "ddim"
    steps: int | None = 20
    eta: float | None = 0.0
    guidance: float | None = 1.0
    each: bool = False
    """All classes are asked for in turn, whatever is asked of the model elsewhere."""
    seed: int | None = 0
    many: bool = False
    level: float = 0.5
    """t in [0, 1] to which a real picture is noised."""

    @property
    def n(self) -> int:
        """How many pictures are made at a time."""
        if self.source == "ends":
            return ROW
        return GRID if self.many and self.source != "inverted" else 1

    @property
    def seeks_noise(self) -> bool:
        """The noise behind pictures is sought first: of no class in particular, and so it is walked back."""
        return self.source in ("inverted", "ends")

    def asks(self, condition: Condition | None) -> bool:
        """A class is asked for."""
        return (self.each or condition is not None) and not self.seeks_noise

    def plan(self, condition: Condition | None) -> WalkPlan:
        """As the model is told; without a class there is nothing to guide to."""
        assert self.steps is not None
        assert self.eta is not None
        assert self.guidance is not None
        guidance = self.guidance if self.asks(condition) else 1.0
        return WalkPlan(self.sampler, self.steps, self.eta, guidance)

    def classes(self, conditions: int, condition: Condition | None) -> NDArray[np.int64] | None:
        """The class of each picture, (n,)."""
        if self.each and self.asks(condition):
            return np.arange(self.n, dtype=np.int64) % conditions
        return asked_for(condition, self.n) if self.asks(condition) else None

    def fault(self, can: Abilities, size: int) -> str:
        """One sentence on the first setting that a model can't have; empty where there is none.

        Parameters
        ----------
        size
            Numbers in one picture.
        """
        if self.steps is None or not 1 <= self.steps <= can.T:
            return f"steps{_is(self.steps)}: this must be a whole number from 1 to the model's T, {can.T:,}."
        if self.eta is None or not 0 <= self.eta <= 1:
            return f"eta{_is(self.eta)}: this must lie between 0 and 1."
        if not can.conditions and self.guidance != 1:
            return f"guidance{_is(self.guidance)}: this model has no classes to be guided to; set it to 1."
        if self.guidance is None or not 0 <= self.guidance <= HIGHEST_GUIDANCE:
            return f"guidance{_is(self.guidance)}: this must lie between 0 and {HIGHEST_GUIDANCE:g}."
        if self.seed is None or not 0 <= self.seed <= HIGHEST_SEED:
            return f"seed{_is(self.seed)}: this must be a whole number from 0 to {HIGHEST_SEED:,}."
        needed = (self.steps + 1) * self.n * size * BYTES
        if needed > LARGEST:
            return (
                f"Every step is kept: {self.n} pictures with {self.steps:,} steps would fill "
                f"{needed / 1e6:,.0f} MB; take fewer steps or one picture."
            )
        return ""


def _is(value: float | None) -> str:
    return "" if value is None else f" = {value:g}"
