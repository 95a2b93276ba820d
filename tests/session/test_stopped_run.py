"""A training that was stopped: what its map shows afterwards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.session.learning.plans import Plan
from tests.session.conftest import Loop


@pytest.mark.parametrize("how", ["nothing", "item", "place", "drawing"])
def test_the_nearest_real_images_are_there_after_a_training_was_stopped(
    complaints: list[str], loop: Loop, plan: Plan, how: str
) -> None:
    session, main = loop.session, loop.session.main
    main.seen = True
    session.training.start(replace(plan, settings={**plan.settings, "epochs": 100_000}))
    loop.until(lambda: main.ready is not None and main.model is not None and main.model.embedding is not None)
    loop.until(lambda: main.look.code is not None)
    if how == "item":
        main.select(5)
    elif how == "place":
        main.go_to_plane(0.1, 0.1)
    elif how == "drawing":
        canvas = np.zeros((120, 120), np.uint8)
        canvas[20:100, 55:65] = 255
        session.drawing.draw(canvas)
        loop.until(lambda: session.scene.glyph is not None)
    session.training.stop()
    loop.until(lambda: not session.training.active and main.ready is not None)
    loop.until(lambda: main.model is not None and main.model.embedding is not None)
    loop.answered(main.engine)
    model, near = main.model, main.cursor.neighbours
    assert model is not None
    assert model.run.manifest.status == "stopped"
    assert main.look.code is not None
    assert near is not None
    assert all(model.picture_of(int(item)) is not None for item in near.items)
    assert main.cursor.pictured is main.look.code
