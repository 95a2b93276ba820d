"""The ruler, trained for a few steps on pictures that anybody can tell apart: bars that lie or stand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer import paths
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet, ImageSet
from explorer.data.sources.catalogue import load
from explorer.errors import BadInput
from explorer.metrics import ruler as rulers
from explorer.metrics.frechet import moments, rfcd
from explorer.metrics.pixels import to_pixels
from explorer.metrics.progress import finish
from explorer.metrics.ruler import Ruler


def bars(n: int, seed: int, side: int = 12, channels: int = 1) -> ImageSet:
    rng = np.random.default_rng(seed)
    images, labels = np.zeros((n, side, side, channels), np.uint8), rng.integers(0, 2, n)
    for image, label in zip(images, labels, strict=True):
        at = rng.integers(2, side - 3)
        (image.swapaxes(0, 1) if label else image)[at : at + 2, 2:-2] = rng.integers(150, 255, channels)
    return ImageSet(images, labels, ("lying", "standing"))


def bar_data(side: int = 12, channels: int = 1, n: int = 2000) -> DataSet:
    train, test = bars(n, 0, side, channels), bars(n // 2, 1, side, channels)
    return DataSet("bars", "Bars", "bars", train, test, Framing(side=side))


@pytest.fixture(scope="module")
def data() -> DataSet:
    return bar_data()


@pytest.fixture(scope="module")
def ruler(data: DataSet) -> Ruler:
    return finish(rulers.train(data, seed=0, steps=40))


def test_it_learns_and_its_figure_is_measured(ruler: Ruler, data: DataSet) -> None:
    named = ruler.predict(to_pixels(data.test.images)).numpy()
    assert ruler.accuracy == pytest.approx((named == data.test.labels).mean(), abs=0.002)
    assert ruler.accuracy > 0.95
    assert ruler.n_test == 1000


def test_real_against_real_is_small_and_a_lost_class_is_not(ruler: Ruler, data: DataSet) -> None:
    features = ruler.features(to_pixels(data.test.images)).numpy()
    assert features.shape == (1000, rulers.FEATURES)
    real, half = rfcd(ruler.real, moments(features)), features[data.test.labels == 0]
    assert real < 3
    assert rfcd(ruler.real, moments(half)) > 10 * real


def test_noise_is_seen(ruler: Ruler, data: DataSet) -> None:
    x = to_pixels(data.test.images)
    noisy = x + 0.3 * torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    clean, spoilt = (rfcd(ruler.real, moments(ruler.features(p).numpy())) for p in (x, noisy.clamp(0, 1)))
    assert spoilt > 5 * clean


def test_it_comes_back_from_its_file_as_it_was(ruler: Ruler, data: DataSet, tmp_path: Path) -> None:
    rulers.save(ruler, tmp_path, "bars")
    again = rulers.read(tmp_path, "bars")
    x = to_pixels(data.test.images[:200])
    assert torch.equal(again.features(x), ruler.features(x))
    assert torch.equal(again.predict(x), ruler.predict(x))
    np.testing.assert_allclose(again.real.C, ruler.real.C, rtol=1e-6, atol=1e-9)
    kept = ("image", "classes", "accuracy", "n_test", "seed", "data")
    assert [getattr(again, name) for name in kept] == [getattr(ruler, name) for name in kept]


def test_the_same_seed_gives_the_same_ruler(data: DataSet) -> None:
    one, two = (finish(rulers.train(data, seed=3, steps=3)) for _ in range(2))
    for name, tensor in one.network.tensors().items():
        assert torch.equal(tensor, two.network.tensors()[name])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [8, 28, 100])
def test_pictures_of_any_side_and_colour_have_features(side: int, channels: int) -> None:
    ruler = finish(rulers.train(bar_data(side, channels, n=100), seed=0, steps=1))
    assert ruler.features(torch.rand(2, channels, side, side)).shape == (2, rulers.FEATURES)


def test_it_is_made_once_and_then_found(data: DataSet) -> None:
    assert rulers.find(data) is None
    made = finish(rulers.make(data, steps=2))
    found = rulers.find(data)
    assert found is not None
    assert found.data == made.data == data.fingerprint()
    other = DataSet("bars", "Bars", "bars", data.train, bars(1000, 2), data.framing)
    assert rulers.find(other) is None


@pytest.mark.parametrize("ending", ["json", "safetensors"])
def test_a_damaged_kept_ruler_is_made_anew(data: DataSet, ending: str) -> None:
    made = finish(rulers.make(data, steps=2))
    file = rulers.kept() / f"{made.data}.{ending}"
    file.write_bytes(file.read_bytes()[:-9])
    assert rulers.find(data) is None
    finish(rulers.make(data, steps=2))
    assert rulers.find(data) is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image", [1, 4, 4]),
        ("image", [1, 10**9, 8]),
        ("classes", 10**12),
        ("accuracy", "high"),
        ("sha256", "0"),
    ],
)
def test_a_description_that_lies_is_refused(ruler: Ruler, tmp_path: Path, field: str, value: object) -> None:
    rulers.save(ruler, tmp_path, "bars")
    file = tmp_path / "bars.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {field: value}))
    with pytest.raises(BadInput):
        rulers.read(tmp_path, "bars")


def test_a_ruler_serves_even_where_it_can_t_be_kept(data: DataSet) -> None:
    rulers.kept().parent.mkdir(parents=True)
    rulers.kept().write_text("a file where the folder should be")
    assert finish(rulers.make(data, steps=1)).n_test == 1000
    assert rulers.find(data) is None


def test_only_two_classes_in_both_parts_make_a_ruler(data: DataSet) -> None:
    def labelled(train: ImageSet, test: ImageSet) -> bool:
        return rulers.is_labelled(DataSet("bars", "Bars", "bars", train, test, data.framing))

    nameless = ImageSet(data.test.images)
    assert labelled(data.train, data.test)
    assert not labelled(nameless, data.test)
    assert not labelled(data.train, nameless)
    assert not labelled(data.train.take(data.train.labels == 1), data.test)
    assert not labelled(data.train.take(slice(0)), data.test)


def test_the_shipped_ruler_of_mnist_is_what_its_description_says() -> None:
    data = load("mnist")
    ruler = rulers.find(data)
    assert ruler is not None
    about = json.loads((paths.resources() / "rulers" / "mnist.json").read_text())
    assert about["accuracy"] == ruler.accuracy >= 0.993
    part = data.test.take(slice(1000))
    named = ruler.predict(to_pixels(part.images)).numpy()
    # The first half of the test images is the harder one.
    assert (named == part.labels).mean() > 0.98


def test_the_scale_begins_with_the_features_of_all_training_images(ruler: Ruler, data: DataSet) -> None:
    found = moments(ruler.features(to_pixels(data.train.images)).numpy())
    np.testing.assert_allclose(ruler.real.m, found.m, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(ruler.real.C, found.C, rtol=1e-2, atol=1e-4)


def test_it_is_measured_with_the_weights_that_are_kept(ruler: Ruler) -> None:
    for tensor in ruler.network.tensors().values():
        assert torch.equal(tensor, tensor.half().float())
    assert not ruler.network.training


def test_training_images_move_by_a_pixel_each_way_as_often() -> None:
    x = torch.zeros(900, 1, 7, 9)
    x[:, :, 3, 4] = 1
    seen = rulers.shifted(x, torch.Generator().manual_seed(0))
    assert torch.equal(seen.sum((1, 2, 3)), torch.ones(900))
    often = seen.sum(0)[0] / 900
    assert (often[2:5, 3:6] > 0.07).all()
    assert often[2:5, 3:6].sum() == pytest.approx(1, abs=1e-5)


def test_the_rate_of_a_ruler_rises_straight_and_falls_as_half_a_cosine() -> None:
    assert [rulers.one_cycle(progress) for progress in (0, 0.1, 0.2, 0.6, 1)] == pytest.approx(
        [0, 0.5, 1, 0.5, 0]
    )
