"""The card of a model, as text and as plain values."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from explorer.errors import BadInput
from explorer.metrics.figures import Figures, read_figures
from explorer.runs.folder import WEIGHTS
from explorer.runs.keeping import keep_figures
from explorer.runs.library import Library
from explorer.runs.model_card import read_card
from explorer.runs.run import Run
from tests.runs.runs_made import DATA, go_on, trained

FIGURES = Figures(
    n_test=12, mse=0.02, n_likelihood=12, elbo=-90.0, iwae_50=-88.0, iwae_500=-87.5,
    kl_per_dimension=(1.5, 0.25), activity=(0.9, 0.001), active_units=1, probe_accuracy=0.75, rfcd=4.5,
    readable=0.5, n_samples=10_000,
)  # fmt: skip


def test_a_card_tells_what_the_model_is_and_that_nothing_was_measured(tmp_path: Path) -> None:
    card = read_card(trained(tmp_path / "run"))
    text = card.as_text()
    for words in (
        "Variational autoencoder",
        DATA.title,
        "latent-explorer train",
        "latent_size=2",
        "not measured yet",
    ):
        assert words in text
    assert "[N, 1, 8, 8]" in text
    assert "misnomer" in text
    assert not card.whole


def test_figures_that_were_kept_are_told_with_their_units(tmp_path: Path) -> None:
    run = trained(tmp_path / "run")
    keep_figures(run, FIGURES.as_dict())
    card = read_card(Run.open(run.folder))
    assert card.whole
    said = {row.label: row.value for row in card.measured}
    assert said["error"] == "0.0200 per pixel"
    assert said["compression"] == "64 bytes -> 2 numbers"
    assert said["ELBO <= IWAE-50 <= IWAE-500"] == "-90.0 <= -88.0 <= -87.5 nats per image"
    assert said["KL to the prior"] == "1.75 nats per image"
    assert said["active units"] == "1 of 2"
    assert said["linear probe"] == "75.0 %"
    assert said["readable"] == "50.0 %"
    notes = " ".join(row.note for row in card.measured)
    assert "z1 1.50  z2 0.25" in notes
    assert "z1 0.9  z2 0.001" in notes
    assert "likelihood-free" in notes
    content = json.loads(json.dumps(card.as_dict(), allow_nan=False))
    assert content["figures"]["iwae_50"] == -88.0
    assert content["layers"][0]["input"] == [1, 8, 8]
    assert content["weights"] == sum(layer["weights"] for layer in content["layers"])


def test_likelihoods_of_some_images_leave_something_to_measure(tmp_path: Path) -> None:
    run = trained(tmp_path / "run")
    keep_figures(run, dataclasses.replace(FIGURES, n_likelihood=5).as_dict())
    assert not read_card(Run.open(run.folder)).whole


def test_a_training_that_goes_on_outdates_the_figures(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", to=8)
    keep_figures(run, FIGURES.as_dict())
    go_on(Run.open(run.folder), to=16)
    assert Run.open(run.folder).manifest.figures is None


def test_figures_of_other_weights_are_not_kept(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", to=8)
    go_on(Run.open(run.folder), to=16)
    with pytest.raises(BadInput, match="learned on"):
        keep_figures(run, FIGURES.as_dict())
    assert Run.open(run.folder).manifest.figures is None


def test_figures_of_the_kept_images_alone_leave_something_to_measure(tmp_path: Path) -> None:
    card = read_card(trained(tmp_path / "run")).with_figures(Figures(n_test=12), of_all=False)
    assert not card.whole
    assert [row.value for row in card.measured] == ["none that the images on this computer can tell"]


def test_a_damaged_model_has_no_card(tmp_path: Path) -> None:
    run = trained(tmp_path / "run")
    (run.folder / WEIGHTS).write_bytes(b"spoilt")
    with pytest.raises(BadInput, match="damaged"):
        read_card(Run.open(run.folder))


@pytest.mark.parametrize(
    "kept",
    [
        None,
        {},
        {"n_test": "many", "n_likelihood": 3},
        {"n_test": True, "n_likelihood": 3},
        {"n_test": -5, "n_likelihood": 3},
        {"n_test": 5, "mse": 0.1},
    ],
    ids=["none", "empty", "words", "truth", "negative", "of an older protocol"],
)
def test_figures_of_another_kind_are_none(kept: dict[str, object] | None) -> None:
    assert read_figures(kept) is None


def test_numbers_that_can_not_be_are_left_out() -> None:
    odd = {
        "mse": [0.1],
        "elbo": float("nan"),
        "activity": [1, "x"],
        "readable": True,
        "kl_per_dimension": 3.0,
    }
    found = read_figures(FIGURES.as_dict() | odd | {"active_units": 1.5})
    none = dict.fromkeys((*odd, "active_units"))
    assert found == dataclasses.replace(FIGURES, **none)


def test_figures_that_are_no_numbers_are_kept_as_none() -> None:
    assert dataclasses.replace(FIGURES, elbo=float("inf")).as_dict()["elbo"] is None


@pytest.mark.parametrize("name", ["pca-mnist-2d", "gan-mnist", "diffusion-mnist", "vae-mnist-16d"])
def test_every_kind_of_shipped_model_has_a_card(name: str) -> None:
    card = read_card(Library().find(name))
    assert card.layers
    assert name in card.as_text()
