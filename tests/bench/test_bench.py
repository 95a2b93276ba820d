"""The measurements, as short as can be: what they write, not how fast anything is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from explorer.bench import learning, main, processes, train
from explorer.bench import start as starts
from explorer.data.sources import catalogue, embedded
from explorer.errors import BadInput
from explorer.runs.recorder import record
from explorer.runs.run import new
from explorer.training.trainer import Trainer

SPREAD = {"p50", "p95", "p99", "max"}


def measured(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The one object on the one line of standard output."""
    assert main([*words, "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    return json.loads(line)


@pytest.fixture
def small_run(tiny_data: Path, tmp_path: Path) -> Path:
    """A dense 2-D model of a few pictures; a VAE would collapse on them."""
    data = catalogue.load(str(tiny_data))
    settings = {"network": "dense", "latent_size": 2, "width": 2, "batch": 16, "epochs": 1}
    run = new(tmp_path / "small", "ae", settings, data, seed=0)
    for _ in record(run, run.trainer(data), data):
        pass
    return run.folder


@pytest.mark.slow
def test_interaction(small_run: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    found = measured(capsys, "interaction", "--run", str(small_run), "--repeats", "1", "--seconds", "0.5")
    assert set(found) == {"quiet", "training", "images_per_s"}
    for state in ("quiet", "training"):
        assert set(found[state]) == {"tick_ms", "slider_to_pixels_ms", "in_flight_max"}
        assert set(found[state]["tick_ms"]) == set(found[state]["slider_to_pixels_ms"]) == SPREAD
        assert found[state]["in_flight_max"] == 1
        assert found[state]["slider_to_pixels_ms"]["p50"] > 0
    assert list(found["images_per_s"]) == ["headless", "window_hidden_map", "window_living_map", "dragging"]
    assert all(speed > 0 for speed in found["images_per_s"].values())


@pytest.mark.slow
def test_start(tmp_path: Path) -> None:
    found = starts.combined(
        [starts.start("window", 0.3, str(tmp_path)) | starts.start("eager", 0.3, str(tmp_path))]
    )
    assert set(found) == {
        *("window_s", "map_s", "first_decode_s", "eager_s"),
        *("stalls_ms", "warming_stalls_ms"),
    }
    assert 0 < found["window_s"] < found["map_s"] < found["first_decode_s"]
    assert all(stall > 50 for name in ("stalls_ms", "warming_stalls_ms") for stall in found[name])
    assert len(starts.table(found)) == 6
    assert len(starts.bars(found)) == 4


def test_train(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "KINDS", train.KINDS[:1])
    speeds = {1: 2.0, 2: 3.0}
    monkeypatch.setattr(processes, "steps_per_s", lambda words, seconds, processes: speeds[processes])
    found = measured(capsys, "train", "--repeats", "1", "--seconds", "0.1")
    assert set(found) == {"models", "processes"}
    assert found["processes"][0] == {
        "model": "dense VAE, 2-D",
        "processes": 2,
        "images_per_s": 3 * 128,
        "one_process_images_per_s": 2 * 128,
    }
    assert any(line.endswith("384           256    1.50") for line in train.table(found))
    float32 = [row for row in found["models"] if row["precision"] == "float32"]
    assert [row["model"] for row in float32] == ["dense VAE, 2-D"]
    for row in found["models"]:
        assert row["images_per_s"] > 0
        assert row["usual_images_per_s"] > 0


def test_learning(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "KINDS", learning.KINDS[:1])
    monkeypatch.setattr(learning, "JUDGED", 100)
    found = measured(capsys, "learning", "--repeats", "1", "--seconds", "0.8")["models"]
    assert [(row["model"], row["cpu_s"]) for row in found] == [
        ("dense VAE, 2-D", pytest.approx(budget)) for budget in (0.1, 0.3, 0.8)
    ]
    for row in found:
        assert -600 < row["elbo"] < -100
        assert -600 < row["usual_elbo"] < -100
        assert row["usual_spent_cpu_s"] >= row["cpu_s"]
        assert row["spent_cpu_s"] > 0
    assert len(learning.table({"models": found})) == 4
    exact = dict.fromkeys(learning.SPENT, found[0]["cpu_s"])
    rows = [{**row, **exact, "cpu_s": exact["spent_cpu_s"] * (1 + i / 100)} for i, row in enumerate(found)]
    bars = learning.bars({"models": [{**row, "elbo": row["usual_elbo"] + 0.5} for row in rows]})
    assert [bar.reached for bar in bars] == [True, True, False, True], "a nat better after the middle one"
    rows[0]["spent_cpu_s"] *= 1.04
    assert not learning.bars({"models": rows})[0].reached, "it took 4 % longer"


def test_a_training_that_took_too_long_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[int] = []

    class Noted(Trainer):
        def __init__(self, *given: Any, steps: int, **named: Any) -> None:
            planned.append(steps)
            super().__init__(*given, steps=steps, **named)

    clock = iter([0.0, 8.0, 100.0, 104.1])
    monkeypatch.setattr(learning, "JUDGED", 10)
    monkeypatch.setattr(learning, "Trainer", Noted)
    monkeypatch.setattr(learning, "_seconds_per_step", lambda *of: 0.5)
    monkeypatch.setattr(learning, "_now", lambda: next(clock))
    row = learning._ours(learning.KINDS[0], 4.0, 0, catalogue.load(embedded.NAME))
    assert planned == [8, 4], "each step took a second, not half of one"
    assert row["spent_cpu_s"] == pytest.approx(4.1)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
def test_the_speed_of_processes(tiny_data: Path, count: int) -> None:
    words = ["ae", "--data", str(tiny_data), "--set", "width=2", "--set", "batch=16", "--epochs", "10000"]
    assert processes.steps_per_s(words, 1.0, processes=count) > 0


def test_wrong_words_are_refused_in_one_sentence() -> None:
    for words in (["speed"], ["start", "--repeats", "0"], ["train", "--seconds", "soon"]):
        with pytest.raises(BadInput, match="--help"):
            main(words)


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    assert "interaction" in capsys.readouterr().out
