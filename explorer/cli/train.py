"""The command `train`. Imports data, models, runs and training."""

from __future__ import annotations

import argparse
import contextlib
import shlex
from pathlib import Path

from explorer import models
from explorer.cli import images
from explorer.cli.outcome import DONE, interruptible
from explorer.cli.parser import knobs
from explorer.cli.report import TrainingReport, say
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.runs.library import Library
from explorer.runs.recorder import record
from explorer.runs.run import Run, framing_of, new
from explorer.training import device as devices
from explorer.training.events import Failed, Finished
from explorer.training.trainer import Trainer

PROGRESS_SECONDS, SNAPSHOT_SECONDS = 0.25, 5.0


def train(options: argparse.Namespace) -> int:
    """Train a new run, or go on with one."""
    _, complaint = devices.choose(options.device)
    if complaint:
        say(complaint)
    run, data = _resumed(options) if options.resume is not None else _begun(options)
    trainer = run.trainer(data, options.device)
    trainer.interval, trainer.snapshot_interval = PROGRESS_SECONDS, SNAPSHOT_SECONDS
    return _follow(run, trainer, data, options.json)


def _begun(options: argparse.Namespace) -> tuple[Run, DataSet]:
    if options.family is None or options.data is None:
        raise BadInput("Say what to train and on which images, as in: latent-explorer train vae --data mnist")
    family = models.family(options.family)
    epochs = {} if options.epochs is None else {"epochs": options.epochs}
    config = family.Config.read({**epochs, **knobs(options.knobs)})
    framing = Framing(options.side, options.fit, options.ground)
    data = images.load(options.data, framing, download=options.download, quiet=options.json)
    height, width, channels = data.train.shape
    settings = config.as_dict()
    # Refused here, a model that can't be built leaves no folder behind.
    image, classes = models.ImageShape(channels, height, width), len(data.train.class_names)
    model = models.build(options.family, settings, image, options.seed, classes)
    if options.out is None:
        wish = f"{options.family}-{data.name}-{model.spaces[0].size}d"
        folder = Library().new_folder(wish)
    else:
        folder = Path(options.out).expanduser().absolute()
    command = shlex.join(["latent-explorer", *options.words])
    return new(folder, options.family, settings, data, seed=options.seed, command=command), data


def _resumed(options: argparse.Namespace) -> tuple[Run, DataSet]:
    given = {
        "a family": options.family,
        "--epochs": options.epochs,
        "--out": options.out,
        "--set": options.knobs,
    }
    if words := [name for name, value in given.items() if value]:
        raise BadInput(
            f"--resume goes on with the run as it was begun, so it takes no {' and no '.join(words)}."
        )
    run = Library().find(options.resume)
    if run.manifest.status == "finished":
        raise BadInput(f"{run.name} is finished; train a new model to go further.")
    origin = options.data or run.manifest.data.origin
    return run, images.load(origin, framing_of(run.manifest), download=options.download, quiet=options.json)


def _follow(run: Run, trainer: Trainer, data: DataSet, as_json: bool) -> int:
    report = TrainingReport(run.folder, f"{trainer.model.title} on {data.title}", as_json)
    events = record(run, trainer, data)
    # Closing the events saves; it must happen before the signals are as usual again.
    with interruptible() as asked, contextlib.closing(report), contextlib.closing(events):
        for event in events:
            report.show(event)
            if isinstance(event, Failed):
                raise Failure(event.text)
            if isinstance(event, Finished):
                return DONE
            if asked.status is not None:
                say("Stopping; what has been learned is being saved.")
                break
    if asked.status is None:
        raise RuntimeError("the training ended without a word")
    report.stopped(trainer.step, _as_argument(run))
    return asked.status


def _as_argument(run: Run) -> str:
    """How the command line finds the run again."""
    in_library = run.folder.parent == Library().own
    return shlex.quote(run.name if in_library else str(run.folder))
