"""Each check holds exactly when what it names has come true."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.guide import checks, game_checks, walk_checks
from explorer.guide.checks import CHECKS
from explorer.guide.deeds import with_deed
from explorer.guide.facts import Course, Facts, Game, Learning, Seen, Walking
from explorer.latent.direction import Direction
from explorer.latent.embedding import Embedding
from explorer.latent.projection import natural
from explorer.runs.manifest import DataRecord, Manifest
from explorer.runs.run import Run
from explorer.session.denoising.requests import Stop
from explorer.session.maps.requests import Hole
from explorer.session.open_model import OpenModel
from explorer.session.scene import End, Look, Scene

RNG = np.random.default_rng(0)
CODES = RNG.normal(size=(200, 2)).astype(np.float32)
LABELS = (CODES[:, 0] > 0).astype(np.int64)
BLACK, WHITE = np.zeros((8, 8, 1), np.uint8), np.full((8, 8, 1), 255, np.uint8)


def model(name: str = "bars", **changes: Any) -> OpenModel:
    record = DataRecord("bars", "Bars", "bars", "", {}, 0, 200, ("left", "right"))
    manifest = Manifest("vae", {}, (1, 8, 8), record, 0, "finished")
    embedding = Embedding(CODES, labels=LABELS, class_names=("left", "right"))
    made = OpenModel(Run(Path(name), manifest), embedding=embedding, projection=natural(embedding))
    return replace(made, **changes)


OPEN = Facts(model=model(), scene=Scene(main=Look(CODES[0])), picture=BLACK)


def code(x: float, y: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.array([x, y], np.float32)


def at(x: float, y: float, item: int | None = None, **scene: Any) -> Facts:
    return replace(OPEN, scene=Scene(main=Look(code(x, y), item), **scene))


def did(title: str, before: Facts, after: Facts) -> Facts:
    """What came after a person had done this."""
    deeds = with_deed(before.seen.deeds, title, before.scene, after.scene)
    return replace(after, seen=replace(after.seen, deeds=deeds))


NEEDED: dict[str, dict[str, Any]] = {
    "beside_open": {"name": "bars"},
    "mark_pressed": {"side": "beside"},
    "projected": {"kind": "umap"},
    "attributes_there": {"name": "ink"},
    "attribute_moved": {"name": "ink"},
    "training_is": {"state": "running"},
    "stop_at": {"at_least": 0.0, "at_most": 1.0},
    "class_asked": {"label": 3},
    "direction_pulled": {"direction": 1},
    "real_noised": {"at_least": 0.0, "at_most": 1.0},
}


@pytest.mark.parametrize("name", sorted(set(CHECKS) - {"model_open", "training_finished"}))
def test_nothing_holds_when_nothing_has_happened(name: str) -> None:
    parameters = NEEDED.get(name, {})
    for facts in (Facts(), OPEN):
        fact = CHECKS[name](facts, facts, **parameters)
        assert not fact.holds
        assert fact.text


def test_model_open() -> None:
    assert checks.model_open(Facts(), OPEN).holds
    assert checks.model_open(Facts(), OPEN, name="bars").holds
    assert not checks.model_open(Facts(), OPEN, name="others").holds
    assert not checks.model_open(Facts(), replace(OPEN, model=model(living=True))).holds
    assert not checks.model_open(Facts(), OPEN, trained=True).holds
    trained = replace(OPEN, learning=Learning(run="bars"))
    assert checks.model_open(Facts(), trained, trained=True).holds


def test_picture_changed_also_counts_those_on_the_way() -> None:
    drawn = replace(at(1, 1), picture=WHITE, seen=Seen(pictures=3))
    assert not checks.picture_changed(OPEN, drawn).holds, "nobody has led there"
    white = did("scrub", OPEN, drawn)
    assert checks.picture_changed(OPEN, white).holds
    assert not checks.picture_changed(OPEN, did("scrub", OPEN, replace(drawn, picture=BLACK.copy()))).holds
    assert checks.picture_changed(OPEN, white, times=3).holds
    assert not checks.picture_changed(OPEN, white, times=4).holds


def test_cursor_moved_is_measured_in_standard_deviations() -> None:
    embedding = model().embedding
    assert embedding is not None
    x, y = CODES[0]
    aside = at(x + 0.3 * float(embedding.std[0]), y)
    led = did("scrub", OPEN, aside)
    assert checks.cursor_moved(OPEN, led, sd=0.29).holds
    assert not checks.cursor_moved(OPEN, led, sd=0.31).holds
    assert not checks.cursor_moved(OPEN, aside, sd=0.29).holds, "it was carried along"
    assert not checks.cursor_moved(OPEN, did("move a slider", OPEN, aside), sd=0.29).holds
    assert not checks.cursor_moved(OPEN, did("undo", led, OPEN), sd=0.29).holds


def test_number_moved_wants_the_others_unmoved() -> None:
    x, y = CODES[0]
    for dx, dy, alone in ((1, 0, True), (0, 1, True), (1, 1, False), (0, 0, False), (0.1, 0, False)):
        slid = did("move a slider", OPEN, at(x + dx, y + dy))
        assert checks.number_moved(OPEN, slid).holds is alone
        assert not checks.number_moved(OPEN, did("scrub", OPEN, at(x + dx, y + dy))).holds
    first = did("move a slider", OPEN, at(x + 1, y))
    then = did("move a slider", first, at(x + 1, y + 1))
    assert checks.number_moved(OPEN, then).text.startswith("z₂ changed by"), "of each its own"
    assert not checks.number_moved(OPEN, did("select an item", first, at(3, 3, item=4))).holds
    learned = replace(first, scene=Scene(main=Look(code(x + 2, y))))
    assert not checks.number_moved(OPEN, learned).holds, "the model has moved it on"


def test_a_slider_that_is_dragged_bit_by_bit_is_one_deed() -> None:
    x, y = CODES[0]
    now = OPEN
    for step in range(1, 11):
        now = did("move a slider", now, at(x + 0.1 * step, y))
    assert len(now.seen.deeds) == 1
    assert checks.number_moved(OPEN, now, sd=0.5).holds


def test_item_selected_asks_for_another_item_of_the_class() -> None:
    left = int(np.flatnonzero(LABELS == 0)[0])
    after = did("select an item", OPEN, at(0, 0, item=left))
    assert not checks.item_selected(OPEN, at(0, 0, item=left)).holds, "nobody has pressed it"
    assert not checks.item_selected(OPEN, after, side="beside").holds
    assert not checks.item_selected(OPEN, did("scrub", after, at(1, 1))).holds
    assert checks.item_selected(OPEN, after).holds
    assert checks.item_selected(OPEN, after, class_name="left").holds
    assert not checks.item_selected(OPEN, after, class_name="right").holds


def test_far_from_data() -> None:
    for title, counts in (
        ("move the cursor", True),
        ("scrub", True),
        ("move a slider", False),
        ("draw", False),
    ):
        assert checks.far_from_data(OPEN, did(title, OPEN, at(30, 30))).holds is counts
    assert not checks.far_from_data(OPEN, at(30, 30)).holds
    assert not checks.far_from_data(OPEN, did("scrub", OPEN, at(*CODES[5]))).holds


def test_strip_complete_waits_for_every_picture() -> None:
    a, b = End(CODES[0], WHITE, "a"), End(CODES[1], WHITE, "b")
    rows = {manner: np.stack([WHITE] * 11) for manner in ("line", "circle", "pixels")}
    after = replace(at(0, 0, end_a=a, end_b=b), strips=rows)
    assert not checks.ends_set(after, after).holds, "they were there before"
    assert checks.ends_set(OPEN, did("set end B", OPEN, after)).holds
    assert checks.strip_complete(OPEN, after).holds
    rows["circle"][10] = 0
    assert not checks.strip_complete(OPEN, after).holds
    assert not checks.ends_set(OPEN, did("set end B", OPEN, at(0, 0, end_a=a, end_b=a))).holds


def test_handle_moved() -> None:
    run = "run along the path"
    far = did(run, OPEN, at(0, 0, handle=0.6))
    assert checks.handle_moved(OPEN, far).holds
    assert not checks.handle_moved(OPEN, did(run, OPEN, at(0, 0, handle=0.4))).holds
    stood = replace(far, seen=Seen())
    assert not checks.handle_moved(stood, stood).holds
    assert not checks.handle_moved(stood, did(run, stood, at(0, 0, handle=0.7))).holds
    assert checks.handle_moved(stood, did(run, stood, at(0, 0, handle=0.0))).holds


def test_drawing_landed_names_the_kind_that_it_landed_among() -> None:
    after = did("draw", OPEN, replace(at(*CODES[3], glyph=WHITE), drawn_code=CODES[3]))
    fact = checks.drawing_landed(OPEN, after)
    assert fact.holds
    assert ("left", "right")[LABELS[3]] in fact.text
    seen_again = did("look at the drawing", OPEN, replace(after, seen=Seen()))
    assert not checks.drawing_landed(OPEN, seen_again).holds


def test_training_checks() -> None:
    falling = tuple((step, 500.0 / step) for step in range(1, 50))
    running = replace(
        OPEN, learning=Learning("running", "mine", share=0.2, loss=falling), seen=Seen(begun=True)
    )
    done = replace(OPEN, learning=Learning("idle", "mine", ended_well=True, share=1.0, loss=falling))
    assert checks.training_runs(OPEN, running, share=0.1).holds
    assert not checks.training_runs(OPEN, running, share=0.3).holds
    assert not checks.training_runs(OPEN, replace(running, seen=Seen()), share=0.1).holds, "it ran before"
    assert checks.loss_fell(OPEN, running, new=True).holds
    assert checks.loss_fell(OPEN, replace(running, seen=Seen())).holds
    assert not checks.loss_fell(OPEN, replace(running, seen=Seen()), new=True).holds, "it fell before"
    assert not checks.training_finished(OPEN, running).holds
    assert checks.training_finished(OPEN, done).holds
    faulty = replace(done, learning=replace(done.learning, fault="disk full"))
    assert not checks.training_finished(OPEN, faulty).holds
    rising = replace(running, learning=replace(running.learning, loss=falling[::-1]))
    assert not checks.loss_fell(OPEN, rising).holds
    broken = tuple((step, float("nan")) for step in range(10))
    assert not checks.loss_fell(OPEN, replace(running, learning=replace(running.learning, loss=broken))).holds


def test_map_moved_compares_the_first_living_map_with_the_last() -> None:
    first, last = Embedding(CODES), Embedding(CODES + np.float32(1.0))
    for maps, then, moved in ((2, last, True), (2, Embedding(CODES.copy()), False), (1, first, False)):
        seen = Seen(maps=maps, first_map=first, last_map=then)
        assert checks.map_moved(OPEN, replace(OPEN, seen=seen)).holds is moved


def test_two_maps_are_looked_at_together() -> None:
    hole = Hole(code(2, 2), 0.5)
    beside = replace(OPEN, beside=model(hole=hole), beside_picture=BLACK)
    assert checks.beside_open(OPEN, beside, name="bars").holds
    assert not checks.beside_open(OPEN, beside, name="others").holds
    pressed = replace(beside, scene=replace(OPEN.scene, beside=Look(code(2, 2)), leads="beside"))
    pressed = did("move the cursor", beside, pressed)
    assert checks.mark_pressed(beside, pressed, side="beside").holds
    assert not checks.mark_pressed(beside, pressed, side="main").holds
    assert not checks.both_cursors_moved(beside, pressed).holds, "the other one follows in its time"
    followed = replace(pressed, scene=replace(pressed.scene, main=Look(code(1, 1))))
    assert checks.both_cursors_moved(beside, followed).holds
    assert not checks.both_cursors_moved(beside, replace(followed, seen=Seen())).holds
    assert not checks.both_cursors_moved(beside, replace(followed, beside=None)).holds
    assert checks.projected(OPEN, replace(OPEN, projection="umap"), kind="umap").text.endswith("UMAP")


def test_an_attribute_moves_by_so_much() -> None:
    way = np.array([0.6, 0.8])
    ink = Direction("ink", "probe", way, 1.0, way, np.zeros(2))
    before = replace(OPEN, attributes={"ink": ink})
    after = replace(at(*(CODES[0] + 1.5 * way)), attributes={"ink": ink})
    slid = did("move a slider", before, after)
    assert checks.attribute_moved(before, slid, name="ink").text == "ink changed by 1.5 sd"
    assert not checks.attribute_moved(before, slid, name="ink", sd=2.0).holds
    pressed = did("select an item", before, after)
    assert not checks.attribute_moved(before, pressed, name="ink").holds, "another digit has other ink"
    aside = replace(at(*(CODES[0] + (1.5, 0))), attributes={"ink": ink})
    assert not checks.attribute_moved(before, did("move a slider", before, aside), name="ink").holds
    assert checks.attributes_there(OPEN, after, name="ink").holds


def playing(*pictures: Any, distance: float = 0.9, **changes: Any) -> Facts:
    game = Game(pictures, True, "mine", distance, {"real": 2.5, "fake": 0.5})
    return replace(OPEN, game=game, learning=Learning("running", "mine", game=True, **changes))


def test_a_game_is_told_by_its_pictures_classes_and_scores() -> None:
    noise, digits = playing(BLACK, BLACK, step=1), playing(BLACK, WHITE, distance=0.2, step=300)
    assert game_checks.codes_drawn(OPEN, noise).holds, "there were none"
    assert game_checks.codes_drawn(noise, digits, again=True).text.endswith("1 pictures changed")
    assert not game_checks.codes_drawn(noise, playing(BLACK, BLACK), again=True).holds
    other = replace(noise, game=replace(noise.game, model="another"))
    assert not game_checks.codes_drawn(other, digits, again=True).holds
    unseen = replace(digits, game=replace(digits.game, seen=False))
    assert not game_checks.codes_drawn(noise, unseen).holds
    assert not game_checks.codes_drawn(noise, playing(WHITE, None)).holds
    assert game_checks.steps_done(noise, digits, steps=300).holds
    assert not game_checks.steps_done(noise, digits, steps=301).holds
    assert game_checks.steps_done(noise, digits, steps=300, more=299).holds
    assert not game_checks.steps_done(noise, digits, steps=300, more=300).holds
    alone = replace(digits, learning=replace(digits.learning, game=False))
    assert not game_checks.steps_done(noise, alone, steps=1).holds, "no game is played"
    fell = game_checks.class_distance(noise, digits, at_most=0.3)
    assert fell.holds
    assert fell.text.endswith("is 0.20, and was 0.90")
    assert not game_checks.class_distance(noise, digits, at_least=0.5).holds
    assert not game_checks.drawn_as_asked(noise, digits, at_least=0.9).holds, "nobody has judged it"
    asked = replace(digits, game=replace(digits.game, as_asked=0.98))
    assert game_checks.drawn_as_asked(noise, asked, at_least=0.9).text.startswith("98.0%")
    assert not game_checks.drawn_as_asked(noise, asked, at_least=0.99).holds
    assert game_checks.critic_margin(noise, digits, at_least=1.0).text.endswith("2.5 against 0.5")
    assert not game_checks.critic_margin(noise, digits, at_most=1.0).holds


def test_a_training_goes_on_or_waits() -> None:
    for state, runs in (("starting", True), ("running", True), ("paused", False), ("idle", False)):
        now = replace(OPEN, learning=Learning(state))  # type: ignore[arg-type]
        assert game_checks.training_is(OPEN, now, state="running").holds is runs
        assert game_checks.training_is(OPEN, now, state="paused").holds is (state == "paused")


def test_players_move_one_by_one() -> None:
    for alone, apart in (({}, False), ({"critic": 9}, False), ({"critic": 9, "generator": 10}, True)):
        assert game_checks.moved_apart(OPEN, replace(OPEN, seen=Seen(alone=alone))).holds is apart


def test_a_direction_is_pulled_by_hand_not_by_a_press() -> None:
    game = Game(directions=np.array([[0, 1]], np.float32))
    far = float(CODES[:, 1].mean() + 2 * CODES[:, 1].std())
    before = replace(at(0, 0), game=game)
    pulled = did("move a slider", before, replace(at(0, far), game=game))
    assert game_checks.direction_pulled(OPEN, pulled, direction=1).text.endswith("2.0 sd")
    assert not game_checks.direction_pulled(OPEN, pulled, direction=2).holds
    assert not game_checks.direction_pulled(OPEN, pulled, direction=1, sd=2.5).holds
    pressed = did("scrub", before, replace(at(0, far), game=game))
    assert not game_checks.direction_pulled(OPEN, pressed, direction=1).holds
    other_slider = did("move a slider", replace(at(3, far), game=game), replace(at(0, far), game=game))
    assert not game_checks.direction_pulled(OPEN, other_slider, direction=1).holds


def course(*whites: int, at: int = 0, first: int = 0, stops: int = 3) -> Course:
    """A walk from x_t of one value to a picture; each guess is told by one grey."""
    steps = []
    for place, white in enumerate(whites):
        x_t = np.full((1, 8, 8, 1), first + place, np.float32)
        clean = np.full((1, 8, 8, 1), white, np.uint8)
        steps.append(Stop(1 - (at + place) / 2, x_t, x_t.astype(np.float16), clean))
    return Course(tuple(steps), stops, at, 2 * stops, object(), at == 0, 1 - at / 2)


def walking(walk: Course, *forks: Course, **changes: Any) -> Facts:
    return replace(OPEN, walking=Walking(True, walk=walk, forks=forks, **changes))


def test_a_walk_is_looked_at_stop_by_stop() -> None:
    there, half = replace(walking(course(0, 51, 255), place=1), seen=Seen(run=True)), walking(course(0, 51))
    assert walk_checks.denoised(OPEN, there).text.endswith("in 2 steps, 6 network calls")
    assert not walk_checks.denoised(OPEN, half).holds
    assert not walk_checks.denoised(OPEN, there, label=3).holds
    asked = replace(there.walking, walk=replace(there.walking.walk, label=3))
    assert walk_checks.denoised(OPEN, replace(there, walking=asked), label=3).holds
    behind = walking(replace(course(0, 51, 255), fresh=False))
    assert not walk_checks.denoised(OPEN, behind).holds, "it began from the noise behind a picture"
    assert not walk_checks.denoised(there, there).holds, "it is the one that was there before"
    assert "80.0 % per pixel" in walk_checks.stop_at(OPEN, there, at_least=0.4, at_most=0.6).text
    assert not walk_checks.stop_at(OPEN, there, at_least=0.8, at_most=1.0).holds
    assert not walk_checks.stop_at(OPEN, replace(there, seen=Seen()), at_least=0.4, at_most=0.6).holds
    for seen, all_seen in ((frozenset({0, 1, 2}), True), (frozenset({0, 2}), False)):
        after = replace(there, seen=Seen(stops=seen))
        assert walk_checks.stops_seen(OPEN, after).holds is all_seen


def test_a_fork_shares_its_beginning_and_has_an_end_of_its_own() -> None:
    walk, fork = course(0, 51, 255), course(51, 0, at=1, first=1, stops=2)
    forked = walk_checks.forked(OPEN, walking(walk, fork))
    assert forked.holds
    assert "t = 0.50 and end 100.0 % per pixel" in forked.text
    assert not walk_checks.forked(OPEN, walking(walk, fork), count=2).holds
    assert not walk_checks.forked(walking(walk, fork), walking(walk, fork)).holds, "it was there before"
    assert not walk_checks.forked(OPEN, walking(walk, replace(fork, stops=3))).holds, "on its way"
    assert not walk_checks.forked(OPEN, walking(walk, course(51, 0, at=1, first=7, stops=2))).holds
    assert not walk_checks.forked(OPEN, walking(walk, course(51, 255, at=1, first=1, stops=2))).holds


def test_another_class_begins_with_the_same_noise() -> None:
    eight = replace(course(0, 51, 0), label=8)
    before, after = walking(course(0, 51, 255)), walking(eight, asked=8)
    assert walk_checks.class_asked(before, after, label=8).holds
    assert not walk_checks.class_asked(before, after, label=3).holds
    assert not walk_checks.class_asked(after, after, label=8).holds, "it was asked for before"
    other = walking(replace(course(0, 51, 0, first=5), label=8), asked=8)
    assert not walk_checks.class_asked(before, other, label=8).holds


def test_a_real_picture_is_noised_and_brought_back() -> None:
    noised = replace(walking(Course(), real=BLACK, noised=0.5), seen=Seen(noised=True))
    assert not walk_checks.real_noised(OPEN, replace(noised, seen=Seen()), at_least=0.4, at_most=0.6).holds
    assert walk_checks.real_noised(OPEN, noised, at_least=0.4, at_most=0.6).holds
    assert not walk_checks.real_noised(OPEN, noised, at_least=0.6, at_most=1.0).holds
    assert not walk_checks.brought_back(noised, noised).holds
    back = walking(course(51, 51, at=1, stops=2), real=BLACK)
    assert walk_checks.brought_back(noised, back).text.endswith("20.0 % per pixel from the real picture")
