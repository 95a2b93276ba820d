"""The command `invert` as its users meet it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explorer import paths
from explorer.cli import main
from explorer.data.sources import catalogue
from explorer.metrics import ruler as rulers
from explorer.metrics.progress import finish
from explorer.models import arrays
from explorer.runs.run import Run, framing_of
from explorer.weights import read_arrays

Text = pytest.CaptureFixture[str]


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    """Dark ink on a white sheet, as a scanner would have it."""
    sheet = np.full((120, 90, 3), 255, np.uint8)
    sheet[20:30, 20:70] = 10
    for row in range(30, 100):
        left = 62 - (row - 30) // 2
        sheet[row, left : left + 9] = 10
    path = tmp_path / "seven.png"
    Image.fromarray(sheet).save(path)
    return path


def asked(text: Text, *words: str | Path) -> dict[str, Any]:
    assert main(["invert", *map(str, words), "--json"]) == 0
    out, _ = text.readouterr()
    (line,) = out.splitlines()
    content: dict[str, Any] = json.loads(line)
    return content


def refused(text: Text, *words: str | Path) -> str:
    text.readouterr()
    assert main(["invert", *map(str, words), "--json"]) == 2
    out, err = text.readouterr()
    assert not out
    (line,) = err.splitlines()
    return line


def trained(folder: Path, data: Path, text: Text, *knobs: str) -> Path:
    words = ["train", "gan", "--data", str(data), "--out", str(folder), "--epochs", "1"]
    for each in ("latent_size=2", "width=4", "batch=32", *knobs):
        words += ["--set", each]
    assert main(words) == 0
    text.readouterr()
    return folder


def bar(tiny_data: Path, name: str) -> Path:
    path = tiny_data.parent / name
    Image.fromarray(np.load(tiny_data)["images"][0]).save(path)
    return path


@pytest.mark.parametrize("run", ["vae-mnist-16d", "ae-mnist-2d"])
def test_the_encoder_places_a_picture_that_is_normed_like_the_data(
    run: str, seven: Path, tmp_path: Path, capsys: Text
) -> None:
    said = asked(capsys, run, "--image", seven, "--out", tmp_path / "seven.npz")
    found = read_arrays(tmp_path / "seven.npz")
    assert set(found) == {"code", "picture", "original", "error"}
    assert found["original"].shape == found["picture"].shape == (28, 28, 1)
    assert found["original"].dtype == found["picture"].dtype == np.uint8
    assert found["original"][0].max() == 0, "white ink on black, within its margin"
    model = Run.open(paths.trained() / run).model()
    np.testing.assert_allclose(found["code"], arrays.encode(model, found["original"][None])[0], atol=1e-5)
    error = np.square((found["picture"] / 255.0) - (found["original"] / 255.0)).mean()
    assert said["error"] == pytest.approx(error, rel=1e-5)
    assert float(found["error"]) == pytest.approx(error, rel=1e-5)
    assert (said["how"], said["latent_size"]) == ("encoder", len(found["code"]))


@pytest.mark.parametrize("item", [0, 1, 1234, 9876])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_digit_of_the_datas_own_norm_is_taken_as_it_is(
    item: int, mode: str, tmp_path: Path, capsys: Text
) -> None:
    digit = catalogue.load("mnist").test.images[item]
    Image.fromarray(digit[..., 0]).convert(mode).save(tmp_path / "digit.png")
    out = tmp_path / "digit.npz"
    said = asked(capsys, "vae-mnist-16d", "--image", tmp_path / "digit.png", "--out", out)
    found = read_arrays(out)
    np.testing.assert_array_equal(found["original"], digit)
    model = Run.open(paths.trained() / "vae-mnist-16d").model()
    again = arrays.decode(model, arrays.encode(model, digit[None]))[0]
    error = np.square(again / 255.0 - digit / 255.0).mean()
    assert said["error"] == pytest.approx(error, rel=1e-4)
    assert said["shown"] == "as it is"


def test_the_error_is_told_with_the_picture_that_it_is_against(
    seven: Path, tiny_data: Path, tmp_path: Path, capsys: Text
) -> None:
    digit = Image.fromarray(catalogue.load("mnist").test.images[0, ..., 0])
    digit.save(tmp_path / "digit.png")
    shifted = Image.new("L", (28, 28))
    shifted.paste(digit, (6, 5))
    shifted.save(tmp_path / "shifted.png")
    digit.resize((56, 56)).save(tmp_path / "large.png")
    expected = {
        "digit.png": "against the picture as it is",
        "shifted.png": "against the picture brought to the norm of its data",
        "large.png": "against the picture brought to the norm of its data",
        "seven.png": "against the picture brought to the norm of its data",
    }
    for name, words in expected.items():
        command = [
            "invert",
            "vae-mnist-2d",
            "--image",
            str(tmp_path / name),
            "--out",
            str(tmp_path / "x.npz"),
        ]
        assert main(command) == 0
        assert words in capsys.readouterr().out, name


def test_where_there_is_no_encoder_it_searches(tiny_data: Path, tmp_path: Path, capsys: Text) -> None:
    run = trained(tmp_path / "gan", tiny_data, capsys)
    said = asked(capsys, run, "--image", bar(tiny_data, "bar.png"), "--out", tmp_path / "a.npz")
    found = read_arrays(tmp_path / "a.npz")
    assert said["how"] == "search"
    assert said["class"] is None
    assert said["shown"] == "as it is"
    np.testing.assert_array_equal(found["original"][..., 0], np.load(tiny_data)["images"][0])
    assert found["code"].shape == (2,)
    decoded = arrays.decode(Run.open(run).model(), found["code"][None])[0]
    np.testing.assert_array_equal(decoded, found["picture"])
    again = asked(capsys, run, "--image", tiny_data.parent / "bar.png", "--out", tmp_path / "b.npz")
    assert again["error"] == said["error"], "the seed decides"


def test_a_conditional_generator_is_asked_for_the_class_that_the_ruler_sees(
    tiny_data: Path, tmp_path: Path, capsys: Text
) -> None:
    run = trained(tmp_path / "gan", tiny_data, capsys, "condition=class")
    picture, out = bar(tiny_data, "bar.png"), tmp_path / "bar.npz"
    line = refused(capsys, run, "--image", picture, "--out", out)
    assert "evaluate" in line
    data = catalogue.load(str(tiny_data), framing_of(Run.open(run).manifest))
    ruler = finish(rulers.make(data, steps=60))
    said = asked(capsys, run, "--image", picture, "--out", out)
    found = read_arrays(out)
    seen = int(ruler.predict(arrays.to_x(found["original"][None], Run.open(run).model()))[0])
    assert said["class"] == data.test.class_names[seen]


def test_a_diffusion_model_finds_the_noise_that_a_picture_comes_from(
    tiny_data: Path, tmp_path: Path, capsys: Text
) -> None:
    run = tmp_path / "diffusion"
    words = ["train", "diffusion", "--data", str(tiny_data), "--out", str(run), "--epochs", "1"]
    for each in ("width=4", "depth=1", "batch=32", "steps=4"):
        words += ["--set", each]
    assert main(words) == 0
    capsys.readouterr()
    said = asked(capsys, run, "--image", bar(tiny_data, "bar.png"), "--out", tmp_path / "bar.npz")
    assert (said["how"], said["latent_size"]) == ("encoder", 144)
    assert said["error"] < 0.05


def test_a_picture_that_can_not_be_used_is_one_sentence(seven: Path, tmp_path: Path, capsys: Text) -> None:
    out = tmp_path / "out.npz"
    assert "no.png" in refused(capsys, "vae-mnist-2d", "--image", tmp_path / "no.png", "--out", out)
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes(seven.read_bytes()[:80])
    assert "damaged" in refused(capsys, "vae-mnist-2d", "--image", damaged, "--out", out)
    colour = np.asarray(Image.open(seven)).copy()
    colour[20:30, 20:70] = (200, 30, 30)
    Image.fromarray(colour).save(tmp_path / "red.png")
    line = refused(capsys, "vae-mnist-2d", "--image", tmp_path / "red.png", "--out", out)
    assert "colour" in line
    assert "grey" in line
    assert not out.exists()
