"""Cards of models, without a window: whose they are, and measuring on demand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer import paths
from explorer.runs.folder import WEIGHTS
from explorer.runs.run import Run
from explorer.session.learning.plans import Plan
from tests.runs import runs_made
from tests.session.conftest import Loop


def shown(loop: Loop, run: Run) -> None:
    cards = loop.session.model_cards
    cards.show(run)
    loop.until(lambda: cards.card is not None or cards.fault)


def test_a_card_stays_that_of_its_model_whatever_is_opened(loop: Loop) -> None:
    session = loop.session
    shown(loop, session.library.find("pca-mnist-2d"))
    session.open("vae-mnist-2d")
    loop.until(lambda: session.main.ready is not None)
    card = session.model_cards.card
    assert card is not None
    assert card.name == "pca-mnist-2d"
    shown(loop, session.library.find("vae-mnist-2d"))
    assert session.model_cards.card is not None
    assert session.model_cards.card.name == "vae-mnist-2d"


def test_figures_are_measured_on_demand_and_kept(trained: Loop) -> None:
    cards, model = trained.session.model_cards, trained.session.main.model
    assert model is not None
    shown(trained, model.run)
    assert cards.card is not None
    assert cards.card.figures is None
    cards.measure()
    trained.until(lambda: not cards.measuring)
    assert not cards.fault
    assert cards.card.figures is not None
    assert cards.card.figures.elbo is not None
    assert cards.card.measured
    kept = Run.open(model.run.folder).manifest.figures
    assert kept is not None
    assert kept["elbo"] == cards.card.figures.elbo
    shown(trained, trained.session.library.find("pca-mnist-2d"))
    shown(trained, Run.open(model.run.folder))
    assert cards.card.figures is not None


def test_measuring_can_be_given_up(trained: Loop) -> None:
    cards, model = trained.session.model_cards, trained.session.main.model
    assert model is not None
    shown(trained, model.run)
    cards.measure()
    cards.cancel()
    assert not cards.measuring
    assert cards.card is not None
    assert cards.card.figures is None


def test_colour_photos_without_classes_have_their_figures(loop: Loop, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.save(tmp_path / "photos.npy", rng.integers(0, 255, (60, 64, 64, 3)).astype(np.uint8))
    knobs = {"network": "dense", "latent_size": 3, "width": 1, "epochs": 1, "batch": 30}
    loop.session.training.start(Plan("ae", knobs, str(tmp_path / "photos.npy"), name="photos"))
    loop.until(lambda: not loop.session.training.active and loop.session.main.model is not None)
    cards = loop.session.model_cards
    shown(loop, loop.session.library.find("photos"))
    cards.measure()
    loop.until(lambda: not cards.measuring)
    assert cards.card is not None
    assert cards.card.figures is not None, cards.fault
    said = {row.label: row.value for row in cards.card.measured}
    assert said["compression"] == "12,288 bytes -> 3 numbers"
    assert "linear probe" not in said


@pytest.mark.parametrize("family", ["vae", "pca"])
def test_where_the_images_are_gone_the_kept_ones_are_measured_and_that_is_said(
    loop: Loop, tmp_path: Path, family: str
) -> None:
    run = runs_made.trained(tmp_path / "run", family)  # of images that are nowhere on this computer
    cards = loop.session.model_cards
    shown(loop, run)
    cards.measure()
    loop.until(lambda: not cards.measuring)
    assert not cards.fault
    assert "kept with the model" in cards.note
    assert cards.card is not None
    assert cards.card.figures is not None
    assert cards.card.figures.mse is not None
    assert not cards.card.whole
    assert Run.open(run.folder).manifest.figures is None


def test_a_damaged_model_says_so_in_place_of_its_card(trained: Loop) -> None:
    assert trained.session.main.model is not None
    run = trained.session.main.model.run
    (run.folder / WEIGHTS).write_bytes(b"spoilt")
    cards = trained.session.model_cards
    shown(trained, run)
    assert cards.card is None
    assert "damaged" in cards.fault
    cards.measure()
    assert not cards.measuring


def test_what_ships_is_never_written_to(loop: Loop) -> None:
    assert not Run.open(paths.trained() / "pca-mnist-2d").writable


def test_the_card_of_a_model_in_training_is_read_anew_when_that_has_ended(loop: Loop, plan: Plan) -> None:
    session = loop.session
    session.training.start(plan)
    loop.until(lambda: session.training.learner.model is not None)
    assert session.training.learner.model is not None
    shown(loop, session.training.learner.model.run)
    cards = session.model_cards
    loop.until(lambda: not session.training.active)
    loop.until(lambda: cards.card is not None and "finished" in cards.card.as_text())
    assert not cards.fault


def test_a_deleted_model_that_comes_back_has_its_card_again(trained: Loop) -> None:
    cards, session = trained.session.model_cards, trained.session
    assert session.main.model is not None
    run = session.main.model.run
    shown(trained, run)
    aside = session.library.set_aside(run.name)
    session.library_changed()
    trained.until(lambda: cards.fault)
    assert cards.card is None
    session.library.put_back(aside)
    session.library_changed()
    trained.until(lambda: cards.card is not None)
    assert not cards.fault
