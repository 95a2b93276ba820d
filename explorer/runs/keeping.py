"""What is added to a finished run: arrays that the manifest vouches for, and figures.

Another program may have added something since the run was opened, so that the manifest is read again
under the lock. Imports weights and the run's folder; no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.runs.lock import locked
from explorer.runs.manifest import Manifest
from explorer.runs.run import Run, replaced
from explorer.weights import pack_arrays


def keep_arrays(run: Run, name: str, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write arrays into a file of the run's folder, in place of those before.

    Raises
    ------
    BadInput
        The run is gone, being written to by another program, or a link stands in the file's place.
    Failure
        The disk refused.
    """
    Manifest.read(run.folder)  # the lock would make the folder of a deleted run again
    with locked(run.folder):
        manifest = Manifest.read(run.folder)
        digest = run.write(name, pack_arrays(arrays))
        run.manifest = replaced(manifest, files={**manifest.files, name: digest})
        run.manifest.write(run.folder)


def keep_figures(run: Run, figures: Mapping[str, Any]) -> None:
    """Have the manifest tell the figures; raises as `keep_arrays` does."""
    Manifest.read(run.folder)
    with locked(run.folder):
        run.manifest = replaced(Manifest.read(run.folder), figures=dict(figures))
        run.manifest.write(run.folder)
