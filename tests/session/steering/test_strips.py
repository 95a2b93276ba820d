"""Strips take the pictures of the newest request alone, though those of an earlier one are in the post."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.models import arrays
from explorer.session.session import Session
from explorer.session.steering.interpolation import PLACES
from explorer.session.steering.strips import SDS
from tests.session.conftest import Loop


def drawn(session: Session, codes: NDArray[np.float32]) -> NDArray[np.uint8]:
    """What the model that is open makes of codes."""
    assert session.main.model is not None
    return arrays.decode(session.main.model.run.model(), codes)


def close(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    return bool((np.abs(one.astype(int) - other) <= 1).all())


def test_a_strip_of_another_end_has_no_picture_of_the_last_one(trained: Loop) -> None:
    session, strip = trained.session, trained.session.interpolation
    strip.set_end("a", 0)
    strip.set_end("b", 1)
    trained.posted(session.main.engine)
    strip.set_end("b", 2)
    session.mailbox.collect()
    seen: list[bool] = []

    def look() -> None:
        for manner in ("line", "circle"):
            wanted = drawn(session, strip.codes(manner, PLACES))
            there = strip.rows[manner].any(axis=(1, 2, 3))
            seen.append(close(strip.rows[manner][there], wanted[there]))

    look()
    strip.changed.connect(look)
    trained.answered(session.main.engine)
    assert all(strip.rows[manner].any(axis=(1, 2, 3)).all() for manner in ("line", "circle"))
    assert len(seen) > 2
    assert all(seen)
    strip.changed.disconnect(look)
    strip.set_end("b", 3)
    trained.posted(session.main.engine)
    strip.clear()
    session.mailbox.collect()
    assert strip.rows == {}


def test_a_slider_has_no_row_of_another_one_and_none_of_another_code(trained: Loop) -> None:
    session, model = trained.session, trained.session.main.model
    assert model is not None
    assert model.embedding is not None
    strips = session.strips
    session.main.select(3)
    strips.want((0, 1))
    trained.posted(session.main.engine)
    session.main.select(8)
    strips.want((1,))
    session.mailbox.collect()
    assert strips.rows == {}
    trained.answered(session.main.engine)
    assert set(strips.rows) == {1}
    codes = np.repeat(model.embedding.codes[8][None], len(SDS), axis=0)
    codes[:, 1] = model.embedding.mean[1] + SDS * model.embedding.std[1]
    assert close(strips.rows[1], drawn(session, codes))
