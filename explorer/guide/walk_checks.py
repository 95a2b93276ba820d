"""What must hold of a denoising and its forks; part of `checks`, which explains their form.

Legend of shapes: a step's pictures are uint8 (N, H, W, C), of which lessons look at the first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.guide.facts import Course, Fact, Facts


def denoiser_ready(before: Facts, after: Facts) -> Fact:
    return Fact("The model is ready to denoise", after.walking.able)


def denoised(before: Facts, after: Facts, *, label: int = -1) -> Fact:
    """A walk from fresh noise, begun since then, has come to a picture, of a class if one is named."""
    walk = after.walking.walk
    asked = label < 0 or walk.label == label
    if not walk.done or not walk.fresh or not asked or _is_of_before(walk, before):
        return Fact("Noise has become a picture" + ("" if label < 0 else f" of class {label}"), False)
    calls = f"{walk.calls} network call{'s' if walk.calls != 1 else ''}"
    return Fact(f"Noise has become a picture in {walk.stops - 1} steps, {calls}", True)


def stops_seen(before: Facts, after: Facts, *, share: float = 1.0) -> Fact:
    """So large a share of a walk's stops was looked at."""
    stops, seen = after.walking.walk.stops, len(after.seen.stops)
    holds = stops > 0 and seen >= share * stops
    return Fact(f"{seen} of {stops} stops were looked at" if holds else "The stops run by", holds)


def stop_at(before: Facts, after: Facts, *, at_least: float, at_most: float) -> Fact:
    """A stop of the walk with t from here to there was gone to."""
    walk, place = after.walking.walk, after.walking.place
    step = walk.steps[place] if place < len(walk.steps) else None
    if not after.seen.run or step is None or not walk.done or not at_least <= step.t <= at_most:
        return Fact(f"The handle is between t = {at_most:g} and {at_least:g}", False)
    where = f"The handle is at t = {step.t:.2f}, step {place} of {walk.stops - 1}"
    if place == walk.stops - 1:
        return Fact(where, True)
    left = _difference(step.clean[0], walk.steps[-1].clean[0])
    return Fact(f"{where}: the guess is {left} from the picture", True)


def forked(before: Facts, after: Facts, *, count: int = 1) -> Fact:
    """So many new forks share the walk's x_t where they begin, and end elsewhere."""
    walk, old = after.walking.walk, {id(fork.source) for fork in before.walking.forks}
    forks = [fork for fork in after.walking.forks if id(fork.source) not in old]
    if len(forks) < count or not all(fork.done for fork in forks) or not walk.done:
        return Fact(f"{count} fork{'s have' if count > 1 else ' has'} come to a picture", False)
    shared = all(np.array_equal(fork.steps[0].x_t, walk.steps[fork.at].x_t) for fork in forks)
    ends = [_difference(fork.steps[-1].clean[0], walk.steps[-1].clean[0]) for fork in forks]
    t = walk.steps[forks[-1].at].t
    text = f"{len(forks)} forks share x_t until t = {t:.2f} and end {' and '.join(ends)} from the walk"
    return Fact(text, shared and all(not _same(fork, walk) for fork in forks))


def class_asked(before: Facts, after: Facts, *, label: int) -> Fact:
    """From the same noise as before a picture of another class has come."""
    then, now, asked = before.walking.walk, after.walking.walk, after.walking.asked
    if asked != label or now.label != label or not (now.done and then.done) or _is_of_before(now, before):
        return Fact(f"Class {label} is asked for", False)
    same = np.array_equal(then.steps[0].x_t, now.steps[0].x_t)
    far = _difference(now.steps[-1].clean[0], then.steps[-1].clean[0])
    begins = "The same noise" if same else "Other noise"
    return Fact(f"{begins}, asked to be class {label}, ends {far} from the last picture", same)


def real_noised(before: Facts, after: Facts, *, at_least: float, at_most: float) -> Fact:
    """The noise on a real picture was brought to a t from here to there."""
    t = after.walking.noised
    if t is None or not after.seen.noised or after.walking.real is None or not at_least <= t <= at_most:
        return Fact(f"A real picture has noise of t between {at_least:g} and {at_most:g}", False)
    return Fact(f"A real picture is noised to t = {t:.2f}", True)


def brought_back(before: Facts, after: Facts) -> Fact:
    """From a real picture with noise a walk has led back to a picture."""
    walk, real = after.walking.walk, after.walking.real
    came = walk.done and not walk.fresh and walk.t < 1 and not _is_of_before(walk, before)
    if real is None or after.walking.noised is not None or not came:
        return Fact("The noised picture is walked back", False)
    first, last = walk.steps[0], walk.steps[-1]
    far = _difference(last.clean[0], real)
    return Fact(f"From t = {first.t:.2f} back in {walk.stops - 1} steps, {far} from the real picture", True)


CHECKS = (
    denoiser_ready, denoised, stops_seen, stop_at, forked, class_asked, real_noised, brought_back,
)  # fmt: skip


def _is_of_before(walk: Course, before: Facts) -> bool:
    """It was there when the step began, done or under way."""
    return walk.source is not None and walk.source is before.walking.walk.source


def _same(one: Course, other: Course) -> bool:
    """They end in the same picture."""
    ends = [course.steps[-1].clean if course.done else None for course in (one, other)]
    return ends[0] is not None and ends[1] is not None and np.array_equal(ends[0], ends[1])


def _difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> str:
    """Mean of how far each pixel is off, as a share of black to white."""
    return f"{100 * float(np.abs(one.astype(np.float32) - other).mean()) / 255:.1f} % per pixel"
