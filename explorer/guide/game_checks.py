"""What must hold of a generator and its critic; part of `checks`, which explains their form."""

from __future__ import annotations

import numpy as np

from explorer.guide.facts import Fact, Facts
from explorer.training.events import FAKE, REAL

STATES = {"running": "A model is learning", "paused": "The training is paused"}


def training_is(before: Facts, after: Facts, *, state: str) -> Fact:
    """It goes on, or it waits: "running" or "paused"."""
    now = after.learning.state
    return Fact(STATES.get(state, f"The training is {state}"), now == state or (state, now) == _ABOUT_TO)


def steps_done(before: Facts, after: Facts, *, steps: int) -> Fact:
    """What is learning, or was, has done so many steps."""
    learning = after.learning
    if not learning.run or learning.step < steps:
        return Fact(f"It has done {steps:,} step{'s' if steps > 1 else ''}", False)
    return Fact(f"{learning.run} has done {learning.step:,} steps", True)


def codes_drawn(before: Facts, after: Facts) -> Fact:
    """Every code of the fixed grid has its picture, and another than before."""
    then, now = before.game.codes, after.game.codes
    if not now or any(picture is None for picture in now):
        return Fact("The fixed codes are drawn", False)
    if len(then) != len(now):
        return Fact(f"{len(now)} codes are drawn", True)
    others = sum(_differ(old, new) for old, new in zip(then, now, strict=True))
    text = f"The same {len(now)} codes are drawn again"
    return Fact(f"{text}: {others} pictures changed" if others else text, others > 0)


def class_distance(before: Facts, after: Facts, *, at_least: float = 0.0, at_most: float = 1.0) -> Fact:
    """How far the classes of the samples are from the data's, as total variation; the ruler judges."""
    distance, then = after.game.distance, before.game.distance
    what = "The distance of the samples' classes from the data's"
    if distance is None or not at_least <= distance <= at_most:
        bound = f"at least {at_least:g}" if at_least > 0 else f"at most {at_most:g}"
        return Fact(f"{what} is {bound}", False)
    was = "" if then is None or f"{then:.2f}" == f"{distance:.2f}" else f", and was {then:.2f}"
    return Fact(f"{what} is {distance:.2f}{was}", True)


def critic_margin(before: Facts, after: Facts, *, at_least: float = -1e6, at_most: float = 1e6) -> Fact:
    """By how much the critic's mean score of real pictures is above that of drawn ones."""
    scores = after.game.scores
    apart = at_least > -1e6
    if REAL not in scores or FAKE not in scores:
        return Fact("The critic gives scores", False)
    real, fake = scores[REAL], scores[FAKE]
    holds = at_least <= real - fake <= at_most
    words = "can tell real from drawn" if apart else "can hardly tell real from drawn"
    return Fact(f"The critic {words}" + (f": {real:.1f} against {fake:.1f}" if holds else ""), holds)


def moved_apart(before: Facts, after: Facts) -> Fact:
    """Each of two players was moved while the other stood still."""
    alone = after.seen.alone
    if len(alone) < 2:
        return Fact("Each player was moved while the other stood still", False)
    steps = " and ".join(f"the {group} at step {step:,}" for group, step in sorted(alone.items()))
    return Fact(f"One by one: {steps}", True)


def direction_pulled(before: Facts, after: Facts, *, direction: int, sd: float = 1.0) -> Fact:
    """The cursor was pulled so far from the mean along a direction of the weights, counted from 1."""
    goal = Fact(f"Direction {direction} is pulled to {sd:g} sd or more", False)
    model, cursor, vectors = after.model, after.scene.main.code, after.game.directions
    if model is None or model.embedding is None or cursor is None or not 0 < direction <= len(vectors):
        return goal
    vector = vectors[direction - 1]
    if (
        after.scene.main.item is not None
        or cursor.shape != vector.shape
        or model.embedding.size != len(vector)
    ):
        return goal
    along = model.embedding.codes @ vector
    at = float((cursor @ vector - along.mean()) / max(float(along.std()), 1e-6))
    return Fact(f"Direction {direction} is pulled to {at:.1f} sd", True) if abs(at) >= sd else goal


CHECKS = (
    training_is, steps_done, codes_drawn, class_distance, critic_margin, moved_apart, direction_pulled,
)  # fmt: skip

_ABOUT_TO = ("running", "starting")


def _differ(old: np.ndarray | None, new: np.ndarray | None) -> bool:
    return old is None or new is None or not np.array_equal(old, new)
