"""Small diffusion models of squares in four corners, trained for real within seconds."""

from __future__ import annotations

import contextlib
from pathlib import Path

from explorer.data.sources import catalogue
from explorer.models.families.diffusion import DiffusionConfig
from explorer.runs.recorder import record
from explorer.runs.run import Run, new
from tests.shapes import write_npz


def trained(folder: Path, epochs: int = 15, **turned: object) -> Run:
    """A run in `folder`, its data beside it."""
    data = catalogue.load(str(write_npz(folder.with_suffix(".npz"))))
    settings = {"width": 8, "T": 100, "steps": 10, "batch": 32, "epochs": epochs, "learning_rate": 6e-3}
    config = DiffusionConfig.read({**settings, **turned})
    run = new(folder, "diffusion", config.as_dict(), data, seed=0, command="latent-explorer train")
    with contextlib.closing(record(run, run.trainer(data), data)) as events:
        for _ in events:
            pass
    return Run.open(folder)
