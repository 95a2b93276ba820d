"""All that an exact resume needs, as arrays by name. Imports torch, models and the rest of training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.errors import BadInput
from explorer.training.average import Average
from explorer.training.device import lacks_memory
from explorer.training.noise import Noise
from explorer.training.optimisers import Optimisers

Arrays = dict[str, NDArray[Any]]


class State(NamedTuple):
    """A moment of a training: numbers by name, and where training was."""

    tensors: Arrays
    at: dict[str, Any]
    settings: dict[str, Any]


class Place(NamedTuple):
    """Where a training is, beside its numbers."""

    step: int
    seconds: float
    rate_scale: float
    rescues: int
    processes: int
    parts: int
    """Into how many each process cuts its share of a batch."""


def place_of(state: State, steps: int) -> Place:
    """Where a state was, in a training of so many steps: with batches of another size those are others.

    Raises
    ------
    BadInput
        It does not say.
    """
    try:
        names = ("step", "seconds", "rate_scale", "rescues")
        step, seconds, rate_scale, rescues = (float(state.at[name]) for name in names)
        of = float(state.at.get("steps", steps))
        processes, parts = (int(state.at.get(name, 1)) for name in ("processes", "parts"))
        if not (0 <= step <= of and min(seconds, rate_scale, rescues) >= 0 < min(processes, parts)):
            raise ValueError
        # The step after the one that was reached is never a step before it.
        return Place(math.ceil(step * steps / of), seconds, rate_scale, int(rescues), processes, parts)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise BadInput("The saved training state doesn't say where it was; train it anew.") from error


def averaged(state: State) -> Arrays:
    """The averaged weights of a state."""
    kept = {path.partition("/"): array for path, array in state.tensors.items()}
    return {name: array for (kind, _, name), array in kept.items() if kind == "average"}


def gather(model: nn.Module, average: Average, optimisers: Optimisers, noise: Noise) -> Arrays:
    """Everything that training changes, by value."""
    tensors = {f"model/{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"average/{k}": v for k, v in average.tensors.items()}
    tensors |= {f"optimiser/{k}": v for k, v in optimisers.tensors().items()}
    tensors |= {"rng" if part == 0 else f"rng/{part}": state for part, state in noise.states().items()}
    return to_arrays(tensors)


def spread(
    arrays: Mapping[str, NDArray[Any]],
    model: nn.Module,
    average: Average,
    optimisers: Optimisers,
    noise: Noise,
) -> None:
    """Put back what `gather` gave, of the same model.

    Raises
    ------
    BadInput
        It is of another model.
    """
    parts: dict[str, dict[str, Tensor]] = {"model": {}, "average": {}, "optimiser": {}}
    for path, array in arrays.items():
        kind, _, name = path.partition("/")
        if kind in parts:
            # torch would cast complex numbers without a word.
            if not np.issubdtype(array.dtype, np.floating):
                raise BadInput(f"The saved training state holds {array.dtype} numbers in {name}; train anew.")
            parts[kind][name] = torch.tensor(array)
    try:
        model.load_state_dict(parts["model"])
        for name, tensor in average.tensors.items():
            if tensor.shape != parts["average"][name].shape:
                raise IndexError(name)
            tensor.copy_(parts["average"][name])
        optimisers.restore(parts["optimiser"])
        states = {0: arrays["rng"]}
        states |= {int(path[4:]): array for path, array in arrays.items() if path.startswith("rng/")}
        noise.restore({part: torch.tensor(array) for part, array in states.items()})
    except (KeyError, IndexError, ValueError, TypeError, RuntimeError) as error:
        raise BadInput("The saved training state belongs to another model; train it anew.") from error


def to_arrays(tensors: Mapping[str, Tensor]) -> Arrays:
    """Tensors as arrays, by value; those of a GPU cross over in one piece for each number format."""
    arrays: Arrays = {}
    pieces: dict[tuple[torch.device, torch.dtype], dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        if tensor.device.type == "cpu":
            arrays[name] = tensor.detach().numpy().copy()
        else:
            pieces.setdefault((tensor.device, tensor.dtype), {})[name] = tensor.detach()
    arrays |= fetched(list(pieces.values()))
    return {name: arrays[name] for name in tensors}


def fetched(pieces: Sequence[Mapping[str, Tensor]]) -> Arrays:
    """Copies of tensors, each piece's alike in number format and device, which is waited for once."""
    try:
        flat = [torch.cat([tensor.reshape(-1) for tensor in piece.values()]) for piece in pieces]
        landed = [_landing(piece) for piece in flat]
    except RuntimeError as error:
        if not lacks_memory(error):
            raise
        # There is no room for one piece of all, on the device or where it may write.
        return {name: tensor.cpu().numpy().copy() for piece in pieces for name, tensor in piece.items()}
    for device in {piece.device for piece in flat if piece.device.type == "cuda"}:
        torch.cuda.current_stream(device).synchronize()
    arrays: Arrays = {}
    for piece, host in zip(pieces, landed, strict=True):
        # By value: memory that the GPU writes into is dear, and torch gives it to the next copy.
        numbers = host.numpy().copy()
        ends = np.cumsum([tensor.numel() for tensor in piece.values()])
        for (name, tensor), values in zip(piece.items(), np.split(numbers, ends[:-1]), strict=True):
            arrays[name] = values.reshape(tuple(tensor.shape))
    return arrays


def _landing(flat: Tensor) -> Tensor:
    """The same in the CPU's memory; from CUDA it is under way until its stream has been waited for."""
    if flat.device.type != "cuda":
        return flat.cpu()
    return torch.empty(flat.shape, dtype=flat.dtype, pin_memory=True).copy_(flat, non_blocking=True)
