"""Undo and redo as a property: whatever was done, the way back and forth passes the same scenes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from explorer.session.scene import History, Scene


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_undo_and_redo_pass_the_same_scenes(handles: list[int]) -> None:
    history, scene, seen = History(), Scene(), [Scene()]
    seen[0] = scene
    for number, handle in enumerate(handles):
        before, scene = scene, replace(scene, handle=handle)
        history.note(f"intent {number}", before)
        seen.append(scene)
    for expected in reversed(seen[:-1]):
        back = history.undo(scene)
        assert back is expected
        scene = back
    assert history.undo(scene) is None
    for expected in seen[1:]:
        forth = history.redo(scene)
        assert forth is expected
        scene = forth
    assert history.redo(scene) is None


def test_one_gesture_is_one_entry() -> None:
    history, start = History(), Scene()
    history.begin()
    scene = start
    for item in range(30):
        before, scene = scene, replace(scene, handle=item)
        history.note("scrub", before)
    history.end()
    assert history.undo(scene) is start
    assert history.undo(start) is None


def test_two_gestures_are_two_entries() -> None:
    history, scenes = History(), [Scene(), Scene(handle=1), Scene(handle=2)]
    for before in scenes[:2]:
        history.begin()
        history.note("scrub", before)
        history.end()
    assert history.undo(scenes[2]) is scenes[1]
    assert history.undo(scenes[1]) is scenes[0]


def test_what_comes_of_a_gesture_after_its_end_belongs_to_it() -> None:
    history, scenes = History(), [Scene(handle=number) for number in range(4)]
    history.begin()
    gesture = history.gesture
    history.note("draw", scenes[0])
    history.end()
    history.note("draw", scenes[1], gesture)
    assert history.undo(scenes[2]) is scenes[0]
    history.note("choose", scenes[0])
    history.note("draw", scenes[3], gesture)
    assert history.undo(scenes[3]) is scenes[3], "something else has been chosen since"


def test_a_new_intent_forgets_what_was_undone() -> None:
    history, start = History(), Scene()
    history.note("one", start)
    assert history.undo(Scene(handle=1)) is start
    history.note("other", start)
    assert history.redo_title is None
