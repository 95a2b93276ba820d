"""A linear autoencoder finds the plane of the principal components (Baldi & Hornik 1989)."""

from __future__ import annotations

import math

import pytest
import torch

from explorer.data.image_set import ImageSet
from explorer.data.sources.catalogue import load
from explorer.metrics.planes import largest_angle, smallest_axes_angle
from explorer.models import arrays, build
from explorer.models.base import GenerativeModel, ImageShape
from explorer.training.trainer import Trainer


def trained(images: ImageSet, size: int, **settings: object) -> GenerativeModel:
    height, width, channels = images.shape
    model = build(
        "ae", {"network": "linear", "latent_size": size, **settings}, ImageShape(channels, height, width)
    )
    trainer = Trainer(model, images)
    for _ in trainer:
        pass
    model.load_state_dict({name: torch.from_numpy(array) for name, array in trainer.weights().items()})
    return model


def fitted(images: ImageSet, size: int) -> GenerativeModel:
    height, width, channels = images.shape
    model = build("pca", {"latent_size": size}, ImageShape(channels, height, width))
    model.fit(torch.from_numpy(images.images).permute(0, 3, 1, 2))
    return model


def error(model: GenerativeModel, images: ImageSet) -> float:
    x = arrays.to_x(images.images, model)
    with torch.inference_mode():
        return float((model.decode(model.encode(x)) - x).square().mean())


def test_its_decoder_is_one_linear_map() -> None:
    model = build("ae", {"network": "linear", "latent_size": 3}, ImageShape(1, 8, 8))
    z, w = torch.eye(3), model.linear_map
    assert w is not None
    with torch.inference_mode():
        moved = (model.decode(5 * z) - model.decode(0 * z)).flatten(1)
    torch.testing.assert_close(moved, 5 * w.T)
    assert build("ae", {"network": "dense"}, ImageShape(1, 8, 8)).linear_map is None


def test_it_is_as_good_as_principal_components() -> None:
    digits = load("mnist").train.take(slice(6000))
    assert error(trained(digits, 2, epochs=15), digits) < 1.02 * error(fitted(digits, 2), digits)


@pytest.mark.slow
@pytest.mark.parametrize("size", [2, 16])
def test_the_default_training_finds_their_plane(size: int) -> None:
    data = load("mnist")
    ours, pca = trained(data.train, size), fitted(data.train, size)
    assert error(ours, data.test) < 1.02 * error(pca, data.test)
    assert ours.linear_map is not None
    assert pca.linear_map is not None
    assert largest_angle(ours.linear_map, pca.linear_map) < 5


def test_the_largest_angle_is_that_of_the_planes_not_of_their_axes() -> None:
    plane = torch.eye(5)[:, :2]
    assert largest_angle(plane, plane @ torch.tensor([[1.0, 5.0], [0.0, 1.0]])) == pytest.approx(0, abs=1e-5)
    tilted = torch.stack((plane[:, 0], torch.tensor([0.0, math.cos(0.3), math.sin(0.3), 0.0, 0.0])), 1)
    assert largest_angle(plane, tilted) == pytest.approx(math.degrees(0.3), abs=1e-4)
    assert largest_angle(plane, torch.eye(5)[:, 2:4]) == pytest.approx(90)


def test_the_smallest_angle_of_the_axes_counts_lines_not_arrows() -> None:
    columns = torch.tensor([[1.0, -1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
    assert smallest_axes_angle(columns) == pytest.approx(45, abs=1e-4)
    assert smallest_axes_angle(columns[:, :1]) is None
