"""Runs for the tests of this folder: trained for real, within a second."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import pytest

from explorer import files, models
from explorer.runs.recorder import record
from explorer.runs.run import Run, new
from explorer.training.events import Event, Progress
from tests.shapes import data_set

DATA = data_set()
SETTINGS = {"width": 2, "latent_size": 2, "batch": 16, "epochs": 4}
STEPS = 24


def begin(folder: Path, family: str = "vae", seed: int = 0, **turned: object) -> Run:
    config = models.family(family).Config
    known = {knob.name for knob in config.knobs()}
    settings = {name: value for name, value in {**SETTINGS, **turned}.items() if name in known}
    return new(
        folder, family, config.read(settings).as_dict(), DATA, seed=seed, command="latent-explorer train"
    )


def go_on(run: Run, to: int | None = None) -> list[Event]:
    """Train a run to its end, or leave the loop at a step."""
    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    events = []
    with contextlib.closing(record(run, trainer, DATA)) as stream:
        for event in stream:
            events.append(event)
            if isinstance(event, Progress) and event.step == to:
                break
    return events


def trained(folder: Path, family: str = "vae", to: int | None = None, **turned: object) -> Run:
    go_on(begin(folder, family, **turned), to)
    return Run.open(folder)


class SmallDisk:
    """A disk that holds no more than its capacity in one folder: a write beyond it fails as on a full one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.folder, self.capacity = folder, 1 << 40
        self.free = 1 << 40
        """For one file: others take whatever room it makes."""
        write = os.write

        def limited(handle: int, data: bytes) -> int:
            if self.used() + len(data) > self.capacity or os.fstat(handle).st_size + len(data) > self.free:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(handle, data)

        monkeypatch.setattr(files.os, "write", limited)

    def used(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir())
