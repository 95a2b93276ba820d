"""What every test gets: no screen, no folder of the user's, the same random examples."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from explorer.data.sources import embedded

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# On a machine that others use too, a second thread per operation costs more than it brings.
os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a GPU its tests say so."""
    if item.get_closest_marker("gpu") is not None:
        import torch

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of drivers that are too old
            if not torch.cuda.is_available():
                pytest.skip("there is no GPU with CUDA here")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of the application and of the desktop that is empty at the start of each test."""
    root = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LATENT_EXPLORER_HOME", str(root / "latent-explorer"))
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(root / kind.lower()))


@pytest.fixture(autouse=True, scope="session")
def mnist_once() -> Iterator[None]:
    """The 70,000 digits are unpacked once for all tests; nothing writes into them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "mnist", functools.cache(embedded.mnist))
        yield


@pytest.fixture
def tiny_data(tmp_path: Path) -> Path:
    """Two classes of 12 x 12 pictures in an .npz: bars that lie or stand, 240 in all."""
    rng = np.random.default_rng(0)
    images = np.zeros((240, 12, 12), np.uint8)
    labels = np.arange(240) % 2
    for image, label in zip(images, labels, strict=True):
        at = rng.integers(2, 9)
        (image.T if label else image)[at : at + 2, 2:10] = rng.integers(150, 255)
    path = tmp_path / "bars.npz"
    np.savez(path, images=images, labels=labels)
    return path
