"""Beside a model whose map shows features, which no decoder takes: nothing is asked that it can't answer."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.session.side import Side
from tests.session.conftest import Loop

DIFFUSION, VAE = "diffusion-mnist", "vae-mnist-2d"


def both_ready(loop: Loop, main: str, beside: str) -> tuple[Side, Side]:
    session = loop.session
    session.main.open(main)
    session.beside.open(beside)
    loop.until(lambda: all(side.ready is not None for side in session.sides))
    return session.sides


@pytest.mark.parametrize("pressed", ["main", "beside"])
@pytest.mark.parametrize("names", [(DIFFUSION, VAE), (VAE, DIFFUSION)])
def test_either_map_can_be_pressed_and_the_other_follows(
    loop: Loop, complaints: list[str], names: tuple[str, str], pressed: str
) -> None:
    main, beside = both_ready(loop, *names)
    here, there = (main, beside) if pressed == "main" else (beside, main)
    assert here.model is not None
    assert there.model is not None
    assert there.model.embedding is not None
    here.select(7)
    loop.until(lambda: there.look.item == 7)
    np.testing.assert_array_equal(there.look.code, there.model.embedding.codes[7])
    vae = main if names[0] == VAE else beside
    loop.until(lambda: vae.cursor.pictured is vae.look.code)
    before = there.look.code
    here.go_to_plane(*np.median(here.model.places, axis=0) + 0.01)
    loop.until(lambda: there.look.code is not before)
    loop.until(lambda: vae.cursor.pictured is vae.look.code)
    assert (here.look.item is None) == here.model.can_decode, "between features there is no picture"
    if here is vae:
        assert there.cursor.picture is None, "the other model's picture is none of its own"
    loop.answered(main.engine, beside.engine)
