"""What a run keeps of its training: the averaged weights, as exactly as shows, of its own seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer import models
from explorer.models import ImageShape, arrays
from explorer.models.families.autoencoder import Autoencoder
from explorer.runs.recorder import record
from explorer.runs.run import Run, new
from explorer.training.events import Progress
from explorer.training.trainer import Trainer
from explorer.weights import read_tensors
from tests.runs.runs_made import DATA, STEPS, begin, trained
from tests.shapes import squares


def kept_types(run: Run) -> set[np.dtype]:
    tensors, _ = read_tensors(run.folder / "weights.safetensors")
    return {tensor.dtype for tensor in tensors.values()}


def test_weights_are_halved_where_nothing_of_it_can_be_seen(tmp_path: Path) -> None:
    assert kept_types(trained(tmp_path / "ae", "ae")) == {np.dtype("float16")}


def test_weights_that_half_precision_would_spoil_are_kept_whole(tmp_path: Path) -> None:
    run = begin(tmp_path / "ae", "ae", network="linear")
    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    pictures = DATA.test.images
    for event in record(run, trainer, DATA):
        if isinstance(event, Progress) and event.step == STEPS:
            # A code that is always 1, times numbers around -4096, and 4096 more: the fractions matter.
            weights = trainer.average.tensors
            weights["encoder.1.weight"][0], weights["encoder.1.bias"][0] = 0.0, 1.0
            column = weights["decoder.0.weight"][:, 0]
            column.copy_(torch.linspace(-4097, -4095, len(column)))
            weights["decoder.0.bias"].fill_(4096.0)
            wanted = {name: tensor.clone() for name, tensor in weights.items()}
    run = Run.open(run.folder)
    assert kept_types(run) == {np.dtype("float32")}
    model = run.model()
    for name, tensor in model.state_dict().items():
        assert (tensor == wanted[name]).all()
    embedding = run.embedding()
    assert embedding is not None
    np.testing.assert_allclose(embedding.codes, arrays.encode(model, pictures), rtol=1e-5)
    drawn = arrays.decode(model, embedding.codes)
    preview = run.preview()
    assert preview is not None
    np.testing.assert_array_equal(preview[:8, :8], drawn[0])


def test_the_weights_of_a_training_that_was_left_are_the_averaged_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Autoencoder, "averaging", 1.0)
    run = begin(tmp_path / "ae", "ae", learning_rate=0.1)
    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    events = record(run, trainer, DATA)
    assert any(isinstance(event, Progress) and event.step == 5 for event in events)
    events.close()
    kept, raw = Run.open(run.folder).weights(), trainer.model.state_dict()
    for name, array in trainer.weights().items():
        np.testing.assert_array_equal(kept[name], array)
    assert any(np.abs(kept[name] - raw[name].numpy()).max() > 0.01 for name in kept)


def test_a_run_trains_on_its_training_images_from_its_own_seed(tmp_path: Path) -> None:
    run = begin(tmp_path / "ae", "ae", seed=3)
    trainer = run.trainer(DATA)
    first = models.build("ae", run.manifest.settings, ImageShape(*run.manifest.image), 3)
    for name, tensor in trainer.model.state_dict().items():
        assert torch.equal(tensor, first.state_dict()[name])
    alike = Trainer(first, DATA.train, seed=3)
    assert trainer._noise.of(0).initial_seed() == alike._noise.of(0).initial_seed() == 3
    for step in (0, 7):
        (_, ours), (_, theirs) = trainer.batches.at(step)[0], alike.batches.at(step)[0]
        assert torch.equal(ours.x, theirs.x)


def test_a_knob_that_was_turned_is_turned_after_a_resume(tmp_path: Path) -> None:
    run = begin(tmp_path / "vae")
    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    events = record(run, trainer, DATA)
    for event in events:
        if isinstance(event, Progress) and event.step == 5:
            trainer.change("beta", 7.0)
            break
    events.close()
    # The state says so by itself: the manifest may be of a moment before.
    run.manifest.settings["beta"] = 1.0
    assert run.trainer(DATA).config.as_dict()["beta"] == 7.0


def test_codes_of_a_plane_are_kept_exactly_and_longer_ones_as_halves(tmp_path: Path) -> None:
    for size, kept in ((2, np.float32), (3, np.float16)):
        run = trained(tmp_path / str(size), "pca", latent_size=size)
        with np.load(run.folder / "embedding-z.npz") as file:
            assert file["codes"].dtype == kept
        embedding = run.embedding()
        assert embedding is not None
        codes = arrays.encode(run.model(), DATA.test.images)
        np.testing.assert_allclose(embedding.codes, codes, rtol=1e-6 if size == 2 else 1e-3, atol=1e-4)


@pytest.mark.parametrize("family", ["pca", "ae"])
def test_pictures_that_are_wider_than_high_stay_so(tmp_path: Path, family: str) -> None:
    data = replace(DATA, train=squares(96, (8, 12, 3), 1), test=squares(24, (8, 12, 3), 2))
    settings = models.family(family).Config.read({"latent_size": 2}).as_dict()
    if family == "ae":
        settings |= {"network": "dense", "width": 2, "epochs": 20, "learning_rate": 0.02, "batch": 16}
    run = new(tmp_path / family, family, settings, data, seed=0)
    for _ in record(run, run.trainer(data), data):
        pass
    run = Run.open(run.folder)
    model, atlas, probe, embedding = run.model(), run.atlas(), run.probe(), run.embedding()
    assert tuple(model.image) == (3, 8, 12)
    assert atlas is not None
    assert probe is not None
    assert embedding is not None
    np.testing.assert_array_equal(probe.images, data.test.images)
    np.testing.assert_array_equal(probe.labels, data.test.labels)
    for knot in ((atlas.low[0], atlas.high[1]), (atlas.high[0], atlas.low[1])):
        code = np.array(knot, np.float32)
        np.testing.assert_allclose(atlas.decode(code), arrays.decode(model, code[None])[0], atol=1)
    # The model has learned these pictures, and not some that are turned.
    drawn = arrays.decode(model, embedding.codes).astype(float)
    assert np.square(drawn - data.test.images).mean() < 0.7 * data.test.images.astype(float).var(0).mean()
