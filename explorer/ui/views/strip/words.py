"""What the strip says: below each picture the nearest real image, and where the handle is.

Part of the strip view; knows the session, no Qt.
"""

from __future__ import annotations

from explorer.session.session import Session
from explorer.session.steering.interpolation import STEPS
from explorer.ui.look import wording

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
    return f"t = {handle:.2f}; nearest: {title}, {near.distances[0]:.2f} away in z"
