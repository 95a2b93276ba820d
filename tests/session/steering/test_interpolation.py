"""The strip between two ends, where one of them is missing or both are the same."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from explorer.latent.embedding import Embedding
from explorer.session.asking.requests import DecodeRow
from explorer.session.session import Session
from tests.session.conftest import Loop


def test_with_one_end_there_is_no_strip_and_the_other_is_asked_for(trained: Loop) -> None:
    session, strip = trained.session, trained.session.interpolation
    strip.set_end("b", 3)
    assert not strip.complete
    assert strip.rows == {}
    assert session.main.trail is None
    assert "press A" in strip.reason
    before = session.main.look.code
    strip.move_handle(0.5)
    assert session.main.look.code is before
    strip.swap()
    assert "press B" in strip.reason
    strip.clear()
    assert "press A" in strip.reason
    assert "press B" in strip.reason


def test_from_an_image_to_itself_every_picture_is_the_same(trained: Loop) -> None:
    session, strip = trained.session, trained.session.interpolation
    strip.set_end("a", 3)
    strip.set_end("b", 3)
    trained.until(lambda: strip.rows["line"].any(axis=(1, 2, 3)).all())
    trained.until(lambda: strip.rows["circle"].any(axis=(1, 2, 3)).all())
    for row in strip.rows.values():
        assert (row == row[0]).all()
    strip.move_handle(0.5)
    assert session.scene.end_a is not None
    np.testing.assert_allclose(session.main.look.code, session.scene.end_a.code, rtol=1e-6)
    trail = session.main.trail
    assert trail is not None
    assert np.ptp(trail.codes, axis=0).max() < 1e-6


def test_another_strip_is_one_entry_though_the_handle_goes_with_it(trained: Loop) -> None:
    session, strip = trained.session, trained.session.interpolation
    strip.set_end("a", 0)
    strip.set_end("b", 1)
    strip.move_handle(0.3)
    before = session.scene
    strip.set_manner("circle")
    assert (session.scene.manner, session.scene.handle) == ("circle", 0.3)
    expected = strip.codes("circle", np.array([0.3], np.float32))[0]
    np.testing.assert_array_equal(session.main.look.code, expected)
    session.choices.undo()
    assert (session.scene.manner, session.scene.handle) == ("line", 0.3)
    assert session.main.look is before.main


def moved(loop: Loop) -> Embedding:
    """The map of a model that learns: its codes are others now."""
    main = loop.session.main
    assert main.model is not None
    assert main.model.embedding is not None
    there = replace(main.model.embedding, codes=main.model.embedding.codes * 2 + 1)
    main.update(embedding=there)
    main.embedding_changed()
    return there


def test_ends_and_what_is_between_them_follow_their_items(trained: Loop) -> None:
    session, strip = trained.session, trained.session.interpolation
    strip.set_end("a", 0)
    strip.set_end("b", 1)
    strip.move_handle(0.5)
    there = moved(trained)
    assert session.scene.end_a is not None
    assert session.scene.end_b is not None
    np.testing.assert_array_equal(session.scene.end_a.code, there.codes[0])
    np.testing.assert_array_equal(session.scene.end_b.code, there.codes[1])
    np.testing.assert_allclose(session.main.look.code, there.codes[:2].mean(axis=0), rtol=1e-5)
    strip.set_end("a", 2)
    there = moved(trained)
    session.choices.undo()
    np.testing.assert_array_equal(session.scene.end_a.code, there.codes[0])


def test_undo_finds_an_item_where_it_is_now(trained: Loop) -> None:
    session = trained.session
    session.main.select(5)
    session.main.select(7)
    there = moved(trained)
    session.choices.undo()
    assert session.main.look.item == 5
    np.testing.assert_array_equal(session.main.look.code, there.codes[5])


@pytest.fixture
def few(trained: Loop) -> Session:
    """Of the items on the map only the first five have their image at hand."""
    session = trained.session
    trained.until(lambda: session.main.images.data is not None)
    assert session.main.model is not None
    assert session.main.model.items is not None
    session.main.update(items=session.main.model.items.take(slice(0, 5)))
    return session


def test_an_end_without_image_waits_for_the_model(loop: Loop) -> None:
    session = loop.session
    session.open("vae-mnist-2d")
    assert session.main.nearest_at_hand(7000) is not None
    session.interpolation.set_end("a", 7000)
    loop.until(lambda: session.scene.end_a is not None)
    assert session.scene.end_a is not None
    assert session.scene.end_a.item == 7000


def test_an_end_without_image_comes_whatever_happens_meanwhile(trained: Loop, few: Session) -> None:
    few.interpolation.set_end("a", 7)
    few.main.stand_in.of(8)
    trained.until(lambda: few.scene.end_a is not None)
    few.interpolation.set_end("b", 9)
    few.main.weights_changed()
    trained.until(lambda: few.scene.end_b is not None)
    assert few.scene.end_a is not None
    assert few.scene.end_b is not None
    assert (few.scene.end_a.item, few.scene.end_b.item) == (7, 9)


def test_an_end_that_could_not_be_drawn_can_be_pressed_again(
    trained: Loop, few: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: DecodeRow, held: dict[str, Any]) -> Generator[None, None, None]:
        raise ValueError("broken")
        yield

    said: list[object] = []
    few.said.connect(said.append)
    with monkeypatch.context() as patch:
        patch.setattr(DecodeRow, "answer", fails)
        few.interpolation.set_end("a", 7)
        trained.until(lambda: said)
    few.interpolation.set_end("a", 7)
    trained.until(lambda: few.scene.end_a is not None)
    with monkeypatch.context() as patch:
        patch.setattr(DecodeRow, "answer", fails)
        few.interpolation.set_end("b", 8)
        trained.until(lambda: len(said) > 1)
    few.main.weights_changed()
    trained.answered(few.main.engine)
    assert few.scene.end_b is None, "what has failed is given up"


def test_an_item_that_is_not_on_the_map_is_no_end(trained: Loop) -> None:
    session = trained.session
    for item in (10**6, -1):
        session.interpolation.set_end("a", item)
        assert session.scene.end_a is None
