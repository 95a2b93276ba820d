"""What the picture view says of a picture. Part of that view; knows models, no Qt."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from explorer.session.asking.requests import Neighbours
from explorer.session.open_model import OpenModel
from explorer.session.side import Side
from explorer.ui.look import wording

Texts = tuple[str, ...]
"""The same in ever fewer words."""

EMPTY = "Press on the map."
NEAREST = "nearest real images, and their distance in {space}"
ONLY = "nearest of the {count:,} images on this computer, and their distance in {space}"
NONE = "The images of this model are not on this computer."
DIFFERENCE = "Decoded minus original: red too bright, blue too dark; mean square per pixel."
NO_DECODER = "Features have no decoder."
LINES = (
    "What the decoder draws at the cursor.",
    "A sharp picture is no proof that such an image exists.",
)
FEATURE_LINES = (
    "The image at the cursor, and those in which the network sees the most alike.",
    "Between images there is nothing to be drawn: features have no decoder.",
)


def caption(side: Side) -> str:
    """Whose picture it is and what was asked for, in few words."""
    name = "" if side.model is None else side.model.run.name
    asked = wording.asked_for(side)
    return f"{name}, {asked}" if asked else name


def decoded(side: Side, model: OpenModel) -> str:
    """What the picture is that its model has drawn."""
    if side.cursor.original is not None:
        return wording.asked_for(side) or "reconstruction"
    item = side.look.item
    if not model.can_decode or item is None:
        made = "decoded" if model.can_decode else ""
    else:
        whose = wording.item_caption(model, item)
        made = f"decoded {wording.short_title(model, item)}" if model.can_encode else whose
    return wording.asked_for(side) or made


def missing(side: Side) -> str:
    """Why the image of the item that is looked at is not shown; empty where it is, or there is none."""
    model, item = side.model, side.look.item
    if model is None or item is None or not model.can_encode or side.cursor.original is not None:
        return ""
    return "The images are being read." if side.images.reading else "The image is not on this computer."


def ambient(model: OpenModel) -> Texts:
    """How many numbers a picture is."""
    channels, height, width = model.run.manifest.image
    pixels, numbers = height * width, channels * height * width
    if channels == 1:
        return f"{pixels:,} pixels (ambient)", f"{pixels:,} ambient"
    whole = f"{numbers:,} numbers ({height} × {width} pixels in {channels} colours, ambient)"
    return whole, f"{numbers:,} numbers (ambient)", f"{numbers:,} ambient"


def latent(model: OpenModel) -> Texts:
    """How many numbers its code is."""
    numbers = math.prod(wording.latent_shape(model))
    unit = "number" if numbers == 1 else "numbers"
    if not model.can_decode:
        return (f"{numbers:,} features",)
    return f"{numbers:,} {unit} (latent)", f"{numbers:,} latent"


def sizes(model: OpenModel) -> Texts:
    """Of a picture and of its code."""
    *long, short = ambient(model)
    code = latent(model)
    return *(f"{text}, {code[0]}" for text in long), f"{short}, {code[-1]}"


def sizes_below(model: OpenModel | None, *, original: bool, decoded: bool) -> tuple[Texts, Texts]:
    """What stands below the original and the decoded picture, where they are large: of both, each its own."""
    if model is None:
        return (), ()
    if original and decoded:
        return ambient(model), tuple(f"from {text}" for text in latent(model))
    return sizes(model) if original else (), sizes(model) if decoded else ()


def distance(model: OpenModel | None, found: Neighbours | None) -> Texts:
    """How far the cursor is from data."""
    if found is None or model is None or model.embedding is None or not len(found.distances):
        return ("",)
    number = float(found.distances[0])
    far = model.embedding.is_far(number)
    if model.can_encode:
        where, whole = "far from data" if far else "inside the data", "{}: {:.2f} to the nearest image"
    else:
        where, whole = "far from" if far else "among", "{} the drawn codes: {:.2f} to the nearest"
    return whole.format(where, number), f"{where}: {number:.2f}", f"{number:.2f} away"


def nearest(model: OpenModel) -> str:
    """Among which images the nearest ones were looked for: those on this computer."""
    if not model.lacks_pictures:
        return NEAREST.format(space=model.space)
    count = len(model.items or ())
    return ONLY.format(count=count, space=model.space) if count else NONE


def most_are(model: OpenModel, items: list[int]) -> str:
    """Such as ``5 of 6 are of class 3``; of two with as many the nearer. Nothing without classes."""
    names = [name for item in items if (name := model.class_of(item)) is not None]
    if not names or not wording.has_classes(model):
        return ""
    name, count = Counter(names).most_common(1)[0]
    if count == len(items) > 1:
        return f"all {count} are of class {name}"
    return f"{count} of {len(items)} {'is' if count == 1 else 'are'} of class {name}"


def difference(picture: NDArray[np.uint8], original: NDArray[np.uint8]) -> tuple[NDArray[np.float32], str]:
    """The first minus the second (H, W, C), -1 to 1, and its mean square in words."""
    found = (picture.astype(np.float32) - original) / np.float32(255)
    return found, f"difference {wording.error_text(float(np.square(found).mean()))} per pixel"


def numbers(
    model: OpenModel, code: NDArray[np.float32], whose: str, room: int, wide: Callable[[str], int]
) -> str:
    """As many of a code's numbers as there is room for; the model's name gives way first."""
    text = ""
    for most, name in product(range(6, 0, -1), (whose, "")):
        text = f"{name}{wording.code_text(model, code, most)}"
        if wide(text) <= room:
            break
    return text
