"""The watch notices what happens in a session after a step has begun, and only that."""

from __future__ import annotations

import numpy as np

from explorer.guide.gestures import Condition
from explorer.guide.watch import Watch
from explorer.runs.library import Library
from explorer.session.session import Session


def test_a_move_of_the_cursor_is_noticed() -> None:
    session = Session(Library(), wake=lambda: None)
    try:
        watch, told = Watch(session), []
        watch.changed.connect(lambda: told.append(1))
        session.open_first()
        moved = [Condition("cursor_moved", {})]
        watch.begin()
        assert not watch.holds(moved)
        before = len(told)
        session.main.go_to(np.array([1.5, -1.5], np.float32))
        assert len(told) > before
        assert watch.holds(moved)
        watch.begin()
        assert not watch.holds(moved)
        session.open("gan-mnist")
        session.training.state = "paused"
        watch.begin()
        apart, curves = [Condition("moved_apart", {})], session.training.course.curves
        for critic, generator in ((8, 8), (9, 8), (9, 10)):
            assert not watch.holds(apart)
            for group, step in (("critic", critic), ("generator", generator)):
                curves.setdefault(f"gradient {group}", []).append((step, 1.0))
            session.training.progressed()
        assert watch.holds(apart)
    finally:
        # The engine is importing torch and ends after that.
        assert session.workers.main.close(60)
        assert session.workers.reader.close(60)


def test_what_others_move_is_no_deed() -> None:
    session = Session(Library(), wake=lambda: None)
    try:
        session.open_first()
        watch = Watch(session)
        asked = {
            name: [Condition(name, {})]
            for name in ("picture_changed", "cursor_moved", "item_selected", "number_moved", "far_from_data")
        }
        watch.begin()
        session.beside.select(5)
        assert session.main.look.item == 5, "the right map follows the left one"
        moved = {name for name, conditions in asked.items() if watch.holds(conditions)}
        assert moved == {"picture_changed", "item_selected"}
        assert watch.holds([Condition("item_selected", {"side": "beside"})])
        assert not watch.holds([Condition("item_selected", {"side": "main"})])
        session.open("ae-mnist-2d")
        assert session.main.look.item is not None
        assert not any(watch.holds(conditions) for conditions in asked.values()), "another model is open"
        session.main.slide(0, 1.5)
        assert watch.outcome(asked["number_moved"])[0].text.startswith("z₁ changed by")
        session.main.slide(1, 3.5)
        assert watch.outcome(asked["number_moved"])[0].text.startswith("z₂ changed by")
        session.main.go_to_plane(0.3, 0.4)
        assert not watch.holds(asked["number_moved"])
    finally:
        assert session.workers.main.close(60)
        assert session.workers.beside.close(60)
        assert session.workers.reader.close(60)
