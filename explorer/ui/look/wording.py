"""What the interface says of a model, in the words of the lectures. Knows no Qt.

Sentences follow from what a family declares of its spaces, never from its name.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.session.carrying import Bridge
from explorer.session.open_model import OpenModel
from explorer.session.scene import Name
from explorer.session.side import Side

GLYPHS = ("mnist", "fashion-mnist", "kmnist", "emnist")
"""Data sets of light marks on black, known by name where a model has no images."""
PAPER_LIMIT = 128
"""Mean brightness (of 255) below which grey images count as light marks on black."""


def sizes(model: OpenModel) -> str:
    """Such as ``784 pixels → 2 numbers → 784 pixels``."""
    channels, height, width = model.run.manifest.image
    numbers = int(np.prod(latent_shape(model)))
    pixels = f"{height * width:,} pixels" + (" in colour" if channels == 3 else "")
    unit = "number" if numbers == 1 else "numbers"
    return f"{pixels} → {numbers:,} {unit} → {pixels}"


def latent_shape(model: OpenModel) -> tuple[int, ...]:
    if model.run.manifest.spaces:
        return model.run.manifest.spaces[0].shape
    return (0,) if model.embedding is None else (model.embedding.size,)


def noun(model: OpenModel) -> str:
    """What an item is called."""
    return "digits" if model.run.manifest.data.name == "mnist" else "images"


def item_title(model: OpenModel, item: int) -> str:
    name = model.class_of(item)
    kind = f"held-out {noun(model).removesuffix('s')}" if model.can_encode else "sample"
    return f"{kind} {item:,}" + ("" if name is None else f": {name}")


def as_ink(model: OpenModel) -> bool:
    """Whether pictures are light marks on black, shown as ink on paper in the light theme."""
    if model.items is None:
        return model.run.manifest.data.name in GLYPHS
    return are_glyphs(model.items.images)


def are_glyphs(images: NDArray[np.uint8]) -> bool:
    """Whether images (N, H, W, C) are light marks on black, judged by the first of them."""
    return images.shape[3] == 1 and len(images) > 0 and float(images[:200].mean()) < PAPER_LIMIT


def map_lines(model: OpenModel) -> tuple[str, str]:
    """What one sees on the map, and what not to conclude from it."""
    manifest = model.run.manifest
    count = manifest.data.test if model.embedding is None else len(model.embedding)
    coloured = "; colour = class" if manifest.data.class_names else ""
    sees = f"{count:,} held-out {noun(model)}, each placed by the encoder{coloured}."
    if not model.can_encode:
        count = 0 if model.embedding is None else len(model.embedding)
        return (
            f"{count:,} codes drawn from N(0, I); colour = the class that a classifier sees in each.",
            "No image has a place of its own here: a generator has no encoder.",
        )
    if not model.can_decode:
        return (
            f"{count:,} held-out {noun(model)}, by what the network sees in them{coloured}.",
            "Features are no codes: a place between two images is no picture.",
        )
    if model.projection is not None and model.projection.estimate:
        return (
            sees,
            "Who is beside whom is to be trusted, gaps and sizes are not. Between items a decoded place is "
            "an estimate from its nearest ones.",
        )
    if model.living:
        return (
            sees,
            "Axes in standard deviations, so that a growing space stays in view: sizes mean nothing yet.",
        )
    if model.embedding is not None and model.embedding.size > 2:
        return (
            sees,
            f"A flat view of {model.embedding.size} dimensions: what lies close here may be far apart.",
        )
    has_prior = bool(manifest.spaces) and manifest.spaces[0].prior is not None
    if has_prior:
        return sees, (
            "KL pulls them into one cloud round 0; a gap between two clusters is still decoded as a mixture."
        )
    return sees, "Empty places were never trained: the decoder must guess there."


FIGURES_MEAN = (
    "Squared error per pixel of the held-out images, pixels in [0, 1]; KL of the codes from the prior. "
    "Beside another map: the share of the frame in which no image lies near, and how far the marked place "
    "moves when it is decoded and encoded again."
)


def map_figures(model: OpenModel, *, compared: bool = False) -> str:
    """Mean error and KL with their units; beside another map also how empty it is."""
    embedding = model.embedding
    if embedding is None:
        return ""
    parts = []
    if embedding.errors is not None:
        error = f"error {float(np.nanmean(embedding.errors)):.4f}"
        parts.append(error if compared else f"{error} per pixel")
    if embedding.kl is not None:
        parts.append(f"KL {float(embedding.kl.sum()):.1f} nats")
    if compared and not model.living:
        parts.append(f"{100 * model.emptiness.share:.0f} % empty")
        if model.hole is not None:
            parts.append(f"at ✕ |E(D(z)) − z| = {model.hole.cycle_error:.1f}")
    return "   ".join(parts)


def bridge_text(bridge: Bridge | None, leads: Name) -> str:
    """How the cursor of one map has come to the other."""
    words: dict[Bridge, str] = {
        "item": "One image, placed by both encoders.",
        "own picture": "Your own picture, placed by both encoders.",
        "same code": "One code, on both maps.",
        "picture": "Carried over through the picture: the right decoder draws it, the left encoder places it."
        if leads == "main"
        else "Carried over through the picture: the left decoder draws it, the right encoder places it.",
    }
    return "" if bridge is None else words[bridge]


def no_bridge(main: Side, beside: Side) -> str:
    """Why the cursor of one map can't follow that of the other."""
    here, there = main.model, beside.model
    if here is None or there is None:
        return ""
    if here.shape != there.shape:
        names = f"{here.run.name} and {there.run.name}"
        return f"{names} know pictures of different sizes, so no place is carried over."
    return "No place can be carried over between these models; press on an image."


def code_text(code: NDArray[np.float32], most: int = 6) -> str:
    """Such as ``z = (1.29, 0.85)``; of long codes the first numbers, so many at most."""
    # A rounded zero may carry a sign; adding 0 takes it away.
    numbers = ", ".join(f"{round(value, 2) + 0.0:.2f}".replace("-", "−") for value in code[:most].tolist())
    return f"z = ({numbers}{', …' if len(code) > most else ''})"
