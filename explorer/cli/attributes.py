"""The command `attributes`: what the codes of a run know, and what moving one attribute moves besides.

Imports data, metrics, models and runs.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch

from explorer.cli import images
from explorer.cli.outcome import DONE
from explorer.cli.report import Bar, say, write
from explorer.data.attributes.attribute import Attribute
from explorer.data.image_set import DataSet, ImageSet
from explorer.errors import BadInput
from explorer.latent.embedding import Embedding
from explorer.metrics import ruler as rulers
from explorer.metrics.attributes import Fit, Fitted, Moves, check_size, directions, fitting, leakage
from explorer.models import GenerativeModel, arrays
from explorer.models.base import Space
from explorer.runs import own_attributes
from explorer.runs.library import Library
from explorer.runs.run import Run

DRAWN = 5_000
"""Codes drawn where a model has no encoder."""


class _Seen(NamedTuple):
    """Codes and the pictures that belong to them."""

    embedding: Embedding
    items: ImageSet
    own: list[Attribute]


def attributes(options: argparse.Namespace) -> int:
    """Print every attribute of a run with its held-out figure and its leakage."""
    run = Library().find(options.run)
    model = run.model()
    space = next((space for space in model.spaces if space.can_decode), None)
    if space is None:
        raise BadInput(f"{run.name} decodes no codes, so nothing can be moved in it.")
    check_size(space.size)  # before an hour goes by in which such codes are found
    found = images.of_run(run, quiet=options.json)
    bar = Bar("Fitting", shown=not options.json)
    try:
        fitted = _fit(_seen(run, model, space, found.data), bar)
        moves = _moves(fitted, model, space, bar)
    finally:
        bar.close()
    for note in fitted.notes:
        say(note)
    fields = [_fields(one, moves.get(one.name)) for one in fitted.fits]
    write({"attributes": fields}, options.json, _table(fitted, moves))
    return DONE


def _seen(run: Run, model: GenerativeModel, space: Space, data: DataSet) -> _Seen:
    """The held-out images and their codes; of a model without an encoder, draws and their pictures."""
    names = run.manifest.data.class_names
    if not space.can_encode:
        drawn = model.sample(DRAWN, torch.Generator().manual_seed(0), space.name)
        codes: np.ndarray[Any, np.dtype[np.float32]] = drawn.cpu().numpy()
        pictures = _decode(model, space, codes)
        ruler = rulers.find(data, "cpu") if rulers.is_labelled(data) else None
        labels = None if ruler is None else ruler.predict(arrays.to_x(pictures, model)).cpu().numpy()
        items = ImageSet(pictures, labels, names)
        return _Seen(Embedding(codes, labels=labels, class_names=names), items, [])
    embedding = run.embedding(space.name)
    if embedding is None or len(embedding) < len(data.test):
        codes = arrays.encode(model, data.test.images, space.name)
        embedding = Embedding(codes, labels=data.test.labels, class_names=names)
    own = [one.attribute(len(embedding)) for one in own_attributes.read(run)]
    return _Seen(embedding, data.test, own)


def _fit(seen: _Seen, bar: Bar) -> Fitted:
    for item in fitting(*seen):
        if isinstance(item, Fitted):
            return item
        bar.move(round(100 * item), 200, "Fitting")
    raise RuntimeError("fitting ended without fits")


def _moves(fitted: Fitted, model: GenerativeModel, space: Space, bar: Bar) -> dict[str, Moves]:
    along = directions(fitted, aligned=space.can_encode)
    encode = partial(arrays.encode, model, space=space.name) if space.can_encode else None
    found: dict[str, Moves] = {}
    for item in leakage(fitted, along.values(), partial(_decode, model, space), encode):
        if item is not None:
            found[item.name] = item
            bar.move(100 + round(100 * len(found) / len(along)), 200, "Moving")
    return found


def _decode(model: GenerativeModel, space: Space, codes: arrays.Floats) -> arrays.Images:
    """Pictures of codes, of all classes in turn where it can be asked for them."""
    return arrays.decode(model, codes, space.name, arrays.classes_in_turn(len(codes), model.conditions))


def _fields(one: Fit, moves: Moves | None) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.attribute.kind,
        one.measure: one.score,
        "leakage": {} if moves is None else moves.changes,
    }


def _table(fitted: Fitted, moves: dict[str, Moves]) -> str:
    if not fitted.fits:
        return "The held-out images of this model have no attributes."
    lines = [f"{'attribute':24} {'kind':9} held out   one unit moves also (in standard deviations)"]
    for one in fitted.fits:
        changes = moves[one.name].strongest(3) if one.name in moves else []
        also = ", ".join(f"{name} {change:+.2f}" for name, change in changes) or "-"
        measure = {"auc": "AUC", "r2": "R^2"}[one.measure]
        lines.append(f"{one.name:24} {one.attribute.kind:9} {measure} {one.score:5.2f}  {also}")
    return "\n".join(lines)
