"""Which images a step sees, and with them which labels."""

from __future__ import annotations

import numpy as np
import torch

from explorer.training.batches import Batches
from tests.shapes import squares


def test_every_image_comes_with_its_own_label_in_units_of_the_brightest() -> None:
    images = squares(24)
    assert images.labels is not None
    known = {image.tobytes(): label for image, label in zip(images.images, images.labels, strict=True)}
    batches = Batches(images, 8, 3, torch.device("cpu"))
    for step in range(2 * batches.per_epoch):
        for parts in (1, 2):
            for _, part in batches.at(step, parts):
                assert part.labels is not None
                levels = part.x.permute(0, 2, 3, 1).mul(255)
                assert (levels - levels.round()).abs().max() < 1e-4
                for image, label in zip(levels.round().to(torch.uint8).numpy(), part.labels, strict=True):
                    assert known[np.ascontiguousarray(image).tobytes()] == label
