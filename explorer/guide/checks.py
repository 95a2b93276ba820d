"""What must hold after a step: named checks, each a pure function of the facts before and after.

Some ask how things stand now, such as `model_open`; they may have stood so before the step began. What a
step asks its reader to do is asked as a deed (see `deeds`) that was done since then. A check answers with a
sentence that reads as a goal while it doesn't hold, and with figures once it does. Their parameters are
keywords; `lesson` holds a file against their signatures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from explorer.guide import game_checks, walk_checks
from explorer.guide.deeds import DRAWING, ENDS, HANDLE, MAP, SLIDER, is_along, last_move, moved_over
from explorer.guide.facts import Fact as Fact
from explorer.guide.facts import Facts
from explorer.latent.projection import subscript
from explorer.session.scene import Name

LOSS_SHARE, LOSS_POINTS = 0.1, 5
"""The loss at either end of a curve is the mean over this share of it, at most so many points."""


AT_MARK = 0.3
"""Standard deviations: who presses this near to a mark has pressed on it."""

Floats = NDArray[np.float32]
Check = Callable[..., Fact]


def model_open(before: Facts, after: Facts, *, name: str = "", trained: bool = False) -> Fact:
    """A whole model is open: any, the one of this name, or the one that was just trained."""
    model = after.model
    wanted = after.learning.run if trained else name
    subject = f"The model {wanted}" if wanted else "The model just trained" if trained else "A model"
    if (
        model is None
        or model.embedding is None
        or model.living
        or (wanted or model.run.name) != model.run.name
    ):
        return Fact(f"{subject} is open", False)
    opened = bool(wanted) or not trained
    items = "images" if model.can_encode else "samples"
    return Fact(f"{subject} is open, with {len(model.embedding):,} {items} on its map", opened)


def model_decodes(before: Facts, after: Facts) -> Fact:
    return Fact("The decoder is loaded and has drawn a picture", after.decoded and after.picture is not None)


def picture_changed(before: Facts, after: Facts, *, times: int = 1) -> Fact:
    """Another picture stands where the person has led to; with `times`, so many were decoded on the way."""
    now, then = after.picture, before.picture
    led = any(deed.moves or deed.title == "choose a class" for deed in after.seen.deeds)
    other = led and now is not None and (then is None or not np.array_equal(now, then))
    if times == 1:
        return Fact("The decoded picture changed", other)
    if not other or after.seen.pictures < times:
        return Fact("The picture keeps changing", False)
    return Fact(f"{after.seen.pictures} pictures were decoded on the way", True)


def cursor_moved(before: Facts, after: Facts, *, sd: float = 0.05) -> Fact:
    """The cursor was led over the first map, by at least so many standard deviations."""
    path = _in_sd(moved_over(after.seen.deeds, "main"), after)
    far = 0.0 if path is None else float(np.linalg.norm(path))
    return Fact(f"The cursor moved{_by(far, sd)}", far >= sd)


def number_moved(before: Facts, after: Facts, *, sd: float = 0.25) -> Fact:
    """A slider was moved that changes one number of the code, and no other."""
    goal = Fact("One number changed, and nothing else", False)
    deed = last_move(after.seen.deeds, SLIDER, "main")
    there = deed is not None and deed.now.main.code is after.scene.main.code
    path = _in_sd(deed.path, after) if deed is not None and there else None
    if path is None:
        return goal
    path = np.abs(path)
    dimension = int(path.argmax())
    moved, others = float(path[dimension]), float(np.delete(path, dimension).max(initial=0.0))
    if moved < sd or others >= 1e-3:
        return goal
    return Fact(f"z{subscript(dimension + 1)} changed by {moved:.1f} sd, and nothing else", True)


def item_selected(before: Facts, after: Facts, *, class_name: str = "", side: str = "") -> Fact:
    """An item was selected by hand: of a class, on the map of a side, if these are named."""
    item, model = after.scene.main.item, after.model
    deed = last_move(after.seen.deeds, ("select an item",), side)
    if item is None or model is None or deed is None:
        return Fact(f"An image{f' of class {class_name}' if class_name else ''} is selected", False)
    found = model.class_of(item)
    if class_name and found != class_name:
        return Fact(f"An image of class {class_name} is selected", False)
    return Fact(f"Image {item:,} is selected" + (f", of class {found}" if found else ""), True)


def far_from_data(before: Facts, after: Facts) -> Fact:
    """The cursor was led over the first map to where no image lies."""
    model, cursor = after.model, after.scene.main.code
    deed = last_move(after.seen.deeds, MAP, "main")
    if deed is None or model is None or model.embedding is None or cursor is None:
        return Fact("The cursor is far from data", False)
    distance = float(model.embedding.nearest(cursor, 1)[1][0])
    far = model.embedding.is_far(distance) and after.scene.main.item is None
    return Fact(
        f"The cursor is far from data: the nearest image is {distance:.2f} away"
        if far
        else "The cursor is far from data",
        far,
    )


def beside_open(before: Facts, after: Facts, *, name: str) -> Fact:
    """This model is on the second map."""
    beside = after.beside
    shown = beside is not None and beside.run.name == name and after.beside_picture is not None
    return Fact(f"{name} is beside it, and has drawn a picture" if shown else f"{name} is beside it", shown)


def hole_marked(before: Facts, after: Facts) -> Fact:
    """Each of two maps points at an empty place."""
    holes = [None if model is None else model.hole for model in (after.beside, after.model)]
    if holes[0] is None or holes[1] is None:
        return Fact("Each map marks an empty place", False)
    left, right = (hole.cycle_error for hole in holes if hole is not None)
    return Fact(f"Decoded and encoded again, the marked places move by {left:.1f} and {right:.1f}", True)


def both_cursors_moved(before: Facts, after: Facts) -> Fact:
    """The cursor of one map was moved, and that of the other has followed."""
    deed = last_move(after.seen.deeds, MAP)
    names: tuple[Name, ...] = ("main", "beside")
    pairs = () if deed is None else tuple((deed.before.look(n).code, after.scene.look(n).code) for n in names)
    moved = after.beside is not None and all(
        now is not None and (then is None or then.shape != now.shape or not np.array_equal(then, now))
        for then, now in pairs
    )
    return Fact("The cursor moved on both maps", bool(pairs) and moved)


def mark_pressed(before: Facts, after: Facts, *, side: str) -> Fact:
    """The cursor was brought to the empty place that is marked on the map of a side."""
    model, look = (after.beside, after.scene.beside) if side == "beside" else (after.model, after.scene.main)
    which = "left" if side == "beside" else "right"
    cursor, deed = look.code, last_move(after.seen.deeds, MAP, side)
    goal = Fact(f"The cursor is at the mark on the {which} map", False)
    if deed is None or model is None or model.hole is None or model.embedding is None or cursor is None:
        return goal
    if cursor.shape != model.hole.code.shape:
        return goal
    aside = float(np.linalg.norm((cursor - model.hole.code) / model.embedding.std))
    return goal._replace(holds=aside <= AT_MARK)


def projected(before: Facts, after: Facts, *, kind: str) -> Fact:
    """The first map shows this projection."""
    names = {"axes": "its own axes", "pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}
    return Fact(f"The map shows {names.get(kind, kind)}", after.projection == kind)


def attributes_there(before: Facts, after: Facts, *, name: str) -> Fact:
    """The sliders of the attributes are on screen, and this one is among them."""
    return Fact(f"There is a slider for {name}", name in after.attributes)


def attribute_moved(before: Facts, after: Facts, *, name: str, sd: float = 0.5) -> Fact:
    """The cursor went along a direction, by its slider."""
    deed, direction = last_move(after.seen.deeds, SLIDER, "main"), after.attributes.get(name)
    goal = Fact(f"{name} changed", False)
    if deed is None or direction is None or deed.path is None or not is_along(deed.path, direction.vector):
        return goal
    then, now = deed.before.main.code, deed.now.main.code
    far = 0.0 if then is None or now is None else abs(direction.at(now) - direction.at(then))
    return Fact(f"{name} changed{_by(far, sd)}", far >= sd)


def ends_set(before: Facts, after: Facts) -> Fact:
    """A and B are there, and one of them was chosen since the step began."""
    a, b = after.scene.end_a, after.scene.end_b
    if a is None or b is None or np.array_equal(a.code, b.code):
        return Fact("A and B are chosen", False)
    if not any(deed.title in ENDS for deed in after.seen.deeds):
        return Fact("A or B is chosen anew", False)
    return Fact(f"A is {a.title}; B is {b.title}", True)


def strip_complete(before: Facts, after: Facts) -> Fact:
    """Every picture between the ends has come, in all three manners."""
    rows = after.strips
    count = sum(len(row) for row in rows.values())
    whole = len(rows) == 3 and all(bool(picture.any()) for row in rows.values() for picture in row)
    return Fact(f"{count} pictures fill the row between A and B" if whole else "The rows are filled", whole)


def handle_moved(before: Facts, after: Facts, *, at_least: float = 0.5) -> Fact:
    """The handle of the strip was led along so large a part of the path."""
    runs = [abs(deed.run) for deed in after.seen.deeds if deed.title in HANDLE]
    far = max(runs, default=0.0)
    holds = far >= at_least and after.scene.handle is not None
    return Fact(f"The handle ran {far:.0%} of the way" if holds else "The handle runs from A to B", holds)


def drawing_landed(before: Facts, after: Facts) -> Fact:
    """An own picture was made: it is on the map with the cursor, and has come back decoded."""
    scene, code, model = after.scene, after.drawn_code, after.model
    deed = last_move(after.seen.deeds, DRAWING)
    landed = deed is not None and scene.glyph is not None and scene.glyph is deed.now.glyph
    if not landed or code is None or after.picture is None or model is None or model.embedding is None:
        return Fact("The drawing landed on the map", False)
    item, distance = (found[0] for found in model.embedding.nearest(code, 1))
    near = model.class_of(int(item))
    kind = f" is a {near}," if near else " lies"
    return Fact(f"The drawing landed on the map; the nearest image{kind} {distance:.2f} away", True)


def training_runs(before: Facts, after: Facts, *, share: float = 0.0) -> Fact:
    """A training has begun since the step did, and has done this share of its steps."""
    learning = after.learning
    under_way = learning.state in ("starting", "running", "paused") or learning.ended_well
    if not after.seen.begun or not under_way:
        return Fact("A new model is learning", False)
    if not learning.run or learning.share < share:
        return Fact(f"A new model has done {share:.0%} of its steps", False)
    how = f"done {learning.share:.0%} of its steps" if learning.share >= 0.01 else "begun to learn"
    return Fact(f"{learning.run} has {how}", True)


def training_finished(before: Facts, after: Facts) -> Fact:
    learning = after.learning
    done = learning.ended_well and learning.state == "idle" and learning.fault is None
    steps = f" after {learning.loss[-1][0]:,} steps" if done and learning.loss else ""
    return Fact(f"The training finished{steps}" + (f": {learning.fault}" if learning.fault else ""), done)


def loss_fell(before: Facts, after: Facts, *, share: float = 0.9, new: bool = False) -> Fact:
    """The loss at the end of the curve is at most this share of what it was at the beginning.

    Parameters
    ----------
    new
        It is the curve of a training that has begun since the step did.
    """
    values = [value for _, value in after.learning.loss]
    if len(values) < 4 or (new and not after.seen.begun):
        return Fact("The loss fell", False)
    part = min(LOSS_POINTS, max(1, round(LOSS_SHARE * len(values))))
    first, last = float(np.mean(values[:part])), float(np.mean(values[-part:]))
    fell = bool(np.isfinite(last)) and last <= share * first
    return Fact(f"The loss fell from {first:.1f} to {last:.1f}" if fell else "The loss fell", fell)


def map_moved(before: Facts, after: Facts, *, sd: float = 0.2) -> Fact:
    """While a model learned, the items of its map travelled so many standard deviations, on average."""
    first, last = after.seen.first_map, after.seen.last_map
    if first is None or last is None or first is last or first.codes.shape != last.codes.shape:
        return Fact("The points of the map moved while it learned", False)
    way = np.nan_to_num(last.standardise(first.codes) - last.standardise(last.codes))
    far = float(np.sqrt((way**2).mean()))
    text = f"{len(last):,} points moved{_by(far, sd)} while it learned, over {after.seen.maps} maps"
    return Fact(text, far >= sd)


CHECKS: Mapping[str, Check] = {
    check.__name__: check
    for check in (
        model_open, model_decodes, picture_changed, cursor_moved, number_moved, item_selected,
        far_from_data, ends_set, strip_complete, handle_moved, drawing_landed, training_runs,
        training_finished, loss_fell, map_moved, beside_open, hole_marked, both_cursors_moved, mark_pressed,
        projected, attributes_there, attribute_moved, *game_checks.CHECKS, *walk_checks.CHECKS,
    )
}  # fmt: skip


def _in_sd(path: Floats | None, facts: Facts) -> Floats | None:
    """A way between codes (D,) in standard deviations of the codes of the first map."""
    model = facts.model
    if path is None or model is None or model.embedding is None or path.shape != model.embedding.std.shape:
        return None
    return np.asarray(path / model.embedding.std, np.float32)


def _by(far: float, least: float) -> str:
    return f" by {far:.1f} sd" if far >= least else ""
