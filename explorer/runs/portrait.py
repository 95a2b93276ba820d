"""What a finished run shows of itself: embedding, probe, atlas of tiles, preview.

Imports models, latent and data. Everything here is made from the averaged weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.data.image_set import ImageSet, grid
from explorer.data.png import to_png
from explorer.latent.atlas import TILES, knots
from explorer.models import GenerativeModel, arrays
from explorer.runs.manifest import AtlasRecord

PROBE_ITEMS = 1000
PREVIEW_ITEMS = 16


class Portrait(NamedTuple):
    embedding: dict[str, NDArray[np.generic]]
    probe: dict[str, NDArray[np.generic]]
    preview: bytes
    atlas: bytes | None
    atlas_record: AtlasRecord | None


def portray(model: GenerativeModel, test: ImageSet) -> Portrait:
    """Look at all held-out images through the model."""
    space = model.spaces[0]
    coded = arrays.joined(list(arrays.code(model, test.images, space.name)))
    kept = {"codes": coded.codes, "spread": coded.spread, "errors": coded.errors, "labels": test.labels}
    probe = {
        "images": test.images[:PROBE_ITEMS],
        "labels": None if test.labels is None else test.labels[:PROBE_ITEMS],
    }
    atlas, record = None, None
    if space.size == 2 and space.can_decode:
        codes, low, high = knots(coded.codes)
        atlas = to_png(grid(arrays.decode(model, codes, space.name), TILES, gap=0))
        record = AtlasRecord(TILES, low, high)
    return Portrait(_present(kept), _present(probe), _preview(model, coded.codes), atlas, record)


def _preview(model: GenerativeModel, codes: NDArray[np.float32]) -> bytes:
    """Samples where the space has a prior, else reconstructions."""
    space = model.spaces[0]
    if space.prior is not None:
        codes = model.sample(PREVIEW_ITEMS, torch.Generator().manual_seed(0), space.name).cpu().numpy()
    return to_png(grid(arrays.decode(model, codes[:PREVIEW_ITEMS], space.name), 4))


def _present(values: Mapping[str, NDArray[np.generic] | None]) -> dict[str, NDArray[np.generic]]:
    return {name: value for name, value in values.items() if value is not None}
