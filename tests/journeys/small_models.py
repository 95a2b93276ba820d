"""Data of other kinds than digits, and models of every family that have met them for a moment."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
from PIL import Image

from explorer import models
from explorer.data.image_set import DataSet
from explorer.data.sources import catalogue
from explorer.runs.recorder import record
from explorer.runs.run import new
from tests.families import small

PHOTOS, GREYS = 80, 160
SIDE = 64


def face(rng: np.random.Generator) -> tuple[np.ndarray, float, int]:
    """A head (SIDE, SIDE, 3) before a coloured ground, how old it is, and whether it wears a hat."""
    age, hat = float(rng.uniform(0, 1)), int(rng.integers(2))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    picture = np.empty((SIDE, SIDE, 3), np.uint8)
    picture[:] = rng.integers(60, 256, 3)
    head = ((rows - 36) / 20) ** 2 + ((columns - 32) / (12 + 6 * age)) ** 2 < 1
    picture[head] = (230, 190 - 60 * age, 150 - 60 * age)
    for left in (26, 38):
        picture[30:33, left - 2 : left + 2] = 30
    picture[46:48, 26:38] = (150, 40, 40)
    if hat:
        picture[10:20, 16:48] = (40, 40, 120)
    return picture, 20 + 60 * age, hat


def write_photos(folder: Path) -> Path:
    """Colour pictures with a continuous and a binary attribute and no classes."""
    folder.mkdir(parents=True)
    rng, lines = np.random.default_rng(3), ["file,age,hat"]
    for number in range(PHOTOS):
        picture, age, hat = face(rng)
        Image.fromarray(picture).save(folder / f"{number:03}.png")
        lines.append(f"{number:03}.png,{age:.1f},{hat}")
    (folder / "attributes.csv").write_text("\n".join(lines) + "\n")
    return folder


def write_greys(path: Path) -> Path:
    """Bright clouds of 16 x 16 without labels."""
    rng = np.random.default_rng(4)
    rows, columns = np.mgrid[:16, :16]
    at = rng.uniform(4, 12, (GREYS, 2, 1, 1))
    far = np.hypot(rows - at[:, 0], columns - at[:, 1])
    np.savez(path, images=np.clip(250 - 14 * far, 90, 255).astype(np.uint8))
    return path


def train(family: str, data: DataSet, folder: Path, **turned: object) -> None:
    """A run of some steps."""
    settings = models.family(family).Config.read(small(family, **turned)).as_dict()
    run = new(folder, family, settings, data, seed=0, command="")
    with contextlib.closing(record(run, run.trainer(data), data)) as events:
        for _ in events:
            pass


class SmallModels:
    """A home with those of the models `family-photos` and `family-greys` that have been needed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._data: dict[str, DataSet] = {}

    def need(self, *names: str) -> None:
        for name in names:
            family, _, data = name.partition("-")
            folder = self.home / "runs" / name
            if data in ("photos", "greys") and not folder.exists():
                # A code of one number is there too.
                turned = {"latent_size": 1} if name == "ae-greys" else {}
                train(family, self._read(data), folder, **turned)

    def images(self, name: str) -> Path:
        """Where the images `photos` or `greys` lie."""
        path = self.home / ("photos" if name == "photos" else "greys.npz")
        if not path.exists():
            write_photos(path) if name == "photos" else write_greys(path)
        return path

    def _read(self, name: str) -> DataSet:
        if name not in self._data:
            self._data[name] = catalogue.load(str(self.images(name)))
        return self._data[name]
