"""What measuring a model behind the window begins with: where to compute, and the images of a run.

Part of the session; on the reader's thread. torch is imported where it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.data.image_set import DataSet
from explorer.errors import BadInput
from explorer.runs.run import Run, framing_of
from explorer.session.asking.requests import DISPLAY_THREADS
from explorer.session.asking.threads import import_torch, step_back

if TYPE_CHECKING:
    import torch


def working_device() -> torch.device:
    """Where to work; from now on this thread waits for whoever answers the pointer."""
    step_back()
    import_torch()
    import torch

    from explorer.training.device import beside_training

    torch.set_num_threads(DISPLAY_THREADS)
    return beside_training()[0]


def read_images(run: Run) -> DataSet:
    """The images that a run was trained on.

    Raises
    ------
    BadInput
        They are not here, or others now.
    """
    from explorer.data.sources import catalogue

    *_, data = catalogue.reading(run.manifest.data.origin, framing_of(run.manifest))
    if not isinstance(data, DataSet) or data.fingerprint() != run.manifest.data.fingerprint:
        raise BadInput(f"{run.manifest.data.title} holds other images now than {run.name} was trained on.")
    return data
