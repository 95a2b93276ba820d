"""Projections that are kept with a run: found again, and refused where they don't fit."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer import paths
from explorer.cli.project import project
from explorer.errors import BadInput
from explorer.latent.embedding import Embedding
from explorer.latent.projecting import METHODS, MethodName, UMAPSettings
from explorer.latent.projector import Projector
from explorer.runs import own_attributes
from explorer.runs.keeping import keep_figures
from explorer.runs.manifest import Manifest
from explorer.runs.own_attributes import OwnAttribute
from explorer.runs.projections import load_projection, save_projection
from explorer.runs.run import Run
from explorer.session.maps.projecting import Project, Projected
from explorer.weights import read_arrays, sha256_of, write_arrays
from tests.runs.runs_made import trained

NAME = "pca-mnist-16d"
FILE = "projection-z-umap.npz"
SETTINGS = UMAPSettings(neighbours=30)
Arrays = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("small") / "run", "pca", latent_size=3).folder


@pytest.fixture
def run(small: Path, tmp_path: Path) -> Run:
    return Run.open(Path(shutil.copytree(small, tmp_path / "own")))


def codes_of(run: Run) -> NDArray[np.float32]:
    embedding = run.embedding()
    assert embedding is not None
    return embedding.codes


def kept(run: Run) -> NDArray[np.float32]:
    """Places that were saved; the first item has none."""
    codes = codes_of(run)
    places = codes[:, :2].copy()
    places[0] = np.nan
    save_projection(run, "umap", SETTINGS, codes, places)
    return places


def test_a_kept_projection_is_found_again_by_its_settings(run: Run) -> None:
    places, codes = kept(run), codes_of(run)
    again = Run.open(run.folder)
    again.check()
    found = load_projection(again, "umap", codes, SETTINGS)
    assert found is not None
    np.testing.assert_array_equal(found.places, places)
    assert found.settings == SETTINGS
    assert load_projection(again, "umap", codes) is not None
    assert load_projection(again, "umap", codes, UMAPSettings()) is None
    assert load_projection(again, "tsne", codes) is None


def test_what_another_program_has_added_stays(run: Run) -> None:
    others = [Run.open(run.folder) for _ in range(2)]
    kept(run)
    own_attributes.keep(others[0], [OwnAttribute("curly", np.arange(20), np.arange(20, 40))])
    keep_figures(others[1], {"mse": 0.5})
    now = Run.open(run.folder)
    now.check()
    assert {FILE, own_attributes.FILE} <= now.manifest.files.keys()
    assert now.manifest.figures == {"mse": 0.5}


def test_a_deleted_run_does_not_come_back(run: Run) -> None:
    codes = codes_of(run)
    shutil.rmtree(run.folder)
    with pytest.raises(BadInput):
        save_projection(run, "umap", SETTINGS, codes, codes[:, :2])
    assert not run.folder.exists()


def test_a_plane_that_stands_in_for_another_way_is_not_kept(run: Run) -> None:
    few = Embedding(codes_of(run)[:10])
    with contextlib.closing(Projector()) as projector:
        asked = Project(run, few, "umap", SETTINGS, "z", projector, False)
        *_, found = asked.answer({})
    assert isinstance(found, Projected)
    assert any("PCA" in note for note in found.notes)
    assert FILE not in Run.open(run.folder).manifest.files


@pytest.mark.parametrize("how", ["umap", "tsne"])
def test_every_map_of_images_in_many_numbers_ships_with_both_projections(how: MethodName) -> None:
    met = 0
    for manifest in sorted(paths.trained().glob("*/manifest.json")):
        run = Run.open(manifest.parent)
        space = run.manifest.spaces[0]
        embedding = run.embedding(space.name) if space.can_encode else None
        if embedding is not None and embedding.size > 2:
            found = load_projection(run, how, embedding.codes, space=space.name)
            assert found is not None, run.name
            assert found.settings == METHODS[how].settings()
            assert np.isfinite(found.places).all()
            met += 1
    assert met >= 6


def test_what_ships_is_never_written_to() -> None:
    run = Run.open(paths.trained() / NAME)
    before = {path.name: path.stat().st_mtime_ns for path in run.folder.iterdir()}
    kept(run)
    assert {path.name: path.stat().st_mtime_ns for path in run.folder.iterdir()} == before
    assert load_projection(Run.open(run.folder), "umap", codes_of(run), SETTINGS) is not None


def other(arrays: Arrays, **changes: Any) -> Arrays:
    return {name: array for name, array in {**arrays, **changes}.items() if array is not None}


DAMAGES: list[Callable[[Arrays], Arrays]] = [
    lambda a: other(a, codes_sha256=a["codes_sha256"] + 1),
    lambda a: other(a, codes_sha256=a["codes_sha256"][:16]),
    lambda a: other(a, codes_sha256=None),
    lambda a: other(a, places=a["places"][:-1]),
    lambda a: other(a, places=a["places"][:, :1]),
    lambda a: other(a, places=a["places"].astype(int)),
    lambda a: other(a, places=np.full_like(a["places"], np.inf)),
    lambda a: other(a, places=np.full_like(a["places"], 1e9)),
    lambda a: other(a, places=np.where(np.arange(2) > 0, np.nan, a["places"])),
    lambda a: other(a, settings=np.frombuffer(b'{"neighbours": 1}', np.uint8)),
    lambda a: other(a, settings=np.frombuffer(b'{"knob": 1}', np.uint8)),
    lambda a: other(a, settings=np.frombuffer(b"[", np.uint8)),
    lambda a: other(a, settings=np.zeros(3)),
]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
def test_a_projection_that_does_not_fit_its_run_is_refused(
    run: Run, damage: Callable[[Arrays], Arrays]
) -> None:
    kept(run)
    path = run.folder / FILE
    write_arrays(path, damage(read_arrays(path)))
    manifest = Manifest.read(run.folder)
    files = {**manifest.files, FILE: sha256_of(path.read_bytes())}
    dataclasses.replace(manifest, files=files).write(run.folder)
    with pytest.raises(BadInput):
        load_projection(Run.open(run.folder), "umap", codes_of(run))


def test_a_flipped_bit_is_found(run: Run) -> None:
    kept(run)
    path = run.folder / FILE
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(BadInput, match="damaged"):
        load_projection(Run.open(run.folder), "umap", codes_of(run))


def test_a_model_without_encoder_that_has_not_ended_has_no_codes(tmp_path: Path) -> None:
    young = trained(tmp_path / "young", "gan", to=2)
    options = argparse.Namespace(
        run=str(young.folder), how="pca", out=str(tmp_path / "out.npz"), knobs=[], keep=False, json=True
    )
    with pytest.raises(BadInput, match="keeps no codes yet"):
        project(options)


def test_the_command_writes_places_and_says_how_many_neighbours_they_keep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.npz"
    options = argparse.Namespace(run=NAME, how="pca", out=str(out), knobs=[], keep=False, json=True)
    assert project(options) == 0
    said = json.loads(capsys.readouterr().out)
    arrays = read_arrays(out)
    assert arrays["places"].shape == (said["items"], 2)
    assert len(arrays["codes"]) == len(arrays["labels"]) == said["items"]
    assert 0.5 < said["neighbours_kept"] < 1
    assert (said["how"], said["left_out"], said["notes"]) == ("pca", 0, [])
