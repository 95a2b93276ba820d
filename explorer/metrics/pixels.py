"""Images as the pixels x that models are judged on, in parts of a size that suits the device.

Imports numpy and torch. Legend: N images, C channels, H rows, W columns; x is (N, C, H, W) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_PER_THREAD = 1 << 17
"""Pixels that pass together through each thread of a CPU: with fewer, threads wait more than they work."""
_ON_GPU = {"cuda": 1 << 24}
_OTHERWISE = 1 << 20


def images_at_once(size: int, device: torch.device) -> int:
    """How many images of `size` numbers to pass through a network together."""
    if device.type == "cpu":
        return max(1, _PER_THREAD * torch.get_num_threads() // size)
    return max(1, _ON_GPU.get(device.type, _OTHERWISE) // size)


def to_pixels(images: NDArray[np.uint8]) -> Tensor:
    """x of images uint8 (N, H, W, C): their intensities / 255."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(255)


def drawn_once(images: NDArray[np.uint8]) -> Tensor:
    """x of 0 and 1, from Bernoulli(intensity / 255) with seed 0 (Salakhutdinov & Murray 2008).

    Image i is the same however many follow it.
    """
    # PCG64 gives its numbers in one row, of which fewer images take a shorter piece.
    rng = np.random.Generator(np.random.PCG64(0))
    x = np.empty(images.shape, np.float32)
    for image, drawn in zip(images, x, strict=True):
        drawn[:] = rng.random(image.shape) < image / 255
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()


def in_parts(images: NDArray[np.uint8], device: torch.device) -> Iterator[Tensor]:
    """x of many images, part by part, on the device."""
    step = images_at_once(int(np.prod(images.shape[1:])), device)
    for start in range(0, len(images), step):
        yield to_pixels(images[start : start + step]).to(device)
