from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.errors import BadInput, Failure
from explorer.latent.projecting import UMAPSettings
from explorer.runs.folder import NAME_LENGTH, run_id
from explorer.runs.library import Library
from explorer.runs.manifest import Manifest
from explorer.runs.projections import save_projection
from explorer.runs.recorder import record
from explorer.runs.run import Run
from explorer.weights import pack_arrays, read_arrays, sha256_of
from tests.runs.runs_made import DATA, begin, trained


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """One shipped and one own run."""
    trained(tmp_path / "shipped" / "pca-shipped", "pca")
    trained(tmp_path / "own" / "pca-own", "pca")
    return Library(tmp_path / "shipped", tmp_path / "own")


def test_nothing_there_is_an_empty_library(tmp_path: Path) -> None:
    library = Library(tmp_path / "no", tmp_path / "neither")
    assert library.entries() == []
    with pytest.raises(BadInput, match="it is empty"):
        library.find("x")


def test_entries_say_what_is_there(library: Library) -> None:
    shipped, own = library.entries()
    assert (shipped.name, shipped.shipped, shipped.status) == ("pca-shipped", True, "finished")
    assert (own.name, own.shipped, own.fault) == ("pca-own", False, None)
    assert own.manifest is not None
    assert own.manifest.family == "pca"
    assert own.bytes == sum(path.stat().st_size for path in own.folder.iterdir())


def test_a_half_written_or_damaged_run_is_listed_with_its_fault(library: Library) -> None:
    (library.own / "pca-own" / "probe.npz").unlink()
    (library.own / "empty").mkdir()
    (library.own / "broken").mkdir()
    (library.own / "broken" / "manifest.json").write_text('{"format": 1')
    (library.own / ".hidden").mkdir()
    (library.own / "a file").write_text("")
    faults = {entry.name: entry.fault for entry in library.entries() if not entry.shipped}
    assert set(faults) == {"pca-own", "empty", "broken"}
    assert "probe.npz is missing" in str(faults["pca-own"])
    assert "holds no manifest.json" in str(faults["empty"])
    assert "not usable JSON" in str(faults["broken"])
    assert {entry.status for entry in library.entries()} == {"finished", "damaged"}


def test_a_run_that_nobody_trains_any_more_counts_as_stopped(library: Library) -> None:
    run = begin(library.own / "vae")
    events = record(run, run.trainer(DATA), DATA)
    next(events)
    assert library.entries()[-1].status == "training"
    with pytest.raises(BadInput, match=f"process {os.getpid()}"):
        library.set_aside("vae")
    with pytest.raises(BadInput, match="being trained"):
        library.rename("vae", "other")
    manifest = json.loads((run.folder / "manifest.json").read_text())
    events.close()
    (run.folder / "manifest.json").write_text(json.dumps(manifest))
    assert manifest["status"] == "training"
    assert library.entries()[-1].status == "stopped"


def test_a_run_is_found_by_its_name_and_by_its_folder(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pca-own", "pca-shipped"):
        run = library.find(name)
        assert run.name == name
        assert library.find(str(run.folder)).folder == run.folder
    monkeypatch.chdir(library.own.parent)
    assert library.find("own/pca-own").folder.is_absolute()
    for wrong in ("nowhere", "../own", "x\0y", "~nobody/there", ""):
        with pytest.raises(BadInput):
            library.find(wrong)


def test_an_own_run_goes_before_a_shipped_one_of_the_same_name(library: Library) -> None:
    shutil.copytree(library.shipped / "pca-shipped", library.own / "pca-shipped")
    assert library.find("pca-shipped").folder.parent == library.own


@given(st.text())
def test_any_wish_becomes_a_name_that_every_file_system_takes(wish: str) -> None:
    name = run_id(wish)
    assert 0 < len(name) <= NAME_LENGTH
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert name == name.strip("-")
    assert run_id(name) == name


def test_a_new_folder_has_a_name_that_is_free_everywhere(library: Library) -> None:
    assert library.new_folder("VAE MNIST 2-D!").name == "vae-mnist-2-d"
    assert library.new_folder("pca own").name == "pca-own-2"
    assert library.new_folder("PCA-Shipped").name == "pca-shipped-2"
    assert library.new_folder("con").name == "con-2"
    (library.own / "Case").mkdir()
    assert library.new_folder("case").name == "case-2"
    assert library.new_folder("x").parent == library.own


def test_an_own_run_is_renamed_and_a_shipped_one_is_not(library: Library) -> None:
    assert library.rename("pca-own", "My run") == library.own / "my-run"
    assert library.find("my-run").manifest.family == "pca"
    assert library.rename("my-run", "MY RUN") == library.own / "my-run"
    for name, wish in (("pca-shipped", "mine"), ("my-run", "pca-shipped"), ("nowhere", "x"), ("../own", "x")):
        with pytest.raises(BadInput):
            library.rename(name, wish)
    assert [entry.name for entry in library.entries()] == ["pca-shipped", "my-run"]


def test_an_own_run_is_set_aside_and_a_shipped_one_is_not(library: Library) -> None:
    aside = library.set_aside("pca-own")
    assert (aside / "manifest.json").is_file()
    assert [entry.name for entry in library.entries()] == ["pca-shipped"]
    for name in ("pca-shipped", "pca-own", "..", "."):
        with pytest.raises(BadInput):
            library.set_aside(name)
    assert (library.shipped / "pca-shipped").is_dir()
    library.discard(aside)
    assert not list(library.own.iterdir())


def test_what_was_set_aside_is_put_back_whole_also_where_its_name_is_taken(library: Library) -> None:
    first = library.set_aside("pca-own")
    shutil.copytree(first, library.own / "pca-own")
    second = library.set_aside("pca-own")
    assert first != second
    assert library.put_back(second).name == "pca-own"
    assert library.put_back(first).name == "pca-own-2"
    assert [entry.fault for entry in library.entries()] == [None, None, None]
    assert not list(library.own.glob(".*"))
    with pytest.raises(Failure, match="could not be put back"):
        library.put_back(first)


def test_what_was_set_aside_when_everything_ended_is_on_the_shelf_again(library: Library) -> None:
    library.set_aside("pca-own")
    again = Library(library.shipped, library.own)
    again.put_back_all()
    assert [entry.name for entry in again.entries()] == ["pca-shipped", "pca-own"]


def test_where_no_trash_takes_it_a_run_is_on_the_shelf_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    import send2trash

    def refuse(path: Path) -> None:
        raise OSError("no trash here")

    monkeypatch.setattr(send2trash, "send2trash", refuse)
    with pytest.raises(Failure, match="no trash here"):
        library.discard(library.set_aside("pca-own"))
    assert (library.own / "pca-own" / "manifest.json").is_file()


def test_a_dropped_folder_is_copied_with_what_its_manifest_names(library: Library, tmp_path: Path) -> None:
    foreign = trained(tmp_path / "elsewhere" / "PCA own", "pca").folder
    (foreign / "virus.exe").write_bytes(b"MZ")
    added = library.add(foreign)
    assert added == library.own / "pca-own-2"
    library.find("pca-own-2").check()
    assert {path.name for path in added.iterdir()} == {
        *library.find("pca-own-2").manifest.files,
        "manifest.json",
        "metrics.jsonl",
    }
    assert [entry.name for entry in library.entries()] == ["pca-shipped", "pca-own", "pca-own-2"]


def test_a_damaged_or_foreign_folder_is_not_added(library: Library, tmp_path: Path) -> None:
    foreign = trained(tmp_path / "foreign", "pca").folder
    data = bytearray((foreign / "weights.safetensors").read_bytes())
    data[-1] ^= 1
    (foreign / "weights.safetensors").write_bytes(data)
    with pytest.raises(BadInput, match="damaged"):
        library.add(foreign)
    (foreign / "weights.safetensors").unlink()
    (foreign / "weights.safetensors").symlink_to("/etc/hostname")
    for wrong in (foreign, tmp_path, tmp_path / "nowhere", library.own / "pca-own"):
        with pytest.raises(BadInput):
            library.add(wrong)
    assert [entry.name for entry in library.entries()] == ["pca-shipped", "pca-own"]


def vouched(folder: Path, name: str, data: bytes) -> None:
    """Put other content into a run, with a manifest that vouches for it."""
    (folder / name).write_bytes(data)
    manifest = Manifest.read(folder)
    dataclasses.replace(manifest, files={**manifest.files, name: sha256_of(data)}).write(folder)


def codes(run: Run) -> np.ndarray:
    embedding = run.embedding()
    assert embedding is not None
    return embedding.codes


def keep_foreign_places(folder: Path) -> None:
    """A projection of codes that are not the run's."""
    others = codes(Run.open(folder)) + 1
    save_projection(Run.open(folder), "umap", UMAPSettings(), others, others[:, :2])


def with_arrays(name: str, **changes: np.ndarray) -> Callable[[Path], None]:
    return lambda folder: vouched(folder, name, pack_arrays({**read_arrays(folder / name), **changes}))


def reopened(folder: Path) -> None:
    """The run of a training that has saved nothing yet."""
    manifest = Manifest.read(folder)
    dataclasses.replace(manifest, files={}, status="stopped").write(folder)


RUBBISH: dict[str, tuple[Callable[[Path], None], str]] = {
    "embedding": (lambda folder: vouched(folder, "embedding-z.npz", b"rubbish"), "embedding-z.npz"),
    "codes": (with_arrays("embedding-z.npz", codes=np.zeros((24, 2, 2), np.float32)), "no usable codes"),
    "width": (with_arrays("embedding-z.npz", codes=np.zeros((24, 5), np.float32)), "5 numbers"),
    "nothing": (with_arrays("embedding-z.npz", codes=np.full((24, 2), np.nan)), "no usable codes"),
    "weights": (lambda folder: vouched(folder, "weights.safetensors", b"rubbish" * 9), "weights.safetensors"),
    "probe": (with_arrays("probe.npz", images=np.zeros((24, 8, 9, 1), np.uint8)), "probe.npz"),
    "atlas": (lambda folder: vouched(folder, "atlas.png", b"rubbish"), "atlas.png"),
    "preview": (lambda folder: vouched(folder, "preview.png", b"rubbish"), "preview.png"),
    "projection": (keep_foreign_places, "its codes are others"),
    "ways": (lambda folder: vouched(folder, "projection-z-tsne.npz", b"rubbish"), "projection-z-tsne.npz"),
    "own": (lambda folder: vouched(folder, "own-attributes.npz", b"rubbish"), "own-attributes.npz"),
    "empty": (reopened, "holds no weights yet"),
}


@pytest.mark.parametrize("part", RUBBISH)
def test_a_run_whose_parts_can_not_be_read_is_not_added(library: Library, tmp_path: Path, part: str) -> None:
    spoil, says = RUBBISH[part]
    foreign = trained(tmp_path / "foreign", "pca").folder
    spoil(foreign)
    Run.open(foreign).check()
    with pytest.raises(BadInput, match=says) as refusal:
        library.add(foreign)
    assert "incoming" not in str(refusal.value)
    assert [entry.name for entry in library.entries()] == ["pca-shipped", "pca-own"]
    assert not any(path.is_file() and path.name != ".lock" for path in library.own.glob(".incoming/**/*"))


def test_a_stopped_training_and_every_shipped_run_can_be_added(library: Library, tmp_path: Path) -> None:
    shipped = Library().shipped
    for folder in (trained(tmp_path / "half", to=5).folder, *sorted(shipped.iterdir())):
        assert library.add(folder).parent == library.own


def test_a_library_that_can_not_be_written_says_so(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="choose another folder"):
        Library(library.shipped, tmp_path / "file" / "below").add(library.own / "pca-own")
