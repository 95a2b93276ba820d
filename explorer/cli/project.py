"""The command `project`. Imports latent and runs; torch only where a run keeps no codes."""

from __future__ import annotations

import argparse
import contextlib
import json
import time

import numpy as np
from numpy.typing import NDArray

from explorer.cli.out import Out
from explorer.cli.outcome import DONE
from explorer.cli.parser import knobs
from explorer.cli.report import Bar, say, write
from explorer.errors import BadInput, Failure
from explorer.knobs import Settings
from explorer.latent.embedding import Embedding
from explorer.latent.projecting import METHODS, Places, project_codes
from explorer.latent.projector import Projector
from explorer.latent.trust import neighbours_kept
from explorer.runs.library import Library
from explorer.runs.projections import save_projection
from explorer.runs.run import Run
from explorer.weights import pack_arrays


def project(options: argparse.Namespace) -> int:
    """Write where the held-out items of a run lie on the plane."""
    run = Library().find(options.run)
    settings = METHODS[options.how].settings.read(knobs(options.knobs))
    out = Out.at(options.out)
    space = run.manifest.spaces[0].name if run.manifest.spaces else "z"
    embedding = run.embedding(space)
    if embedding is None:
        embedding = _encoded(run, options)
    began = time.perf_counter()
    found = _computed(embedding.codes, settings, options)
    seconds = time.perf_counter() - began
    words = np.frombuffer(json.dumps(settings.as_dict()).encode(), np.uint8)
    labels = {} if embedding.labels is None else {"labels": embedding.labels}
    out.put(pack_arrays({"codes": embedding.codes, "places": found.places, "settings": words, **labels}))
    for note in found.notes:
        say(note)
    if options.keep and found.how == options.how:
        _keep(run, space, embedding, found, settings)
    trust = neighbours_kept(embedding.codes, found.places)
    fields = {
        "run": run.name,
        "out": out.path,
        "how": found.how,
        "settings": settings.as_dict(),
        "items": len(embedding),
        "left_out": int(np.isnan(found.places).any(axis=1).sum()),
        "neighbours_kept": trust,
        "seconds": round(seconds, 2),
        "notes": list(found.notes),
    }
    shown = "" if trust is None else f", neighbours kept {trust:.3f}"
    said = f"{len(embedding):,} places by {METHODS[found.how].title}{shown}: {out.path}"
    write(fields, options.json, said, out.beside)
    return DONE


def _encoded(run: Run, options: argparse.Namespace) -> Embedding:
    """The codes of the held-out images, where the run keeps none."""
    from explorer.cli import images
    from explorer.models import arrays

    model = run.model()
    if not model.spaces[0].can_encode:
        raise BadInput(f"{run.name} keeps no codes yet: without an encoder they come as its training ends.")
    test = images.of_run(run, quiet=options.json).data.test
    codes = arrays.encode(model, test.images, model.spaces[0].name)
    return Embedding(codes, labels=test.labels, class_names=test.class_names)


def _computed(codes: NDArray[np.float32], settings: Settings, options: argparse.Namespace) -> Places:
    bar = Bar(METHODS[options.how].title, shown=not options.json)
    # Closed last of all: what is interrupted needs no new process.
    with contextlib.closing(Projector()) as projector, contextlib.closing(bar):
        for item in project_codes(codes, options.how, settings, projector):
            if isinstance(item, Places):
                return item
            bar.move(round(100 * item.share), 100, item.doing)
    raise RuntimeError("the projection ended without places")


def _keep(run: Run, space: str, embedding: Embedding, found: Places, settings: Settings) -> None:
    try:
        path = save_projection(run, found.how, settings, embedding.codes, found.places, space)
        say(f"Kept with the model: {path}")
    except (BadInput, Failure) as error:
        say(f"The projection is not kept with the model: {error}")
