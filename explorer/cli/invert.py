"""The command `invert`: the code of one picture file, by the encoder or by a search where there is none.

Imports data, metrics, models, runs, and the session's rule for what counts as a glyph.
"""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.cli import images
from explorer.cli.out import Out
from explorer.cli.outcome import DONE
from explorer.cli.report import Bar, say, write
from explorer.data.formats.picture_file import probe, read_picture
from explorer.data.framing import LARGEST, Framing
from explorer.data.glyph import is_normed, to_norm
from explorer.errors import BadInput
from explorer.files import shown
from explorer.metrics import ruler as rulers
from explorer.metrics.ruler import Ruler
from explorer.models import GenerativeModel, arrays
from explorer.models.base import Space
from explorer.models.inversion import Inverted
from explorer.models.inversion import invert as searching
from explorer.runs.library import Library
from explorer.runs.run import Run, framing_of
from explorer.session.steering.drawing import is_glyphs
from explorer.training import device as devices
from explorer.weights import pack_arrays

STEPS = 200
"""Of the search."""
KINDS = {1: "grey", 3: "colour"}

SHOWN = {
    "as it is": "as it is",
    "normed": "brought to the norm of its data",
    "framed": "framed like its data",
}
"""What becomes of a file before the model sees it, in words."""

Picture = NDArray[np.uint8]


class _Found(NamedTuple):
    code: NDArray[np.float32]
    """(D,)."""
    picture: Picture
    """What it decodes to, (H, W, C)."""
    condition: int | None
    """The class that the picture was taken for, where the model draws classes."""


def invert(options: argparse.Namespace) -> int:
    """Write the code of a picture, and what the code decodes to."""
    run = Library().find(options.run)
    out = Out.at(options.out)
    original, shown_how = _shown(run, Path(options.image).expanduser())
    device, complaint = devices.choose(options.device)
    if complaint:
        say(complaint)
    model = run.model().to(device)
    encoding = next((space for space in model.spaces if space.can_decode and space.can_encode), None)
    if encoding is not None:
        found = _encoded(model, encoding, original)
    else:
        found = _searched(run, model, original, options)
    error = float(np.square((found.picture / 255.0) - (original / 255.0)).mean())
    parts = {"code": found.code, "picture": found.picture, "original": original, "error": np.float32(error)}
    out.put(pack_arrays({name: np.asarray(part) for name, part in parts.items()}))
    fields = {
        "run": run.name,
        "image": options.image,
        "out": out.path,
        "how": "search" if encoding is None else "encoder",
        "latent_size": len(found.code),
        "class": None if found.condition is None else run.manifest.data.class_names[found.condition],
        "shown": shown_how,
        "error": error,
        "seed": options.seed,
    }
    said = (
        f"A code of {len(found.code)} numbers, error {error:.4f} per pixel against the picture "
        f"{SHOWN[shown_how]}: {out.path}"
    )
    write(fields, options.json, said, out.beside)
    return DONE


def _shown(run: Run, path: Path) -> tuple[Picture, str]:
    """The file as the model is shown it, and which of `SHOWN` it is.

    One that has the size of the run's images already, and where those are glyphs their norm, is left alone.

    Raises
    ------
    BadInput
        No picture, or one of another channel count.
    """
    channels, side, width = run.manifest.image
    header, image = probe(path), read_picture(path).image
    if header.channels != channels and not (channels == 1 and _is_grey(np.asarray(image))):
        raise BadInput(
            f"{shown(path)} is a {KINDS[header.channels]} picture, and {run.name} knows {KINDS[channels]} "
            f"ones; convert it first."
        )
    framed = framing_of(run.manifest).apply(image, channels)
    has_size, kept = image.size == (width, side), run.probe()
    if kept is None or not is_glyphs(kept):
        return framed, "as it is" if has_size else "framed"
    if has_size and is_normed(framed, kept.images):
        return framed, "as it is"
    return to_norm(Framing(side=LARGEST, ground="white").apply(image, channels), side), "normed"


def _is_grey(pixels: Picture) -> bool:
    """Whether a file that could hold colour holds none; a fourth channel is opacity."""
    colours = pixels[..., :3]
    return bool((colours == colours[..., :1]).all())


def _encoded(model: GenerativeModel, space: Space, original: Picture) -> _Found:
    code = arrays.encode(model, original[None], space.name)
    return _Found(code[0], arrays.decode(model, code, space.name)[0], None)


def _searched(run: Run, model: GenerativeModel, original: Picture, options: argparse.Namespace) -> _Found:
    """Descend from several starts to the code whose picture comes nearest, in pixels and to the ruler."""
    x = arrays.to_x(original[None], model)
    ruler = _ruler(run, x.device, quiet=options.json)
    condition = ruler.predict(x) if ruler is not None and model.conditions else None
    if ruler is None and model.conditions:
        raise BadInput(
            f"{run.name} draws pictures of a class, and no classifier of its data is here to name "
            f"this one's; `latent-explorer evaluate {run.name}` makes one."
        )
    bar = Bar("Searching", shown=not options.json)
    with contextlib.closing(bar):
        for now in searching(
            model,
            x,
            rng=torch.Generator().manual_seed(options.seed),
            steps=STEPS,
            features=None if ruler is None else ruler.network.requires_grad_(False).body,
            condition=condition,
            space=next(space.name for space in model.spaces if space.can_decode),
        ):
            bar.move(now.step, STEPS, error=f"{float(now.errors[0]):.4f}")
    return _last(now, condition)


def _last(found: Inverted, condition: torch.Tensor | None) -> _Found:
    code = found.codes[0].float().cpu().numpy().copy()
    named = None if condition is None else int(condition[0])
    return _Found(code, arrays.to_images(found.pictures)[0], named)


def _ruler(run: Run, device: torch.device, *, quiet: bool) -> Ruler | None:
    """The classifier of the run's data, where the data and it are to be had."""
    try:
        found = images.of_run(run, quiet=quiet)
    except BadInput as error:
        say(f"{error} Searching by the pixels alone.")
        return None
    return rulers.find(found.data, device) if found.whole and rulers.is_labelled(found.data) else None
