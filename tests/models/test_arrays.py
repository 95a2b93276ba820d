"""Between arrays and tensors nothing is lost and nothing is moved."""

from __future__ import annotations

import numpy as np
import torch

from explorer import models
from explorer.models import ImageShape, arrays
from tests.shapes import squares


def test_every_level_goes_in_and_out_as_it_was() -> None:
    images = np.arange(256, dtype=np.uint8).reshape(2, 8, 16, 1).repeat(3, axis=3)
    images[..., 1] = images[..., 1][:, ::-1]
    model = models.build("pca", {}, ImageShape(3, 8, 16))
    np.testing.assert_array_equal(arrays.to_images(arrays.to_x(images, model)), images)


def test_a_level_between_two_is_the_nearer_one_and_one_beyond_them_the_last() -> None:
    x = torch.tensor([0.4, 0.6, 99.49, 99.51, -3.0, 300.0]).div(255).view(1, 1, 1, 6)
    assert arrays.to_images(x).ravel().tolist() == [0, 1, 99, 100, 0, 255]


def test_errors_are_squares_per_pixel_of_the_decoded_means() -> None:
    images = squares(9).images
    model = models.build("vae", {"width": 2, "latent_size": 2}, ImageShape(1, 8, 8)).eval()
    coded = arrays.joined(list(arrays.code(model, images, chunk=4)))
    assert coded.errors is not None
    assert coded.spread is not None
    with torch.inference_mode():
        x = arrays.to_x(images, model)
        mean, std = model.posterior(x)
        wanted = (model.decode(mean) - x).square().mean((1, 2, 3))
    np.testing.assert_allclose(coded.errors, wanted, rtol=1e-4)
    np.testing.assert_allclose(coded.codes, mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(coded.spread, std, rtol=1e-4)


def test_items_of_a_map_of_samples_are_of_all_classes_in_turn() -> None:
    assert arrays.classes_in_turn(7, 0) is None
    turns = arrays.classes_in_turn(7, 3)
    assert turns is not None
    assert turns.tolist() == [0, 1, 2, 0, 1, 2, 0]


def test_draws_from_the_prior_are_normal_and_those_of_the_seed() -> None:
    model = models.build("vae", {"width": 2, "latent_size": 2}, ImageShape(1, 8, 8))
    one, same, other = (arrays.sample(model, 4000, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    np.testing.assert_allclose(one.mean(axis=0), 0, atol=0.06)
    np.testing.assert_allclose(np.cov(one.T), np.eye(2), atol=0.06)
