"""The ruler: a small classifier in whose features images are compared, and which names digits.

The one of MNIST ships in ``resources/rulers``; another labelled set gets its own on the spot, which
is kept beside the user's runs. Without labels there is none.
Imports torch, `models.parts.networks`, `data`, `weights`, `paths` and the moments of `frechet`.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer import paths, weights
from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.metrics.frechet import Moments, moments
from explorer.metrics.pixels import in_parts
from explorer.metrics.progress import Work
from explorer.models.base import ImageShape
from explorer.models.parts.networks import initialise
from explorer.training.device import has_bfloat16

FEATURES = 128
LARGEST_SIDE = 32
"""Larger pictures are averaged down to this before they are judged."""
STEPS, BATCH, RATE, WEIGHT_DECAY, WARM_SHARE = 1500, 128, 2e-3, 0.05, 0.2
SHIFT = 1
"""Training images move by up to so many pixels each way, as otherwise they are learnt by heart."""
STEP_COST = 4.0
"""Of training on one image, in passes of one."""


class Classifier(nn.Module):
    """Convolutions 32-32-64, then `FEATURES` units (the features), then one unit per class."""

    def __init__(self, image: ImageShape, classes: int) -> None:
        super().__init__()
        shrink = math.ceil(max(image.height, image.width) / LARGEST_SIDE)
        flat = 64 * (image.height // shrink // 4) * (image.width // shrink // 4)
        self.body = nn.Sequential(
            nn.AvgPool2d(shrink),
            *(nn.Conv2d(image.channels, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()),
            *(nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(flat, FEATURES), nn.BatchNorm1d(FEATURES), nn.ReLU()),
        )
        self.head = nn.Linear(FEATURES, classes)
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self.body(x))
        return scores

    def tensors(self) -> dict[str, Tensor]:
        """Weights and statistics, by name; without the counters of batches, which nothing reads."""
        state = self.state_dict(prefix="network.")
        return {name: tensor for name, tensor in state.items() if tensor.is_floating_point()}


@dataclass(frozen=True, eq=False)
class Ruler:
    """A trained classifier with what it measured on its own data."""

    network: Classifier
    image: ImageShape
    classes: int
    real: Moments
    """Of the features of all training images: where the scale begins."""
    accuracy: float
    """Share of the test images that it names rightly."""
    n_test: int
    seed: int
    data: str
    """Fingerprint of the data set."""

    @torch.inference_mode()
    def features(self, x: Tensor) -> Tensor:
        """Features (N, 128) of pictures x (N, C, H, W) in [0, 1]."""
        found: Tensor = self.network.body(x)
        return found

    @property
    def device(self) -> torch.device:
        return self.network.head.weight.device

    @torch.inference_mode()
    def classify(self, features: Tensor) -> Tensor:
        """The likeliest class (N,) of features (N, 128)."""
        return self.network.head(features).argmax(1)  # type: ignore[no-any-return]

    @torch.inference_mode()
    def confidence(self, features: Tensor) -> Tensor:
        """The probability (N,) of the likeliest class of features (N, 128)."""
        return self.network.head(features).softmax(1).amax(1)  # type: ignore[no-any-return]

    @torch.inference_mode()
    def predict(self, x: Tensor) -> Tensor:
        """The likeliest class (N,) of each picture."""
        return self.network(x).argmax(1)  # type: ignore[no-any-return]


def is_labelled(data: DataSet) -> bool:
    """Whether both parts have labels, of two classes at the least: only then there can be a ruler."""
    labels = data.train.labels
    return labels is not None and data.test.labels is not None and bool((labels != labels[:1]).any())


def cost(data: DataSet) -> float:
    """Of `make`, in passes of one image."""
    return STEP_COST * STEPS * BATCH + len(data.train) + len(data.test)


def train(data: DataSet, seed: int, device: torch.device | str = "cpu", steps: int = STEPS) -> Work[Ruler]:
    """Train a ruler on a labelled data set and measure it.

    AdamW with one cycle of the learning rate, on images that are shifted at random. The weights are
    rounded to float16 before anything is measured, as they are kept so.
    """
    device = torch.device(device)
    height, width, channels = data.train.shape
    image = ImageShape(channels, height, width)
    assert data.train.labels is not None
    assert data.test.labels is not None
    classes = 1 + int(max(data.train.labels.max(), data.test.labels.max()))
    network = Classifier(image, classes)
    initialise(network, torch.Generator().manual_seed(seed))
    yield from _learn(network.to(device), data, seed, steps)
    network.eval()
    for tensor in network.tensors().values():
        tensor.copy_(tensor.half())
    real = moments((yield from _through(network.body, data.train.images, device)))
    scores = yield from _through(network, data.test.images, device)
    accuracy = float((scores.argmax(1) == data.test.labels).mean())
    return Ruler(network, image, classes, real, accuracy, len(data.test), seed, data.fingerprint())


def _learn(network: Classifier, data: DataSet, seed: int, steps: int) -> Work[None]:
    device = next(network.parameters()).device
    images = torch.from_numpy(data.train.images).permute(0, 3, 1, 2).contiguous().to(device)
    assert data.train.labels is not None
    labels = torch.from_numpy(data.train.labels).to(device)
    adam = torch.optim.AdamW(
        network.parameters(), weight_decay=WEIGHT_DECAY, fused=device.type in ("cpu", "cuda")
    )
    rng = torch.Generator().manual_seed(seed)
    autocast = torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device))
    order = torch.empty(0, dtype=torch.int64)
    for step in range(steps):
        while len(order) < BATCH:
            order = torch.cat([order, torch.randperm(len(images), generator=rng)])
        rows, order = order[:BATCH].to(device), order[BATCH:]
        adam.param_groups[0]["lr"] = RATE * one_cycle((step + 1) / steps)
        x = shifted(images[rows].float() / 255, rng)
        with autocast:
            scores = network(x.contiguous(memory_format=torch.channels_last))
        F.cross_entropy(scores.float(), labels[rows]).backward()
        adam.step()
        adam.zero_grad(set_to_none=True)
        yield STEP_COST * BATCH


def _through(
    network: nn.Module, images: NDArray[np.uint8], device: torch.device
) -> Work[NDArray[np.float32]]:
    found = []
    for x in in_parts(images, device):
        with torch.inference_mode():
            found.append(network(x).cpu().numpy())
        yield len(x)
    return np.concatenate(found)


def one_cycle(progress: float) -> float:
    """Share of the full learning rate: a straight rise, then half a cosine down to zero (Smith 2018)."""
    if progress < WARM_SHARE:
        return progress / WARM_SHARE
    return 0.5 * (1 + math.cos(math.pi * (progress - WARM_SHARE) / (1 - WARM_SHARE)))


def shifted(x: Tensor, rng: torch.Generator) -> Tensor:
    """Pictures x (N, C, H, W), each moved by up to `SHIFT` pixels each way; what comes in is the edge's."""
    n, _, height, width = x.shape
    padded = F.pad(x, (SHIFT,) * 4, mode="replicate").permute(0, 2, 3, 1)
    down, right = torch.randint(0, 2 * SHIFT + 1, (2, n, 1), generator=rng).to(x.device)
    rows = down + torch.arange(height, device=x.device)
    columns = right + torch.arange(width, device=x.device)
    every = torch.arange(n, device=x.device)[:, None, None]
    return padded[every, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def save(ruler: Ruler, folder: Path, name: str) -> None:
    """Write NAME.safetensors (weights in float16) and NAME.json (its figures, and the hash of the weights).

    Raises
    ------
    Failure
        The system refused.
    """
    tensors: dict[str, NDArray[Any]] = {
        name: tensor.half().cpu().numpy() for name, tensor in ruler.network.tensors().items()
    }
    tensors |= {"real.m": ruler.real.m.astype(np.float32), "real.C": ruler.real.C.astype(np.float32)}
    packed = weights.pack_tensors(tensors)
    weights.atomic_write(folder / f"{name}.safetensors", packed)
    about = {"accuracy": ruler.accuracy, "n_test": ruler.n_test, "data": ruler.data, "seed": ruler.seed}
    about |= {"image": list(ruler.image), "classes": ruler.classes, "sha256": weights.sha256_of(packed)}
    weights.write_json(folder / f"{name}.json", about)


def read(folder: Path, name: str, device: torch.device | str = "cpu") -> Ruler:
    """Read what `save` wrote.

    Raises
    ------
    BadInput
        A file is missing or damaged.
    """
    about = weights.read_json(folder / f"{name}.json")
    match about:
        case {
            "accuracy": float(accuracy),
            "n_test": int(n_test),
            "seed": int(seed),
            "data": str(data),
            "image": [1 | 3 as channels, int(height), int(width)],
            "classes": int(classes),
            "sha256": str(sha256),
        } if min(height, width) >= 8 and max(height, width) <= 4096 and 2 <= classes <= 65536:
            image = ImageShape(channels, height, width)
        case _:
            raise BadInput(f"{weights.shown(folder / name)}.json does not describe a ruler; delete it.")
    network = Classifier(image, classes)
    expected = {name: tuple(tensor.shape) for name, tensor in network.tensors().items()}
    expected |= {"real.m": (FEATURES,), "real.C": (FEATURES, FEATURES)}
    tensors, _ = weights.read_tensors(folder / f"{name}.safetensors", sha256=sha256)
    checked = weights.check_tensors(tensors, expected)
    real = Moments(checked.pop("real.m").astype(np.float64), checked.pop("real.C").astype(np.float64))
    for name, tensor in network.tensors().items():
        tensor.copy_(torch.from_numpy(checked[name]))
    return Ruler(network.to(device).eval(), image, classes, real, accuracy, n_test, seed, data)


def kept() -> Path:
    """Where rulers that were made on the spot stay, each under its data's fingerprint."""
    return paths.library().parent / "rulers"


def find(data: DataSet, device: torch.device | str = "cpu") -> Ruler | None:
    """The ruler of a data set, shipped or made before."""
    fingerprint = data.fingerprint()
    shipped = paths.resources() / "rulers"
    if (shipped / f"{data.name}.json").is_file():
        ruler = read(shipped, data.name, device)
        if ruler.data == fingerprint:
            return ruler
    # A damaged one is made anew.
    with contextlib.suppress(BadInput):
        return read(kept(), fingerprint, device)
    return None


def make(data: DataSet, device: torch.device | str = "cpu", steps: int = STEPS) -> Work[Ruler]:
    """Train a ruler on the spot and keep it."""
    ruler = yield from train(data, seed=0, device=device, steps=steps)
    # It serves this once even where it can't be kept.
    with contextlib.suppress(Failure, OSError):
        kept().mkdir(parents=True, exist_ok=True)
        save(ruler, kept(), ruler.data)
    return ruler
