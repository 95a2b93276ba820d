"""The usual way to train a model: torchvision's MNIST, `DataLoader` with `ToTensor`, and Adam as it comes.

Pictures are decoded one by one, and the learning rate stays. Imports torch and models; torchvision late.
"""

from __future__ import annotations

import gzip
import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from explorer import paths
from explorer.models.base import Batch, GenerativeModel, Position, TrainedConfig

EPOCHS = 1000
"""Longer than any measurement."""


@contextmanager
def files() -> Iterator[Path]:
    """A folder with the embedded images as torchvision wants them."""
    with tempfile.TemporaryDirectory(prefix="latent-explorer-bench-") as folder:
        raw = Path(folder) / "MNIST" / "raw"
        raw.mkdir(parents=True)
        for file in (paths.resources() / "data" / "mnist").glob("*.gz"):
            (raw / file.stem).write_bytes(gzip.decompress(file.read_bytes()))
        yield Path(folder)


def training(
    model: GenerativeModel, folder: Path, device: torch.device | str = "cpu", seed: int = 0
) -> Iterator[Tensor]:
    """Train a model of one update a step, without end; yields each step's loss, on the device.

    Parameters
    ----------
    folder
        With the files.
    seed
        Draws the order of the pictures and all noise.
    """
    from torchvision.datasets import MNIST
    from torchvision.transforms import ToTensor

    model.to(device)
    assert isinstance(model.config, TrainedConfig)
    order = torch.Generator().manual_seed(seed)
    pictures = MNIST(folder, transform=ToTensor())
    loader = DataLoader(pictures, batch_size=model.config.batch, shuffle=True, generator=order)
    optimiser = torch.optim.Adam(model.parameters())
    rng = torch.Generator(device).manual_seed(seed)
    again = itertools.chain.from_iterable(itertools.repeat(loader))
    for step, (x, labels) in enumerate(again):
        batch = Batch(x.to(device), labels.to(device))
        optimiser.zero_grad()
        loss = next(model.training_step(batch, Position(0, step, EPOCHS * len(loader)), rng)).loss
        torch.autograd.backward(loss)
        optimiser.step()
        yield loss
