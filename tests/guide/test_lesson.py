"""Lessons are read whole or refused with the field that is wrong; the shipped ones can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.errors import BadInput
from explorer.guide.gestures import At, Click, Condition, Drag, InClass, Press, Slide, Void, Wait
from explorer.guide.lesson import find_lesson, lessons, read_lesson

WHOLE = """
title = "A small lesson"
model = "vae-mnist-2d"
[[steps]]
name = "Cross the map."
sentences = ["Press and drag."]
gestures = [
  { do = "press", at = { class = "3" } },
  { do = "drag", along = [{ void = true }, { x = 1, y = -2.5 }] },
  { do = "slide", place = "sliders", dimension = 2, to = 1.5 },
  { do = "wait", until = { check = "training_finished" }, seconds = 30 },
  { do = "click", place = "gan.watch", unless = { check = "training_is", state = "paused" } },
]
facts = [{ check = "cursor_moved", sd = 0.5 }]
"""


def write(folder: Path, text: str, name: str = "small.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_lesson_is_read(tmp_path: Path) -> None:
    lesson = read_lesson(write(tmp_path, WHOLE))
    (step,) = lesson.steps
    assert (lesson.stem, lesson.title, lesson.model) == ("small", "A small lesson", "vae-mnist-2d")
    assert step.gestures[0] == Press(InClass("3"))
    assert step.gestures[1] == Drag((Void(), At(1.0, -2.5)))
    assert step.gestures[2] == Slide("sliders", 1.5, dimension=1)
    assert step.gestures[3] == Wait(Condition("training_finished", {}), 30.0)
    assert step.gestures[4] == Click("gan.watch", Condition("training_is", {"state": "paused"}))
    assert step.facts == (Condition("cursor_moved", {"sd": 0.5}),)


def test_a_step_points_where_its_first_gesture_begins(tmp_path: Path) -> None:
    (step,) = read_lesson(write(tmp_path, WHOLE)).steps
    assert step.place == "map.cloud"
    assert step.where == InClass("3")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "A small lesson"', "", "title is missing"),
        ('title = "A small lesson"', 'title = "x"\ntitel = "y"', "titel is not known here"),
        ("[[steps]]", "[steps]", "steps must be a list"),
        ('sentences = ["Press and drag."]', 'sentences = "Press"', "step 1: sentences must be a list"),
        ('do = "press"', 'do = "pres"', "step 1, gesture 1: do is 'pres'; it must be one of press, drag"),
        ('at = { class = "3" }', 'at = { class = 3 }', "gesture 1, at: class must be a text"),
        ("{ void = true }, ", "", "gesture 2: along must hold at least two places"),
        ("void = true", "void = false", "void must be true"),
        ("to = 1.5", "to = 15", "gesture 3: to is 15; it must be from -4 to 4"),
        ("to = 1.5", "to = nan", "to must be a number"),
        ("seconds = 30", "seconds = true", "seconds must be a number"),
        ('check = "cursor_moved"', 'check = "cursor"', "check is 'cursor'; it must be one of model_open"),
        ("sd = 0.5", "far = 0.5", "far is not known here; cursor_moved takes sd"),
        ("sd = 0.5", 'sd = "far"', "sd must be of the kind float"),
        ('check = "cursor_moved", sd = 0.5', 'check = "attributes_there"', "name is missing"),
        ("facts = [{", "no = [{", "facts must hold at least one fact"),
        ("[[steps]]", "[[steps", "is not a TOML file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in WHOLE
    with pytest.raises(BadInput, match=r"small\.toml") as caught:
        read_lesson(write(tmp_path, WHOLE.replace(old, new, 1)))
    assert words in str(caught.value)


def test_a_lesson_says_what_it_needs_at_its_beginning(tmp_path: Path) -> None:
    needs = 'model = "vae-mnist-2d"\nprojection = "pca"\nworkspace = "Compare"\nbeside = "ae-mnist-2d"'
    lesson = read_lesson(write(tmp_path, WHOLE.replace('model = "vae-mnist-2d"', needs)))
    assert (lesson.projection, lesson.workspace, lesson.beside) == ("pca", "Compare", "ae-mnist-2d")
    assert lesson.steps[0].needs == (Condition("model_open", {"name": "vae-mnist-2d"}),)
    free = WHOLE.replace("name =", 'model = "any"\nname =', 1)
    assert read_lesson(write(tmp_path, free)).steps[0].needs == ()
    with pytest.raises(BadInput, match="projection is 'flat'; it must be one of axes, pca, umap, tsne"):
        read_lesson(write(tmp_path, WHOLE.replace("model =", 'projection = "flat"\nmodel =', 1)))


def test_strokes_stay_on_the_sheet(tmp_path: Path) -> None:
    draw = '{ do = "draw", place = "drawing.canvas", strokes = [[[0.1, 0.2], [0.5, 1.2]]] },'
    with pytest.raises(BadInput, match=r"strokes must be a list of strokes.* from 0 to 1"):
        read_lesson(write(tmp_path, WHOLE.replace("gestures = [", f"gestures = [{draw}", 1)))


def test_an_unknown_lesson_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    write(tmp_path, WHOLE, "one.toml")
    write(tmp_path, WHOLE, "two.toml")
    with pytest.raises(BadInput, match="no lesson 'three'; there are: one, two"):
        find_lesson("three", tmp_path)


def test_lessons_come_in_their_order_and_the_rest_by_name(tmp_path: Path) -> None:
    for name, order in (("z", "order = 1"), ("a", "order = 2"), ("c", ""), ("b", "")):
        write(tmp_path, f"{order}\n{WHOLE}", f"{name}.toml")
    assert [lesson.stem for lesson in lessons(tmp_path)] == ["z", "a", "b", "c"]


def test_shipped_lessons_can_be_read() -> None:
    shipped = lessons()
    assert [lesson.stem for lesson in shipped] == [
        "a-map-of-handwriting",
        "autoencoder-beside-vae",
        "sixteen-numbers",
        "two-networks-at-play",
        "walk-from-noise",
    ]
    assert len(shipped[0].steps) == 9
    for lesson in shipped:
        for step in lesson.steps:
            assert 1 <= len(step.sentences) <= 2, "a card holds two short sentences"


STATES = {
    "model_open", "model_decodes", "codes_drawn", "class_distance", "drawn_as_asked", "critic_margin",
    "attributes_there", "projected", "hole_marked", "beside_open", "training_finished", "loss_fell",
    "strip_complete", "training_is", "denoiser_ready",
}  # fmt: skip
"""How things stand, which may have been so before a step began."""
PLACES = {"Digits that nobody wrote.", "What the images have.", "Back to one that has learned."}
"""Steps that lead to somewhere: who is there already has done them."""


def test_what_a_step_asks_for_has_to_be_done() -> None:
    for lesson in lessons():
        assert lesson.model
        assert lesson.workspace
        assert lesson.projection
        for step in lesson.steps:
            deeds = {fact.check for fact in step.facts} - STATES
            assert bool(deeds) is (bool(step.gestures) and step.name not in PLACES), step.name
