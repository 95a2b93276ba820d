from __future__ import annotations

import numpy as np
import torch

from explorer.metrics.pixels import drawn_once, images_at_once, in_parts, to_pixels


def some_images(n: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(0).integers(0, 256, (n, 6, 5, 1)).astype(np.uint8)


def test_the_drawn_image_is_the_same_however_many_are_judged() -> None:
    images = some_images(10_000)
    assert torch.equal(drawn_once(images)[:1000], drawn_once(images[:1000]))
    assert torch.equal(drawn_once(images[:1]), drawn_once(images)[:1])


def test_drawn_pixels_are_coin_flips_with_the_intensity_as_their_chance() -> None:
    levels = np.broadcast_to(np.array([0, 64, 128, 255], np.uint8)[:, None, None], (20_000, 4, 1, 1)).copy()
    x = drawn_once(levels)
    assert set(x.unique().tolist()) == {0.0, 1.0}
    share = x.mean(0).flatten().tolist()
    assert share[0] == 0
    assert share[3] == 1
    np.testing.assert_allclose(share[1:3], [64 / 255, 128 / 255], atol=0.015)


def test_each_image_is_drawn_by_itself() -> None:
    x = drawn_once(np.full((2, 28, 28, 1), 128, np.uint8))
    assert not torch.equal(x[0], x[1])


def test_pixels_are_intensities_channel_first() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3)).astype(np.uint8)
    x = to_pixels(images)
    assert x.shape == (3, 3, 4, 5)
    assert x[2, 1, 3, 4] == images[2, 3, 4, 1] / np.float32(255)


def test_parts_make_the_whole() -> None:
    size = int(np.prod(some_images(1).shape[1:]))
    images = some_images(2 * images_at_once(size, torch.device("cpu")) + 1)  # more threads take more at once
    parts = list(in_parts(images, torch.device("cpu")))
    assert len(parts) == 3
    assert torch.equal(torch.cat(parts), to_pixels(images))


def test_a_picture_of_any_size_goes_through_alone() -> None:
    assert images_at_once(100_000_000, torch.device("cpu")) == 1
