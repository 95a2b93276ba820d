"""The table of gestures, row by row."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.ui.widgets.map.gestures import (
    Button,
    ChooseEnd,
    Home,
    Intent,
    MapGestures,
    Menu,
    Nudge,
    Pan,
    Press,
    Release,
    Scrub,
    Tool,
    UseTool,
    key_intent,
    zoom_factor,
)


def stroke(machine: MapGestures, button: Button, *places: tuple[float, float]) -> list[Intent]:
    intents = [machine.press(button, *places[0])]
    intents += [machine.move(*place) for place in places[1:]]
    intents.append(machine.release(button, *places[-1]))
    return [intent for intent in intents if intent is not None]


def test_a_press_acts_at_once_and_a_release_ends_it() -> None:
    assert stroke(MapGestures(), "left", (10, 10)) == [Press(10, 10), Release()]


def test_a_drag_scrubs_only_after_four_pixels() -> None:
    assert stroke(MapGestures(), "left", (10, 10), (13, 10), (14, 10), (12, 10)) == [
        Press(10, 10), Scrub(14, 10), Scrub(12, 10), Release(),
    ]  # fmt: skip


@pytest.mark.parametrize("button", ["middle", "right"])
def test_middle_and_right_drags_pan_by_all_of_the_way(button: Button) -> None:
    assert stroke(MapGestures(), button, (0, 0), (3, 0), (10, 5), (11, 5)) == [Pan(10, 5), Pan(1, 0)]


def test_space_and_a_drag_pan_and_nothing_is_pressed() -> None:
    machine = MapGestures()
    machine.space = True
    assert stroke(machine, "left", (0, 0), (8, 0)) == [Pan(8, 0)]


def test_space_let_go_in_mid_drag_goes_on_panning() -> None:
    machine = MapGestures()
    machine.space = True
    machine.press("left", 0, 0)
    machine.space = False
    assert machine.move(9, 0) == Pan(9, 0)


def test_the_pan_tool_pans_with_the_left_button() -> None:
    machine = MapGestures()
    machine.tool = Tool.PAN
    assert stroke(machine, "left", (0, 0), (8, 0)) == [Pan(8, 0)]


def test_a_right_click_without_travel_is_the_menu() -> None:
    assert stroke(MapGestures(), "right", (5, 6)) == [Menu(5, 6)]
    assert Menu(50, 6) not in stroke(MapGestures(), "right", (5, 6), (50, 6))


def test_a_middle_click_without_travel_is_nothing() -> None:
    assert stroke(MapGestures(), "middle", (5, 6)) == []


def test_a_second_button_changes_nothing() -> None:
    machine = MapGestures()
    machine.press("left", 0, 0)
    assert machine.press("right", 0, 0) is None
    assert machine.release("right", 0, 0) is None
    assert machine.move(9, 0) == Scrub(9, 0)
    assert machine.release("left", 9, 0) == Release()


def test_moving_with_no_button_down_is_nothing() -> None:
    assert MapGestures().move(100, 100) is None


def test_cancelling_ends_a_press_once() -> None:
    machine = MapGestures()
    machine.press("left", 0, 0)
    assert machine.cancel() == Release()
    assert machine.cancel() is None
    assert machine.release("left", 0, 0) is None


@pytest.mark.parametrize(
    ("key", "shift", "intent"),
    [
        ("left", False, Nudge(-1, 0)), ("up", False, Nudge(0, 1)), ("right", True, Nudge(10, 0)),
        ("down", True, Nudge(0, -10)), ("a", False, ChooseEnd("a")), ("b", False, ChooseEnd("b")),
        ("r", False, Home()), ("home", False, Home()), ("d", False, UseTool(Tool.DECODE)),
        ("p", False, UseTool(Tool.PAN)), ("p", True, None), ("x", False, None), ("", False, None),
    ],
)  # fmt: skip
def test_keys(key: str, shift: bool, intent: Intent | None) -> None:
    assert key_intent(key, shift) == intent


@given(st.floats(-1e6, 1e6))
def test_zooming_in_and_out_again_comes_back(delta: float) -> None:
    assert zoom_factor(delta) * zoom_factor(-delta) == pytest.approx(1)


def test_a_notch_zooms_by_the_known_factor() -> None:
    assert zoom_factor(120) == pytest.approx(math.exp(0.6))


BUTTONS: list[Button] = ["left", "middle", "right"]
PLACES = st.tuples(st.integers(-50, 50), st.integers(-50, 50))


@given(st.lists(st.tuples(st.sampled_from(["press", "move", "release"]), st.sampled_from(BUTTONS), PLACES)))
def test_presses_and_releases_alternate_whatever_comes(
    events: list[tuple[str, Button, tuple[int, int]]],
) -> None:
    machine, depth = MapGestures(), 0
    for kind, button, place in events:
        intent = machine.move(*place) if kind == "move" else getattr(machine, kind)(button, *place)
        depth += isinstance(intent, Press) - isinstance(intent, Release)
        assert depth in (0, 1)
        assert not isinstance(intent, Scrub) or depth == 1
