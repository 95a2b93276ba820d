"""What ships is what its model says: a network or a sampler that computes anything else is seen here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer import paths
from explorer.data.image_set import grid
from explorer.metrics.samples import sampled_space
from explorer.models import arrays
from explorer.runs.manifest import FILE
from explorer.runs.run import Run

SHIPPED = sorted(path.parent for path in paths.trained().glob(f"*/{FILE}"))
ITEMS = 20


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_codes_and_pictures_are_those_that_lie_with_it(folder: Path) -> None:
    run = Run.open(folder)
    model, embedding, probe = run.model(), run.embedding(run.manifest.spaces[0].name), run.probe()
    assert embedding is not None
    assert probe is not None
    space, images = model.spaces[0], probe.images[:ITEMS]
    if space.can_encode:
        coded = arrays.joined(list(arrays.code(model, images, space.name)))
        for now, kept in ((coded.codes, embedding.codes), (coded.spread, embedding.spread)):
            assert (now is None) == (kept is None)
            if now is not None and kept is not None:
                np.testing.assert_allclose(now, kept[:ITEMS], rtol=5e-3, atol=5e-3 * kept.std())
        if coded.errors is not None and embedding.errors is not None:
            np.testing.assert_allclose(coded.errors, embedding.errors[:ITEMS], rtol=5e-3, atol=1e-5)
    else:
        asked = arrays.classes_in_turn(ITEMS, model.conditions)
        drawn = arrays.decode(model, embedding.codes[:ITEMS], space.name, asked)
        assert np.abs(drawn.astype(int) - images).mean() < 0.5
    drawn_from = sampled_space(model)
    codes, name = embedding.codes[:16], space.name
    if drawn_from is not None:
        codes, name = arrays.sample(model, 16, 0, drawn_from.name), drawn_from.name
    pictures = arrays.decode(model, codes, name, arrays.classes_in_turn(16, model.conditions))
    shown = run.preview()
    assert shown is not None
    assert np.abs(grid(pictures, 4).astype(int) - shown).mean() < 0.5
