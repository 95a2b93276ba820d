"""The command line as its users meet it: words in, text or JSON out, an exit status."""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from explorer import cli, models, paths
from explorer.cli import main
from explorer.data.sources import catalogue
from explorer.runs.library import Library
from explorer.runs.manifest import Manifest
from explorer.runs.run import Run
from explorer.training.events import Progress
from explorer.weights import read_arrays
from tests.runs.runs_made import STEPS, trained
from tests.shapes import write_npz

ROOT = Path(__file__).parents[1]
QUICK = [
    "--epochs",
    "6",
    "--set",
    "learning_rate=0.02",
    "--set",
    "width=2",
    "--set",
    "latent_size=2",
    "--set",
    "batch=16",
]
FIGURES = (
    *("mse", "n_likelihood", "elbo", "iwae_50", "iwae_500", "kl", "kl_per_dimension", "activity"),
    *("active_units", "explained", "pca_mse", "pca_angle", "axes_angle"),
    *("probe_accuracy", "rfcd_reconstruction", "n_test"),
    *("rfcd", "class_tv", "coverage", "density", "readable", "class_variance"),
    *("nearest_train_over_test", "conditional_accuracy", "n_samples"),
)

Text = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_npz(tmp_path_factory.mktemp("data") / "squares.npz")


@pytest.fixture(scope="module")
def originals(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of each family."""
    folder = tmp_path_factory.mktemp("runs")
    for family in ("pca", "ae", "vae"):
        turned = [] if family == "pca" else QUICK
        assert main(["train", family, "--data", str(data), "--out", str(folder / family), *turned]) == 0
    return folder


@pytest.fixture
def runs(originals: Path, tmp_path: Path) -> Path:
    """The same, for a test to spoil."""
    return Path(shutil.copytree(originals, tmp_path / "runs"))


def one_object(text: Text) -> dict[str, Any]:
    """What a command has written to standard output, which must be one line of JSON."""
    (line,) = text.readouterr().out.splitlines()
    content: dict[str, Any] = json.loads(line)
    return content


def test_training_tells_json_events_alone_and_ends_with_the_run(
    data: Path, tmp_path: Path, capsys: Text
) -> None:
    folder = tmp_path / "new" / "vae"
    assert main(["train", "vae", "--data", str(data), "--out", str(folder), "--json", *QUICK]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[-1] == {
        "event": "finished",
        "step": 36,
        "seconds": events[-1]["seconds"],
        "run": str(folder),
    }
    kinds = [event["event"] for event in events]
    assert set(kinds) == {"progress", "snapshot", "finished"}
    progress = [event for event in events if event["event"] == "progress"][-1]
    assert (progress["step"], progress["steps"], progress["epoch"]) == (36, 36, 6)
    assert progress["images_per_s"] > 0
    assert progress["terms"]["loss"] > 0
    manifest = Run.open(folder).manifest
    assert manifest.status == "finished"
    assert (
        manifest.command == f"latent-explorer train vae --data {data} --out {folder} --json {' '.join(QUICK)}"
    )
    assert manifest.data.origin == str(data)


def test_without_a_folder_the_run_goes_into_the_library_under_a_free_name(data: Path, capsys: Text) -> None:
    for _ in range(2):
        assert main(["train", "pca", "--data", str(data)]) == 0
    assert [entry.name for entry in Library().entries() if not entry.shipped] == [
        "pca-squares-2d",
        "pca-squares-2d-2",
    ]
    assert str(paths.library() / "pca-squares-2d") in capsys.readouterr().out


def test_the_same_seed_gives_the_same_weights_to_the_last_bit(data: Path, tmp_path: Path) -> None:
    weights = []
    for name, seed in (("one", "3"), ("same", "3"), ("other", "4")):
        out = str(tmp_path / name)
        assert main(["train", "vae", "--data", str(data), "--seed", seed, "--out", out, *QUICK]) == 0
        weights.append((tmp_path / name / "weights.safetensors").read_bytes())
    assert weights[0] == weights[1]
    assert weights[0] != weights[2]


def test_a_relative_data_set_is_found_again_from_another_folder(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Text
) -> None:
    monkeypatch.chdir(data.parent)
    assert main(["train", "pca", "--data", data.name, "--out", str(tmp_path / "pca")]) == 0
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert main(["evaluate", "pca", "--json"]) == 0
    assert capsys.readouterr().err == ""


def test_pictures_are_framed_as_asked(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(20):
        Image.new("RGB", (30, 20), (i * 12, 100, 0)).save(folder / f"{i}.png")
    words = ["train", "pca", "--data", str(folder), "--side", "16", "--fit", "crop", "--ground", "white"]
    assert main([*words, "--out", str(tmp_path / "pca")]) == 0
    manifest = Manifest.read(tmp_path / "pca")
    assert manifest.image == (3, 16, 16)
    assert manifest.data.framing == {"side": 16, "how": "crop", "ground": "white"}


@pytest.mark.parametrize("family", ["pca", "ae", "vae"])
def test_evaluate_gives_every_figure_or_null(runs: Path, family: str, capsys: Text) -> None:
    assert main(["evaluate", str(runs / family), "--json"]) == 0
    figures = one_object(capsys)
    assert set(figures) == set(FIGURES)
    assert figures["n_test"] == 24
    assert 0 <= figures["mse"] < 0.2
    assert 0 <= figures["probe_accuracy"] <= 1
    bounded = family == "vae"
    assert (figures["elbo"] is not None) == bounded
    assert (figures["iwae_500"] is not None) == bounded
    if bounded:
        assert figures["elbo"] <= figures["iwae_50"] <= figures["iwae_500"] < 0
        assert len(figures["kl_per_dimension"]) == 2
    assert Run.open(runs / family).manifest.figures is None


def test_evaluate_full_keeps_the_figures_with_the_run(runs: Path, capsys: Text) -> None:
    assert main(["evaluate", str(runs / "vae"), "--full", "--json"]) == 0
    run = Run.open(runs / "vae")
    assert run.manifest.figures == one_object(capsys)
    assert run.manifest.status == "finished"
    run.check()


def test_a_card_measures_once_and_keeps_what_it_found(runs: Path, capsys: Text) -> None:
    assert main(["card", str(runs / "vae"), "--json"]) == 0
    content = one_object(capsys)
    assert set(content["figures"]) == set(FIGURES)
    assert content["figures"]["elbo"] <= content["figures"]["iwae_50"] <= content["figures"]["iwae_500"]
    assert content["layers"][0]["network"] == "encoder"
    assert content["numbers_per_code"] == 2
    assert Run.open(runs / "vae").manifest.figures == content["figures"]
    assert main(["card", str(runs / "vae")]) == 0
    text = capsys.readouterr().out
    assert "nats per image" in text
    assert content["command"] in text


def test_a_card_of_a_damaged_model_is_one_sentence(runs: Path, capsys: Text) -> None:
    (runs / "vae" / "weights.safetensors").write_bytes(b"spoilt")
    assert main(["card", str(runs / "vae")]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert "damaged" in said.err


def test_evaluate_in_words_names_every_figure(runs: Path, capsys: Text) -> None:
    assert main(["evaluate", str(runs / "ae")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == set(FIGURES)
    assert [line for line in lines if "elbo" in line and "does not apply" in line]


@pytest.fixture
def orphan(tmp_path: Path) -> Path:
    """A run whose data set is gone."""
    data = write_npz(tmp_path / "gone.npz")
    assert main(["train", "vae", "--data", str(data), "--out", str(tmp_path / "orphan"), *QUICK]) == 0
    data.unlink()
    return tmp_path / "orphan"


def test_where_the_data_set_is_gone_the_images_kept_with_the_run_stand_in(orphan: Path, capsys: Text) -> None:
    capsys.readouterr()
    assert main(["evaluate", str(orphan), "--full", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["n_test"] == 24
    assert json.loads(out)["probe_accuracy"] is None
    assert "24 held-out images that were kept" in err
    # Figures of a part of the images are not those of the run.
    assert Run.open(orphan).manifest.figures is None

    file = orphan.parent / "codes.npz"
    assert main(["embed", str(orphan), "--out", str(file)]) == 0
    assert len(read_arrays(file)["codes"]) == 24
    assert main(["embed", str(orphan), "--out", str(file), "--part", "train"]) == 2


def test_a_data_set_that_has_changed_is_not_taken_for_the_old_one(orphan: Path, capsys: Text) -> None:
    write_npz(orphan.parent / "gone.npz", train=50)
    capsys.readouterr()
    assert main(["evaluate", str(orphan), "--json"]) == 0
    assert "holds other images now" in capsys.readouterr().err


@pytest.mark.parametrize(("part", "count"), [("test", 24), ("train", 96)])
@pytest.mark.parametrize("family", ["pca", "vae"])
def test_embed_writes_codes_labels_and_spread(
    runs: Path, tmp_path: Path, family: str, part: str, count: int, capsys: Text
) -> None:
    file = tmp_path / "below" / "codes.npz"
    assert main(["embed", str(runs / family), "--out", str(file), "--part", part, "--json"]) == 0
    said = one_object(capsys)
    assert (said["items"], said["latent_size"], said["out"]) == (count, 2, str(file))
    arrays = read_arrays(file)
    assert arrays["codes"].shape == (count, 2)
    assert arrays["labels"].shape == (count,)
    assert ("spread" in arrays) == (family == "vae")
    if part == "test":
        kept = Run.open(runs / family).embedding()
        assert kept is not None
        np.testing.assert_allclose(arrays["codes"], kept.codes, atol=1e-4)


def test_decode_writes_the_picture_of_a_raw_code_at_its_own_size(
    runs: Path, tmp_path: Path, capsys: Text
) -> None:
    file = tmp_path / "picture.png"
    assert main(["decode", str(runs / "vae"), "--at=-1.5,2e-1", "--out", str(file), "--json"]) == 0
    said = one_object(capsys)
    assert (said["width"], said["height"]) == (8, 8)
    np.testing.assert_allclose(said["at"], [-1.5, 0.2], rtol=1e-6)
    with Image.open(file) as picture:
        assert (picture.size, picture.mode) == ((8, 8), "L")
        pixels = np.asarray(picture)
    model = Run.open(runs / "vae").model()
    with torch.inference_mode():
        wanted = model.decode(torch.tensor([[-1.5, 0.2]]))[0, 0].numpy() * 255
    np.testing.assert_allclose(pixels, wanted, atol=0.51)


@pytest.mark.parametrize("family", ["pca", "ae", "vae"])
def test_sample_draws_from_the_prior_or_from_the_codes_and_says_so(
    runs: Path, tmp_path: Path, family: str, capsys: Text
) -> None:
    sheets = []
    for name, seed in (("one", "1"), ("same", "1"), ("other", "2")):
        file = tmp_path / f"{name}.png"
        assert main(["sample", str(runs / family), "-n", "7", "--out", str(file), "--seed", seed]) == 0
        sheets.append(file.read_bytes())
        assert ("has no prior" in capsys.readouterr().err) == (family != "vae")
    assert sheets[0] == sheets[1] != sheets[2]
    with Image.open(tmp_path / "one.png") as picture:
        assert picture.size == (3 * 9 - 1, 3 * 9 - 1)


def test_samples_without_a_prior_have_the_mean_and_covariance_of_the_codes(runs: Path) -> None:
    from explorer.cli.look import _fitted

    run = Run.open(runs / "pca")
    drawn = _fitted(run, run.model(), 5000, 0, True)
    embedding = run.embedding()
    assert embedding is not None
    wanted = np.cov(embedding.codes.T, bias=True)
    np.testing.assert_allclose(drawn.mean(0), embedding.mean, atol=0.1)
    np.testing.assert_allclose(np.cov(drawn.T), wanted, atol=0.1 * wanted.max())


@pytest.fixture(scope="module")
def asked(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GAN and a diffusion model, each trained with classes."""
    folder = tmp_path_factory.mktemp("asked")
    small = ["--epochs", "1", "--set", "width=4", "--set", "batch=16", "--set", "condition=class"]
    for family in ("gan", "diffusion"):
        assert main(["train", family, "--data", str(data), "--out", str(folder / family), *small]) == 0
    return folder


@pytest.mark.parametrize("family", ["gan", "diffusion"])
def test_samples_of_a_class_can_be_asked_for(asked: Path, family: str, tmp_path: Path, capsys: Text) -> None:
    run = Run.open(asked / family)
    names = run.manifest.data.class_names
    assert run.manifest.conditions == len(names)
    more = [] if family == "gan" else ["--guidance", "1.5", "--steps", "3"]
    sheets = []
    for name in names[:2]:
        out = tmp_path / f"{name}.png"
        words = ["sample", str(asked / family), "-n", "4", "--class", name, "--out", str(out), *more]
        assert main([*words, "--json"]) == 0
        assert one_object(capsys)["class"] == name
        sheets.append(np.asarray(Image.open(out)))
    assert sheets[0].shape == sheets[1].shape
    assert (sheets[0] != sheets[1]).any()


@pytest.mark.parametrize(
    ("family", "words", "complaint"),
    [
        ("gan", ["--class", "nobody"], "nobody"),
        ("gan", ["--steps", "3"], "does not denoise"),
        ("diffusion", ["--steps", "100000"], "steps"),
        ("diffusion", ["--guidance", "-1"], "guidance"),
    ],
)
def test_samples_that_can_not_be_had_are_refused(
    asked: Path, family: str, words: list[str], complaint: str, tmp_path: Path, capsys: Text
) -> None:
    out = tmp_path / "no.png"
    assert main(["sample", str(asked / family), "-n", "1", "--out", str(out), *words]) == 2
    assert complaint in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("name", ["guidance", "steps"])
def test_what_a_sample_can_be_turned_to_is_what_the_models_own_knob_takes(
    asked: Path, name: str, tmp_path: Path, capsys: Text
) -> None:
    knob = next(knob for knob in models.family("diffusion").Config.knobs() if knob.name == name)
    assert knob.low is not None
    assert knob.high is not None
    out = tmp_path / "x.png"
    words = ["sample", str(asked / "diffusion"), "-n", "1", "--steps", "1", "--out", str(out)]
    for beyond in (knob.low - 1, knob.high + 1, "1e999", "many"):
        assert main([*words, f"--{name}={beyond}"]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert f"--{name}: {beyond} must be a" in line
        assert f"from {knob.low:g} to {knob.high:,g};" in line
    assert not out.exists()
    for end in (knob.low, knob.high):
        assert main([*words, f"--{name}={end}"]) == 0


@pytest.mark.parametrize("family", ["gan", "diffusion"])
def test_every_command_takes_a_model_whose_map_lacks_a_way(
    asked: Path, family: str, tmp_path: Path, capsys: Text
) -> None:
    folder = str(asked / family)
    run = Run.open(asked / family)
    assert main(["evaluate", folder, "--json"]) == 0
    assert set(one_object(capsys)) == set(FIGURES)
    code = ",".join(["0.5"] * next(math.prod(s.shape) for s in run.manifest.spaces if s.can_decode))
    assert main(["decode", folder, f"--at={code}", "--out", str(tmp_path / "one.png")]) == 0
    status = main(["attributes", folder, "--json"])
    # Samples there are as many as one likes; held-out images of these data only 24.
    assert status == (0 if family == "gan" else 2)
    assert family == "gan" or "at least 40 images" in capsys.readouterr().err
    capsys.readouterr()
    assert run.embedding(run.manifest.spaces[0].name) is not None
    assert main(["embed", folder, "--out", str(tmp_path / "codes.npz")]) == (2 if family == "gan" else 0)


def test_runs_lists_whole_and_damaged_ones(runs: Path, capsys: Text) -> None:
    shutil.move(runs, paths.library())
    (paths.library() / "ae" / "weights.safetensors").unlink()
    assert main(["runs", "--json"]) == 0
    listed = {run["name"]: run for run in one_object(capsys)["runs"]}
    assert listed["vae"]["status"] == "finished"
    assert (listed["vae"]["family"], listed["vae"]["data"], listed["vae"]["latent_size"]) == (
        "vae",
        "squares",
        2,
    )
    assert listed["ae"]["status"] == "damaged"
    assert "weights.safetensors is missing" in listed["ae"]["fault"]
    assert main(["runs"]) == 0
    text = capsys.readouterr().out
    assert "damaged" in text
    assert "finished" in text


def test_a_run_in_the_library_goes_by_its_name(runs: Path, tmp_path: Path) -> None:
    shutil.move(runs, paths.library())
    assert main(["decode", "vae", "--at=0,0", "--out", str(tmp_path / "x.png")]) == 0


def test_doctor_says_what_is_here(capsys: Text) -> None:
    assert main(["doctor", "--json"]) == 0
    said = one_object(capsys)
    assert said["device"] in ("cpu", "cuda", "mps")
    assert said["packages"]["torch"] == torch.__version__.partition("+")[0]
    assert isinstance(said["missing_libraries"], list)
    assert "mnist" in said["data_sets"]
    assert main(["doctor"]) == 0
    assert "Latent Explorer" in capsys.readouterr().out


def test_version_and_help_are_no_failures(capsys: Text) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("latent-explorer 0.")
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for command in ("train", "evaluate", "embed", "decode", "sample", "runs", "doctor", "tour", "bench"):
        assert command in text
    assert main(["train", "--help"]) == 0


BAD_TRAINING = [
    ([], "what to train"),
    (["vae"], "which images"),
    (["gam", "--data", "DATA"], "pca, ae, vae"),
    (["vae", "--data", "NOWHERE"], "no data set or file"),
    (["vae", "--data", "EMPTY"], "EMPTY"),
    (["vae", "--data", ""], "data set"),
    (["vae", "--data", "cifar10"], "--download"),
    (["vae", "--data", "DATA", "--set", "nonsense=1"], "no knob named 'nonsense'"),
    (["vae", "--data", "DATA", "--set", "beta"], "KNOB=VALUE"),
    (["vae", "--data", "DATA", "--set", "beta=1000"], "between 0 and 100"),
    (["vae", "--data", "DATA", "--set", "beta=nan"], "a number"),
    (["vae", "--data", "DATA", "--set", "network=huge"], "conv, dense, linear"),
    (["vae", "--data", "DATA", "--set", "latent_size=1.5"], "whole number"),
    (["vae", "--data", "DATA", "--epochs", "0"], "between 1"),
    (["vae", "--data", "DATA", "--epochs", "many"], "whole number"),
    (["pca", "--data", "DATA", "--epochs", "3"], "epochs"),
    (["pca", "--data", "DATA", "--set", "latent_size=65"], "only 64 numbers"),
    (["vae", "--data", "DATA", "--seed", "-1"], "seed"),
    (["vae", "--data", "DATA", "--seed", "x"], "seed"),
    (["vae", "--data", "DATA", "--side", "7"], "side"),
    (["vae", "--data", "DATA", "--side", "30"], "multiple of 4"),
    (["vae", "--data", "DATA", "--fit", "stretch"], "fit"),
    (["vae", "--data", "DATA", "--ground", "mauve"], "ground"),
    (["vae", "--data", "DATA", "--device", "abacus"], "no device"),
    (["vae", "--data", "DATA", "--device", "cuda:77"], "can't be used"),
    (["vae", "--data", "DATA", "--out", "FULL"], "holds something already"),
    (["vae", "--data", "DATA", "--out", "FILE"], "can't be made"),
    (["vae", "--data", "DATA", "--out", "FILE/below"], "can't be made"),
    (["--resume", "NOWHERE"], "no model named"),
    (["--resume", "RUN"], "is finished"),
    (["vae", "--resume", "RUN"], "takes no a family"),
    (["--resume", "RUN", "--set", "beta=1", "--epochs", "3"], "no --epochs and no --set"),
]
BAD_LOOKS = [
    (["evaluate"], "RUN"),
    (["evaluate", "NOWHERE"], "no model named"),
    (["evaluate", "EMPTY"], "manifest.json"),
    (["decode", "RUN", "--at=1", "--out", "OUT"], "has 2"),
    (["decode", "RUN", "--at=1,2,3", "--out", "OUT"], "has 2"),
    (["decode", "RUN", "--at=a,b", "--out", "OUT"], "commas"),
    (["decode", "RUN", "--at=nan,1", "--out", "OUT"], "finite"),
    (["decode", "RUN", "--at=1e40,1", "--out", "OUT"], "finite"),
    (["decode", "RUN", "--at=", "--out", "OUT"], "commas"),
    (["decode", "RUN", "--at=0,0", "--out", "EMPTY"], "is a folder"),
    (["decode", "RUN", "--at=0,0", "--out", "FILE/x.png"], "can't be written"),
    (["decode", "RUN", "--at=0,0"], "--out"),
    (["sample", "RUN", "-n", "0", "--out", "OUT"], "from 1 to"),
    (["sample", "RUN", "-n", "99999999", "--out", "OUT"], "from 1 to"),
    (["embed", "RUN"], "--out"),
    (["embed", "RUN", "--out", "OUT", "--part", "all"], "part"),
    (["nonsense"], "nonsense"),
    (["runs", "--nonsense"], "nonsense"),
    (["--nonsense"], "latent-explorer --help"),
]


@pytest.mark.parametrize(
    ("words", "says"), [(["train", *words], says) for words, says in BAD_TRAINING] + BAD_LOOKS, ids=str
)
def test_bad_usage_and_input_end_with_2_one_sentence_and_nothing_written(
    words: list[str], says: str, data: Path, runs: Path, tmp_path: Path, capsys: Text
) -> None:
    (tmp_path / "FILE").write_text("in the way")
    (tmp_path / "EMPTY").mkdir()
    stands_for = {
        "DATA": str(data),
        "RUN": str(runs / "vae"),
        "FULL": str(runs),
        "NOWHERE": str(tmp_path / "no"),
    }
    for name in ("FILE", "FILE/below", "FILE/x.png", "EMPTY", "OUT"):
        stands_for[name] = str(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    capsys.readouterr()
    assert main([stands_for.get(word, word) for word in words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    assert sorted(tmp_path.rglob("*")) == before
    assert not paths.library().exists()


def test_damaged_weights_are_named(runs: Path, tmp_path: Path, capsys: Text) -> None:
    data = bytearray((runs / "vae" / "weights.safetensors").read_bytes())
    data[-5] ^= 16
    (runs / "vae" / "weights.safetensors").write_bytes(data)
    assert main(["decode", str(runs / "vae"), "--at=0,0", "--out", str(tmp_path / "x.png")]) == 2
    assert "weights.safetensors" in capsys.readouterr().err


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], int]:
    """Run a command that goes wrong inside."""

    def run(wrong: Callable[[], object]) -> int:
        monkeypatch.setattr(cli, "_dispatch", lambda words: wrong())
        return main(["runs"])

    return run


def test_a_defect_is_logged_and_told_in_one_sentence(
    defect: Callable[[Callable[[], object]], int], capsys: Text
) -> None:
    assert defect(lambda: {}["missing"]) == 1
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    log = paths.logs() / "latent-explorer.log"
    assert str(log) in err
    assert "KeyError: 'missing'" in log.read_text()
    assert "Traceback" in log.read_text()


@pytest.mark.parametrize(
    "wrong", [lambda: torch.empty(10**13), lambda: np.empty(10**15)], ids=["torch", "numpy"]
)
def test_too_little_memory_is_one_sentence(
    wrong: Callable[[], object], defect: Callable[[Callable[[], object]], int], capsys: Text
) -> None:
    assert defect(wrong) == 1
    err = capsys.readouterr().err
    assert "too little memory" in err
    assert len(err.splitlines()) == 1


def test_a_gpu_that_is_gone_is_one_sentence(
    defect: Callable[[Callable[[], object]], int], capsys: Text
) -> None:
    def lost() -> None:
        raise torch.AcceleratorError("CUDA error: unspecified launch failure\nAnd so on.")

    assert defect(lost) == 1
    assert capsys.readouterr().err == (
        "The device was lost (CUDA error: unspecified launch failure); "
        "try again with --device cpu, or after a restart.\n"
    )


@contextlib.contextmanager
def no_console() -> Iterator[None]:
    """As under pythonw."""
    kept = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for stream in {sys.stdout, sys.stderr} - {None}:
            stream.close()
        sys.stdout, sys.stderr = kept


@pytest.mark.parametrize("words", [["runs"], ["runs", "--json"], ["--help"], ["nonsense"], ["train", "vae"]])
def test_without_a_console_a_command_does_what_it_does_with_one(words: list[str]) -> None:
    with no_console():
        status = main(words)
    assert status == (2 if words in (["nonsense"], ["train", "vae"]) else 0)


def test_without_a_console_a_training_trains(data: Path, tmp_path: Path) -> None:
    with no_console():
        status = main(["train", "ae", "--data", str(data), *QUICK, "--out", str(tmp_path / "run")])
    assert status == 0
    assert Run.open(tmp_path / "run").manifest.status == "finished"


def test_an_interrupt_anywhere_is_130(defect: Callable[[Callable[[], object]], int], capsys: Text) -> None:
    def wrong() -> None:
        raise KeyboardInterrupt

    assert defect(wrong) == 130
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_the_window_says_so_and_names_the_commands_that_need_none(
    monkeypatch: pytest.MonkeyPatch, capsys: Text
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "no display" in err
    assert "train, evaluate, embed, decode, sample" in err
    assert "runs, doctor, tour and bench" in err


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", **more}


def training(data: Path, folder: Path) -> subprocess.Popen[str]:
    """A long training in a process of its own."""
    long = ["--epochs", "20000", *QUICK[2:]]
    words = ["train", "vae", "--data", str(data), "--out", str(folder), "--json", *long]
    return subprocess.Popen(
        [sys.executable, "-m", "explorer", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals")
def test_a_signal_leaves_a_run_that_opens_and_resumes(data: Path, tmp_path: Path) -> None:
    statuses = {signal.SIGINT: 130, signal.SIGTERM: 143}
    children = {number: training(data, tmp_path / number.name) for number in statuses}
    try:
        for number, child in children.items():
            assert child.stdout is not None
            assert json.loads(child.stdout.readline())["event"] == "progress"
            child.send_signal(number)
        for number, child in children.items():
            out, err = child.communicate(timeout=60)
            assert child.returncode == statuses[number]
            assert "Traceback" not in err
            check_stopped(json.loads(out.splitlines()[-1]), tmp_path / number.name, data)
    finally:
        for child in children.values():
            child.kill()
            child.communicate()


def check_stopped(last: dict[str, Any], folder: Path, data: Path) -> None:
    """The last event is true, and the training goes on from there."""
    assert (last["event"], last["run"]) == ("stopped", str(folder))
    run = Run.open(folder)
    assert run.manifest.status == "stopped"
    assert run.manifest.step == last["step"] < run.manifest.steps
    run.model()
    trainer = run.trainer(catalogue.load(str(data)))
    assert trainer.step == last["step"]
    trainer.interval = 0.0
    assert isinstance(next(iter(trainer)), Progress)


def test_a_stopped_training_goes_on_to_its_end_wherever_its_images_lie_now(
    data: Path, tmp_path: Path, capsys: Text
) -> None:
    run = trained(tmp_path / "vae", to=10)
    assert main(["train", "--resume", str(run.folder)]) == 2
    assert "no data set or file" in capsys.readouterr().err
    assert main(["train", "--resume", str(run.folder), "--data", str(data), "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["event"], last["step"], last["run"]) == ("finished", STEPS, str(run.folder))
    whole = trained(tmp_path / "whole")
    assert (
        run.folder.joinpath("weights.safetensors").read_bytes()
        == (whole.folder / "weights.safetensors").read_bytes()
    )


BLOCK_QT = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
"""


def test_everything_but_the_window_works_where_qt_can_not_be_imported(data: Path, tmp_path: Path) -> None:
    script = f"""{BLOCK_QT}
from explorer.cli import main
run, data = {str(tmp_path / "run")!r}, {str(data)!r}
for words in (
    ["train", "vae", "--data", data, "--out", run, "--json", *{QUICK!r}],
    ["evaluate", run, "--json"],
    ["embed", run, "--out", run + ".npz", "--json"],
    ["decode", run, "--at=0,0", "--out", run + "-1.png", "--json"],
    ["sample", run, "-n", "4", "--out", run + "-2.png", "--json"],
    ["runs", "--json"],
    ["doctor", "--json"],
):
    status = main(words)
    assert status == 0, words
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(LATENT_EXPLORER_HOME=str(tmp_path / "home")),
    )
    assert done.returncode == 0, done.stderr
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    events = [each for each in objects if "event" in each]
    assert events[-1]["event"] == "finished"
    assert set(FIGURES) <= set(objects[len(events)])
    for file in ("run.npz", "run-1.png", "run-2.png"):
        assert (tmp_path / file).is_file()
