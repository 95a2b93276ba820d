"""What a finished run shows of itself: embedding, probe, atlas of tiles, preview.

Imports metrics, models, latent and data. Everything here is made from the averaged weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.data.formats.png import to_png
from explorer.data.image_set import DataSet, grid
from explorer.latent.atlas import TILES, knots
from explorer.metrics import ruler
from explorer.metrics.pixels import in_parts
from explorer.metrics.samples import sampled_space
from explorer.models import GenerativeModel, arrays
from explorer.runs.manifest import AtlasRecord

PROBE_ITEMS = 1000
PREVIEW_ITEMS = 16
SAMPLED_ITEMS = 5000
"""On the map of a model that has no encoder."""


class Portrait(NamedTuple):
    embedding: dict[str, NDArray[np.generic]]
    probe: dict[str, NDArray[np.generic]]
    preview: bytes
    atlas: bytes | None
    atlas_record: AtlasRecord | None


def portray(model: GenerativeModel, data: DataSet) -> Portrait:
    """Look at all held-out images through the model; one without an encoder is shown by its samples."""
    space = model.spaces[0]
    if space.can_encode:
        coded = arrays.joined(list(arrays.code(model, data.test.images, space.name)))
        codes = rounded(coded.codes)
        items, labels = data.test.images, data.test.labels
        spread = None if coded.spread is None else rounded(coded.spread)
        kept = {"codes": codes, "spread": spread, "errors": coded.errors, "labels": labels}
    else:
        codes = rounded(arrays.sample(model, SAMPLED_ITEMS, 0, space.name))
        asked = arrays.classes_in_turn(SAMPLED_ITEMS, model.conditions)
        items = arrays.decode(model, codes.astype(np.float32), space.name, asked)
        labels = named(items, data, arrays.device_of(model))
        kept = {"codes": codes, "labels": labels}
    probe = {
        "images": items[:PROBE_ITEMS],
        "labels": None if labels is None else labels[:PROBE_ITEMS],
    }
    atlas, record = None, None
    if space.size == 2 and space.can_decode:
        between, low, high = knots(codes.astype(np.float32))
        atlas = to_png(grid(arrays.decode(model, between, space.name), TILES, gap=0))
        record = AtlasRecord(TILES, low, high)
    return Portrait(_present(kept), _present(probe), _preview(model, codes.astype(np.float32)), atlas, record)


def rounded(codes: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
    """Codes (N, D) as they are kept: as float16, but for those of a plane, which one looks at closely."""
    halves = codes.astype(np.float16)
    return codes if codes.shape[1] <= 2 or not np.isfinite(halves).all() else halves


def named(images: NDArray[np.uint8], data: DataSet, device: torch.device) -> NDArray[np.int64] | None:
    """The classes that the ruler of a data set sees in pictures; None where it has none yet."""
    found = ruler.find(data, device) if ruler.is_labelled(data) else None
    if found is None:
        return None
    classes = [found.predict(x).cpu().numpy() for x in in_parts(images, device)]
    return np.concatenate(classes).astype(np.int64)


def _preview(model: GenerativeModel, codes: NDArray[np.float32]) -> bytes:
    """Samples where a space has a prior, else reconstructions."""
    space = sampled_space(model)
    if space is None:
        return to_png(grid(arrays.decode(model, codes[:PREVIEW_ITEMS], model.spaces[0].name), 4))
    codes = arrays.sample(model, PREVIEW_ITEMS, 0, space.name)
    classes = arrays.classes_in_turn(PREVIEW_ITEMS, model.conditions)
    return to_png(grid(arrays.decode(model, codes, space.name, classes), 4))


def _present(values: Mapping[str, NDArray[np.generic] | None]) -> dict[str, NDArray[np.generic]]:
    return {name: value for name, value in values.items() if value is not None}
