"""What the interface says of a model, in the words of the lectures. Knows no Qt.

Sentences follow from what a family declares of its spaces, never from its name.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from explorer.session.carrying import Bridge
from explorer.session.open_model import OpenModel
from explorer.session.scene import Name
from explorer.session.side import Side

GLYPHS = ("mnist", "fashion-mnist", "kmnist", "emnist")
"""Data sets of light marks on black, known by name where a model has no images."""
NOUNS = {"mnist": "digits"}
"""What the images of a data set are called, by its origin: a folder of that name may hold anything."""
PRIORS = {"normal": "N(0, I)"}
PAPER_LIMIT = 128
"""Mean brightness (of 255) below which grey images count as light marks on black."""


def sizes(model: OpenModel) -> str:
    """Such as ``784 pixels → 2 numbers → 784 pixels``: from pixels where there is an encoder, and back to
    them where there is a decoder."""
    channels, height, width = model.run.manifest.image
    numbers = int(np.prod(latent_shape(model)))
    pixels = f"{height * width:,} pixels" + (" in colour" if channels == 3 else "")
    unit = "number" if numbers == 1 else "numbers"
    way = (pixels if model.can_encode else "", f"{numbers:,} {unit}", pixels if model.can_decode else "")
    return " → ".join(filter(None, way))


def latent_shape(model: OpenModel) -> tuple[int, ...]:
    if model.declared is not None:
        return model.declared.shape
    return (0,) if model.embedding is None else (model.embedding.size,)


def noun(model: OpenModel) -> str:
    """What its images are called."""
    return NOUNS.get(model.run.manifest.data.origin, "images")


def item_title(model: OpenModel, item: int) -> str:
    name = model.class_of(item)
    kind = f"held-out {noun(model).removesuffix('s')}" if model.can_encode else "sample"
    return f"{kind} {item:,}" + ("" if name is None else f": {name}")


def short_title(model: OpenModel, item: int) -> str:
    """Number and class of an item."""
    name = model.class_of(item)
    return f"{item:,}" + ("" if name is None else f": {name}")


def asked_for(side: Side) -> str:
    """Such as ``drawn for class 3``; empty where pictures are not asked to be of a class."""
    condition, names = side.look.condition, side.askable
    if condition is None or side.model is None or not side.model.can_decode or condition.label >= len(names):
        return ""
    return f"drawn for class {names[condition.label]}"


def card_lines(model: OpenModel, item: int) -> list[str]:
    """What is known of an item, its name first."""
    lines = [item_title(model, item)]
    label, names = model.drawn_for(item), model.run.manifest.data.class_names
    if label is not None:
        lines.append(f"drawn for class {names[label] if label < len(names) else label}")
    if model.embedding is not None:
        lines.append(f"length of {model.space} {float(np.linalg.norm(model.embedding.codes[item])):.2f}")
        if model.embedding.errors is not None and np.isfinite(model.embedding.errors[item]):
            lines.append(f"error {error_text(float(model.embedding.errors[item]))} per pixel")
    if model.can_encode and model.picture_of(item) is None:
        stands_in = "decoded; " if model.can_decode else ""
        lines.append(f"{stands_in}the image is not on this computer")
    return lines


def item_caption(model: OpenModel, item: int) -> str:
    """The same below a picture."""
    name = model.class_of(item)
    kind = "original" if model.can_encode else "sample"
    return f"{kind} {item:,}" + ("" if name is None else f": {name}")


def nearest_items(model: OpenModel) -> str:
    """What lies near a place of the map, as in *nearest ...*."""
    return "real image" if model.can_encode else "drawn code"


def as_ink(model: OpenModel) -> bool:
    """Whether pictures are light marks on black, shown as ink on paper in the light theme."""
    if model.items is None:
        return model.run.manifest.data.origin in GLYPHS
    return are_glyphs(model.items.images)


def are_glyphs(images: NDArray[np.uint8]) -> bool:
    """Whether images (N, H, W, C) are light marks on black, judged by the first of them."""
    return images.shape[3] == 1 and len(images) > 0 and float(images[:200].mean()) < PAPER_LIMIT


def map_lines(model: OpenModel) -> tuple[str, str]:
    """What one sees on the map, and what not to conclude from it."""
    if not model.can_encode:
        return _drawn(model), "No image has a place of its own here: this model has no encoder."
    placed = "each placed by the encoder" if model.can_decode else "by what the network sees in them"
    count = model.run.manifest.data.test if model.embedding is None else len(model.embedding)
    coloured = "; colour = class" if has_classes(model) else ""
    return f"{count:,} held-out {noun(model)}, {placed}{coloured}.", _beware(model)


def _drawn(model: OpenModel) -> str:
    prior = None if model.declared is None else model.declared.prior
    source = f" drawn from {PRIORS.get(prior, 'its prior')}" if prior is not None else ""
    if model.embedding is None:
        return f"Codes{source}."
    coloured = "; colour = the class that a classifier sees in each" if has_classes(model) else ""
    return f"{len(model.embedding):,} codes{source}{coloured}."


def _beware(model: OpenModel) -> str:
    declared, embedding = model.declared, model.embedding
    if not model.can_decode:
        return "Features are no codes: a place between two images is no picture."
    if model.projection is not None and model.projection.estimate:
        return (
            "Who is beside whom is to be trusted, gaps and sizes are not. Between items a decoded place is "
            "an estimate from its nearest ones."
        )
    if model.living:
        return "Axes in standard deviations, so that a growing space stays in view: sizes mean nothing yet."
    if embedding is not None and embedding.size > 2:
        return f"A flat view of {embedding.size} dimensions: what lies close here may be far apart."
    if declared is not None and declared.has_posterior and declared.prior is not None:
        return (
            "KL pulls them into one cloud round 0; a gap between two clusters is still decoded as a mixture."
        )
    return "Empty places were never trained: the decoder must guess there."


def error_text(squared: float) -> str:
    """A squared error per pixel: four decimals, and more where they would all be zeros."""
    if squared == 0:
        return "0"
    if squared >= 0.001:
        return f"{squared:.4f}"
    return f"{squared:.{min(1 - math.floor(math.log10(squared)), 9)}f}"


def has_classes(model: OpenModel) -> bool:
    """The items on its map are of classes that have names; before they are there, those of its data."""
    embedding = model.embedding
    if embedding is None:
        return model.can_encode and bool(model.run.manifest.data.class_names)
    return embedding.labels is not None and bool(embedding.class_names)


ERROR_MEANS = "Squared error per pixel of the held-out images, pixels in [0, 1]."
KL_MEANS = "KL of the codes from the prior."
EMPTY_MEANS = "The share of the frame in which no {item} lies near."
HOLE_MEANS = "How far the marked place moves when it is decoded and encoded again."


def map_figures(model: OpenModel, *, compared: bool = False) -> tuple[str, str]:
    """Mean error and KL with their units, beside another map also how empty it is; and what each means."""
    embedding = model.embedding
    if embedding is None:
        return "", ""
    parts = []
    if embedding.errors is not None and np.isfinite(embedding.errors).any():
        parts.append((f"error {error_text(float(np.nanmean(embedding.errors)))} per pixel", ERROR_MEANS))
    if embedding.kl is not None:
        parts.append((f"KL {float(embedding.kl.sum()):.1f} nats", KL_MEANS))
    if compared and not model.living:
        item = "image" if model.can_encode else "code"
        parts.append((f"{100 * model.emptiness.share:.0f} % empty", EMPTY_MEANS.format(item=item)))
        if model.hole is not None:
            parts.append((f"✕ |E(D(z)) − z| = {model.hole.cycle_error:.1f}", HOLE_MEANS))
    return "   ".join(figure for figure, _ in parts), " ".join(meaning for _, meaning in parts)


def bridge_text(bridge: Bridge | None, leads: Name, *, encodes: bool) -> str:
    """How the cursor of one map has come to the other. Items of a model without an encoder are codes."""
    words: dict[Bridge, str] = {
        "item": "One image, placed by both encoders." if encodes else "One code, on both maps.",
        "own picture": "Your own picture, placed by both encoders.",
        "same code": "One code, on both maps.",
        "picture": "Carried over through the picture: the right decoder draws it, the left encoder places it."
        if leads == "main"
        else "Carried over through the picture: the left decoder draws it, the right encoder places it.",
    }
    return "" if bridge is None else words[bridge]


BRIDGES_MEAN = (
    "The same numbers mean nothing in another latent space, so a place is carried over as a picture: "
    "one decoder draws it, the other encoder looks at it."
)


def no_bridge(leader: Side, follower: Side, *, share_items: bool) -> str:
    """Why the cursor of one map can't follow that of the other, and what would bring it there."""
    here, there = leader.model, follower.model
    if here is None or there is None:
        return ""
    if here.shape != there.shape:
        names = f"{here.run.name} and {there.run.name}"
        return f"{names} know pictures of different sizes, so no place is carried over."
    if not there.can_encode:
        return f"{there.run.name} has no encoder, so nothing is carried over to its map."
    advice = "; press on an image" if share_items else ""
    return f"{here.run.name} has no decoder for these places, so none is carried over{advice}."


def code_text(model: OpenModel, code: NDArray[np.float32], most: int = 6) -> str:
    """Such as ``z = (1.29, 0.85)``; of long codes the first numbers, so many at most."""
    # A rounded zero may carry a sign; adding 0 takes it away.
    numbers = ", ".join(f"{round(value, 2) + 0.0:.2f}".replace("-", "−") for value in code[:most].tolist())
    return f"{model.space} = ({numbers}{', …' if len(code) > most else ''})"
