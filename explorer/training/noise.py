"""All noise of a training: one generator for each part of a batch. Imports torch and `ranks`.

A part draws the same numbers whichever process computes it, so two processes do what one does in two parts.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from explorer.training.ranks import Ranks

APART = 2_654_435_761
"""Between the seeds of two parts, modulo 2^32, which is all that a CPU's generator takes of a seed."""


class Noise:
    """A generator for each part of a batch, seeded from the run's seed and the part."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self._seed, self._device = seed, device
        self._generators: dict[int, torch.Generator] = {}
        """Of the parts that this process has computed."""
        self._known: dict[int, Tensor] = {}
        """States of all parts, when they were last heard of."""

    def of(self, part: int) -> torch.Generator:
        if part not in self._generators:
            self._generators[part] = self._made(part)
        return self._generators[part]

    def _made(self, part: int) -> torch.Generator:
        seed = self._seed if part == 0 else (self._seed + part * APART) % 2**32
        generator = torch.Generator(self._device).manual_seed(seed)
        known = self._known.get(part)
        # Another kind of device has another kind of generator: there the noise starts anew.
        if known is not None and known.numel() == generator.get_state().numel():
            generator.set_state(known)
        return generator

    def share(self, ranks: Ranks) -> None:
        """Hear of the parts of the other processes, so that `states` tells of all."""
        if ranks.count > 1:
            for states in ranks.gather(self._own()):
                self._known |= states

    def _own(self) -> dict[int, Tensor]:
        return {part: generator.get_state() for part, generator in self._generators.items()}

    def states(self) -> dict[int, Tensor]:
        """Of every part, of the other processes' as of the last time they were heard of."""
        return {0: self._made(0).get_state()} | self._known | self._own()

    def restore(self, states: Mapping[int, Tensor]) -> None:
        """Put back what `states` gave; RuntimeError or TypeError where it is no generator's."""
        self._known = dict(states)
        self._generators = {}
        for part in self._known:
            self._made(part)
