"""Whether a run opens in all its parts, found out before a library takes it in.

A checksum only says that a file is as its writer left it. Imports the readers of this package; torch late.
"""

from __future__ import annotations

from explorer.latent.projecting import METHODS
from explorer.runs import own_attributes
from explorer.runs.projections import load_projection
from explorer.runs.run import Run


def check_readable(run: Run) -> None:
    """Read every part of a run as the window will.

    Raises
    ------
    BadInput
        The sentence of the first reader that refuses.
    """
    for part in (run.curves, run.preview, run.probe, run.atlas):
        part()
    for space in [space.name for space in run.manifest.spaces] or ["z"]:
        if (embedding := run.embedding(space)) is not None:
            for how in METHODS:
                load_projection(run, how, embedding.codes, space=space)
    if own_attributes.FILE in run.manifest.files:
        own_attributes.read(run)
    run.model()  # last, as it brings torch
