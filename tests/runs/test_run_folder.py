"""Nothing that is written for a run leaves its folder by a link."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from explorer import paths
from explorer.cli import main
from explorer.errors import BadInput, Failure
from explorer.latent.projecting import UMAPSettings
from explorer.runs import own_attributes
from explorer.runs.keeping import keep_figures
from explorer.runs.library import Library
from explorer.runs.own_attributes import OwnAttribute
from explorer.runs.projections import save_projection
from explorer.runs.run import Run
from tests.runs.runs_made import go_on, trained
from tests.shapes import write_npz

KEPT = b"what lies elsewhere and is none of the run's business\n"
WRITTEN = (
    *("manifest.json", "metrics.jsonl", "weights.safetensors", "embedding-z.npz", "probe.npz"),
    *("atlas.png", "preview.png", "state-00000005.safetensors", ".lock"),
)


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that was left at its fifth step, with every file that one writes."""
    return trained(tmp_path_factory.mktemp("half") / "vae", to=5).folder


@pytest.fixture
def folder(half: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "vae"
    copy.mkdir()
    for path in half.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def linked(path: Path) -> Path:
    """Put a link in the place of a file; gives where it leads, which holds what the file held."""
    target = path.parent.parent / "elsewhere"
    target.write_bytes(path.read_bytes() if path.is_file() else KEPT)
    path.unlink(missing_ok=True)
    path.symlink_to(target)
    return target


@pytest.mark.parametrize("name", WRITTEN)
def test_a_training_whose_folder_holds_a_link_is_not_resumed(folder: Path, name: str) -> None:
    target = linked(folder / name)
    before = target.read_bytes()
    with pytest.raises(BadInput, match="is a link") as refusal:
        go_on(Run.open(folder))
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert target.read_bytes() == before
    assert (folder / name).is_symlink()


def test_the_command_line_says_which_file_is_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, folder = write_npz(tmp_path / "squares.npz"), tmp_path / "pca"
    assert main(["train", "pca", "--data", str(data), "--out", str(folder)]) == 0
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"finished"', '"stopped"'))
    target = linked(folder / "metrics.jsonl")
    before = target.read_bytes()
    capsys.readouterr()
    assert main(["train", "--resume", str(folder), "--json"]) == 2
    assert "metrics.jsonl is a link" in capsys.readouterr().err
    assert target.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_place_of_the_curves_stops_no_training(folder: Path) -> None:
    (folder / "metrics.jsonl").unlink()
    os.mkfifo(folder / "metrics.jsonl")
    go_on(Run.open(folder))
    assert Run.open(folder).manifest.status == "finished"


KEEPERS: dict[str, Callable[[Run], object]] = {
    "own-attributes.npz": lambda run: own_attributes.keep(
        run, [OwnAttribute("curly", np.arange(20), np.arange(20, 40))]
    ),
    "projection-z-umap.npz": lambda run: save_projection(
        run, "umap", UMAPSettings(), np.zeros((9, 2), np.float32), np.zeros((9, 2), np.float32)
    ),
    "manifest.json": lambda run: keep_figures(run, {"mse": 0.5}),
    ".lock": lambda run: keep_figures(run, {"mse": 0.5}),
}


@pytest.mark.parametrize("name", KEEPERS)
def test_what_is_added_to_a_run_goes_through_no_link(folder: Path, name: str) -> None:
    run = Run.open(folder)
    target = linked(folder / name)
    before = target.read_bytes()
    with pytest.raises(BadInput, match=f"{name} is a link"):
        KEEPERS[name](run)
    assert target.read_bytes() == before
    assert (folder / name).is_symlink()


@pytest.mark.parametrize("name", ["own-attributes.npz", "projection-z-umap.npz"])
def test_what_the_user_adds_to_a_shipped_run_goes_through_no_link(name: str) -> None:
    run = Run.open(paths.trained() / "pca-mnist-2d")
    KEEPERS[name](run)
    (own,) = (path for path in paths.library().parent.rglob("*.npz") if path.is_file())
    target = linked(own)
    before = target.read_bytes()
    with pytest.raises(Failure, match="it is a link"):
        KEEPERS[name](run)
    assert target.read_bytes() == before


def test_a_lock_that_is_a_link_is_held_by_nobody(folder: Path) -> None:
    target = linked(folder / ".lock")
    before = target.read_bytes()
    (entry,) = Library(folder.parent / "none", folder.parent).entries()
    assert entry.status == "stopped"
    assert target.read_bytes() == before
