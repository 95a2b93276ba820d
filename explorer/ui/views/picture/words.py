"""What the picture view says of a picture. Part of that view; knows models, no Qt."""

from __future__ import annotations

from explorer.session.asking.requests import Neighbours
from explorer.session.open_model import OpenModel


def caption(model: OpenModel) -> str:
    """Whose picture it is, in few words."""
    return model.run.name


def original(model: OpenModel, item: int) -> str:
    name = model.class_of(item)
    return f"original {item:,}" + ("" if name is None else f": {name}")


def distance(model: OpenModel | None, found: Neighbours | None) -> tuple[str, ...]:
    """How far the cursor is from data; the same in ever fewer words."""
    if found is None or model is None or model.embedding is None or not len(found.distances):
        return ("",)
    number = float(found.distances[0])
    far = model.embedding.is_far(number)
    if model.can_encode:
        where, whole = "far from data" if far else "inside the data", "{}: {:.2f} to the nearest image"
    else:
        where = "far from" if far else "among"
        whole = "{} the drawn codes: {:.2f} to the nearest"
    return whole.format(where, number), f"{where}: {number:.2f}", f"{number:.2f} away"
