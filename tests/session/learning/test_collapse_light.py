"""The light of posterior collapse in a real training: it comes on, says what helps, and goes out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.session.learning.course import Course, collapse_text
from explorer.session.learning.families import DescribeFamilies, setting
from explorer.session.learning.plans import Plan
from explorer.session.message import Message
from explorer.training.events import KL, Progress
from tests.session.conftest import Loop


def test_it_comes_on_and_goes_out_with_the_kl(loop: Loop, plan: Plan) -> None:
    session, training = loop.session, loop.session.training
    said: list[Message] = []
    session.said.connect(said.append)
    training.ask_families()
    loop.until(lambda: training.families)
    training.start(replace(plan, settings={**plan.settings, "beta": 100.0, "epochs": 3000, "warm_up": 0}))
    loop.until(lambda: training.course.collapsed)
    assert training.course.kl is not None
    assert training.course.kl < 0.5
    assert said[-1].kind == "warning"
    assert said[-1].text.startswith("bars: posterior collapse")
    assert said[-1].text.endswith("Lower beta and the map grows again.")
    training.set_knob("beta", 0.0)
    loop.until(lambda: not training.course.collapsed)
    assert said[-1].kind == "info", "it takes the warning's place and goes by itself"
    assert "recovered" in said[-1].text
    assert [flag.text for flag in training.course.flags][-1] == "collapse over"


@pytest.mark.parametrize(("beta", "advised"), [(4.0, True), (1, True), (0.0, False), (None, False)])
def test_nobody_is_advised_to_turn_what_is_not_there_or_is_zero_already(beta: object, advised: bool) -> None:
    text = collapse_text("mine", True, beta)
    assert text.startswith("mine: ")
    assert ("beta" in text) == advised


def test_the_usual_value_of_a_knob_counts_where_it_was_not_turned() -> None:
    (families,) = DescribeFamilies().answer({})
    assert setting("beta", {}, "vae", families) == 1.0
    assert setting("beta", {"beta": 0.0}, "vae", families) == 0.0
    assert setting("beta", {}, "gan", families) is None


def test_a_point_on_the_curve_is_enough_to_put_it_out() -> None:
    course, step = Course(), 0

    def learn(kl: float) -> bool:
        nonlocal step
        step += 1
        progress = Progress(100 + step, 200, 1.0, 1.0, 1.0, 1e-3, {KL: kl})
        course.add(progress)
        return course.watch_collapse(progress)

    assert [learn(0.01) for _ in range(30)] == [False] * 29 + [True]
    assert course.collapsed
    assert learn(3.0)
    assert not course.collapsed
