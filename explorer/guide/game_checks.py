"""What must hold of a generator and its critic; part of `checks`, which explains their form."""

from __future__ import annotations

import numpy as np

from explorer.guide.deeds import SLIDER, is_along, last_move
from explorer.guide.facts import Fact, Facts
from explorer.training.events import FAKE, REAL

STATES = {
    "running": "A model is learning",
    "paused": "The training is paused",
    "idle": "Nothing is being trained",
}


def training_is(before: Facts, after: Facts, *, state: str, game: bool = False) -> Fact:
    """It goes on, waits, or there is none: "running", "paused" or "idle"; with `game`, of a game alone."""
    learning = after.learning
    holds = learning.state == state or (state, learning.state) == _ABOUT_TO
    return Fact(STATES.get(state, f"The training is {state}"), holds and (learning.game or not game))


def steps_done(before: Facts, after: Facts, *, steps: int = 1, more: int = 0) -> Fact:
    """The game that is played has come to so many steps, and to so many more since the step began."""
    learning = after.learning
    words = f"{more:,} steps more" if more else f"{steps:,} step{'s' if steps > 1 else ''}"
    goal = Fact(f"The game has done {words}", False)
    if not learning.game or not learning.run or learning.step < steps:
        return goal
    same = before.learning.run == learning.run
    done = learning.step - (before.learning.step if same else 0)
    return Fact(f"{learning.run} has done {learning.step:,} steps", True) if done >= more else goal


def codes_drawn(before: Facts, after: Facts, *, again: bool = False) -> Fact:
    """Every code of the fixed grid has its picture on screen; with `again`, another than before."""
    then, now = before.game, after.game
    if not now.seen or not now.codes or any(picture is None for picture in now.codes):
        return Fact("The fixed codes are drawn", False)
    count = len(now.codes)
    if not again or then.model != now.model or len(then.codes) != count:
        return Fact(f"{count} codes are drawn", not again)
    others = sum(_differ(old, new) for old, new in zip(then.codes, now.codes, strict=True))
    text = f"The same {count} codes are drawn again"
    return Fact(f"{text}: {others} pictures changed" if others else text, others > 0)


def class_distance(before: Facts, after: Facts, *, at_least: float = 0.0, at_most: float = 1.0) -> Fact:
    """How far the classes of the samples are from the data's, as total variation; the ruler judges."""
    distance, then = after.game.distance, before.game.distance
    what = "The distance of the samples' classes from the data's"
    if distance is None or not at_least <= distance <= at_most:
        bound = f"at least {at_least:g}" if at_least > 0 else f"at most {at_most:g}"
        return Fact(f"{what} is {bound}", False)
    other = then is not None and before.game.model == after.game.model and f"{then:.2f}" != f"{distance:.2f}"
    was = f", and was {then:.2f}" if other else ""
    return Fact(f"{what} is {distance:.2f}{was}", True)


def drawn_as_asked(before: Facts, after: Facts, *, at_least: float = 0.9) -> Fact:
    """How many samples are of the class that was asked for; the ruler has judged."""
    share = after.game.as_asked
    if share is None or share < at_least:
        return Fact(f"At least {at_least:.0%} of its samples are of the class that was asked for", False)
    return Fact(f"{share:.1%} of its samples are of the class that was asked for", True)


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
    """A slider pulled the cursor so far from the mean along a direction of the weights, counted from 1."""
    goal = Fact(f"Direction {direction} is pulled to {sd:g} sd or more", False)
    model, cursor, vectors = after.model, after.scene.main.code, after.game.directions
    if model is None or model.embedding is None or cursor is None or not 0 < direction <= len(vectors):
        return goal
    vector = vectors[direction - 1]
    deed = last_move(after.seen.deeds, SLIDER, "main")
    if (
        deed is None
        or deed.path is None
        or deed.now.main.code is not cursor
        or not is_along(deed.path, vector)
    ):
        return goal
    if model.embedding.size != len(vector):
        return goal
    along = model.embedding.codes @ vector
    at = float((cursor @ vector - along.mean()) / max(float(along.std()), 1e-6))
    return Fact(f"Direction {direction} is pulled to {at:.1f} sd", True) if abs(at) >= sd else goal


CHECKS = (
    training_is, steps_done, codes_drawn, class_distance, drawn_as_asked, critic_margin, moved_apart,
    direction_pulled,
)  # fmt: skip

_ABOUT_TO = ("running", "starting")


def _differ(old: np.ndarray | None, new: np.ndarray | None) -> bool:
    return old is None or new is None or not np.array_equal(old, new)
