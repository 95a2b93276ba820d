"""The command `attributes` as its users meet it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explorer import paths
from explorer.cli import main
from explorer.runs import own_attributes
from explorer.runs.run import Run

Text = pytest.CaptureFixture[str]


def asked(run: str | Path, text: Text) -> dict[str, dict[str, Any]]:
    assert main(["attributes", str(run), "--json"]) == 0
    (line,) = text.readouterr().out.splitlines()
    content = json.loads(line)
    assert list(content) == ["attributes"]
    return {one["name"]: one for one in content["attributes"]}


def test_a_shipped_model_knows_its_digits_and_their_shapes(capsys: Text) -> None:
    run = Run.open(paths.trained() / "vae-mnist-16d")
    own_attributes.keep(run, [own_attributes.made("mine", range(0, 60, 2), range(1, 61, 2), 10_000)])
    found = asked("vae-mnist-16d", capsys)
    assert len(found) == 16
    assert found["mine"]["kind"] == "own"
    for name in map(str, range(10)):
        assert found[name]["kind"] == "label"
        assert found[name]["auc"] > 0.9
        assert "r2" not in found[name]
    for name, least in (("ink", 0.9), ("slant", 0.85), ("thickness", 0.86), ("width", 0.8), ("height", 0.4)):
        assert found[name]["kind"] == "measured"
        assert found[name]["r2"] > least
        assert "auc" not in found[name]
    for name, one in found.items():
        assert set(one["leakage"]) == set(found) - {name}
        assert all(np.isfinite(change) for change in one["leakage"].values())
    assert found["ink"]["leakage"]["thickness"] > 0.3
    assert abs(found["slant"]["leakage"]["ink"]) < 0.3


def test_for_people_it_is_a_table(capsys: Text) -> None:
    assert main(["attributes", "pca-mnist-2d"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 16
    assert any(line.startswith("slant") and "R^2" in line for line in lines)


def test_listed_attributes_that_say_nothing_are_left_out_by_name(tmp_path: Path, capsys: Text) -> None:
    rng, folder = np.random.default_rng(0), tmp_path / "faces"
    folder.mkdir()
    lines = ["file,redness,always,unknown"]
    for i in range(420):
        red = int(rng.integers(0, 256))
        picture = np.full((8, 8, 3), (red, 80, 80), np.uint8) + rng.integers(0, 9, (8, 8, 1), np.uint8)
        Image.fromarray(picture).save(folder / f"{i}.png")
        lines.append(f"{i}.png,{red},1,")
    (folder / "attributes.csv").write_text("\n".join(lines))
    run = tmp_path / "pca"
    assert main(["train", "pca", "--data", str(folder), "--out", str(run), "--set", "latent_size=2"]) == 0
    capsys.readouterr()
    assert main(["attributes", str(run), "--json"]) == 0
    out, err = capsys.readouterr()
    (redness,) = json.loads(out)["attributes"]
    assert (redness["name"], redness["kind"]) == ("redness", "listed")
    assert redness["r2"] > 0.9
    assert "always" in err
    assert "unknown" in err


def test_a_run_that_is_not_there_is_one_sentence(capsys: Text) -> None:
    assert main(["attributes", "no-such-model", "--json"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert len(err.splitlines()) == 1


def test_codes_that_are_too_long_are_refused_before_they_are_sought(capsys: Text) -> None:
    assert main(["attributes", "diffusion-mnist"]) == 2
    assert "784 numbers" in capsys.readouterr().err
