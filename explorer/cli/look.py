"""The commands that look through a trained model: evaluate, card, embed, decode, sample.

Imports data, metrics, models and runs.
"""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.cli import images
from explorer.cli.out import Out
from explorer.cli.outcome import DONE
from explorer.cli.report import Bar, finite, say, write
from explorer.data.formats.png import to_png
from explorer.data.image_set import grid
from explorer.errors import BadInput, Failure
from explorer.files import shown
from explorer.metrics.evaluate import evaluate as judged
from explorer.metrics.figures import Figures
from explorer.metrics.samples import sampled_space
from explorer.models import GenerativeModel, arrays
from explorer.runs.keeping import keep_figures
from explorer.runs.library import Library
from explorer.runs.model_card import read_card
from explorer.runs.run import Run
from explorer.training import device as devices
from explorer.weights import pack_arrays


def evaluate(options: argparse.Namespace) -> int:
    """Print the figures of a run; with --full keep them."""
    run = Library().find(options.run)
    figures, whole = _measured(run, options)
    if options.full and whole:
        _keep(run, figures)
    write(figures.as_dict(), options.json, _table(figures.as_dict()))
    return DONE


def card(options: argparse.Namespace) -> int:
    """Print all that is known of a run; what was not measured yet is measured and kept."""
    run = Library().find(options.run)
    found = read_card(run)
    if found.figures is None or (options.full and not found.whole):
        figures, whole = _measured(run, options)
        if whole and run.writable:
            _keep(run, figures)
        found = found.with_figures(figures, of_all=whole)
    write(found.as_dict(), options.json, found.as_text())
    return DONE


def _measured(run: Run, options: argparse.Namespace) -> tuple[Figures, bool]:
    """The figures of a run, and whether all of its images are here."""
    device = _device(options)
    model = run.model()
    found = images.of_run(run, quiet=options.json)
    bar = Bar("Measuring", shown=not options.json)
    try:
        for item in judged(model, found.data, full=options.full, device=device):
            if isinstance(item, Figures):
                return item, found.whole
            bar.move(round(100 * item.fraction), 100, item.doing.capitalize())
    finally:
        bar.close()
    raise RuntimeError("measuring ended without figures")


def embed(options: argparse.Namespace) -> int:
    """Write the codes of a part of the run's data set."""
    run = Library().find(options.run)
    out = Out.at(options.out)
    device = _device(options)
    model = run.model().to(device)
    if not model.spaces[0].can_encode:
        raise BadInput(
            f"{run.name} has no encoder; `latent-explorer invert` searches the code of one picture."
        )
    found = images.of_run(run, quiet=options.json)
    part = found.data.train if options.part == "train" else found.data.test
    if not len(part):
        raise BadInput(f"The training images of {run.name} are not here, so they can't be encoded.")
    coded = arrays.joined(list(arrays.code(model, part.images, model.spaces[0].name)))
    kept = {"codes": coded.codes, "labels": part.labels, "spread": coded.spread}
    out.put(pack_arrays({name: array for name, array in kept.items() if array is not None}))
    count, size = coded.codes.shape
    fields = {"run": run.name, "out": out.path, "part": options.part, "items": count, "latent_size": size}
    write(fields, options.json, f"{count:,} codes of {size} numbers: {out.path}", out.beside)
    return DONE


def decode(options: argparse.Namespace) -> int:
    """Write the picture of one code."""
    run = Library().find(options.run)
    out = Out.at(options.out)
    model = run.model()
    space = next(space for space in model.spaces if space.can_decode)
    code = _code(options.at, space.size)
    picture = arrays.decode(model, code[None], space.name)[0]
    out.put(to_png(picture))
    height, width = picture.shape[:2]
    fields = {"run": run.name, "out": out.path, "at": code.tolist(), "width": width, "height": height}
    write(fields, options.json, f"A picture of {width} x {height} pixels: {out.path}", out.beside)
    return DONE


def sample(options: argparse.Namespace) -> int:
    """Write a sheet of decoded draws."""
    run = Library().find(options.run)
    out = Out.at(options.out)
    model = run.model()
    condition = _condition(run, model, options.condition)
    turned = {"guidance": options.guidance, "steps": options.steps}
    model.turn_plan({name: value for name, value in turned.items() if value is not None})
    drawn = sampled_space(model)
    if drawn is None:
        drawn = model.spaces[0]
        codes = _fitted(run, model, options.count, options.seed, options.json)
    else:
        codes = arrays.sample(model, options.count, options.seed, drawn.name)
    every = arrays.classes_in_turn(len(codes), model.conditions)
    asked = every if condition is None else np.full(len(codes), condition, np.int64)
    pictures = arrays.decode(model, codes, drawn.name, asked)
    out.put(to_png(grid(pictures, math.ceil(math.sqrt(options.count)))))
    fields = {
        "run": run.name,
        "out": out.path,
        "n": options.count,
        "seed": options.seed,
        "class": options.condition,
    }
    write(fields, options.json, f"{options.count:,} samples: {out.path}", out.beside)
    return DONE


def _device(options: argparse.Namespace) -> torch.device:
    device, complaint = devices.choose(options.device)
    if complaint:
        say(complaint)
    return device


def _keep(run: Run, figures: Figures) -> None:
    try:
        keep_figures(run, finite(figures.as_dict()))
    except (BadInput, Failure) as error:
        say(f"The figures are not kept with the model: {error}")


def _table(figures: dict[str, Any]) -> str:
    def shown(value: Any) -> str:
        if isinstance(value, list):
            return " ".join(f"{each:.3f}" for each in value)
        return "does not apply" if value is None else f"{value:,.6g}"

    return "\n".join(f"{name:20} {shown(value)}" for name, value in figures.items())


def _code(text: str, size: int) -> NDArray[np.float32]:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        raise BadInput(f"--at={text}: write numbers with commas between them, as in --at=-1,0.5") from None
    if len(values) != size:
        raise BadInput(f"--at has {len(values)} numbers, but a code of this model has {size}.")
    code = np.array(values).astype(np.float32) if all(abs(value) < 1e30 for value in values) else None
    if code is None:
        raise BadInput(f"--at={text}: the numbers must be finite.")
    return code


def _condition(run: Run, model: GenerativeModel, wanted: str | None) -> int | None:
    """The number of a class that is given by its name or its number."""
    if wanted is None:
        return None
    if not model.conditions:
        raise BadInput(f"{run.name} can't be asked for a class: it was trained without.")
    names = run.manifest.data.class_names
    if wanted in names:
        return names.index(wanted)
    if wanted.isdecimal() and int(wanted) < model.conditions:
        return int(wanted)
    raise BadInput(f"--class {shown(wanted)}: {run.name} knows {', '.join(names)}.")


def _fitted(run: Run, model: GenerativeModel, count: int, seed: int, quiet: bool) -> NDArray[np.float32]:
    """Codes (count, D) from a Gaussian with the mean and covariance of real codes."""
    space = model.spaces[0]
    embedding = run.embedding(space.name)
    if embedding is not None:
        codes = embedding.codes
    else:
        codes = arrays.encode(model, images.of_run(run, quiet=quiet).data.test.images, space.name)
    say(f"{model.title} has no prior: drawing from a Gaussian fitted to the codes of {len(codes):,} images.")
    codes = codes[np.isfinite(codes).all(axis=1)].astype(np.float64)
    if not len(codes):
        raise BadInput(f"{run.name} holds no finite codes to fit a Gaussian to.")
    centred = codes - codes.mean(axis=0)
    # Sums of centred codes with normal weights have exactly their covariance, however few they are.
    weights = np.random.default_rng(seed).standard_normal((count, len(codes)))
    fitted: NDArray[np.float64] = codes.mean(axis=0) + weights @ centred / math.sqrt(len(codes))
    return fitted.astype(np.float32)
