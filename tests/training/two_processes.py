"""What two processes do that train together; `test_distributed` starts them and looks at what they leave.

Each runs `python -m tests.training.two_processes FOLDER` with the environment that a launcher would give it,
does all scenarios in turn, and leaves its answers in FOLDER as a pickle.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from explorer import cli, models, versions
from explorer.cli import train
from explorer.cli.report import TrainingReport
from explorer.models.base import Batch, GenerativeModel, ImageShape, Position, Update
from explorer.models.families.pca import PCA
from explorer.training import ranks as processes
from explorer.training import trainer as module
from explorer.training.events import Event, Progress
from explorer.training.ranks import Ranks
from explorer.training.state import State
from explorer.training.trainer import Trainer
from tests.families import small
from tests.shapes import squares, write_npz

IMAGE = ImageShape(1, 8, 8)
FAMILIES: dict[str, dict[str, object]] = {
    # What depends on the whole of a part: a mean activity, real pictures paired with fakes.
    "ae": {"corruption": "gaussian", "sparsity": "target"},
    "vae": {},
    "gan": {"loss": "relativistic"},
    "diffusion": {"condition": "class"},
}
BATCH = 9
"""Which two can't share alike."""
HALF, END = 6, 10
"""Steps: where the states are taken, and how far the training is followed."""


def trainer_of(family: str, ranks: Ranks = processes.ALONE, **settings: object) -> Trainer:
    """A trainer that yields a progress after every step."""
    turned = small(family, **FAMILIES.get(family, {})) | {"batch": BATCH, "epochs": 4, **settings}
    model = models.build(family, turned, IMAGE, 3, 4)
    trainer = Trainer(model, squares(30), seed=3, ranks=ranks)
    trainer.interval = 0.0
    return trainer


def until(trainer: Trainer, step: int) -> Progress:
    """Train up to a step, and stay there."""
    for event in trainer:
        if isinstance(event, Progress) and event.step == step:
            return event
    raise AssertionError(f"ended before step {step}")


def followed(trainer: Trainer) -> tuple[Any, State, Progress]:
    """All numbers at the end; the state half way; the last progress."""
    until(trainer, HALF)
    state = trainer.state()
    progress = until(trainer, END)
    return trainer.state().tensors, state, progress


def _families(ranks: Ranks, folder: Path) -> dict[str, Any]:
    answers = {}
    for family in FAMILIES:
        whole = followed(trainer_of(family, ranks))
        resumed = trainer_of(family, ranks)
        # As with a run: the first has the file.
        resumed.restore(ranks.first(lambda whole=whole: whole[1]))  # type: ignore[misc]
        until(resumed, END)
        answers[family] = (whole, resumed.state().tensors)
    return answers


Fault = Callable[[int, Batch, torch.Tensor], torch.Tensor]


def spoil(model: GenerativeModel, fault: Fault) -> None:
    """Have the model's steps go wrong as `fault` says."""
    step_of = type(model).training_step

    def training_step(batch: Batch, at: Position, rng: torch.Generator) -> Iterator[Update]:
        for update in step_of(model, batch, at, rng):
            yield update._replace(loss=fault(at.step, batch, update.loss))

    model.training_step = training_step  # type: ignore[method-assign]


def words(events: list[Event]) -> list[tuple[object, ...]]:
    """What a process has seen, without figures of speed."""
    return [(type(event).__name__, event.step, getattr(event, "text", "")) for event in events]


def _lack_of_memory(ranks: Ranks, folder: Path) -> Any:
    def fault(step: int, batch: Batch, loss: torch.Tensor) -> torch.Tensor:
        if ranks.rank == 1 and step >= 2 and len(batch.x) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return loss

    trainer = trainer_of("vae", ranks)
    spoil(trainer.model, fault)
    return words(list(trainer)), trainer.weights()


def _not_finite(ranks: Ranks, folder: Path) -> Any:
    bad = iter([True])

    def fault(step: int, batch: Batch, loss: torch.Tensor) -> torch.Tensor:
        return loss * torch.nan if ranks.rank == 1 and step == 3 and next(bad, False) else loss

    trainer = trainer_of("vae", ranks)
    spoil(trainer.model, fault)
    return words(list(trainer)), trainer.weights()


def _stop(ranks: Ranks, folder: Path) -> Any:
    trainer = trainer_of("vae", ranks)
    seen = []
    for event in trainer:
        seen.append(event)
        if ranks.rank == 1 and event.step == 4:
            trainer.stop()
    return words(seen), trainer.stopped, trainer.step


def _closed_form(ranks: Ranks, folder: Path) -> Any:
    return words(list(Trainer(PCA(PCA.Config.read({"latent_size": 2}), IMAGE), squares(30), ranks=ranks)))


def _clocks(ranks: Ranks, folder: Path) -> Any:
    """The second's clock runs a thousand times as fast."""
    real = time.monotonic
    if ranks.rank == 1:
        time.monotonic = lambda: 1000 * real()
    try:
        trainer = trainer_of("ae", ranks, epochs=8)
        trainer.interval, trainer.snapshot_interval = 0.01, 0.03
        module.KEEP_SECONDS, kept = 0.02, module.KEEP_SECONDS
        return words(list(trainer)), trainer._rescue.good.at["step"]
    finally:
        time.monotonic, module.KEEP_SECONDS = real, kept


def command(*arguments: str) -> tuple[int, str, str]:
    """Status, standard output and standard error of a command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.main(arguments)
    return status, out.getvalue(), err.getvalue()


def training(folder: Path, out: str, *more: str) -> tuple[str, ...]:
    """A short training as a command."""
    quick = ("--set", "width=2", "--set", f"batch={BATCH}", "--set", "latent_size=2", "--json")
    return ("train", "vae", "--data", str(folder / "squares.npz"), "--out", str(folder / out), *quick, *more)


def _mismatch(ranks: Ranks, folder: Path) -> Any:
    """The second process differs, each time in another thing."""
    second = ranks.rank == 1
    other = str(folder / "other.npz")
    # Not equal at the start, they would not even be at the same place of the program.
    found = {
        "settings": command(*training(folder, "no", "--set", f"beta={2 if second else 1}")),
        "seed": command(*training(folder, "no", "--seed", "7" if second else "8")),
        "images": command(*training(folder, "no", *(("--data", other) if second else ()))),
        "missing": command(*training(folder, "no", *(("--data", "nowhere.npz") if second else ()))),
        "resumed": command(*(("train", "--resume", "x") if second else training(folder, "no"))),
        "batch": command(*training(folder, "no", "--set", "batch=1")),
        "taken": command(*training(folder, "taken")),
    }
    if second:
        train.code = lambda: "another"  # type: ignore[assignment]
    found["program"] = command(*training(folder, "no"))
    train.code = versions.code
    return found


def _commands(ranks: Ranks, folder: Path) -> Any:
    """A whole training; the same stopped by a signal to the second process, and resumed."""
    answers = {"whole": command(*training(folder, "whole"))}
    show = TrainingReport.show

    def signalled(self: TrainingReport, event: Event) -> None:
        if isinstance(event, Progress) and ranks.rank == 1 and event.step >= HALF:
            signal.raise_signal(signal.SIGTERM)
        show(self, event)

    TrainingReport.show = signalled  # type: ignore[method-assign]
    answers["stopped"] = command(*training(folder, "stopped"))
    TrainingReport.show = show  # type: ignore[method-assign]
    if ranks.leads:
        shutil.copytree(folder / "stopped", folder / "in-one")
    return answers | {"resumed": command("train", "--resume", str(folder / "stopped"), "--json")}


def _death(ranks: Ranks, folder: Path) -> Any:
    """The second process is gone in mid-step."""
    build = models.build

    def mortal(*arguments: Any) -> GenerativeModel:
        def fault(step: int, batch: Batch, loss: torch.Tensor) -> torch.Tensor:
            if ranks.rank == 1 and step == HALF:
                os._exit(9)
            return loss

        model = build(*arguments)
        spoil(model, fault)
        return model

    models.build = mortal
    module.KEEP_SECONDS = 0.0
    return command(*training(folder, "bereft"))


SCENARIOS = (
    _families,
    _lack_of_memory,
    _not_finite,
    _stop,
    _closed_form,
    _clocks,
    _mismatch,
    _commands,
    _death,
)


def main(folder: Path) -> None:
    rank = int(os.environ["RANK"])
    ranks = processes.joined(torch.device("cpu"))
    train.PROGRESS_SECONDS = 0.0
    if ranks.leads:
        write_npz(folder / "squares.npz", 30, 12)
        write_npz(folder / "other.npz", 31, 12)
        (folder / "taken").mkdir()
        (folder / "taken" / "something").touch()
    ranks.gather(None)
    close = ranks.close
    # The commands find the same processes again.
    processes.joined = lambda device: ranks  # type: ignore[assignment]
    ranks.close = lambda: None  # type: ignore[method-assign]
    answers: dict[str, Any] = {}
    for scenario in SCENARIOS:
        answers[scenario.__name__.strip("_")] = scenario(ranks, folder)
        (folder / f"{rank}.pickle").write_bytes(pickle.dumps(answers))
    close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
