"""What crosses between the CPU's memory and a device: images in pieces, weights in one piece."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer import models
from explorer.data.image_set import ImageSet
from explorer.errors import Failure
from explorer.models.base import ImageShape
from explorer.training import batches, state
from explorer.training.trainer import Trainer
from tests.shapes import squares

FULL = torch.OutOfMemoryError("CUDA out of memory.")


def colour(n: int) -> ImageSet:
    images = np.random.default_rng(0).integers(0, 256, (n, 5, 4, 3), np.uint8)
    images.flags.writeable = False
    return ImageSet(images)


@pytest.mark.parametrize("at_once", [1, 3, 10, 1000])
def test_images_arrive_whole_however_large_the_pieces(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    images = colour(10)
    monkeypatch.setattr(batches, "PIECE", at_once * 60)
    x = batches.uploaded(images, torch.device("cpu"))
    assert x.dtype == torch.uint8
    assert x.is_contiguous()
    np.testing.assert_array_equal(x.permute(0, 2, 3, 1).numpy(), images.images)


def test_no_more_than_a_piece_of_the_images_is_copied_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    images = colour(10)
    monkeypatch.setattr(batches, "PIECE", 2 * 60)
    sizes: list[int] = []
    real = torch.tensor

    def noting(values: np.ndarray, **how: object) -> torch.Tensor:
        sizes.append(len(values))
        return real(values, **how)

    monkeypatch.setattr(torch, "tensor", noting)
    batches.uploaded(images, torch.device("cpu"))
    assert sizes == [2] * 5


@pytest.mark.parametrize("family", ["vae", "pca"])
def test_images_that_find_no_room_end_the_training_with_a_sentence(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = torch.empty

    def empty(*shape: int, **how: object) -> torch.Tensor:
        if how.get("dtype") is torch.uint8:
            raise FULL
        return real(*shape, **how)

    monkeypatch.setattr(torch, "empty", empty)
    model = models.build(family, {"latent_size": 2}, ImageShape(1, 8, 8))
    with pytest.raises(Failure, match=r"no room for 70 images .*; choose a smaller side or fewer images"):
        list(Trainer(model, squares(70)))


def mixed() -> dict[str, torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    return {
        "plain": torch.randn(3, 4, generator=rng),
        "number": torch.tensor(2.5),
        "last": torch.randn(2, 3, 4, 5, generator=rng).to(memory_format=torch.channels_last),
        "turned": torch.randn(4, 3, generator=rng).T,
        "none": torch.empty(0, 7),
        "learned": torch.nn.Parameter(torch.randn(2, generator=rng)),
    }


@pytest.mark.parametrize("room", [True, False], ids=["room", "no room"])
def test_tensors_in_one_piece_are_bit_for_bit_the_tensors_one_by_one(
    room: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> torch.Tensor:
        raise FULL

    if not room:
        monkeypatch.setattr(torch, "cat", full)
    floats = {name: tensor.detach() for name, tensor in mixed().items()}
    counts = {"steps": torch.tensor(7), "rows": torch.arange(6).reshape(2, 3)}
    fetched = state.fetched([floats, counts])
    plain = state.to_arrays(mixed() | counts)
    assert list(plain) == [*floats, *counts]
    for name, array in plain.items():
        np.testing.assert_array_equal(fetched[name], array, err_msg=name)
        assert fetched[name].shape == array.shape
        assert fetched[name].dtype == array.dtype
        assert fetched[name].flags.c_contiguous
    floats["plain"].zero_()
    np.testing.assert_array_equal(fetched["plain"], plain["plain"])


def test_a_defect_on_the_way_flies(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*arguments: object) -> torch.Tensor:
        raise RuntimeError("a defect")

    monkeypatch.setattr(torch, "cat", wrong)
    with pytest.raises(RuntimeError, match="a defect"):
        state.fetched([mixed()])
