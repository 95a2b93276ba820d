"""Another model is opened while something is computed for the last one: nothing of that arrives."""

from __future__ import annotations

import pytest

from explorer.session.session import Session
from tests.session.conftest import Loop

LAST, NEXT = "vae-mnist-16d", "vae-mnist-2d"
GENERATOR = "gan-mnist"


def opened(loop: Loop, name: str) -> Session:
    session = loop.session
    session.open(name)
    loop.until(lambda: session.main.ready is not None and session.main.images.data is not None)
    assert session.main.model is not None
    session.main.select(3)
    return session


@pytest.mark.parametrize("after", [0, 1, 3])
def test_strips_of_own_directions_end_with_their_model(complaints: list[str], loop: Loop, after: int) -> None:
    session = opened(loop, GENERATOR)
    loop.until(lambda: len(session.directions.vectors) > 4)
    strips, seen = session.directions.strips, []
    strips.changed.connect(seen.append)
    strips.want(tuple(range(len(session.directions.vectors))))
    loop.until(lambda: len(seen) >= after)
    session.open(NEXT)
    seen.clear()
    loop.until(lambda: session.main.ready is not None and session.directions._directions is not None)
    loop.answered(session.main.engine)
    assert not strips.rows
    assert not seen


@pytest.mark.parametrize("after", [0, 1, 3])
def test_strips_and_findings_of_attributes_end_with_their_model(
    complaints: list[str], loop: Loop, after: int
) -> None:
    session = opened(loop, LAST)
    attributes, seen, moves = session.attributes, [], []
    attributes.want(True)
    loop.until(lambda: len(attributes.directions) > 4)
    names = tuple(attributes.directions)
    attributes.strips.changed.connect(seen.append)
    attributes.strips.want(names)
    loop.until(lambda: len(seen) >= after)
    session.open(NEXT)
    seen.clear()
    attributes.moves_changed.connect(moves.append)
    assert not attributes.strips.rows
    assert not attributes.directions
    loop.until(lambda: session.main.ready is not None and bool(attributes.directions))
    assert {len(one.vector) for one in attributes.directions.values()} == {2}
    loop.until(lambda: set(attributes.directions) <= set(attributes.moves))
    assert set(attributes.moves) == set(attributes.directions)
    loop.answered(session.main.engine)
    session.open(GENERATOR)
    loop.until(lambda: session.main.ready is not None)
    loop.answered(session.main.engine)
    assert not attributes.moves
