"""Which device trains and decodes, what it can do, and what its errors mean.

Imports torch, `errors`, `models.base` and `optimisers`. A device is tried with a little of all that the
families compute before it is believed in, once per process.
"""

from __future__ import annotations

import platform
import re
import threading

import torch
import torch.nn.functional as F
from torch import nn

from explorer.errors import BadInput
from explorer.models.base import GenerativeModel, ParameterGroup
from explorer.training.optimisers import Optimisers

KINDS = ("cuda", "mps", "cpu")

_NO_MEMORY = re.compile(
    "allocate memory|not enough memory|out of memory|ALLOC_FAILED|ALLOCATION_FAILED|Invalid buffer size"
    # They are initialised late, and then memory is all that they can lack.
    "|CU(BLAS|DNN|SOLVER)_STATUS_NOT_INITIALIZED"
)
_LOST = re.compile("CU(BLAS|DNN|SOLVER)_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR|MAPPING_ERROR)")

SMALL = 4_000_000
"""Weights up to which a model draws a picture within about 5 ms on one thread of a CPU."""

WORTH_HALVES = 512
"""Channels in times channels out from which on a CPU convolves faster in bfloat16."""

_trial = threading.Lock()
"""Several threads ask; on some devices torch can't bear two at a time."""
_faults: dict[str, str | None] = {}
"""Name of a device that was tried to what it failed of."""
_thread = threading.local()
_left: list[str] = []
"""Why the threads beside the training have left the GPU; empty while they have not."""


def choose(wanted: str | None = None) -> tuple[torch.device, str | None]:
    """The device to work on, and a sentence when it isn't the best one that was found.

    Parameters
    ----------
    wanted
        ``cuda``, ``cuda:1``, ``mps`` or ``cpu``; None takes the first that works.

    Raises
    ------
    BadInput
        The wanted device isn't there or doesn't work.
    """
    if wanted is not None:
        if wanted.partition(":")[0] not in KINDS:
            raise BadInput(f"There is no device named {wanted!r}; choose one of {', '.join(KINDS)}.")
        fault = _fault(wanted)
        if fault:
            raise BadInput(f"The device {wanted!r} can't be used here: {fault}")
        return torch.device(wanted), None
    for kind, found in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())):
        if found and not (fault := _fault(kind)):
            return torch.device(kind), None
        if found or (fault := _hidden_fault(kind)):
            return torch.device("cpu"), f"Working on the CPU, as {kind} failed: {fault}"
    return torch.device("cpu"), None


def beside_training(model: GenerativeModel | None = None) -> tuple[torch.device, str | None]:
    """The device for a thread that does not train, and a sentence as in `choose`.

    On CUDA the thread gets a stream of its own, served first: else whatever it asks would wait behind all
    steps that the trainer has sent ahead. Several threads on MPS make torch abort.

    Parameters
    ----------
    model
        What is to be shown: a small one is drawn on the CPU sooner than a GPU that trains comes to it.
    """
    device, complaint = (torch.device("cpu"), None) if _left else choose()
    if device.type != "cuda" or (model is not None and is_small(model)):
        return torch.device("cpu"), complaint
    if not hasattr(_thread, "stream"):
        _thread.stream = torch.cuda.Stream(device, priority=-1)
        torch.cuda.set_stream(_thread.stream)
    return device, complaint


def is_small(model: GenerativeModel) -> bool:
    """Whether a CPU draws its pictures as soon as they are asked for; what denoises needs many passes."""
    weights = sum(tensor.numel() for tensor in model.state_dict().values())
    return weights <= SMALL and model.plan is None


def leave_gpu(error: Exception) -> str | None:
    """After an error of a GPU, have whoever does not train work on the CPU; the sentence that says so.

    None where it is no such error.
    """
    if is_lost(error):
        lose(torch.device("cuda"), error)
        _left.append(f"The GPU was lost ({first_line(error)}): models are shown on the CPU from here on.")
    elif lacks_memory(error) and "CPUAllocator" not in str(error):
        _left.append("The GPU has no memory left to show models: they are shown on the CPU from here on.")
    else:
        return None
    return _left[0]


def title(device: torch.device) -> str:
    """The device in words: ``CPU, 2 threads`` or the name of the GPU."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return f"{platform.processor() or 'Apple'} GPU"
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' if threads != 1 else ''}"


def has_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 is computed in hardware, so that it saves time."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        # oneDNN also emulates bfloat16 where the processor lacks it, slower than float32.
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return False


def takes_bfloat16(model: GenerativeModel, device: torch.device) -> bool:
    """Whether a model's training computes its products in bfloat16 on a device."""
    precision = getattr(model.config, "precision", "float32")
    if precision == "auto":
        return has_bfloat16(device) and (device.type != "cpu" or _convolves(model))
    return bool(precision == "bfloat16")


def autocast(model: GenerativeModel, device: torch.device) -> torch.autocast:
    """The context in which a model's training computes on a device."""
    return torch.autocast(device.type, torch.bfloat16, enabled=takes_bfloat16(model, device))


def _convolves(model: nn.Module) -> bool:
    """Whether there are convolutions so large that a CPU computes them sooner in bfloat16."""
    convolutions = (m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)))
    return any(layer.in_channels * layer.out_channels >= WORTH_HALVES for layer in convolutions)


def lacks_memory(error: Exception) -> bool:
    """Whether this is how torch, or a library behind it, says that a device has too little memory."""
    return isinstance(error, RuntimeError) and _NO_MEMORY.search(str(error)) is not None


def is_lost(error: Exception) -> bool:
    """Whether nothing can be computed on the device any more, nor read from it."""
    if not isinstance(error, RuntimeError) or lacks_memory(error):
        return False
    return isinstance(error, torch.AcceleratorError) or _LOST.search(str(error)) is not None


def lose(device: torch.device, error: Exception) -> None:
    """From here on this process takes the device for one that can't be used."""
    if device.type != "cpu":
        _faults[device.type] = _faults[str(device)] = first_line(error)


def first_line(error: Exception) -> str:
    """What an error of torch says; what follows is advice to programmers."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _fault(name: str) -> str | None:
    """Why a device can't be used; None where it works."""
    with _trial:
        if name not in _faults:
            _faults[name] = _tried(torch.device(name))
        return _faults[name]


def _tried(device: torch.device) -> str | None:
    try:
        _try_out(device)
    except (RuntimeError, AssertionError) as error:
        return first_line(error)
    return None


def _hidden_fault(kind: str) -> str | None:
    """Why a GPU is of no use whose driver is there: torch counts none then, and says nothing."""
    if kind != "cuda" or torch.version.cuda is None:
        return None
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError) as error:
        fault = first_line(error)
        return None if "no NVIDIA driver" in fault else fault
    return None


def _try_out(device: torch.device) -> None:
    """Steps of learning with every kind of layer that the families are made of, in each precision."""
    rng = torch.Generator(device).manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        layers = nn.Sequential(
            *(nn.Conv2d(1, 4, 4, stride=2, padding=1), nn.GroupNorm(2, 4), nn.SiLU()),
            *(nn.ConvTranspose2d(4, 1, 4, stride=2, padding=1), nn.Flatten(), nn.Linear(100, 8)),
        ).to(device)
    optimisers = Optimisers({"all": ParameterGroup(list(layers.parameters()))})
    for half in (False, True) if has_bfloat16(device) else (False,):
        x = torch.bernoulli(torch.rand(2, 1, 8, 8, generator=rng, device=device), generator=rng)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            loss = _learn_a_little(layers, x)
        loss.backward()
        norm = optimisers.apply("all", 1e-3)
        optimisers.clear()
        # The device works behind: what failed shows where something is read from it.
        if not norm.cpu().isfinite():
            raise RuntimeError(f"a step of learning in {'bfloat16' if half else 'float32'} was not finite")


def _learn_a_little(layers: nn.Module, x: torch.Tensor) -> torch.Tensor:
    codes = layers(F.pad(x, (1, 1, 1, 1), mode="replicate"))[None, None]
    seen = F.scaled_dot_product_attention(codes, codes, codes)
    drawn = F.interpolate(F.pixel_shuffle(seen.reshape(1, 4, 2, 2), 2), size=(8, 8), mode="nearest")
    return F.binary_cross_entropy_with_logits(drawn, drawn.detach().sigmoid()) + F.softplus(drawn).mean()
