"""Strips take the pictures of the newest request alone, though those of an earlier one are in the post."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.models import arrays
from explorer.session.session import Session
from explorer.session.steering.interpolation import PLACES
from explorer.session.steering.strips import SDS
from tests.session.conftest import Loop

Draw = Callable[[NDArray[np.float32]], NDArray[np.uint8]]


@pytest.fixture
def opened(loop: Loop) -> Session:
    session = loop.session
    session.open("vae-mnist-2d")
    loop.until(lambda: session.main.ready is not None and session.main.images.data is not None)
    loop.answered(session.main.engine)
    return session


@pytest.fixture
def draw(opened: Session) -> Draw:
    """What the model that is open makes of codes."""
    assert opened.main.model is not None
    model = opened.main.model.run.model()
    return lambda codes: arrays.decode(model, codes)


def close(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    return bool((np.abs(one.astype(int) - other) <= 1).all())


def test_a_strip_of_another_end_has_no_picture_of_the_last_one(
    loop: Loop, opened: Session, draw: Draw
) -> None:
    strip, seen = opened.interpolation, list[bool]()
    strip.set_end("a", 0)
    strip.set_end("b", 1)
    loop.posted(opened.main.engine)
    strip.set_end("b", 2)

    def look() -> None:
        for manner in ("line", "circle"):
            there = strip.rows[manner].any(axis=(1, 2, 3))
            seen.append(close(strip.rows[manner][there], draw(strip.codes(manner, PLACES))[there]))

    strip.changed.connect(look)
    opened.mailbox.collect()
    loop.until(lambda: all(strip.rows[manner].any(axis=(1, 2, 3)).all() for manner in ("line", "circle")))
    assert len(seen) > 2
    assert all(seen)
    strip.changed.disconnect(look)
    strip.set_end("b", 3)
    loop.posted(opened.main.engine)
    strip.clear()
    opened.mailbox.collect()
    assert strip.rows == {}


def test_a_slider_has_no_row_of_another_one_and_none_of_another_code(
    loop: Loop, opened: Session, draw: Draw
) -> None:
    model, strips, seen = opened.main.model, opened.strips, list[bool]()
    assert model is not None
    assert model.embedding is not None
    codes = np.repeat(model.embedding.codes[8][None], len(SDS), axis=0)
    codes[:, 1] = model.embedding.mean[1] + SDS * model.embedding.std[1]
    wanted = draw(codes)
    opened.main.select(3)
    strips.want((0, 1))
    loop.posted(opened.main.engine)
    opened.main.select(8)
    strips.want((1,))
    strips.changed.connect(lambda key: seen.append(key == 1 and close(strips.rows[1], wanted)))
    loop.until(lambda: seen)
    loop.answered(opened.main.engine)
    assert set(strips.rows) == {1}
    assert all(seen)
