"""The networks of a model as a list of layers, with what goes in and what comes out.

Found by watching one training step on two empty pictures, so that no family has to tell.
Imports torch and the contract in `base`. Shapes are [N, C, H, W] or [N, D], for any number N of pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from explorer.models.base import Batch, GenerativeModel, Position

TRANSPOSED = (
    "A transposed convolution is often called a deconvolution, a misnomer: it undoes no convolution. As a "
    "matrix it is the transpose of one: it spreads each pixel where the other gathers."
)
STRIDES = (
    "Stride 2 halves the side while it computes, with weights that are learned. Pooling would halve it by a "
    "fixed rule and throw the places away, which a decoder would need."
)


@dataclass(frozen=True)
class Layer:
    """One layer, in the order in which a training step goes through them."""

    network: str
    """The part of the model that it belongs to: encoder, decoder, critic, ..."""
    block: str
    """The part of a large network; empty of a plain list of layers."""
    kind: str
    """In words."""
    input: tuple[int, ...]
    """Without N."""
    output: tuple[int, ...]
    weights: int
    """Numbers that are learned here."""


def layers(model: GenerativeModel) -> tuple[Layer, ...]:
    """All layers of a model.

    Parameters
    ----------
    model
        On the CPU; nobody else may use it meanwhile. Nothing of it is changed.
    """
    if not model.stages:
        return _of_plane(model)
    found: dict[nn.Module, Layer] = {}
    hooks = [
        module.register_forward_hook(partial(_note, found, *_place(name)))
        for name, module in model.named_modules()
        if _is_layer(name, module)
    ]
    learning = model.training
    model.eval()
    x = torch.zeros(2, *model.image)
    labels = torch.zeros(2, dtype=torch.long) if model.classes else None
    try:
        for _ in model.training_step(Batch(x, labels), Position(0, 0, 1), torch.Generator().manual_seed(0)):
            pass
    finally:
        for hook in hooks:
            hook.remove()
        model.train(learning)
    return tuple(found.values())


def remarks(found: tuple[Layer, ...]) -> tuple[str, ...]:
    """What has to be said once of layers such as these."""
    kinds = [layer.kind for layer in found]
    said = ((STRIDES, ("convolution", "stride 2")), (TRANSPOSED, ("transposed",)))
    return tuple(text for text, words in said if any(all(word in kind for word in words) for kind in kinds))


def _place(name: str) -> tuple[str, str]:
    """The network and the block of a module, out of its name, such as ``network.down.0.first.2``."""
    network, *inside = name.split(".")
    if not inside or inside[0].isdecimal():
        return network, ""
    part, *rest = inside
    # Layers of a list are numbered too, but only a block holds others.
    return network, f"{part} {int(rest[0]) + 1}" if len(rest) > 1 and rest[0].isdecimal() else part


def _is_layer(name: str, module: nn.Module) -> bool:
    # A weight that is normalised hangs below its layer as a module of its own.
    listed = isinstance(module, tuple(KINDS)) or not any(module.children())
    return listed and "parametrizations" not in name and not isinstance(module, nn.Identity)


def _note(
    found: dict[nn.Module, Layer],
    network: str,
    block: str,
    module: nn.Module,
    inputs: tuple[Any, ...],
    output: Any,
) -> None:
    if not inputs or not isinstance(output, Tensor):
        return
    weights = sum(parameter.numel() for parameter in module.parameters())
    found[module] = Layer(network, block, _words(module), _shape(inputs[0]), _shape(output), weights)


def _shape(x: Any) -> tuple[int, ...]:
    return tuple(x.shape[1:]) if isinstance(x, Tensor) else ()


def _of_plane(model: GenerativeModel) -> tuple[Layer, ...]:
    """The two maps of a model that is fitted in closed form."""
    space, w = model.spaces[0], model.linear_map
    if w is None:
        return ()
    code, shape = (space.size,), tuple(model.image)
    return (
        Layer("encoder", "", "z = W'(x - mean)", shape, code, sum(b.numel() for b in model.buffers())),
        Layer("decoder", "", "x = mean + W z, with the same W", code, shape, 0),
    )


def _conv(words: str, module: Any) -> str:
    height, width = module.kernel_size
    stride = module.stride[0]
    return f"{words} {height} x {width}" + (f", stride {stride}" if stride > 1 else "")


KINDS: dict[type[nn.Module], Callable[[Any], str]] = {
    nn.ConvTranspose2d: partial(_conv, "transposed convolution"),
    nn.Conv2d: partial(_conv, "convolution"),
    nn.Linear: lambda module: "dense",
    nn.Flatten: lambda module: "flatten",
    nn.Unflatten: lambda module: "reshape",
    nn.GroupNorm: lambda module: f"group normalisation, {module.num_groups} groups",
    nn.BatchNorm2d: lambda module: "batch normalisation",
    nn.LeakyReLU: lambda module: "leaky ReLU",
    nn.Embedding: lambda module: f"embedding of {module.num_embeddings} classes",
    nn.PixelShuffle: lambda module: "pixel shuffle",
    nn.PixelUnshuffle: lambda module: "pixel unshuffle",
    nn.Upsample: lambda module: "nearest-neighbour enlargement",
}
"""Kinds of layers in words; any other is called what its class is called."""


def _words(module: nn.Module) -> str:
    for kind, words in KINDS.items():
        if isinstance(module, kind):
            return words(module)
    return type(module).__name__
