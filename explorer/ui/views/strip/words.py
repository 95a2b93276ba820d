"""What the strip says: its rows, the two lines, and what is nearest. Part of the strip view; no Qt."""

from __future__ import annotations

from explorer.latent.path import Manner
from explorer.session.open_model import OpenModel
from explorer.session.session import Session
from explorer.session.steering.interpolation import DECODED, STEPS
from explorer.ui.look import wording

ROWS: dict[Manner, tuple[str, str]] = {
    "line": ("Straight line", "z(t) = (1 − t) a + t b, decoded"),
    "circle": (
        "Great circle",
        "Slerp, decoded: z(t) turns evenly from the direction of a to that of b while its length grows "
        "evenly; where codes are Gaussian, it keeps to the shell on which they lie",
    ),
    "pixels": ("Pixel blend", "x(t) = (1 − t) A + t B, pixel by pixel, for contrast: no model in it"),
}
LINES = (
    "Rows from A to B; below the marked one, the nearest {item} and its distance in {space}.",
    "A smooth row doesn't prove that such images exist: far from data the decoder guesses.",
)
FEATURE_LINES = (
    "Features have no decoder: only the pixels of A and B can be blended.",
    "A blend is two pictures at once, not one in between.",
)


def lines(model: OpenModel | None) -> tuple[str, str]:
    """What one sees, and what not to conclude from it."""
    if model is None:
        return "", ""
    if not model.can_decode:
        return FEATURE_LINES
    return LINES[0].format(item=wording.nearest_items(model), space=model.space), LINES[1]


def row_tip(model: OpenModel | None, manner: Manner) -> str:
    """How a row is made, where the model can make it."""
    made = model is None or model.can_decode or manner not in DECODED
    return ROWS[manner][1] if made else ""


ROOMY = 46
"""Side of a picture from which its caption has room for the distance too."""


def captions(session: Session, side: int) -> list[str]:
    """One for each picture of the marked row, which has this side."""
    model, found = session.main.model, session.interpolation.nearest
    if model is None:
        return []
    names = [model.class_of(int(near.items[0])) or f"{near.items[0]}" for near in found]
    if side < ROOMY:
        return names
    return [f"{name} · {near.distances[0]:.2f}" for name, near in zip(names, found, strict=True)]


def place(session: Session) -> str:
    """Where the handle is."""
    strip = session.interpolation
    model, handle = session.main.model, session.scene.handle
    if not strip.complete or model is None:
        return ""
    if handle is None or not strip.nearest:
        return "Drag the handle, or click on a picture; a click on another row chooses that row."
    near = strip.nearest[round(handle * (STEPS - 1))]
    title = wording.item_title(model, int(near.items[0]))
    return f"t = {handle:.2f}; nearest: {title}, {near.distances[0]:.2f} away in {model.space}"
