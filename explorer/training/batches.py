"""The training images on the device, and which of them each step sees.

Imports torch, data, `models.base`, `device` and `ranks`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.data.image_set import ImageSet
from explorer.errors import BadInput, Failure
from explorer.models.base import Batch
from explorer.training.device import lacks_memory
from explorer.training.ranks import ALONE, Ranks

PIECE = 1 << 26
"""Bytes of images that are on their way to the device at a time."""


def uploaded(images: ImageSet, device: torch.device) -> Tensor:
    """All images as one uint8 tensor (N, C, H, W) of the device's own, brought there in pieces.

    Raises
    ------
    Failure
        They find no room there.
    """
    height, width, channels = images.shape
    count = max(1, PIECE // (height * width * channels))
    try:
        x = torch.empty(len(images), channels, height, width, dtype=torch.uint8, device=device)
        for start in range(0, len(images), count):
            piece = torch.tensor(images.images[start : start + count])
            x[start : start + count].copy_(piece.permute(0, 3, 1, 2))
    except RuntimeError as error:
        if not lacks_memory(error):
            raise
        raise Failure(
            f"The device has no room for {len(images):,} images ({images.images.nbytes / 1e6:,.0f} MB); "
            "choose a smaller side or fewer images."
        ) from error
    return x


class Batches:
    """All images as one uint8 tensor, given out in an order that seed and epoch alone decide.

    So a resume in mid-epoch needs no record of it.

    Parameters
    ----------
    images
        Held once, on the device.
    size
        Images per step; a rest of an epoch that is smaller is left out.
    ranks
        The processes that share each batch.

    Raises
    ------
    BadInput
        A batch has fewer images than there are processes.
    """

    def __init__(
        self, images: ImageSet, size: int, seed: int, device: torch.device, ranks: Ranks = ALONE
    ) -> None:
        self.x = uploaded(images, device)
        self.labels = None if images.labels is None else torch.tensor(images.labels, device=device)
        self.size = min(size, len(images))
        self.per_epoch = len(images) // self.size
        self._seed, self._ranks = seed, ranks
        if self.size < ranks.count:
            raise BadInput(
                f"A batch of {self.size} is too small for {ranks.count} processes; choose a larger batch, or "
                "fewer processes."
            )
        self._epoch, self._order = -1, torch.empty(0)

    def at(self, step: int, parts: int = 1) -> list[tuple[int, Batch]]:
        """The images of a step that are this process's, in parts, each with its place in the whole batch.

        Parameters
        ----------
        parts
            Of each process; their sizes differ by one image at most.
        """
        rows = self._rows(step).tensor_split(parts * self._ranks.count)
        first = parts * self._ranks.rank
        return [(part, self._batch(rows[part])) for part in range(first, first + parts)]

    def _rows(self, step: int) -> Tensor:
        epoch, place = divmod(step, self.per_epoch)
        if self._epoch != epoch:
            shuffle = torch.Generator().manual_seed(self._seed * 1_000_003 + epoch)
            order = torch.randperm(len(self.x), generator=shuffle)
            self._epoch, self._order = epoch, order.to(self.x.device)
        return self._order[place * self.size : (place + 1) * self.size]

    def _batch(self, rows: Tensor) -> Batch:
        return Batch(self.x[rows].float().div_(255), None if self.labels is None else self.labels[rows])
