"""All that an exact resume needs, as arrays by name. Imports torch, models and the rest of training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.errors import BadInput
from explorer.training.average import Average
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
        if not (0 <= step <= of and min(seconds, rate_scale, rescues) >= 0):
            raise ValueError
        # The step after the one that was reached is never a step before it.
        return Place(math.ceil(step * steps / of), seconds, rate_scale, int(rescues))
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise BadInput("The saved training state doesn't say where it was; train it anew.") from error


def averaged(state: State) -> Arrays:
    """The averaged weights of a state."""
    kept = {path.partition("/"): array for path, array in state.tensors.items()}
    return {name: array for (kind, _, name), array in kept.items() if kind == "average"}


def gather(model: nn.Module, average: Average, optimisers: Optimisers, rng: torch.Generator) -> Arrays:
    """Everything that training changes, by value."""
    tensors = {f"model/{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"average/{k}": v for k, v in average.tensors.items()}
    tensors |= {f"optimiser/{k}": v for k, v in optimisers.tensors().items()}
    return to_arrays({**tensors, "rng": rng.get_state()})


def spread(
    arrays: Mapping[str, NDArray[Any]],
    model: nn.Module,
    average: Average,
    optimisers: Optimisers,
    rng: torch.Generator,
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
        noise = torch.tensor(arrays["rng"])
        if noise.numel() == rng.get_state().numel():
            # Another kind of device has another kind of generator: there the noise starts anew.
            rng.set_state(noise)
    except (KeyError, IndexError, ValueError, TypeError, RuntimeError) as error:
        raise BadInput("The saved training state belongs to another model; train it anew.") from error


def to_arrays(tensors: Mapping[str, Tensor]) -> Arrays:
    """Tensors as arrays, by value."""
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}
