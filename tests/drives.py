"""A network drive that hangs, or holds a million files: what every folder called `far` then gives."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explorer.data.sources import listing


class Drive:
    """What every folder called `far` gives: entries without end or number, until it is let go."""

    def __init__(self, many: int, name: str) -> None:
        self.gone, self.looked_at, self.many, self.name = threading.Event(), 0, many, name
        self.asked = threading.Event()

    def __iter__(self) -> Iterator[Any]:
        for n in range(self.many):
            self.looked_at += 1
            yield Entry(f"{n:07}{self.name}")
        self.asked.set()
        self.gone.wait()

    def __enter__(self) -> Drive:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class Entry:
    def __init__(self, name: str) -> None:
        self.name = name

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return False

    def is_file(self) -> bool:
        return True


Mount = Callable[..., Drive]


@contextlib.contextmanager
def mounting() -> Iterator[Mount]:
    """Gives what puts a drive in the place of folders called `far`; all of them are let go at the end."""
    drives: list[Drive] = []
    scandir = os.scandir

    def put(many: int, name: str = ".png") -> Drive:
        drives.append(Drive(many, name))
        return drives[-1]

    def instead(path: Path) -> Any:
        return drives[-1] if path.name == "far" else scandir(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing.os, "scandir", instead)
        yield put
    for drive in drives:
        drive.gone.set()


def pictures(folder: Path, n: int = 4) -> Path:
    folder.mkdir(exist_ok=True)
    for i in range(n):
        Image.fromarray(np.full((8, 8), i % 256, np.uint8)).save(folder / f"{i}.png")
    return folder
