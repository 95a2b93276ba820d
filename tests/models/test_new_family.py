"""A family that nobody has heard of: one file and one name, and everything else has it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import models
from explorer.cli import main
from explorer.data.sources import catalogue
from explorer.models import arrays
from explorer.runs.manifest import GroupRecord
from explorer.runs.recorder import record
from explorer.runs.run import Run, new
from explorer.session.learning.families import DescribeFamilies
from explorer.training.events import Progress
from tests.models import test_contract as contract
from tests.shapes import write_npz

SOURCE = '''
"""Two linear maps, the second of which learns from what the first has just learnt."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import nn

from explorer.models.base import GenerativeModel, ParameterGroup, Space, TrainedConfig, Update, knob


@dataclass(frozen=True)
class TwoMapsConfig(TrainedConfig):
    latent_size: int = knob(3, low=1, high=16, unit="numbers", help="Numbers in a code z.")


class TwoMaps(GenerativeModel):
    family = "two-maps"
    title = "Two linear maps"
    short_title = "2M"
    Config = TwoMapsConfig
    PRESETS: ClassVar = {"Usual": {}, "Narrow": {"latent_size": 1}}

    def __init__(self, config, image, classes=0):
        super().__init__(config, image, classes)
        self.down = nn.Linear(image.size, config.latent_size)
        self.up = nn.Linear(config.latent_size, image.size)

    @property
    def spaces(self):
        return (Space("w", (self.config.latent_size,), can_encode=True, can_decode=True, prior="normal"),)

    def parameter_groups(self):
        return {
            "up": ParameterGroup(list(self.up.parameters()), title="decoder"),
            "down": ParameterGroup(list(self.down.parameters())),
        }

    def training_step(self, batch, at, rng):
        for group in ("up", "down"):
            error = (self.decode(self.encode(batch.x)) - batch.x).square().mean()
            yield Update(group, error, {"error": error})

    def encode(self, x, space="w"):
        return self.down(x.flatten(1))

    def decode(self, codes, space="w", condition=None):
        return torch.sigmoid(self.up(codes)).unflatten(1, self.image)
'''


@pytest.fixture
def name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The one name of the family in the list of all."""
    file = tmp_path / "two_maps.py"
    file.write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("explorer.models.families.two_maps", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setitem(models.FAMILIES, "two-maps", module.TwoMaps)  # type: ignore[arg-type]
    return "two-maps"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_npz(tmp_path / "squares.npz")


def train(name: str, data: Path, folder: Path, *words: str) -> int:
    few = ["--epochs", "3", "--set", "batch=16", "--set", "latent_size=2"]
    return main(["train", name, "--data", str(data), "--out", str(folder), "--json", *few, *words])


def test_it_keeps_the_contract(name: str) -> None:
    contract.test_stages_share_the_training_and_name_real_groups(name)
    contract.test_each_update_is_of_a_group_that_is_declared(name)
    contract.test_the_seed_decides_the_first_weights_and_the_draws(name)
    contract.test_knobs_say_what_they_are_and_refuse_what_they_are_not(name)
    for shape in contract.SHAPES:
        contract.test_arrays_go_in_and_out_as_the_tensors_do(name, shape)
        contract.test_training_brings_the_pictures_nearer(name, shape)


def test_the_form_asks_for_its_knobs_and_offers_its_presets(name: str) -> None:
    (forms,) = DescribeFamilies().answer({})
    form = {form.name: form for form in forms}[name]
    assert (form.title, form.steps) == ("Two linear maps", True)
    assert {"latent_size", "learning_rate", "epochs", "seed"} <= {knob.name for knob in form.knobs}
    assert form.full_presets() == [{"latent_size": 3}, {"latent_size": 1}]


def test_the_command_line_trains_it_and_the_run_tells_and_decodes_it(
    name: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert train(name, data, folder) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[-1]["event"] == "finished"
    terms = [event["terms"] for event in events if event["event"] == "progress"][-1]
    assert {"error", "loss up", "gradient up", "loss down", "gradient down"} <= set(terms)

    run = Run.open(folder)
    manifest = run.manifest
    assert (manifest.family, manifest.title, manifest.short_title) == (name, "Two linear maps", "2M")
    assert manifest.groups == (GroupRecord("up", "decoder"), GroupRecord("down", "down"))
    assert run.embedding("w") is not None
    assert run.atlas() is not None
    assert run.preview() is not None

    picture = tmp_path / "picture.png"
    assert main(["decode", str(folder), "--at=0.5,-1.2", "--out", str(picture), "--json"]) == 0
    wanted = arrays.decode(run.model(), np.array([[0.5, -1.2]], np.float32), "w")[0]
    np.testing.assert_array_equal(np.asarray(Image.open(picture)), wanted[..., 0])
    sheet, codes = str(tmp_path / "sheet.png"), str(tmp_path / "codes.npz")
    assert main(["sample", str(folder), "-n", "4", "--out", sheet, "--json"]) == 0
    assert main(["embed", str(folder), "--out", codes, "--json"]) == 0


def test_a_training_that_was_left_goes_on_as_if_it_had_not_been(
    name: str, data: Path, tmp_path: Path
) -> None:
    assert train(name, data, tmp_path / "whole") == 0
    whole = Run.open(tmp_path / "whole")
    images = catalogue.load(str(data))
    run = new(tmp_path / "halves", name, whole.manifest.settings, images, seed=0)
    trainer = run.trainer(images)
    trainer.interval = 0.0
    with contextlib.closing(record(run, trainer, images)) as events:
        next(event for event in events if isinstance(event, Progress) and event.step == 5)
    assert Run.open(run.folder).manifest.status == "stopped"
    assert main(["train", "--resume", str(run.folder), "--json"]) == 0
    again = Run.open(run.folder)
    assert again.manifest.status == "finished"
    for tensor, array in whole.weights().items():
        np.testing.assert_array_equal(again.weights()[tensor], array, err_msg=tensor)
