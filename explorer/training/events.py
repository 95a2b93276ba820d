"""What happens in a training, as frozen records of floats and arrays.

A trainer yields them; a run writes them down, the command line prints them, a session shows them.
Imports numpy only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Progress:
    """The state of things at display rate."""

    step: int
    steps: int
    epoch: float
    images_per_s: float
    eta_s: float
    learning_rate: float
    terms: Mapping[str, float]
    """Each term's mean over the steps since the last progress; `loss` is the sum that was lowered."""
    scores: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """What a critic said of each picture of the newest batch, (N,)."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Averaged weights, by value."""

    step: int
    progress: float
    weights: Weights


@dataclass(frozen=True)
class Changed:
    """A knob was turned in mid-run."""

    step: int
    knob: str
    value: Any


@dataclass(frozen=True)
class Warned:
    """Something went wrong and was mended; the text says what and how."""

    step: int
    text: str
    diverged: bool = False
    """A loss was not finite."""


@dataclass(frozen=True)
class Finished:
    step: int
    seconds: float


@dataclass(frozen=True)
class Failed:
    """Training can't go on; the weights are the last good ones."""

    step: int
    text: str
    diverged: bool = False
    """A loss was not finite."""


Event = Progress | Snapshot | Changed | Warned | Finished | Failed
