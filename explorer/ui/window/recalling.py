"""What was chosen of a model, as text, and back: ends A and B, the own drawing, the classes that are drawn.

What is damaged or fits no longer is left at its default. Knows the session; no Qt.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.data.formats.png import of_png, to_png
from explorer.errors import BadInput
from explorer.session.open_model import OpenModel
from explorer.session.scene import End
from explorer.session.session import Session

Picture = NDArray[np.uint8]
Which = Literal["a", "b"]
BOTH: tuple[Which, Which] = ("a", "b")


def choices_to_keep(session: Session) -> dict[str, object]:
    """What is chosen of the model on the main side."""
    scene, model, drawn = session.scene, session.main.model, session.drawing.glyph
    if model is None or model.living:
        return {}
    kept: dict[str, object] = {"of": _weights(model)}
    for which, end in zip(BOTH, (scene.end_a, scene.end_b), strict=True):
        if end is not None:
            code = [float(number) for number in end.code]
            kept[f"end {which}"] = {"code": code, "picture": _text(end.picture), "title": end.title}
    if drawn is not None:
        kept["drawing"] = _text(drawn)
    if scene.main.shown is not None:
        kept["classes"] = sorted(scene.main.shown)
    return kept


def restore_choices(session: Session, kept: object) -> None:
    """Choose it again, where the model is still the same."""
    model = session.main.model
    if not isinstance(kept, dict) or model is None or kept.get("of") != _weights(model):
        return
    channels = model.shape[2]
    for which in BOTH:
        end = _end(kept.get(f"end {which}"), channels)
        if end is not None:
            session.interpolation.restore_end(which, end)
    drawn = _picture(kept.get("drawing"), channels)
    if drawn is not None:
        session.drawing.restore(drawn)
    classes, known = kept.get("classes"), range(len(model.run.manifest.data.class_names))
    if isinstance(classes, list) and classes and all(type(one) is int and one in known for one in classes):
        session.main.show_classes(frozenset(classes))
    session.choices.clear_history()


def _weights(model: OpenModel) -> str:
    """Another training under the same name has other codes."""
    return str(model.run.manifest.files.get("weights.safetensors", model.fingerprint))


def _end(kept: object, channels: int) -> End | None:
    if not isinstance(kept, Mapping):
        return None
    numbers, picture = kept.get("code"), _picture(kept.get("picture"), channels)
    if picture is None or not isinstance(numbers, list):
        return None
    if not all(isinstance(number, (int, float)) for number in numbers):
        return None
    return End(np.array(numbers, np.float32), picture, str(kept.get("title", "")))


def _text(picture: Picture) -> str:
    return base64.b64encode(to_png(picture)).decode()


def _picture(kept: object, channels: int) -> Picture | None:
    if not isinstance(kept, str):
        return None
    try:
        return of_png(base64.b64decode(kept, validate=True), channels, "A picture of the last session")
    except (BadInput, binascii.Error, ValueError):
        return None
