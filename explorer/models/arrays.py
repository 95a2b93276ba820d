"""A model seen through arrays: above this module a code is float32 (N, D) and an image uint8 (N, H, W, C).

Imports torch, `base` and `weights`. Every function works where the model lies, in chunks, and returns copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.models.base import GenerativeModel
from explorer.weights import check_tensors

T = TypeVar("T", bound=np.generic)
Images = NDArray[np.uint8]
Floats = NDArray[np.float32]

CHUNK = 500
"""Items at a time: large enough to be fast, small enough to leave room for other requests."""

HATCHING = (70.0, 150.0)
"""The two greys of what could not be computed."""


class Coded(NamedTuple):
    """What a model makes of some images."""

    codes: Floats
    """(N, D)."""
    spread: Floats | None
    """(N, D), where the space has a posterior."""
    errors: Floats | None
    """(N,): squared error per pixel of each image against its decoded code."""


def to_x(images: Images, model: GenerativeModel) -> Tensor:
    """Images (N, H, W, C) as x (N, C, H, W) in [0, 1] on the model's device."""
    x = torch.tensor(np.ascontiguousarray(images), device=device_of(model))
    return x.permute(0, 3, 1, 2).float().div_(255)


def to_images(x: Tensor) -> Images:
    """x (N, C, H, W) as images (N, H, W, C); pixels that are no number are hatched in grey."""
    levels, known = x.float().mul(255).round_().clamp_(0, 255), x.isfinite()
    if not bool(known.all()):
        levels = torch.where(known, levels, _hatching(x))
    array: Images = levels.to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    return np.ascontiguousarray(array)


def _hatching(x: Tensor) -> Tensor:
    """Diagonal stripes (H, W), which no data set and no model brings forth."""
    row, column = (torch.arange(side, device=x.device) for side in x.shape[2:])
    row = row[:, None]
    return torch.where((row + column) % 4 < 2, *HATCHING)


@torch.inference_mode()
def encode(model: GenerativeModel, images: Images, space: str = "z") -> Floats:
    """Codes (N, D) of images (N, H, W, C)."""
    parts = [_array(model.encode(to_x(part, model), space)) for part in _chunks(images)]
    return np.concatenate(parts) if parts else np.zeros((0, model.space(space).size), np.float32)


@torch.inference_mode()
def decode(
    model: GenerativeModel, codes: Floats, space: str = "z", condition: NDArray[np.int64] | None = None
) -> Images:
    """Images (N, H, W, C) of codes (N, D), of the classes (N,) that are asked for."""
    device, parts = device_of(model), []
    for start in range(0, len(codes), CHUNK):
        rows = slice(start, start + CHUNK)
        part = torch.from_numpy(np.ascontiguousarray(codes[rows], np.float32)).to(device)
        asked = None if condition is None else torch.from_numpy(condition[rows]).to(device)
        parts.append(to_images(model.decode(part, space, asked)))
    channels, height, width = model.image
    return np.concatenate(parts) if parts else np.zeros((0, height, width, channels), np.uint8)


def classes_in_turn(n: int, conditions: int) -> NDArray[np.int64] | None:
    """The classes (n,) that items of a map of samples are asked for; None of a model that knows none."""
    return np.arange(n) % conditions if conditions else None


def sample(model: GenerativeModel, n: int, seed: int, space: str = "z") -> Floats:
    """Codes (n, D) drawn from the prior."""
    return _array(model.sample(n, torch.Generator().manual_seed(seed), space))


def code(model: GenerativeModel, images: Images, space: str = "z", chunk: int = CHUNK) -> Iterator[Coded]:
    """Codes, spreads and errors of images, chunk by chunk."""
    said = model.space(space)
    for part in _chunks(images, chunk):
        with torch.inference_mode():
            x = to_x(part, model)
            mean, spread = model.posterior(x, space) if said.has_posterior else (model.encode(x, space), None)
            errors = None
            if said.can_decode:
                errors = _array((model.decode(mean, space) - x).square().flatten(1).mean(1))
            yield Coded(_array(mean), None if spread is None else _array(spread), errors)


def joined(parts: list[Coded]) -> Coded:
    """Chunks in one piece; there must be at least one."""
    codes, spreads, errors = zip(*parts, strict=True)
    return Coded(
        np.concatenate(codes),
        None if spreads[0] is None else np.concatenate(spreads),
        None if errors[0] is None else np.concatenate(errors),
    )


def install(model: GenerativeModel, weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Put weights into a model of the same shape.

    Raises
    ------
    BadInput
        Lists the first differences of names and shapes.
    """
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    checked = check_tensors(weights, expected)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in checked.items()})


def device_of(model: GenerativeModel) -> torch.device:
    tensor = next(iter(model.state_dict().values()), None)
    return torch.device("cpu") if tensor is None else tensor.device


def _chunks(array: NDArray[T], size: int = CHUNK) -> Iterator[NDArray[T]]:
    for start in range(0, len(array), size):
        yield array[start : start + size]


def _array(tensor: Tensor) -> Floats:
    array: Floats = tensor.float().cpu().numpy()
    return array.copy()
