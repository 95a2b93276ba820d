"""The session as a caller sees it: a model trained, opened, and explored, without a window."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer.session.learning.plans import Plan
from tests.session.conftest import Loop


def test_a_training_ends_in_the_library_and_open(trained: Loop, plan: Plan) -> None:
    session = trained.session
    assert session.training.fault is None
    assert session.main.model is not None
    assert session.main.model.run.name == "bars"
    assert session.main.model.run.manifest.status == "finished"
    assert session.main.model.embedding is not None
    losses = [loss for _, loss in session.training.course.curves["loss"]]
    assert losses[-1] < losses[0]
    assert [entry.name for entry in session.library.entries() if not entry.shipped] == ["bars"]


def test_slider_and_map_are_in_step(trained: Loop) -> None:
    session = trained.session
    assert session.main.model is not None
    assert session.main.model.embedding is not None
    session.main.slide(0, 1.5)
    embedding, cursor = session.main.model.embedding, session.main.look.code
    assert cursor is not None
    np.testing.assert_allclose(embedding.standardise(cursor)[0], 1.5, rtol=1e-5)
    place = session.main.cursor.place
    assert place is not None
    session.main.go_to_plane(float(place[0]), float(place[1]))
    np.testing.assert_allclose(session.main.look.code, cursor, rtol=1e-4, atol=1e-6)


def test_an_item_comes_back_with_its_place_and_what_does_not_fit_is_left(trained: Loop) -> None:
    session = trained.session
    session.main.select(2)
    assert session.main.look.code is not None
    code: list[object] = [float(number) for number in session.main.look.code]
    session.main.reset_sliders()
    session.restore_cursor(code, 2)
    assert session.main.look.item == 2
    for other in (1, 10**9, -1, "2", None):
        session.restore_cursor(code, other)
        assert session.main.look.item is None
        np.testing.assert_allclose(session.main.look.code, code)


def test_the_newest_picture_arrives(trained: Loop) -> None:
    session = trained.session
    shown: list[np.ndarray] = []
    session.main.cursor.picture_changed.connect(lambda: shown.append(session.main.cursor.picture))  # type: ignore[arg-type]
    for sd in np.linspace(-2, 2, 60):
        session.main.slide(0, float(sd))
    last = session.main.look.code
    trained.until(lambda: shown)
    trained.until(lambda: session.main.cursor.neighbours is not None)
    session.workers.main.forget("cursor")
    assert session.main.look.code is last
    assert session.workers.main.in_flight_max == 1


def test_a_drawing_lands_and_is_followed_by_undo(trained: Loop) -> None:
    session = trained.session
    before = session.main.look
    canvas = np.zeros((120, 120), np.uint8)
    canvas[20:100, 55:65] = 255
    session.drawing.draw(canvas)
    trained.until(lambda: session.drawing.code is not None)
    assert session.scene.glyph is session.drawing.glyph
    np.testing.assert_array_equal(session.main.look.code, session.drawing.code)
    session.choices.undo()
    assert session.main.look.code is before.code
    session.open("vae-mnist-16d")
    assert session.drawing.code is None, "it was the last model's"


def test_ends_make_strips_whose_ends_are_the_ends(trained: Loop) -> None:
    session = trained.session
    assert session.main.model is not None
    assert session.main.model.items is not None
    session.interpolation.set_end("a", 0)
    session.interpolation.set_end("b", 1)
    strip = session.interpolation
    trained.until(lambda: strip.rows and all(row[[0, -1]].any() for row in strip.rows.values()))
    np.testing.assert_array_equal(strip.rows["pixels"][0], session.main.model.items.images[0])
    np.testing.assert_array_equal(strip.rows["pixels"][-1], session.main.model.items.images[1])
    assert [int(place.items[0]) for place in (strip.nearest[0], strip.nearest[-1])] == [0, 1]
    strip.move_handle(1.0)
    assert session.main.model.embedding is not None
    np.testing.assert_allclose(session.main.look.code, session.main.model.embedding.codes[1], rtol=1e-5)


def test_a_wrong_name_is_one_sentence_and_changes_nothing(trained: Loop) -> None:
    session = trained.session
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    model = session.main.model
    session.open("no-such-model")
    assert len(said) == 1
    assert session.main.model is model


def test_a_stopped_training_opens_and_resumes(loop: Loop, plan: Plan) -> None:
    session = loop.session
    long = Plan(plan.family, {**plan.settings, "epochs": 100_000}, plan.origin, name="long")
    session.training.start(long)
    loop.until(lambda: session.training.progress is not None)
    session.training.stop()
    loop.until(lambda: not session.training.active)
    assert session.main.model is not None
    assert session.main.model.run.manifest.status == "stopped"
    reached = session.main.model.run.manifest.step
    loop.until(lambda: session.main.model is not None and session.main.model.embedding is not None)
    session.training.start(Plan("", {}, "", resume="long"))
    loop.until(lambda: session.training.progress is not None)
    assert session.training.progress is not None
    assert session.training.progress.step > reached


def test_the_living_map_moves_and_a_live_knob_leaves_a_flag(loop: Loop, plan: Plan) -> None:
    session, places = loop.session, []
    session.main.embedding_changed.connect(lambda: places.append(session.main.model.places))  # type: ignore[union-attr]
    session.main.seen = True
    session.training.start(Plan(plan.family, {**plan.settings, "epochs": 100_000}, plan.origin))
    loop.until(lambda: len(places) >= 3)
    assert not np.array_equal(places[0], places[-1])
    assert np.abs(places[-1]).max() < 10
    session.training.set_knob("beta", 4.0)
    loop.until(lambda: session.training.course.flags)
    assert session.training.course.flags[0].text == "beta = 4"


def test_pause_step_and_stop_may_be_hammered(loop: Loop, plan: Plan) -> None:
    training = loop.session.training
    for _ in range(10):
        training.start(Plan(plan.family, {**plan.settings, "epochs": 100_000}, plan.origin))
        for _ in range(5):
            training.pause()
            training.step()
            training.go_on()
        training.stop()
        loop.until(lambda: not training.active)
    assert training.fault is None


def test_one_step_is_one_step(loop: Loop, plan: Plan) -> None:
    training = loop.session.training
    training.start(Plan(plan.family, {**plan.settings, "epochs": 100_000}, plan.origin))
    loop.until(lambda: training.progress is not None)
    training.pause()
    training.step()
    steps: list[int] = []
    training.progressed.connect(lambda: steps.append(training.progress.step))  # type: ignore[union-attr]
    training.step()
    training.step()
    loop.until(lambda: len(steps) >= 2)
    assert steps[-1] - steps[-2] == 1


def test_bad_data_are_one_sentence(loop: Loop, tmp_path: Path) -> None:
    training = loop.session.training
    training.start(Plan("vae", {}, str(tmp_path)))
    loop.until(lambda: not training.active)
    assert training.fault is not None
    assert str(tmp_path.name) in training.fault
    assert not loop.session.library.entries() or all(e.shipped for e in loop.session.library.entries())
