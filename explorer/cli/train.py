"""The command `train`. Imports data, models, runs and training."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import shlex
from pathlib import Path

import torch

from explorer import models
from explorer.cli import images
from explorer.cli.outcome import DONE, TERMINATED, interruptible
from explorer.cli.parser import knobs
from explorer.cli.report import TrainingReport, say
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.models import GenerativeModel
from explorer.runs.library import Library
from explorer.runs.recorder import record
from explorer.runs.run import Run, framing_of, new
from explorer.training import device as devices
from explorer.training import ranks as processes
from explorer.training.events import Failed, Finished
from explorer.training.ranks import Ranks
from explorer.training.trainer import Trainer
from explorer.versions import code, version

PROGRESS_SECONDS, SNAPSHOT_SECONDS = 0.25, 5.0


def train(options: argparse.Namespace) -> int:
    """Train a new run, or go on with one; under `torchrun` as one process of several."""
    device, complaint = devices.choose(processes.own_device(options.device))
    with contextlib.closing(processes.joined(device)) as ranks:
        if complaint and ranks.leads:
            say(complaint)
        ranks.same(
            lambda: {
                "their program": f"{code()} {version('torch')}",
                "their kind of device": device.type,
                "what is to be resumed": str(options.resume),
            }
        )
        begin = _begun if options.resume is None else _resumed
        run, trainer, data = begin(options, device, ranks)
        trainer.interval, trainer.snapshot_interval = PROGRESS_SECONDS, SNAPSHOT_SECONDS
        return _follow(run, trainer, data, options.json)


def _begun(options: argparse.Namespace, device: torch.device, ranks: Ranks) -> tuple[Run, Trainer, DataSet]:
    model, data = ranks.every(lambda: _prepared(options, ranks), in_turn=options.download)
    settings = model.config.as_dict()
    ranks.same(
        lambda: {
            "their settings": json.dumps([model.family, settings], sort_keys=True),
            "their seed": str(options.seed),
            "their images": data.fingerprint(),
        }
    )
    # Refused here, a training that can't be leaves no folder behind.
    trainer = Trainer(model, data.train, seed=options.seed, device=device, ranks=ranks)
    return ranks.first(lambda: _new(options, model, data)), trainer, data


def _prepared(options: argparse.Namespace, ranks: Ranks) -> tuple[GenerativeModel, DataSet]:
    """A new model, and the images for it."""
    if options.family is None or options.data is None:
        raise BadInput("Say what to train and on which images, as in: latent-explorer train vae --data mnist")
    family = models.family(options.family)
    epochs = {} if options.epochs is None else {"epochs": options.epochs}
    config = family.Config.read({**epochs, **knobs(options.knobs)})
    data = _images(options.data, Framing(options.side, options.fit, options.ground), options, ranks)
    height, width, channels = data.train.shape
    image, classes = models.ImageShape(channels, height, width), len(data.train.class_names)
    return models.build(options.family, config.as_dict(), image, options.seed, classes), data


def _new(options: argparse.Namespace, model: GenerativeModel, data: DataSet) -> Run:
    if options.out is None:
        folder = Library().new_folder(f"{model.family}-{data.name}-{model.spaces[0].size}d")
    else:
        folder = Path(options.out).expanduser().absolute()
    command = shlex.join(["latent-explorer", *options.words])
    return new(folder, model.family, model.config.as_dict(), data, seed=options.seed, command=command)


def _resumed(options: argparse.Namespace, device: torch.device, ranks: Ranks) -> tuple[Run, Trainer, DataSet]:
    run = ranks.first(lambda: _unfinished(options))
    origin, framing = options.data or run.manifest.data.origin, framing_of(run.manifest)
    data = ranks.every(lambda: _images(origin, framing, options, ranks), in_turn=options.download)
    ranks.same(lambda: {"their images": data.fingerprint()})
    return run, run.trainer(data, str(device), ranks), data


def _images(origin: str, framing: Framing, options: argparse.Namespace, ranks: Ranks) -> DataSet:
    quiet = options.json or not ranks.leads
    # What is said of the images is said once.
    with contextlib.nullcontext() if ranks.leads else contextlib.redirect_stderr(io.StringIO()):
        return images.load(origin, framing, download=options.download, quiet=quiet)


def _unfinished(options: argparse.Namespace) -> Run:
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
    return run


def _follow(run: Run, trainer: Trainer, data: DataSet, as_json: bool) -> int:
    ranks = trainer.ranks
    title = f"{trainer.model.title} on {data.title}"
    report = TrainingReport(run.folder, title, as_json, silent=not ranks.leads)
    with interruptible(patient=ranks.count > 1) as asked:
        events = record(run, trainer, data) if ranks.leads else iter(trainer)
        # Closing the events saves; it must happen before the signals are as usual again.
        with contextlib.closing(report), contextlib.closing(events):
            for event in events:
                report.show(event)
                if isinstance(event, Failed):
                    raise Failure(event.text)
                if isinstance(event, Finished):
                    return DONE
                if asked.status is not None and trainer.stop():
                    report.stopping()
        if not trainer.stopped:
            raise RuntimeError("the training ended without a word")
        report.stopped(trainer.step, _as_argument(run))
        ranks.gather(None)  # a launcher ends all as soon as one has ended, and the first is still saving
    return asked.status or TERMINATED


def _as_argument(run: Run) -> str:
    """How the command line finds the run again."""
    in_library = run.folder.parent == Library().own
    return shlex.quote(run.name if in_library else str(run.folder))
