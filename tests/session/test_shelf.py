"""Opening, renaming and deleting models of the library, as the rest of the session sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from explorer.session.learning.plans import Plan
from explorer.session.message import Message
from explorer.session.session import Session
from explorer.session.shelf import Card
from tests.session.conftest import Loop

OTHER = "vae-mnist-2d"


@pytest.fixture
def endless(plan: Plan) -> Plan:
    return replace(plan, settings={**plan.settings, "epochs": 100_000})


def card(loop: Loop, name: str) -> Card:
    loop.session.shelf.refresh()
    loop.answered(loop.session.workers.reader)
    (found,) = [one for one in loop.session.shelf.cards or () if one.entry.name == name]
    return found


@pytest.mark.parametrize("way", ["name", "folder", "folder by another path"])
def test_the_model_in_training_lives_however_it_is_opened(loop: Loop, endless: Plan, way: str) -> None:
    session = loop.session
    session.training.start(endless)
    loop.until(lambda: session.training.progress is not None)
    run = session.training.run
    assert run is not None
    session.open(OTHER)
    ways: dict[str, Callable[[], None]] = {
        "name": lambda: session.open(run.name),
        "folder": lambda: session.open(run.folder),
        "folder by another path": lambda: session.open(run.folder / ".." / run.name),
    }
    ways[way]()
    assert session.main.model is not None
    assert session.main.model.living
    session.open(OTHER)
    assert session.main.model.run.name == OTHER


@pytest.fixture
def stopped(loop: Loop, endless: Plan) -> Loop:
    """A training of `bars` was stopped, and is still to be gone on with."""
    loop.session.training.start(endless)
    loop.until(lambda: loop.session.training.progress is not None)
    loop.session.training.stop()
    loop.until(lambda: not loop.session.training.active)
    return loop


def test_what_was_renamed_after_its_training_can_be_gone_on_with(stopped: Loop) -> None:
    session, told = stopped.session, list[str]()
    training = session.training
    session.main.renamed.connect(lambda: told.append(session.main.model.run.name))  # type: ignore[union-attr]
    session.shelf.rename(card(stopped, "bars"), "stripes")
    assert told == ["stripes"]
    assert training.learner_name == "stripes"
    assert training.learner.model is not None
    assert training.learner.model.run.name == "stripes"
    assert training.run is not None
    training.resume(training.run)
    stopped.until(lambda: training.progress is not None or not training.active)
    assert training.fault is None
    assert training.learner_name == "stripes"


def test_what_waits_to_be_gone_on_with_is_found_by_its_new_name(stopped: Loop, endless: Plan) -> None:
    session, upcoming = stopped.session, stopped.session.next_training
    assert session.training.run is not None
    run = session.training.run
    session.training.start(replace(endless, name="other"))
    session.training.resume(run)
    upcoming.wait()
    session.shelf.rename(card(stopped, "bars"), "stripes")
    assert upcoming.name == "stripes"
    session.training.stop()
    stopped.until(lambda: session.training.learner_name == "stripes")


def test_what_waits_to_be_gone_on_with_and_is_deleted_waits_no_longer(stopped: Loop, endless: Plan) -> None:
    session = stopped.session
    assert session.training.run is not None
    run = session.training.run
    session.training.start(replace(endless, name="other"))
    session.training.resume(run)
    session.next_training.wait()
    session.shelf.trash(card(stopped, "bars"))
    assert session.next_training.plan is None


def test_the_one_trained_last_is_deleted_and_brought_back(stopped: Loop) -> None:
    session, said = stopped.session, list[Message]()
    session.said.connect(said.append)
    session.shelf.trash(card(stopped, "bars"))
    assert session.training.deleted
    assert session.training.learner.model is None
    assert said[-1].action is not None
    said[-1].action[1]()
    assert not session.training.deleted
    assert session.training.run is not None
    assert session.training.run.folder.is_dir()


def said_of(session: Session, name: str) -> Message:
    said = list[Message]()
    session.said.connect(said.append)
    session.main.say(f"{name} is what is meant.")
    return said[-1]


def test_what_is_said_of_a_model_holds_as_long_as_it_is_open(loop: Loop) -> None:
    session = loop.session
    session.open(OTHER)
    message = said_of(session, OTHER)
    assert message.holds is not None
    assert message.holds()
    session.main.select(3)
    assert message.holds()
    session.open("ae-mnist-2d")
    assert not message.holds()
