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
