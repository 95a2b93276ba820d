"""Who wants the trainer while it is busy is asked, and has the turn when it is free."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.session.learning.plans import Plan
from tests.session.conftest import Loop


@pytest.fixture
def busy(loop: Loop, plan: Plan) -> Loop:
    """A long training is under way."""
    loop.session.training.start(replace(plan, settings={**plan.settings, "epochs": 100_000}, name="long"))
    loop.until(lambda: loop.session.training.progress is not None)
    return loop


def trained(loop: Loop) -> list[tuple[str, str]]:
    return sorted((entry.name, entry.status) for entry in loop.session.library.entries() if not entry.shipped)


def test_to_begin_while_another_is_trained_is_a_question(busy: Loop, plan: Plan) -> None:
    upcoming, training = busy.session.next_training, busy.session.training
    told, said = list[bool](), list[str]()
    upcoming.changed.connect(lambda: told.append(upcoming.asks))
    busy.session.said.connect(lambda message: said.append(message.text))
    training.start(plan)
    assert told == [True]
    assert (upcoming.holder, upcoming.name) == ("long", "bars")
    assert training.state == "running"
    upcoming.cancel()
    assert (upcoming.plan, upcoming.asks, training.state) == (None, False, "running")
    assert not said, "the question is enough"


def test_stop_it_saves_the_old_one_and_begins(busy: Loop, plan: Plan) -> None:
    session = busy.session
    session.training.start(plan)
    session.next_training.stop_and_begin()
    assert not session.next_training.asks
    busy.until(lambda: session.training.learner_name == "bars")
    assert session.next_training.plan is None
    busy.until(lambda: not session.training.active)
    assert trained(busy) == [("bars", "finished"), ("long", "stopped")]
    assert session.main.model is not None
    assert session.main.model.run.name == "bars"


def test_wait_begins_when_the_old_one_has_ended(loop: Loop, plan: Plan) -> None:
    session = loop.session
    session.training.start(plan)
    session.training.start(replace(plan, name="second"))
    session.next_training.wait()
    assert session.next_training.words == "second begins when bars has ended."
    assert session.training.plan is not None
    assert session.training.plan.name == "bars"
    loop.until(lambda: session.training.learner_name == "second" and not session.training.active)
    assert trained(loop) == [("bars", "finished"), ("second", "finished")]


def test_the_newest_wish_counts(busy: Loop, plan: Plan) -> None:
    session = busy.session
    session.training.start(plan)
    session.next_training.wait()
    session.training.start(replace(plan, name="other"))
    assert session.next_training.asks
    session.training.stop()
    busy.until(lambda: session.training.learner_name == "other")


def test_at_the_end_of_the_session_nothing_begins(busy: Loop, plan: Plan) -> None:
    session = busy.session
    session.training.start(plan)
    session.next_training.wait()
    session.close()
    busy.until(lambda: not session.training.active)
    session.mailbox.collect()
    assert not session.training.active
