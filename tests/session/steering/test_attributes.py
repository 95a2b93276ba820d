"""Attribute sliders as a caller sees them, on a small model of the user's own and on a shipped one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer import paths
from explorer.runs import own_attributes
from explorer.runs.run import Run
from explorer.session.learning.plans import Plan
from explorer.session.session import Session
from explorer.session.steering.attributes import Attributes
from tests.session.conftest import Loop


def attached(session: Session) -> Attributes:
    """The session's attributes, wherever it makes them itself or not."""
    made: Attributes = session.attributes
    return made


def fitted(loop: Loop) -> Attributes:
    attributes = attached(loop.session)
    attributes.want(True)
    loop.until(lambda: attributes.directions)
    return attributes


@pytest.fixture
def bars(loop: Loop, plan: Plan, tmp_path: Path) -> Loop:
    """A session with a small model of bars that lie or stand, 100 of them held out."""
    rng = np.random.default_rng(0)
    images = np.zeros((700, 12, 12), np.uint8)
    labels = np.arange(700) % 2
    for image, label in zip(images, labels, strict=True):
        at, wide = rng.integers(2, 8), rng.integers(1, 4)
        (image.T if label else image)[at : at + wide, 2:10] = rng.integers(150, 255)
    path = tmp_path / "many.npz"
    np.savez(path, images=images, labels=labels)
    loop.session.training.start(replace(plan, origin=str(path), settings={**plan.settings, "epochs": 6}))
    loop.until(lambda: not loop.session.training.active and loop.session.main.ready is not None)
    return loop


@pytest.fixture
def digits(loop: Loop) -> Attributes:
    """The 16-D VAE of the library, its attributes fitted."""
    attached(loop.session)
    loop.session.open("vae-mnist-16d")
    loop.until(lambda: loop.session.main.ready is not None and loop.session.main.images.data is not None)
    made = fitted(loop)
    loop.until(lambda: not np.isnan(made.fits[-1].attribute.values).any())
    loop.until(lambda: len(made.directions) == 15)
    return made


def test_a_slider_moves_the_cursor_to_where_it_then_stands(bars: Loop) -> None:
    attributes, session = fitted(bars), bars.session
    name = attributes.fits[0].name
    before = session.main.look.code
    attributes.slide(name, 1.5)
    assert attributes.at(name) == pytest.approx(1.5, abs=1e-4)
    attributes.slide(name, -0.5)
    assert attributes.at(name) == pytest.approx(-0.5, abs=1e-4)
    attributes.slide("no such attribute", 1.0)
    session.choices.undo()
    assert session.main.look.code is before, "steps in quick succession are one entry of undo"


def test_one_gesture_is_one_entry_of_undo(bars: Loop) -> None:
    attributes, session = fitted(bars), bars.session
    before = session.main.look
    session.choices.begin_gesture()
    for sd in np.linspace(0, 2, 9):
        attributes.slide(attributes.fits[0].name, float(sd))
    session.choices.end_gesture()
    session.choices.undo()
    assert session.main.look.code is before.code


def test_what_is_held_stays_where_it_stands(digits: Attributes, loop: Loop) -> None:
    loop.session.main.select(7)
    others = digits.traits - {"slant"}
    free = digits.directions["slant"]
    digits.hold(digits.traits)
    loop.until(lambda: digits.directions["slant"] is not free)
    stood = {name: digits.at(name) for name in others}
    digits.slide("slant", 2.0)
    assert digits.at("slant") == pytest.approx(2.0, abs=1e-3)
    assert {name: digits.at(name) for name in others} == pytest.approx(stood, abs=1e-3)


def test_a_digit_leans_over_when_its_slant_is_dragged(digits: Attributes, loop: Loop) -> None:
    from explorer.data.attributes.measured import measure

    session = loop.session
    session.main.select(7)
    seen = []
    for sd in (-2.0, 2.0):
        digits.slide("slant", sd)
        loop.until(lambda: session.main.cursor.pictured is session.main.look.code)
        assert session.main.cursor.picture is not None
        seen.append(float(measure(session.main.cursor.picture[None])["slant"][0]))
    assert seen[1] - seen[0] > 20, "degrees"


def test_what_else_it_moves_is_known_and_names_the_obvious(digits: Attributes, loop: Loop) -> None:
    loop.until(lambda: len(digits.moves) == len(digits.directions))
    strongest = [name for name, _ in digits.moves["ink"].strongest(2)]
    assert "thickness" in strongest
    assert "ink" not in digits.moves["ink"].changes


@pytest.mark.parametrize("held", ["nothing", "one", "others"])
@pytest.mark.parametrize("finding", ["probe", "difference"])
def test_the_other_sliders_go_as_far_as_is_said(
    digits: Attributes, loop: Loop, finding: str, held: str
) -> None:
    first = digits.directions["slant"]
    if finding == "difference":
        digits.find_by("difference")
        loop.until(lambda: digits.directions["slant"] is not first)
    last = digits.directions["slant"]
    if held != "nothing":
        digits.hold({"ink"} if held == "one" else digits.traits)
        loop.until(lambda: digits.directions["slant"] is not last)
    loop.session.main.select(7)
    for name in ("slant", "ink", "3"):  # two that are measured, and one that is there or not
        said, before = digits.carries(name), {one.name: digits.at(one.name) for one in digits.fits}
        assert said is not None
        digits.slide(name, digits.at(name) + 1)
        gone = {other: digits.at(other) - stood for other, stood in before.items() if other != name}
        assert gone == pytest.approx(said.changes, abs=2e-3)
        assert digits.at(name) == pytest.approx(before[name] + 1, abs=2e-3)
    if held == "nothing":
        assert abs(digits.carries("ink").changes["thickness"]) > 0.2  # type: ignore[union-attr]


def test_holding_the_others_no_longer_leaves_what_was_held_singly(digits: Attributes) -> None:
    digits.hold({"ink", "3"})
    digits.hold_others(True)
    assert digits.held == digits.traits | {"3"}
    digits.hold_others(False)
    assert digits.held == {"ink", "3"}
    digits.hold_others(True)
    digits.hold(digits.held - {"ink"})
    digits.hold(digits.held | {"5"})
    digits.hold_others(False)
    assert digits.held == {"3", "5"}, "what was chosen since counts"
    digits.hold(digits.traits)
    digits.hold_others(False)
    assert not digits.held, "all were held singly: none is left of them"


def test_the_other_way_is_another_direction_to_the_same_attribute(digits: Attributes, loop: Loop) -> None:
    probe = digits.directions["slant"]
    digits.find_by("difference")
    loop.until(lambda: digits.directions["slant"].kind == "difference")
    other = digits.directions["slant"]
    assert 0.7 < float(probe.vector @ other.vector) < 0.99999
    loop.session.main.select(7)
    digits.slide("slant", 1.0)
    assert digits.at("slant") == pytest.approx(1.0, abs=1e-3)


def test_strips_come_for_what_is_wanted(digits: Attributes, loop: Loop) -> None:
    digits.strips.want(("slant", "ink"))
    loop.until(lambda: {"slant", "ink"} <= set(digits.strips.rows))
    assert digits.strips.rows["slant"].shape == (7, 28, 28, 1)
    assert digits.strips.rows["ink"][6].mean() > digits.strips.rows["ink"][0].mean()


def test_switching_the_model_drops_what_was_under_way(digits: Attributes, loop: Loop) -> None:
    session = loop.session
    digits.find_by("difference")
    digits.hold(digits.traits)
    digits.slide("slant", 1.0)
    session.open("vae-mnist-2d")
    assert digits.fits == ()
    assert not digits.directions
    assert not digits.held
    assert "Fitting" in digits.reason
    digits.slide("slant", 1.0)
    loop.until(lambda: digits.directions)
    assert all(len(direction.vector) == 2 for direction in digits.directions.values())
    loop.until(lambda: len(digits.moves) == len(digits.directions))


def test_with_everything_held_there_is_a_sentence(bars: Loop) -> None:
    attributes = fitted(bars)
    attributes.hold([one.name for one in attributes.fits])
    bars.until(lambda: not attributes.directions)
    for one in attributes.fits:
        assert "Nothing is left" in attributes.why_not(one.name)
    attributes.slide(attributes.fits[0].name, 1.0)


def test_reasons_why_there_are_no_sliders(loop: Loop) -> None:
    attributes = attached(loop.session)
    assert "Open a model" in attributes.reason
    attributes.slide("slant", 1.0)
    assert not attributes.make_own("mine", range(20), range(20, 40))
    attributes.remove_own("mine")


def test_own_attributes_stay_with_the_run(bars: Loop) -> None:
    attributes, session = fitted(bars), bars.session
    assert session.main.model is not None
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    assert not attributes.make_own("mine", range(10), range(10, 30))
    assert "10 items" in said[-1]
    assert attributes.own == []
    assert attributes.make_own("mine", range(0, 60, 2), range(1, 60, 2))
    bars.until(lambda: "mine" in attributes.directions)
    run = session.main.model.run
    Run.open(run.folder).check()
    assert [one.title for one in own_attributes.read(Run.open(run.folder))] == ["mine"]
    (run.folder / own_attributes.FILE).write_bytes(b"not an archive")
    session.open(run.name)
    bars.until(lambda: attributes.directions)
    assert "mine" not in attributes.directions
    assert any("damaged" in note for note in attributes.fitted.notes)  # type: ignore[union-attr]


def test_too_few_items_are_one_sentence(trained: Loop) -> None:
    attributes = attached(trained.session)
    attributes.want(True)
    trained.until(lambda: "at least 40 images" in attributes.reason)


def test_own_attributes_of_a_shipped_model_are_kept_among_the_users_data(
    digits: Attributes, loop: Loop
) -> None:
    session = loop.session
    shipped = {path: path.stat().st_mtime_ns for path in (paths.trained() / "vae-mnist-16d").iterdir()}
    threes, eights = (np.flatnonzero(digits.fits[d].attribute.values == 1)[:60].tolist() for d in (3, 8))
    assert digits.make_own("three-like", threes, eights)
    loop.until(lambda: "three-like" in digits.directions)
    own = next(one for one in digits.fits if one.name == "three-like")
    assert own.attribute.kind == "own"
    assert own.score > 0.8
    assert not digits.make_own("three-like", threes, eights), "the title is taken"
    run = Run.open(paths.trained() / "vae-mnist-16d")
    assert [one.title for one in own_attributes.read(run)] == ["three-like"]
    assert {p: p.stat().st_mtime_ns for p in Path(paths.trained() / "vae-mnist-16d").iterdir()} == shipped
    session.open("vae-mnist-2d")
    loop.until(lambda: digits.directions)
    assert digits.own == []
    session.open("vae-mnist-16d")
    loop.until(lambda: "three-like" in digits.directions)
    digits.remove_own("three-like")
    loop.until(lambda: digits.directions and "three-like" not in digits.directions)
    assert own_attributes.read(run) == []
