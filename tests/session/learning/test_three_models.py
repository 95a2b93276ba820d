"""A model in training is a third one: what is looked at meanwhile leaves it alone, and the other way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.models.base import Batch, Position, Update
from explorer.models.families.vae import VAE
from explorer.runs import recorder
from explorer.session.learning import living
from explorer.session.learning.course import Course, Flag
from explorer.session.learning.plans import Plan
from explorer.session.message import Message
from explorer.session.prior.code_grid import SIDE
from explorer.session.scene import Condition
from explorer.session.session import Session
from tests.session.conftest import Loop

OTHER = "vae-mnist-2d"
"""Of digits, while bars are learned."""


@pytest.fixture
def endless(plan: Plan) -> Plan:
    return replace(plan, settings={**plan.settings, "epochs": 100_000})


@pytest.fixture
def learning(loop: Loop, endless: Plan) -> Loop:
    """A model of bars learns, and one of digits has been opened since."""
    session = loop.session
    session.training.watch("pictures", True)
    session.training.start(endless)
    loop.until(lambda: bool(session.training.pictures.made) and session.main.ready is not None)
    session.open(OTHER)
    loop.until(lambda: session.main.ready is not None and session.main.cursor.picture is not None)
    return loop


def saying(session: Session) -> list[Message]:
    said: list[Message] = []
    session.said.connect(said.append)
    return said


def test_a_training_that_begins_is_looked_at(loop: Loop, endless: Plan) -> None:
    session = loop.session
    session.training.start(endless)
    loop.until(lambda: session.training.progress is not None)
    assert session.training.shown_on is session.main
    assert session.main.model is not None
    assert session.main.model.living


def test_another_model_leaves_the_training_and_its_pictures_as_they_are(learning: Loop) -> None:
    training, main = learning.session.training, learning.session.main
    assert training.state == "running"
    assert training.shown_on is None
    assert main.model is not None
    assert main.model.run.name == OTHER
    assert training.pictures.originals is not None
    assert training.pictures.originals.shape[1:] == (12, 12, 1), "those of the data that are learned"
    step, before = training.course.curves["loss"][-1][0], training.pictures.made["reconstructions"]
    learning.until(lambda: (training.pictures.made["reconstructions"] != before).any())
    assert training.course.curves["loss"][-1][0] > step
    picture = main.cursor.picture
    assert picture is not None
    assert picture.shape == (28, 28, 1)


def test_shown_again_it_lives_on_the_map(learning: Loop) -> None:
    session = learning.session
    session.main.seen = True
    session.training.show_on(session.main)
    learning.until(lambda: session.main.model is not None and session.main.model.embedding is not None)
    assert session.main.model is not None
    assert session.main.model.living
    places = session.main.model.places
    learning.until(lambda: not np.array_equal(session.main.model.places, places))  # type: ignore[union-attr]


def test_it_can_live_beside_a_model_of_other_data(learning: Loop) -> None:
    session = learning.session
    session.beside.seen = True
    session.training.show_on(session.beside)
    learning.until(lambda: session.beside.model is not None and session.beside.model.embedding is not None)
    assert session.main.class_names != session.beside.class_names
    assert not session.carrying.shares_items
    session.main.select(3)
    assert session.carrying.bridge is None, "pictures of another size are not carried over"
    assert session.beside.cursor.item is None


def test_its_end_replaces_nothing_that_is_looked_at(learning: Loop) -> None:
    session, said = learning.session, saying(learning.session)
    session.training.stop()
    learning.until(lambda: not session.training.active)
    assert session.main.model is not None
    assert session.main.model.run.name == OTHER
    message = said[-1]
    assert message.text == "bars has stopped."
    assert message.action is not None
    word, act = message.action
    assert word == "Open"
    act()
    assert session.main.model.run.name == "bars"
    assert not session.main.model.living


def test_where_it_lives_its_end_is_what_is_on_disk(loop: Loop, plan: Plan) -> None:
    session, said = loop.session, saying(loop.session)
    session.training.start(plan)
    loop.until(lambda: not session.training.active)
    assert session.main.model is not None
    assert session.main.model.run.manifest.status == "finished"
    assert not session.main.model.living
    assert said == []


def test_resumed_it_has_its_curves_and_flags_again(loop: Loop, endless: Plan) -> None:
    session = loop.session
    training = session.training
    # A line of the curves is kept for each thousandth of a training.
    training.start(replace(endless, settings={**endless.settings, "epochs": 3000}))
    loop.until(lambda: training.progress is not None)
    training.set_knob("beta", 2.0)
    loop.until(lambda: len(training.course.flags) == 1 and len(training.course.curves["loss"]) > 3)
    training.stop()
    loop.until(lambda: not training.active)
    assert training.run is not None
    reached = training.run.manifest.step
    session.shelf.refresh()
    loop.until(lambda: session.shelf.interrupted is not None)
    assert session.shelf.interrupted is not None
    session.shelf.resume(session.shelf.interrupted)
    loop.until(lambda: training.progress is not None and training.progress.step > reached)
    loop.until(lambda: training.course.curves["loss"][-1][0] > reached)
    assert [flag.text for flag in training.course.flags] == ["beta = 2"]
    steps = [step for step, _ in training.course.curves["loss"]]
    assert steps == sorted(steps)
    assert steps[0] < reached < steps[-1]


def test_a_game_in_training_is_whose_grid_and_scores_are_shown(loop: Loop, tiny_data: Path) -> None:
    session, adversaries = loop.session, loop.session.adversaries
    tiny = {"width": 8, "latent_size": 8, "epochs": 100_000, "condition": "class"}
    adversaries.want_grid(True)
    session.training.start(Plan("gan", tiny, str(tiny_data), name="bars"))
    loop.until(lambda: bool(adversaries.scores))
    session.open(OTHER)
    loop.until(lambda: session.main.ready is not None)
    assert adversaries.is_learner
    assert adversaries.subject.askable == ("0", "1")
    loop.until(
        lambda: len(adversaries.grid.pictures) == SIDE**2 and adversaries.grid.pictures[-1] is not None
    )
    first = adversaries.grid.pictures[0]
    assert first is not None
    assert first.shape == (12, 12, 1)
    assert adversaries.steered is None
    code = session.main.look.code
    adversaries.look_at(5)
    assert session.main.look.code is code, "a code of the one is nothing to the other"
    adversaries.choose_class(1)
    assert session.training.learner.look.condition == Condition(1)
    assert session.main.look.condition is None
    session.choices.undo()
    assert session.training.learner.look.condition == Condition(0)


def test_images_that_were_looked_at_are_not_read_again(loop: Loop, plan: Plan) -> None:
    session, choice = loop.session, loop.session.data_choice
    choice.look(plan.origin, plan.framing)
    loop.until(lambda: choice.looked is not None)
    choice.choose()
    session.training.start(replace(plan, framing=choice.framing))
    loop.until(lambda: not session.training.active)
    assert session.main.images.data is choice.data


def test_shown_while_it_is_paused_it_has_the_weights_of_that_moment(learning: Loop) -> None:
    session, training = learning.session, learning.session.training
    before = training.pictures.made["reconstructions"]
    learning.until(lambda: (training.pictures.made["reconstructions"] != before).any())
    training.pause()
    learning.answered(session.workers.main)
    session.main.seen = True
    training.show_on(session.main)
    learning.until(lambda: session.main.model is not None and session.main.model.embedding is not None)
    model, learner = session.main.model, training.learner.model
    assert model is not None
    assert learner is not None
    assert model.step == learner.step > 0


def test_once_it_has_ended_its_pictures_are_those_of_its_last_weights(learning: Loop) -> None:
    session, training = learning.session, learning.session.training
    training.watch("pictures", False)
    early = training.pictures.made["reconstructions"]
    training.stop()
    learning.until(lambda: not training.active and training.learner.ready is not None)
    training.watch("pictures", True)
    learning.until(lambda: training.pictures.made["reconstructions"] is not early)
    run = training.run
    assert run is not None
    assert training.pictures.originals is not None
    model = run.model()
    x = torch.from_numpy(training.pictures.originals).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        again = model.decode(model.encode(x, "z"), "z").permute(0, 2, 3, 1).numpy()
    made = training.pictures.made["reconstructions"] / 255
    assert np.abs(made - again).max() < 0.02
    assert session.main.model is not None
    assert session.main.model.run.name == OTHER


def test_of_a_training_that_fails_before_anything_is_saved_nothing_stays_alive(
    loop: Loop, endless: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: VAE, batch: Batch, at: Position, rng: torch.Generator) -> Iterator[Update]:
        raise RuntimeError("broken")
        yield

    monkeypatch.setattr(VAE, "training_step", fail)
    monkeypatch.setattr(recorder._Recorder, "save_state", lambda *_: None)
    session = loop.session
    session.training.start(endless)
    loop.until(lambda: session.training.fault is not None and not session.training.active)
    assert session.training.learner.model is None
    assert session.main.model is None or not session.main.model.living


def test_resumed_it_says_again_where_a_loss_was_not_finite() -> None:
    course = Course(
        [
            {"step": 10, "rate": 0.1, "loss": 3.0},
            {"step": 12, "warned": "A loss was not finite.", "diverged": True},
            {"step": 20, "rate": 0.1, "loss": 2.0},
        ]
    )
    assert course.flags == [Flag(12, "A loss was not finite.")]
    assert course.divergence == course.flags[0]
    assert course.curves["loss"] == [(10, 3.0), (20, 2.0)]


def test_while_something_is_dragged_weights_wait_and_when_it_pauses_the_newest_are_shown(
    learning: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "IN_HAND_SECONDS", 1e9)
    session, training = learning.session, learning.session.training
    display, steps = training.learner, list[int | None]()
    session.choices.begin_gesture()
    display.weights_changed.connect(lambda: steps.append(display.model and display.model.step))
    learning.answered(display.engine)
    steps.clear()
    seen = training._living._newest
    learning.until(lambda: training._living._newest is not seen)
    learning.answered(display.engine)
    assert not steps, "what moves under the hand comes first"
    training.pause()
    learning.until(lambda: bool(steps))
    newest = training._living._newest
    assert newest is not None
    learning.until(lambda: steps[-1] == newest.step)
    session.choices.end_gesture()
