"""What is added to a finished run: arrays that the manifest vouches for, and figures.

Another program may have added something since the run was opened, so that the manifest is read again
under the lock. Imports weights and the run's folder; no torch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import BadInput
from explorer.files import write_together
from explorer.runs.folder import WEIGHTS
from explorer.runs.lock import locked
from explorer.runs.manifest import FILE, Manifest
from explorer.runs.run import Run
from explorer.weights import pack_arrays, sha256_of


def keep_arrays(run: Run, name: str, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write arrays into a file of the run's folder, in place of those before.

    Raises
    ------
    BadInput
        The run is gone, being written to by another program, or a link stands in the file's place.
    Failure
        The disk refused: what was there before is there still.
    """
    Manifest.read(run.folder)  # the lock would make the folder of a deleted run again
    with locked(run.folder):
        manifest, data = Manifest.read(run.folder), pack_arrays(arrays)
        manifest = dataclasses.replace(manifest, files={**manifest.files, name: sha256_of(data)})
        # Together: arrays that the manifest on disk does not know would be taken for damaged.
        write_together({run.inside(name): data, run.inside(FILE): manifest.packed()})
        run.manifest = manifest


def keep_figures(run: Run, figures: Mapping[str, Any]) -> None:
    """Have the manifest tell the figures of the weights that `run` was opened with.

    Raises
    ------
    BadInput
        As `keep_arrays` does, and where the model has learned on meanwhile.
    Failure
        As `keep_arrays` does.
    """
    Manifest.read(run.folder)
    with locked(run.folder):
        manifest = Manifest.read(run.folder)
        if manifest.files.get(WEIGHTS) != run.manifest.files.get(WEIGHTS):
            raise BadInput(f"{run.name} has learned on since it was measured; measure it again.")
        manifest = dataclasses.replace(manifest, figures=dict(figures))
        manifest.write(run.folder)
        run.manifest = manifest
