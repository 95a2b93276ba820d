"""Where a model in training is shown, and what of a side is kept at its beginning and at its end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.session.learning.plans import Plan
from explorer.session.message import Message
from tests.session.conftest import Loop

FIRST, OTHER = "vae-mnist-2d", "ae-mnist-2d"


@pytest.fixture
def endless(plan: Plan) -> Plan:
    return replace(plan, settings={**plan.settings, "epochs": 100_000})


def name_on_main(loop: Loop) -> str:
    model = loop.session.main.model
    return "" if model is None else model.run.name


def begun(loop: Loop) -> None:
    loop.until(lambda: loop.session.training.progress is not None)


def stopped(loop: Loop) -> None:
    loop.session.training.stop()
    loop.until(lambda: not loop.session.training.active and loop.session.main.ready is not None)


@pytest.fixture
def living(loop: Loop, endless: Plan) -> Loop:
    """A model learns on the main map."""
    session = loop.session
    session.main.seen = True
    session.training.start(endless)
    loop.until(lambda: session.main.model is not None and session.main.model.embedding is not None)
    loop.until(lambda: session.main.cursor.picture is not None)
    return loop


def test_it_takes_the_place_of_what_was_open_when_it_was_asked_for(loop: Loop, endless: Plan) -> None:
    loop.session.open(FIRST)
    loop.session.training.start(endless)
    begun(loop)
    assert name_on_main(loop) == "bars"


def test_what_was_opened_while_images_are_read_stays_and_it_can_be_shown(loop: Loop, endless: Plan) -> None:
    session, said = loop.session, list[Message]()
    session.said.connect(said.append)
    session.open(FIRST)
    session.training.start(endless)
    assert session.training.state == "starting"
    session.open(OTHER)
    begun(loop)
    assert name_on_main(loop) == OTHER
    (message,) = [one for one in said if one.text == "bars has begun to learn."]
    assert message.action is not None
    assert message.holds is not None
    assert message.holds()
    word, show = message.action
    assert word == "Show it"
    show()
    assert name_on_main(loop) == "bars"
    assert session.training.shown_on is session.main
    assert not message.holds()


def test_what_was_opened_while_it_waits_for_its_turn_stays(loop: Loop, endless: Plan) -> None:
    session = loop.session
    session.training.start(endless)
    begun(loop)
    session.training.start(replace(endless, name="second"))
    session.next_training.wait()
    session.open(OTHER)
    session.training.stop()
    loop.until(lambda: session.training.learner_name == "second")
    assert name_on_main(loop) == OTHER


def test_gone_on_with_it_lives_on_the_map_that_shows_it(living: Loop) -> None:
    session, main = living.session, living.session.main
    stopped(living)
    assert session.training.run is not None
    session.training.resume(session.training.run)
    living.until(lambda: session.training.state == "running")
    assert main.model is not None
    assert main.model.living
    living.until(lambda: main.model is not None and main.model.step is not None)


def test_its_end_keeps_ends_classes_cursor_and_undo(living: Loop) -> None:
    session, main = living.session, living.session.main
    main.show_classes(frozenset({1}))
    session.interpolation.set_end("a", 1)
    session.interpolation.set_end("b", 2)
    main.select(5)
    main.go_to_plane(0.3, -0.2)
    before = session.scene
    titles = [entry.title for entry in session.choices.history._done]
    stopped(living)
    assert main.model is not None
    assert not main.model.living
    now = session.scene
    assert now.end_a is before.end_a
    assert now.end_b is before.end_b
    assert now.main.shown == {1}
    np.testing.assert_array_equal(now.main.code, before.main.code)
    assert now.main.item is None
    assert main.trail is not None
    living.until(lambda: main.cursor.pictured is main.look.code)
    assert [entry.title for entry in session.choices.history._done] == titles
    living.until(lambda: main.model is not None and main.model.embedding is not None)
    session.choices.undo()
    assert main.look.item == 5
    assert main.model.embedding is not None
    np.testing.assert_array_equal(main.look.code, main.model.embedding.codes[5])


def test_its_end_beside_keeps_the_classes_and_what_is_chosen_on_the_main_side(living: Loop) -> None:
    session, beside = living.session, living.session.beside
    session.open(FIRST)
    beside.seen = True
    session.training.show_on(beside)
    living.until(lambda: beside.model is not None and beside.model.embedding is not None)
    beside.show_classes(frozenset({0}))
    beside.go_to_plane(0.1, 0.1)
    code = beside.look.code
    session.training.stop()
    living.until(lambda: not session.training.active and beside.ready is not None)
    assert beside.model is not None
    assert not beside.model.living
    assert beside.look.shown == {0}
    assert beside.look.code is code
    assert session.scene.leads == "beside"


def test_another_model_begins_anew(living: Loop) -> None:
    session = living.session
    session.interpolation.set_end("a", 1)
    session.open(FIRST)
    assert session.scene.end_a is None
    assert session.choices.history.undo_title is None
