"""What happens in a training, as frozen records of floats and arrays.

A trainer yields them; a run writes them down, the command line prints them, a session shows them.
Imports numpy and `roles`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.roles import FAKE as FAKE
from explorer.roles import GAP as GAP
from explorer.roles import KL as KL
from explorer.roles import REAL as REAL
from explorer.roles import VALUE as VALUE

Figure = Literal["loss", "gradient"]
"""Each optimiser has its loss, and the length of its gradient."""

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
    """Each term's mean over the steps since the last progress, and by `figure_of` what each optimiser did."""
    scores: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """What a critic said of each picture of the newest batch, (N,), by `REAL` and `FAKE`."""


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


def figure_of(figure: Figure, group: str, *, alone: bool) -> str:
    """The term's name in `Progress.terms`: of several parameter groups each has a figure of its own.

    Parameters
    ----------
    alone
        There is one group only.
    """
    return figure if alone else f"{figure} {group}"
