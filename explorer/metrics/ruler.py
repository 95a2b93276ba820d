"""The ruler: a small classifier in whose features images are compared, and which names digits.

The one of MNIST ships in ``resources/rulers``; another labelled set gets its own on the spot, which
is kept beside the user's runs. Without labels there is none.
Imports torch, `models.blocks`, `data`, `weights`, `paths` and the moments of `frechet`.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer import paths, weights
from explorer.data.image_set import DataSet, ImageSet
from explorer.errors import BadInput, Failure
from explorer.metrics.frechet import Moments, moments
from explorer.metrics.progress import Work
from explorer.models.base import ImageShape
from explorer.models.blocks import initialise

FEATURES = 128
STEPS = 1500
"""Training steps of a ruler made on the spot."""
BATCH = 128
RATE = 2e-3
SHIFT = 2
"""Training images are moved by up to so many pixels each way, or the ruler learns them by heart."""
LARGEST_SIDE = 32
"""Larger pictures are averaged down to this before they are judged."""
CHUNK = 500
COST = 6.0
"""Passes that a training step costs per image."""


class Classifier(nn.Module):
    """Convolutions 32-32-64, then `FEATURES` units (the features), then one unit per class."""

    def __init__(self, image: ImageShape, classes: int) -> None:
        super().__init__()
        shrink = max(1, math.ceil(max(image.height, image.width) / LARGEST_SIDE))
        flat = 64 * (image.height // shrink // 4) * (image.width // shrink // 4)
        self.body = nn.Sequential(
            *(nn.AvgPool2d(shrink) if shrink > 1 else nn.Identity(),),
            *(nn.Conv2d(image.channels, 32, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(flat, FEATURES), nn.ReLU()),
        )
        self.head = nn.Linear(FEATURES, classes)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self.body(x))
        return scores
