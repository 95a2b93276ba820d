"""Where a command's images come from: a data set, or what was kept with a run. Imports data and runs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from explorer.cli.report import Bar, say
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.data.progress import ReadProgress
from explorer.data.sources import catalogue
from explorer.errors import BadInput
from explorer.runs.images import kept_images
from explorer.runs.run import Run, framing_of


class Found(NamedTuple):
    """Images for a run."""

    data: DataSet
    whole: bool
    """False where only the images are left that were kept with the run: no training part."""


def load(origin: str, framing: Framing, *, download: bool = False, quiet: bool = False) -> DataSet:
    """Read a data set by name or path, and say what was left out.

    Raises
    ------
    BadInput
        Nothing usable is there.
    Failure
        The download failed.
    """
    if origin not in catalogue.NAMES and origin.strip():
        # The run keeps where its images came from, and has to find them from anywhere.
        origin = str(Path(origin).expanduser().absolute())
    try:
        data = _read(origin, framing, quiet)
    except catalogue.NotDownloaded as missing:
        if not download:
            raise BadInput(f"{missing} On the command line, --download agrees.") from None
        _download(missing, quiet)
        data = _read(origin, framing, quiet)
    for note in data.notes:
        say(note)
    return data


def of_run(run: Run, *, quiet: bool = False) -> Found:
    """The images that a run was made with, or else those that were kept with it.

    Raises
    ------
    BadInput
        Neither is there.
    """
    record = run.manifest.data
    try:
        data = load(record.origin, framing_of(run.manifest), quiet=quiet)
        if data.fingerprint() == record.fingerprint:
            return Found(data, True)
        reason = f"{record.origin} holds other images now than {run.name} was trained on."
    except BadInput as error:
        reason = str(error)
    kept = kept_images(run)
    if kept is None:
        raise BadInput(reason)
    say(f"{reason} Working with the {len(kept.test):,} held-out images that were kept with the model.")
    return Found(kept, False)


def _read(origin: str, framing: Framing, quiet: bool) -> DataSet:
    bar = Bar("Reading", shown=not quiet)
    try:
        for item in catalogue.reading(origin, framing):
            if isinstance(item, ReadProgress):
                bar.move(item.done, item.total or item.done or 1, item.doing)
    finally:
        bar.close()
    if not isinstance(item, DataSet):
        raise TypeError(f"reading {origin} ended without a data set")
    return item


def _download(missing: catalogue.NotDownloaded, quiet: bool) -> None:
    say(f"Fetching {missing.title} into {missing.folder}.")
    bar = Bar("Fetching", shown=not quiet)
    try:
        for step in catalogue.download(missing.name):
            bar.move(step.done, step.total, step.file)
    finally:
        bar.close()
