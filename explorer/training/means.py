"""Means of what the loss plot shows, kept on the device until somebody looks. Imports torch only."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


class Means:
    """Each term's mean over the steps since the last reading."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._steps = 0

    def add(self, terms: Mapping[str, Tensor]) -> None:
        for name, value in terms.items():
            self._sums[name] = self._sums[name] + value if name in self._sums else value

    def end_step(self) -> None:
        self._steps += 1

    def read(self) -> dict[str, float]:
        """The only place where a training waits for its device."""
        sums, steps = self._sums, max(self._steps, 1)
        self._sums, self._steps = {}, 0
        values = torch.stack([value.float() for value in sums.values()]).tolist() if sums else []
        return {name: value / steps for name, value in zip(sums, values, strict=True)}
