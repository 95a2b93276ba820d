"""Runs for the tests of this folder: trained for real, within a second."""

from __future__ import annotations

import contextlib
from pathlib import Path

from explorer import models
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
