from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer import models
from explorer.data.sources import catalogue
from explorer.errors import BadInput
from explorer.models import ImageShape, arrays
from explorer.models.families import pca


def fitted(images: np.ndarray, size: int) -> models.GenerativeModel:
    _, height, width, channels = images.shape
    model = models.build("pca", {"latent_size": size}, ImageShape(channels, height, width))
    model.fit(torch.tensor(images).permute(0, 3, 1, 2))
    return model


def noise(n: int, side: int = 8, seed: int = 0) -> np.ndarray:
    """Pictures whose variance differs from pixel to pixel."""
    rng = np.random.default_rng(seed)
    scale = np.linspace(0.1, 1, side * side).reshape(side, side, 1)
    return (rng.normal(0, 30 * scale, (n, side, side, 1)) + 128).clip(0, 255).astype(np.uint8)


def test_the_errors_on_mnist_are_the_published_ones() -> None:
    data = catalogue.load("mnist")
    model = fitted(data.train.images, 16)
    x = arrays.to_x(data.test.images, model)
    codes = model.encode(x)
    for size, published in ((2, 0.0557), (16, 0.0269)):
        # The first two of sixteen components are those of a model with two.
        kept = codes * (torch.arange(16) < size)
        assert (model.decode(kept) - x).square().mean().item() == pytest.approx(published, abs=5e-5)
    directions = model.state_dict()["directions"]
    torch.testing.assert_close(directions.T @ directions, torch.eye(16), rtol=0, atol=1e-5)


def test_codes_are_uncorrelated_and_the_most_variance_comes_first() -> None:
    images = noise(500)
    codes = arrays.encode(fitted(images, 10), images).astype(np.float64)
    covariance = np.cov(codes.T)
    variances = np.diag(covariance)
    assert (np.diff(variances) <= 1e-9).all()
    np.testing.assert_allclose(covariance, np.diag(variances), atol=1e-4 * variances[0])


def test_all_directions_give_every_picture_back() -> None:
    images = noise(100)
    model = fitted(images, 64)
    np.testing.assert_array_equal(arrays.decode(model, arrays.encode(model, images)), images)


def test_iteration_finds_what_the_covariance_says(monkeypatch: pytest.MonkeyPatch) -> None:
    images = catalogue.load("mnist").test.images[:2000]
    exact = fitted(images, 5).state_dict()["directions"]
    monkeypatch.setattr(pca, "LARGEST_COVARIANCE", 1)
    found = fitted(images, 5).state_dict()["directions"]
    assert (exact * found).sum(0).min() > 0.999
    torch.testing.assert_close(found.T @ found, torch.eye(5), rtol=0, atol=1e-5)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("largest", [1, 4096])
def test_fewer_pictures_than_directions_are_no_trouble(
    n: int, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pca, "LARGEST_COVARIANCE", largest)
    images = noise(n)
    model = fitted(images, 4)
    directions = model.state_dict()["directions"]
    torch.testing.assert_close(directions.T @ directions, torch.eye(4), rtol=0, atol=1e-4)
    # One rounding apart at most: n pictures span no more than n - 1 directions.
    decoded = arrays.decode(model, arrays.encode(model, images)).astype(int)
    assert np.abs(decoded - images).max() <= 1


def test_pictures_that_are_all_the_same_are_no_trouble() -> None:
    images = np.full((10, 8, 8, 1), 77, np.uint8)
    model = fitted(images, 3)
    np.testing.assert_array_equal(arrays.decode(model, arrays.encode(model, images)), images)


def test_a_large_picture_is_fitted_without_its_covariance() -> None:
    rng = np.random.default_rng(0)
    images = (rng.random((20, 1, 1, 1)) * rng.integers(0, 255, (1, 128, 128, 3))).astype(np.uint8)
    model = fitted(images, 2)  # a covariance of 19 GB
    coded = arrays.joined(list(arrays.code(model, images)))
    assert coded.errors is not None
    assert coded.errors.max() < 1e-4


def test_more_directions_than_numbers_in_a_picture_are_refused() -> None:
    with pytest.raises(BadInput, match="only 64 numbers"):
        models.build("pca", {"latent_size": 65}, ImageShape(1, 8, 8))
