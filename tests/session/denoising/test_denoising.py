"""Denoising in the session: walks, forks, real pictures with noise, inversion, and the map beside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.models.parts.schedule import EDGE
from explorer.session.denoising.denoising import Denoising
from explorer.session.denoising.settings import ROW
from explorer.session.denoising.walks import MOST_FORKS
from explorer.session.scene import Condition
from tests import denoisers
from tests.runs import runs_made
from tests.session.conftest import Loop


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of a model with classes, one without, and a VAE of the same pictures."""
    root = tmp_path_factory.mktemp("runs")
    return {
        "classes": denoisers.trained(root / "classes", condition="class", guidance=2).folder,
        "plain": denoisers.trained(root / "plain", epochs=1).folder,
        "vae": runs_made.trained(root / "vae").folder,
    }


@pytest.fixture
def denoising(loop: Loop, runs: dict[str, Path]) -> Denoising:
    loop.session.open(runs["classes"])
    made = loop.session.denoising
    loop.until(lambda: made.abilities is not None and loop.session.main.model.embedding is not None)  # type: ignore[union-attr]
    made.want(True)
    return made


def walked(loop: Loop, denoising: Denoising) -> None:
    """Start, and wait for the picture."""
    denoising.start()
    assert not denoising.fault
    loop.until(lambda: denoising.walks.parent is not None and denoising.walks.parent.done)


def test_a_model_says_what_it_can(loop: Loop, denoising: Denoising) -> None:
    can = denoising.abilities
    assert can is not None
    assert (can.T, can.conditions) == (100, 4)
    assert (denoising.settings.steps, denoising.settings.guidance) == (10, 2.0)
    assert can.alpha_bar[0] == pytest.approx(1)
    assert can.alpha_bar[-1] == pytest.approx(0, abs=1e-3)
    assert (np.diff(can.alpha_bar) < 0).all()


def test_every_step_stays_to_be_looked_at(loop: Loop, denoising: Denoising) -> None:
    walked(loop, denoising)
    walk, walks = denoising.walks.parent, denoising.walks
    assert walk is not None
    assert walk.route is not None
    assert walk.route.times == pytest.approx([1 - k / 10 for k in range(11)])
    assert [step.t for step in walk.steps] == list(walk.route.times)
    assert walk.route.calls == (1, 2, 4, 6, 8, 10, 11, 12, 13, 14, 14), "guided from 0.8 to 0.5"
    for step in walk.steps:
        assert step.x_t.shape == step.noise.shape == step.clean.shape == (1, 8, 8, 1)
    assert walks.place == 10
    walks.go(4)
    assert walks.step is walk.steps[4]
    walks.go(99)
    assert walks.step is walk.steps[-1]
    last = walk.steps[-1]
    np.testing.assert_allclose(last.clean / 127.5 - 1, np.clip((1 + EDGE) * last.x_t, -1, 1), atol=0.01)


def test_steps_are_seen_as_they_come_until_somebody_goes_elsewhere(loop: Loop, denoising: Denoising) -> None:
    denoising.turn(steps=100)
    denoising.start()
    walks = denoising.walks
    loop.until(lambda: walks.place > 3)
    assert walks.parent is not None
    walks.go(2)
    loop.until(lambda: walks.parent is not None and walks.parent.done)
    assert walks.place == 2


def test_the_seed_decides_and_the_class_is_what_was_asked(loop: Loop, denoising: Denoising) -> None:
    denoising.turn(many=True, each=True)
    walked(loop, denoising)
    first = denoising.walks.parent
    assert first is not None
    clean = first.steps[-1].clean
    assert clean.shape == (16, 8, 8, 1)
    ink = clean.reshape(16, 2, 4, 2, 4).mean((2, 4)).reshape(16, 4)
    assert (ink.argmax(1) == np.arange(16) % 4).mean() > 0.8
    walked(loop, denoising)
    again = denoising.walks.parent
    assert again is not None
    np.testing.assert_array_equal(again.steps[-1].clean, clean)
    denoising.turn(seed=1)
    loop.until(lambda: denoising.walks.parent is not again and denoising.walks.parent.done)  # type: ignore[union-attr]
    assert not np.array_equal(denoising.walks.parent.steps[-1].clean, clean)  # type: ignore[union-attr]


def corners(pictures: np.ndarray) -> list[int]:
    """The brightest quarter of each picture, which is its class."""
    return pictures.reshape(len(pictures), 2, 4, 2, 4).mean((2, 4)).reshape(-1, 4).argmax(1).tolist()


def test_one_noise_is_walked_back_under_each_class(loop: Loop, denoising: Denoising) -> None:
    denoising.turn(one_noise=True)
    walked(loop, denoising)
    walk = denoising.walks.parent
    assert walk is not None
    assert (walk.steps[0].x_t == walk.steps[0].x_t[0]).all(), "the same x_T"
    assert corners(walk.steps[-1].clean) == [0, 1, 2, 3]
    assert denoising.walks.compares_classes
    loop.session.main.ask_for(Condition(3))
    assert denoising.walks.parent is walk, "each class is there already"
    denoising.turn(one_noise=False)
    loop.until(lambda: denoising.walks.parent is not walk and denoising.walks.parent.done)  # type: ignore[union-attr]
    assert denoising.walks.step is not None
    assert corners(denoising.walks.step.clean) == [3]


def test_the_noise_behind_the_item_at_the_cursor_is_walked_back_under_each_class(
    loop: Loop, denoising: Denoising
) -> None:
    loop.until(lambda: loop.session.main.model.items is not None)  # type: ignore[union-attr]
    denoising.turn(source="inverted", one_noise=True)
    walks, last = denoising.walks, None
    for item in (3, 5):
        loop.session.main.select(item)
        loop.until(lambda last=last: walks.parent not in (None, last) and walks.parent.done)  # type: ignore[misc, union-attr]
        assert walks.parent is not None
        assert corners(walks.parent.steps[-1].clean) == [0, 1, 2, 3]
        assert (walks.parent.steps[0].x_t == walks.parent.steps[0].x_t[0]).all()
        assert denoising.error is None, "three of them are other pictures"
        last = walks.parent
    denoising.turn(source="picture", level=0.8)
    noised = denoising.step
    assert noised is not None
    assert len(noised.x_t) == 1
    denoising.start()
    loop.until(lambda: walks.parent is not None and walks.parent.done)
    assert walks.parent is not None
    np.testing.assert_array_equal(walks.parent.steps[0].x_t, np.repeat(noised.x_t, 4, axis=0))
    denoising.turn(source="ends")
    assert denoising.settings.count(4) == ROW, "between A and B there are nine"


def test_a_walk_follows_the_class_that_is_asked_for_and_undo(loop: Loop, denoising: Denoising) -> None:
    walked(loop, denoising)
    side, walks = loop.session.main, denoising.walks
    assert walks.parent is not None
    first = walks.parent.steps[-1].clean

    def last() -> np.ndarray:
        loop.until(lambda: walks.parent is not None and walks.parent.done)
        assert walks.parent is not None
        return walks.parent.steps[-1].clean

    side.ask_for(Condition(3))
    assert (last() != first).any()
    loop.session.choices.undo()
    assert side.look.condition == Condition(0)
    np.testing.assert_array_equal(last(), first)


def test_a_new_start_takes_the_place_of_the_old_one(loop: Loop, denoising: Denoising) -> None:
    denoising.turn(steps=100, many=True)
    denoising.start()
    loop.until(lambda: denoising.walks.step is not None)
    old = denoising.walks.parent
    assert old is not None
    denoising.turn(seed=5, steps=5)
    loop.until(lambda: denoising.walks.parent is not old and denoising.walks.parent.done)  # type: ignore[union-attr]
    assert len(denoising.walks.parent.steps) == 6  # type: ignore[union-attr]
    assert len(old.steps) < 101


def test_the_cursor_is_answered_in_mid_way(loop: Loop, denoising: Denoising) -> None:
    session, walks = loop.session, denoising.walks
    denoising.turn(steps=100, many=True)
    denoising.start()
    loop.until(lambda: walks.step is not None)
    session.main.cursor.picture = None
    session.main.select(3)
    loop.until(lambda: session.main.cursor.picture is not None)
    assert walks.parent is not None
    assert not walks.parent.done
    loop.until(lambda: walks.parent.done)  # type: ignore[union-attr]


@pytest.mark.parametrize("sampler", ["ddpm", "ddim", "heun"])
def test_forks_keep_x_t_and_go_ways_of_their_own(loop: Loop, denoising: Denoising, sampler: str) -> None:
    walks = denoising.walks
    denoising.turn(sampler=sampler)
    assert walks.why_no_fork
    walked(loop, denoising)
    assert walks.why_no_fork, "nothing is drawn any more at the picture"
    walks.go(3)
    for _ in range(MOST_FORKS):
        walks.fork()
    assert walks.why_no_fork
    loop.until(lambda: all(fork.done for fork in walks.forks))
    parent = walks.parent
    assert parent is not None
    lasts = [walk.steps[-1].x_t for walk in (parent, *walks.forks)]
    for number, fork in enumerate(walks.forks):
        np.testing.assert_array_equal(fork.steps[0].x_t, parent.steps[3].x_t)
        assert [step.t for step in fork.steps] == pytest.approx([step.t for step in parent.steps[3:]])
        assert all(not np.array_equal(lasts[number + 1], other) for other in lasts[: number + 1])
    walks.go(1)
    assert walks.step_of(walks.forks[0]) is parent.steps[1]
    walks.go(7)
    assert walks.step_of(walks.forks[0]) is walks.forks[0].steps[4]
    second = walks.forks[1]
    walks.remove(walks.forks[0])
    assert walks.forks[0] is second
    assert not walks.why_no_fork


def test_a_real_picture_is_noised_by_the_formula(loop: Loop, denoising: Denoising) -> None:
    denoising.turn(source="picture", many=True)
    assert "Press an item" in denoising.fault
    loop.session.main.select(2)
    can, picture = denoising.abilities, loop.session.main.cursor.original
    assert can is not None
    assert picture is not None
    assert not denoising.fault
    for t in (0.0, 0.3, 1.0):
        denoising.set_level(t)
        step, index = denoising.step, round(100 * t)
        assert step is not None
        expected = can.alpha[index] * (picture / 127.5 - 1) + can.sigma[index] * step.noise.astype(np.float32)
        np.testing.assert_allclose(step.x_t, np.broadcast_to(expected, step.x_t.shape), atol=0.01)
    assert denoising.step.noise.std() == pytest.approx(1, abs=0.1)  # type: ignore[union-attr]


def test_from_little_noise_the_same_picture_comes_back(loop: Loop, denoising: Denoising) -> None:
    denoising.turn(source="picture")
    loop.session.main.select(2)
    denoising.set_level(0.15)
    walked(loop, denoising)
    walk = denoising.walks.parent
    assert walk is not None
    assert walk.steps[0].t == pytest.approx(0.15)
    difference = walk.steps[-1].clean.astype(float) - loop.session.main.cursor.original
    assert np.square(difference / 255).mean() < 0.02
    loop.session.main.select(3)
    assert denoising.noising, "another picture is looked at, with its noise"
    assert denoising.walks.parent is None


def test_a_picture_comes_back_from_its_own_noise_and_another_is_inverted_at_once(
    loop: Loop, denoising: Denoising
) -> None:
    denoising.turn(source="inverted")
    for item in (2, 5):
        loop.session.main.select(item)
        if item == 2:
            denoising.start()
        assert denoising.inverting
        loop.until(lambda: denoising.walks.parent is not None and denoising.walks.parent.done)
        difference = denoising.walks.step.clean[0].astype(float) - loop.session.main.cursor.original  # type: ignore[union-attr]
        assert np.square(difference / 255).mean() < 5e-3


def test_a_field_emptied_while_noise_is_sought_changes_nothing_of_it(
    loop: Loop, denoising: Denoising
) -> None:
    loop.session.main.select(3)
    denoising.turn(source="inverted", steps=10)
    denoising.start()
    denoising.turn(steps=None, seed=None)
    assert denoising.inverting
    loop.until(lambda: denoising.walks.parent is not None and denoising.walks.parent.done)
    assert denoising.walks.stops == 11


def test_between_two_pictures_there_are_seven_more(loop: Loop, denoising: Denoising) -> None:
    denoising.turn(source="ends")
    assert "press A" in denoising.fault
    loop.session.interpolation.set_end("a", 2)
    loop.session.interpolation.set_end("b", 5)
    walked(loop, denoising)
    last = denoising.walks.step
    assert last is not None
    assert last.clean.shape == (ROW, 8, 8, 1)
    for place, item in ((0, 2), (-1, 5)):
        picture = loop.session.main.model.picture_of(item)  # type: ignore[union-attr]
        assert np.square((last.clean[place].astype(float) - picture) / 255).mean() < 5e-3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": 0}, "steps = 0"),
        ({"steps": -3}, "steps = -3"),
        ({"steps": 101}, "from 1 to the model's T, 100"),
        ({"steps": None}, "steps: this must be"),
        ({"eta": 1.5}, "eta = 1.5"),
        ({"guidance": -1.0}, "guidance = -1"),
        ({"seed": -1}, "seed = -1"),
    ],
)
def test_what_can_not_be_is_said_in_one_sentence(
    loop: Loop, denoising: Denoising, changes: dict[str, object], words: str
) -> None:
    denoising.turn(**changes)
    assert words in denoising.fault
    assert denoising.wrong == denoising.fault
    denoising.start()
    assert denoising.walks.parent is None


def test_walks_that_fill_the_memory_are_refused(denoising: Denoising) -> None:
    assert denoising.abilities is not None
    able = denoising.abilities._replace(T=100_000)
    settings = replace(denoising.settings, steps=100_000, many=True)
    assert "MB" in settings.fault(able, 28 * 28)
    assert not settings.fault(able, 4 * 4)


def test_an_unconditional_model_has_no_guidance_and_no_class(loop: Loop, runs: dict[str, Path]) -> None:
    loop.session.open(runs["plain"])
    denoising = loop.session.denoising
    loop.until(lambda: denoising.abilities is not None)
    assert not denoising.fault
    walked(loop, denoising)
    denoising.turn(guidance=2.0)
    assert "no classes to be guided to" in denoising.fault
    denoising.turn(guidance=1.0)
    denoising.ask_for(1)
    assert denoising.label is None, "there is no class to be asked for"


def test_another_model_in_mid_way_drops_what_was_asked(
    loop: Loop, denoising: Denoising, runs: dict[str, Path]
) -> None:
    denoising.turn(steps=100, many=True)
    denoising.start()
    loop.until(lambda: denoising.walks.step is not None)
    denoising.walks.go(1)
    denoising.walks.fork()
    loop.session.open(runs["vae"])
    assert denoising.walks.parent is None
    loop.until(lambda: not denoising.reason.startswith("The model is being"))
    assert "does not denoise" in denoising.reason
    assert denoising.fault == denoising.reason
    assert denoising.walks.parent is None
    assert not denoising.walks.forks
    loop.session.open(runs["plain"])
    loop.until(lambda: denoising.abilities is not None)
    walked(loop, denoising)


def test_the_path_lies_on_the_map_beside(loop: Loop, denoising: Denoising, runs: dict[str, Path]) -> None:
    walked(loop, denoising)
    beside = loop.session.beside
    assert beside.trail is None
    beside.open(runs["vae"])
    loop.until(lambda: beside.trail is not None)
    assert beside.trail is not None
    assert beside.trail.codes.shape == (11, 2)
    denoising.walks.go(5)
    assert beside.trail.handle == pytest.approx(0.5)
    denoising.turn(seed=2)
    assert beside.trail is None
    loop.until(lambda: beside.trail is not None)
    beside.show(None)
    assert beside.trail is None
