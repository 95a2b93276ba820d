"""A tiny GAN, live and finished, as the session tells of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from explorer import paths
from explorer.data.sources import catalogue
from explorer.metrics import ruler as rulers
from explorer.session.learning.families import DescribeFamilies
from explorer.session.learning.plans import Plan
from explorer.session.prior.adversaries import Adversaries
from explorer.session.prior.code_grid import SIDE
from explorer.session.prior.game_lights import Light
from explorer.session.scene import Condition
from explorer.training.events import GAP, VALUE, Warned
from tests.session.conftest import Loop

TINY = {"width": 4, "latent_size": 8, "batch": 32}


@pytest.fixture
def adversaries(loop: Loop) -> Adversaries:
    return loop.session.adversaries


def plan(data: Path, **settings: object) -> Plan:
    return Plan("gan", {**TINY, **settings}, str(data), name="bars")


def live(loop: Loop, adversaries: Adversaries, data: Path, **settings: object) -> None:
    """A training that is paused after its first steps."""
    loop.session.training.start(plan(data, epochs=100_000, **settings))
    loop.until(lambda: len(adversaries.scores) == 2 and loop.session.main.ready is not None)
    loop.session.training.pause()


def finished(loop: Loop, adversaries: Adversaries, data: Path, **settings: object) -> None:
    """A model that has been trained a little and is open."""
    session = loop.session
    session.training.start(plan(data, epochs=1, **settings))
    loop.until(lambda: not session.training.active and session.main.ready is not None)
    loop.until(lambda: session.main.images.data is not None and session.main.model.embedding is not None)  # type: ignore[union-attr]


def test_the_players_take_their_turns_one_by_one(
    loop: Loop, adversaries: Adversaries, tiny_data: Path
) -> None:
    training = loop.session.training
    assert "Nothing is being trained" in adversaries.refusal
    live(loop, adversaries, tiny_data)
    assert [player.name for player in adversaries.players] == ["critic", "generator"]
    assert not adversaries.refusal
    assert set(adversaries.scores) == {"real", "fake"}
    for only in (None, "critic", "generator"):
        training.step(only)
    critic, generator = training.course.curves["loss critic"], training.course.curves["loss generator"]
    loop.until(lambda: generator[-1][0] > critic[-1][0])
    both = critic[-2][0]
    assert generator[-2][0] == both
    assert critic[-1][0] == both + 1
    assert generator[-1][0] == both + 2
    assert [player.name for player in adversaries.still] == ["critic"]
    training.step()
    loop.until(lambda: not adversaries.still)
    assert training.state == "paused"


def test_slow_motion_shows_every_round(loop: Loop, adversaries: Adversaries, tiny_data: Path) -> None:
    training = loop.session.training
    live(loop, adversaries, tiny_data)
    training.slow_down(50.0)
    training.go_on()
    start = len(training.course.curves["loss critic"])
    loop.until(lambda: len(training.course.curves["loss critic"]) > start + 4)
    steps = [step for step, _ in training.course.curves["loss critic"][-4:]]
    assert steps == list(range(steps[0], steps[0] + 4))
    training.slow_down(0.0)
    assert training.pace == 0.0
    loop.until(lambda: np.diff([step for step, _ in training.course.curves["loss critic"][-2:]])[0] > 1)


def test_the_same_codes_are_drawn_again_as_it_learns(
    loop: Loop, adversaries: Adversaries, tiny_data: Path
) -> None:
    adversaries.want_grid(True)
    assert "Open a model" in adversaries.grid.refusal
    live(loop, adversaries, tiny_data)
    assert adversaries.is_learner
    grid = adversaries.grid
    loop.until(lambda: len(grid.pictures) == SIDE * SIDE and grid.pictures[-1] is not None)
    first, code = np.array(grid.pictures), grid.code_at(0)
    for _ in range(3):
        loop.session.training.step()
    loop.until(lambda: (np.array(grid.pictures) != first).any())
    assert np.array_equal(grid.code_at(0), code)  # type: ignore[arg-type]
    grid.truncate(0.0)
    loop.until(lambda: (np.array(grid.pictures) == grid.pictures[0]).all())


def test_only_games_of_log_odds_have_a_value(loop: Loop, adversaries: Adversaries, tiny_data: Path) -> None:
    live(loop, adversaries, tiny_data, loss="non-saturating", penalty=0.0)
    assert adversaries.term(VALUE)
    assert not adversaries.term(GAP)


def test_the_wasserstein_game_has_a_gap_instead(
    loop: Loop, adversaries: Adversaries, tiny_data: Path
) -> None:
    live(loop, adversaries, tiny_data, loss="wasserstein")
    assert adversaries.term(GAP)
    assert not adversaries.term(VALUE)


def test_the_classes_of_the_samples_stand_against_those_of_the_data(
    loop: Loop, adversaries: Adversaries, tiny_data: Path
) -> None:
    data = catalogue.load(str(tiny_data))
    for _ in rulers.make(data, steps=30):
        pass
    finished(loop, adversaries, tiny_data)
    coverage = adversaries.coverage
    assert coverage is not None
    assert coverage.samples.sum() == pytest.approx(1)
    labels = data.test.labels
    assert labels is not None
    assert coverage.data == pytest.approx(np.bincount(labels) / len(labels))
    collapse = adversaries.lights[0]
    assert collapse.on == (coverage.tv > 0.1)
    assert f"Now total variation {coverage.tv:.2f}." in collapse.text


def test_without_a_ruler_the_missing_shares_are_explained(
    loop: Loop, adversaries: Adversaries, tiny_data: Path
) -> None:
    finished(loop, adversaries, tiny_data)
    assert adversaries.coverage is None
    assert "no classifier" in adversaries.no_coverage
    assert not adversaries.lights[0].on


def light(adversaries: Adversaries, title: str) -> Light:
    return next(light for light in adversaries.lights if light.title == title)


def drawn(loop: Loop, adversaries: Adversaries) -> None:
    adversaries.want_grid(True)
    loop.until(
        lambda: len(adversaries.grid.pictures) == SIDE * SIDE and adversaries.grid.pictures[-1] is not None
    )


def test_pictures_that_are_all_alike_light_a_lamp_from_the_first_step(
    loop: Loop, adversaries: Adversaries
) -> None:
    (forms,) = DescribeFamilies().answer({})
    game = next(form for form in forms if form.name == "gan").presets["Wasserstein with gradient penalty"]
    live(loop, adversaries, Path("mnist"), **game, width=16, latent_size=64)
    drawn(loop, adversaries)
    shown = light(adversaries, "All alike")
    assert shown.on
    assert shown.text.startswith("G has not begun")
    collapse = light(adversaries, "Mode collapse")
    assert not collapse.on
    assert "Not judged in the first tenth" in collapse.text


def test_pictures_of_codes_brought_together_are_not_judged(loop: Loop, adversaries: Adversaries) -> None:
    session = loop.session
    session.open("gan-mnist")
    drawn(loop, adversaries)
    loop.until(lambda: session.main.images.data is not None)
    shown = light(adversaries, "All alike")
    assert not shown.on
    assert "; now 9" in shown.text or "; now 10" in shown.text, "a trained one is as varied as the images"
    before = adversaries.grid.pictures[0]
    adversaries.grid.truncate(0.0)
    loop.until(lambda: (adversaries.grid.pictures[0] != before).any())  # type: ignore[union-attr]
    assert not light(adversaries, "All alike").on
    assert "ψ = 1" in light(adversaries, "All alike").text


@pytest.mark.parametrize(("coverage", "on"), [(0.51, False), (0.44, True)])
def test_the_light_of_mode_collapse_is_on_when_what_it_says_holds(
    loop: Loop, adversaries: Adversaries, tmp_path: Path, coverage: float, on: bool
) -> None:
    folder = tmp_path / "gan"
    shutil.copytree(paths.trained() / "gan-mnist", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["figures"]["coverage"] = coverage
    (folder / "manifest.json").write_text(json.dumps(manifest))
    loop.session.open(folder)
    loop.until(lambda: loop.session.main.ready is not None and loop.session.main.images.reading is None)
    shown = light(adversaries, "Mode collapse")
    assert shown.on == on
    assert f"coverage {coverage}" in shown.text
    assert "total variation" not in shown.text.splitlines()[-1], "its classes are those that are asked for"


def test_the_light_of_divergence_lights_on_what_it_names(
    loop: Loop, adversaries: Adversaries, tiny_data: Path
) -> None:
    live(loop, adversaries, tiny_data)
    say = loop.session.training._post
    for event, on in (
        (Warned(3, "Too little memory: each batch is now computed in 2 parts."), False),
        (Warned(5, "The loss was not finite.", diverged=True), True),
        (Warned(8, "Could not save the curves."), True),
    ):
        flags = len(loop.session.training.course.flags)
        say(event)
        loop.until(lambda flags=flags: len(loop.session.training.course.flags) > flags)  # type: ignore[misc]
        assert light(adversaries, "Divergence").on == on
    assert "Step 5" in light(adversaries, "Divergence").text


def test_the_plane_goes_through_the_chosen_codes(
    loop: Loop, adversaries: Adversaries, tiny_data: Path
) -> None:
    session = loop.session
    adversaries.want_grid(True)
    finished(loop, adversaries, tiny_data)
    grid = adversaries.grid
    loop.until(lambda: bool(grid.pictures))
    for place in (9, 20, 33):
        grid.choose_corner(place)
    assert grid.corners == (9, 20, 33)
    assert grid.plane_at((0.0, 1.0, 0.0)) == pytest.approx(grid.code_at(20))
    grid.look_at_plane((0.0, 0.0, 1.0))
    loop.until(lambda: grid.plane_picture is not None)
    loop.until(lambda: grid.pictures[33] is not None)
    assert np.abs(np.int16(grid.plane_picture) - np.int16(grid.pictures[33])).max() <= 1  # type: ignore[arg-type]
    adversaries.go_to_plane((0.5, 0.5, 0.0))
    middle = (grid.code_at(9) + grid.code_at(20)) / 2  # type: ignore[operator]
    assert session.main.look.code == pytest.approx(middle)
    session.choices.undo()


def test_a_class_is_asked_for_and_undone(loop: Loop, adversaries: Adversaries, tiny_data: Path) -> None:
    session = loop.session
    adversaries.want_grid(True)
    finished(loop, adversaries, tiny_data, condition="class")
    assert adversaries.subject.askable == ("0", "1")
    assert "class that it is asked for" in adversaries.no_coverage
    loop.until(lambda: session.main.cursor.picture is not None and bool(adversaries.grid.pictures))
    before = session.main.cursor.picture
    adversaries.choose_class(1)
    assert session.main.look.condition == Condition(1)
    cursor = session.main.cursor
    loop.until(lambda: cursor.picture is not before and (cursor.picture != before).any())
    session.choices.undo()
    assert session.main.look.condition == Condition(0)
    loop.until(lambda: (session.main.cursor.picture == before).all())  # type: ignore[union-attr]


def test_directions_move_the_cursor_in_standard_deviations(
    loop: Loop, adversaries: Adversaries, tiny_data: Path
) -> None:
    session, directions = loop.session, loop.session.directions
    finished(loop, adversaries, tiny_data)
    loop.until(lambda: directions.vectors.shape == (8, 8))
    loop.until(lambda: session.main.look.code is not None)
    directions.slide(0, 2.0)
    assert directions.at(0) == pytest.approx(2.0, abs=1e-3)
    directions.slide(1, -1.0)
    assert directions.at(0) == pytest.approx(2.0, abs=0.1), "directions are orthogonal"
    directions.strips.want((0, 3))
    loop.until(lambda: set(directions.strips.rows) == {0, 3})
    assert directions.strips.rows[3].shape == (7, 12, 12, 1)


def test_the_code_of_an_image_is_found_and_the_cursor_goes_there(
    loop: Loop, adversaries: Adversaries, tiny_data: Path
) -> None:
    session, search = loop.session, loop.session.search
    assert "Open a model" in search.refusal
    finished(loop, adversaries, tiny_data)
    search.choose_item(5)
    assert not search.refusal
    errors = []
    search.changed.connect(lambda: errors.append(search.found.error) if search.found else None)
    search.find()
    loop.until(lambda: bool(errors) and not search.searching)
    assert search.found is not None
    assert search.found.done
    assert errors[-1] <= errors[0]
    assert session.main.look.code == pytest.approx(search.found.code)
    before = session.main.look.code
    search.find()
    search.cancel()
    assert not search.searching
    assert session.main.look.code is before


def test_a_model_with_an_encoder_needs_no_search_and_has_no_samples(
    trained: Loop, adversaries: Adversaries
) -> None:
    assert "has an encoder" in trained.session.search.refusal
    assert "images, not samples" in adversaries.no_coverage
    assert not adversaries.scores
    assert adversaries.lights == tuple(light._replace(on=False) for light in adversaries.lights)


def test_a_family_brings_its_presets(loop: Loop) -> None:
    (forms,) = DescribeFamilies().answer({})
    gan = next(form for form in forms if form.name == "gan")
    titles, presets = list(gan.presets), gan.full_presets()
    assert "Goodfellow 2014" in titles
    assert all(preset.keys() == presets[0].keys() for preset in presets)
    assert presets[titles.index("Goodfellow 2014")]["loss"] == "non-saturating"
    assert presets[0]["loss"] == "relativistic"
    dcgan = presets[titles.index("DCGAN 2015 (64 × 64 colour)")]
    assert (dcgan["latent_size"], presets[0]["latent_size"]) == (100, 64), "it goes back with the preset"
    assert not next(form for form in forms if form.name == "vae").presets
