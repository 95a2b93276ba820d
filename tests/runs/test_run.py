"""Reading a run whose every file may be hostile."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.errors import BadInput
from explorer.models import arrays
from explorer.runs.curves import read_curves
from explorer.runs.folder import newest_states
from explorer.runs.manifest import Manifest
from explorer.runs.run import Run, new
from explorer.weights import pack_tensors, sha256_of, write_arrays
from tests.runs.runs_made import DATA, begin, trained


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("runs") / "vae").folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A finished run that a test may spoil."""
    copy = tmp_path / "vae"
    copy.mkdir()
    for path in original.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def spoil(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Rewrite the manifest."""
    content = json.loads((folder / "manifest.json").read_text())
    change(content)
    (folder / "manifest.json").write_text(json.dumps(content))


def replace(folder: Path, name: str, data: bytes) -> None:
    """Put other content into a file, with the checksum that vouches for it."""
    (folder / name).write_bytes(data)
    spoil(folder, lambda manifest: manifest["files"].update({name: sha256_of(data)}))


def test_the_manifest_comes_back_as_it_was_written(folder: Path) -> None:
    manifest = Manifest.read(folder)
    manifest.write(folder)
    assert Manifest.read(folder) == manifest
    assert manifest.command == "latent-explorer train"
    assert manifest.created.endswith("+00:00")
    assert manifest.atlas is not None


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("format", 99, "newer version"),
        ("format", 0, "format"),
        ("family", None, "family"),
        ("family", 3, "family"),
        ("settings", [], "settings"),
        ("image", [1, 8], "image"),
        ("image", [2, 8, 8], "image"),
        ("image", [1, 8, 10**9], "image"),
        ("image", [1.5, 8, 8], "image"),
        ("seed", -1, "seed"),
        ("seed", 2**40, "seed"),
        ("seed", True, "seed"),
        ("status", "done", "status"),
        ("status", [], "status"),
        ("step", -1, "step"),
        ("seconds", "long", "seconds"),
        ("data", {}, "name"),
        ("files", {"../../x": "0" * 64}, "plain file name"),
        ("files", {"/etc/passwd": "0" * 64}, "plain file name"),
        ("files", {"a\\b": "0" * 64}, "plain file name"),
        ("files", {"..": "0" * 64}, "plain file name"),
        ("files", {"weights.safetensors": "short"}, "sha256"),
        ("files", {"weights.safetensors": 5}, "sha256"),
        ("atlas", {"tiles": 40, "low": [0, "x"], "high": [1, 1]}, "low"),
    ],
)
def test_a_wrong_field_of_the_manifest_is_named(folder: Path, field: str, value: object, says: str) -> None:
    spoil(folder, lambda manifest: manifest.update({field: value}))
    with pytest.raises(BadInput, match=says):
        Run.open(folder)


@pytest.mark.parametrize("field", ["family", "settings", "image", "data", "seed", "status"])
def test_a_missing_field_of_the_manifest_is_named(folder: Path, field: str) -> None:
    spoil(folder, lambda manifest: manifest.pop(field))
    with pytest.raises(BadInput, match=f"the field {field} is missing"):
        Run.open(folder)


def test_a_run_from_before_a_knob_opens_as_it_was(tmp_path: Path) -> None:
    older = {"coarsest": 8, "features": 0}
    run = trained(tmp_path / "gan", "gan", **older)
    codes = np.eye(2, dtype=np.float32)
    before = arrays.decode(run.model(), codes)
    spoil(run.folder, lambda manifest: [manifest["settings"].pop(name) for name in older])
    np.testing.assert_array_equal(arrays.decode(Run.open(run.folder).model(), codes), before)


def test_a_field_of_a_later_minor_version_is_passed_over(folder: Path) -> None:
    spoil(folder, lambda manifest: manifest.update({"mood": "good"}))
    assert Run.open(folder).manifest.family == "vae"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x80\x04pickle",
        b"[]",
        b"<html>404</html>",
        b'{"format": NaN}',
        b'{"format": 1e999}',
        b'{"format": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a": ' * 200 + b"1" + b"}" * 200,
        b'{"family": "\\ud800"}',
        b'{"format": 1, "format": 1}',
        b"\xff\xfe{}",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_manifest_that_is_no_plain_json_object_is_refused(folder: Path, text: bytes) -> None:
    (folder / "manifest.json").write_bytes(text)
    with pytest.raises(BadInput, match=r"manifest\.json"):
        Run.open(folder)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(sorted(Manifest.__dataclass_fields__)), JSON)
def test_any_value_in_any_field_gives_a_manifest_or_a_sentence(
    original: Path, tmp_path_factory: pytest.TempPathFactory, field: str, value: object
) -> None:
    content = json.loads((original / "manifest.json").read_text())
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "manifest.json").write_text(json.dumps({**content, field: value}))
    said = ""
    try:
        run = Run.open(folder)
        run.state_files()
        run.model()
    except BadInput as error:
        said = str(error)
    assert "\n" not in said


@pytest.mark.parametrize(
    "name", ["weights.safetensors", "embedding-z.npz", "probe.npz", "atlas.png", "preview.png"]
)
@pytest.mark.parametrize("place", [0.0, 0.3, 0.9])
def test_a_flipped_bit_in_any_file_is_found(folder: Path, name: str, place: float) -> None:
    data = bytearray((folder / name).read_bytes())
    data[int(place * len(data))] ^= 4
    (folder / name).write_bytes(data)
    run = Run.open(folder)
    read = {
        "weights.safetensors": run.model,
        "embedding-z.npz": run.embedding,
        "probe.npz": run.probe,
        "atlas.png": run.atlas,
        "preview.png": run.preview,
    }
    with pytest.raises(BadInput, match=f"{name}.*damaged"):
        read.pop(name)()
    for other in read.values():
        assert other() is not None


@pytest.mark.parametrize(
    "name", ["weights.safetensors", "embedding-z.npz", "probe.npz", "atlas.png", "preview.png"]
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadInput, match=name):
        Run.open(folder).check()
    with pytest.raises(BadInput, match=name):
        Run.open(folder).check_present()


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    (folder / "probe.npz").rename(secret)
    (folder / "probe.npz").symlink_to(secret)
    with pytest.raises(BadInput, match="is a link"):
        Run.open(folder).probe()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_place_of_a_file_blocks_nobody(folder: Path) -> None:
    (folder / "weights.safetensors").unlink()
    os.mkfifo(folder / "weights.safetensors")
    with pytest.raises(BadInput, match="regular file"):
        Run.open(folder).model()


def test_weights_of_another_model_are_refused_with_the_differences(folder: Path) -> None:
    weights = Run.open(folder).weights()
    weights["foreign"] = weights.pop("encoder.0.weight")
    replace(folder, "weights.safetensors", pack_tensors(weights))
    with pytest.raises(BadInput, match=r"encoder\.0\.weight is missing; foreign is not wanted"):
        Run.open(folder).model()


@pytest.mark.parametrize("kind", [np.complex64, np.int32])
def test_weights_of_another_kind_are_refused(folder: Path, kind: type) -> None:
    weights = {name: array.astype(kind) for name, array in Run.open(folder).weights().items()}
    replace(folder, "weights.safetensors", pack_tensors(weights))
    with pytest.raises(BadInput, match="not floating point"):
        Run.open(folder).model()


def test_weights_that_hold_nan_are_refused(folder: Path) -> None:
    weights = {name: np.full_like(array, np.nan) for name, array in Run.open(folder).weights().items()}
    replace(folder, "weights.safetensors", pack_tensors(weights))
    with pytest.raises(BadInput, match="holds NaN"):
        Run.open(folder).model()


def test_an_open_model_does_not_mind_what_becomes_of_its_file(folder: Path) -> None:
    model = Run.open(folder).model()
    code = np.zeros((1, 2), np.float32)
    before = arrays.decode(model, code)
    (folder / "weights.safetensors").write_bytes(b"")
    np.testing.assert_array_equal(arrays.decode(model, code), before)


@pytest.mark.parametrize("kept", [np.float16, np.float32])
def test_half_precision_is_opened_as_float32(folder: Path, kept: type) -> None:
    weights = {name: array.astype(kept) for name, array in Run.open(folder).weights().items()}
    replace(folder, "weights.safetensors", pack_tensors(weights))
    model = Run.open(folder).model()
    assert {tensor.dtype for tensor in model.state_dict().values()} == {torch.float32}


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("embedding-z.npz", {"codes": np.zeros((24, 2), complex)}, "no usable codes"),
        ("embedding-z.npz", {"codes": np.zeros(24, np.float32)}, "no usable codes"),
        ("embedding-z.npz", {"spread": np.zeros((3, 2), np.float32)}, "spread"),
        ("embedding-z.npz", {"labels": np.zeros(3, np.int64)}, "labels"),
        ("embedding-z.npz", {"labels": np.full(24, np.nan)}, "labels"),
        ("embedding-z.npz", {"labels": np.full(24, 99)}, "labels"),
        ("embedding-z.npz", {"labels": np.full(24, -1)}, "labels"),
        ("probe.npz", {"images": np.zeros((24, 8, 8, 1), np.float32)}, "images"),
        ("probe.npz", {"images": np.zeros((24, 9, 9, 1), np.uint8)}, "images"),
        ("probe.npz", {"labels": np.full(24, 99)}, "labels"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    folder: Path, name: str, change: dict[str, np.ndarray], says: str
) -> None:
    with np.load(folder / name) as inside:
        content = {**inside, **change}
    write_arrays(folder / name, content)
    replace(folder, name, (folder / name).read_bytes())
    run = Run.open(folder)
    with pytest.raises(BadInput, match=says):
        run.embedding() if name.startswith("embedding") else run.probe()


@pytest.mark.parametrize(
    "record",
    [
        {"tiles": 39, "low": [0, 0], "high": [1, 1]},
        {"tiles": 1, "low": [0, 0], "high": [1, 1]},
        {"tiles": 40, "low": [0], "high": [1, 1]},
    ],
)
def test_an_atlas_that_does_not_fit_is_refused(folder: Path, record: dict[str, object]) -> None:
    spoil(folder, lambda manifest: manifest.update({"atlas": record}))
    with pytest.raises(BadInput, match=r"atlas\.png"):
        Run.open(folder).atlas()


def test_a_torn_last_line_of_the_curves_is_left_out_wherever_it_is_torn(folder: Path) -> None:
    lines = (folder / "metrics.jsonl").read_bytes().splitlines(keepends=True)[:3]
    path = folder / "metrics.jsonl"
    for length in range(len(lines[-1])):
        path.write_bytes(b"".join(lines[:-1]) + lines[-1][:length])
        assert len(read_curves(path)) in (2, 3 if length == len(lines[-1]) - 1 else 2)


@given(st.lists(st.binary(max_size=40) | st.builds(lambda v: json.dumps({"step": v}).encode(), JSON)))
def test_any_bytes_give_curves_with_growing_steps(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("curves") / "metrics.jsonl"
    path.write_bytes(b"\n".join(lines))
    steps = [line["step"] for line in read_curves(path)]
    assert steps == sorted(steps)


def test_what_was_written_after_the_point_of_a_resume_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    steps = (1, 2, 3, 4, 3, 4, 5)
    path.write_text("".join(json.dumps({"step": step, "at": i}) + "\n" for i, step in enumerate(steps)))
    assert [(line["step"], line["at"]) for line in read_curves(path)] == [
        (1, 0),
        (2, 1),
        (3, 2),
        (3, 4),
        (4, 5),
        (5, 6),
    ]


def test_states_are_sorted_by_step_whatever_else_lies_there() -> None:
    names = [
        "state-2.safetensors",
        "state-00000010.safetensors",
        "weights.safetensors",
        "state-x.safetensors",
    ]
    assert newest_states(names) == ["state-00000010.safetensors", "state-2.safetensors"]


@pytest.mark.parametrize("name", ["nowhere", "x" * 5000, "a\0b"])
def test_what_is_no_folder_of_a_run_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        Run.open(tmp_path / name)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no manifest\.json"):
        Run.open(tmp_path)


def test_a_folder_that_holds_something_takes_no_new_run(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(BadInput, match="holds something already"):
        begin(folder)
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize("below", ["file/run", "file", "x" * 300])
def test_a_folder_that_can_not_be_made_is_refused(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput):
        new(tmp_path / below, "ae", {}, DATA, seed=0)


@pytest.mark.parametrize("name", ["größe und 空", "a%20b#c", "line\nbreak", "🦉", "n" * 200])
def test_any_name_of_a_folder_will_do(tmp_path: Path, name: str) -> None:
    run = trained(tmp_path / name, "pca")
    run.check()
    assert run.name == name
    run.model()
