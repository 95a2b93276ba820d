"""What a person has chosen for denoising, and what is wrong with it, in words.

Part of the session. numpy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.roles import HIGHEST_GUIDANCE
from explorer.session.asking.requests import Floats, asked_for
from explorer.session.denoising.requests import Abilities, Denoise, Sampler, WalkPlan
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
    one_noise: bool = False
    """One noise is walked back under each class, side by side."""
    seed: int | None = 0
    many: bool = False
    level: float = 0.5
    """t in [0, 1] to which a real picture is noised."""

    def count(self, conditions: int) -> int:
        """How many pictures are made at a time by a model with so many classes to be asked for."""
        if self.compares_classes:
            return conditions
        if self.source == "ends":
            return ROW
        return GRID if self.many and self.source != "inverted" else 1

    @property
    def compares_classes(self) -> bool:
        """Each picture is of a class of its own, from one noise: between A and B there are nine."""
        return self.one_noise and self.source != "ends"

    @property
    def seeks_noise(self) -> bool:
        """The noise behind pictures is sought first: of no class in particular, and so it is walked back,
        unless classes are compared."""
        return self.source in ("inverted", "ends")

    def asks(self, condition: Condition | None) -> bool:
        """A class is asked for."""
        if self.compares_classes:
            return True
        return (self.each or condition is not None) and not self.seeks_noise

    def plan(self, condition: Condition | None) -> WalkPlan:
        """As the model is told; without a class there is nothing to guide to."""
        assert self.steps is not None
        assert self.eta is not None
        assert self.guidance is not None
        guidance = self.guidance if self.asks(condition) else 1.0
        return WalkPlan(self.sampler, self.steps, self.eta, guidance)

    def walk(
        self, conditions: int, condition: Condition | None, plan: WalkPlan, start: Floats | None, t: float
    ) -> Denoise:
        """From x_t (N, H, W, C) at t, one x_t being that of all pictures; None is fresh noise."""
        count = self.count(conditions)
        if start is not None and len(start) != count:
            start = np.repeat(start, count, axis=0)
        classes = self.classes(conditions, condition)
        return Denoise(plan, self.seed or 0, count, classes, start, t, self.compares_classes)

    def classes(self, conditions: int, condition: Condition | None) -> NDArray[np.int64] | None:
        """The class of each picture, (n,)."""
        count = self.count(conditions)
        if self.asks(condition) and (self.each or self.compares_classes):
            return np.arange(count, dtype=np.int64) % conditions
        return asked_for(condition, count) if self.asks(condition) else None

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
        count = self.count(can.conditions)
        needed = (self.steps + 1) * count * size * BYTES
        if needed > LARGEST:
            return (
                f"Every step is kept: {count} pictures with {self.steps:,} steps would fill "
                f"{needed / 1e6:,.0f} MB; take fewer steps or one picture."
            )
        return ""


def _is(value: float | None) -> str:
    return "" if value is None else f" = {value:g}"
