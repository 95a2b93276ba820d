"""The images that were kept with a run, where its data set is missing. Imports data and the run; no torch."""

from __future__ import annotations

from explorer.data.image_set import DataSet
from explorer.runs.run import Run, framing_of


def kept_images(run: Run) -> DataSet | None:
    """A data set of the held-out images that were kept with a run, and no other; None where there are none.

    Raises
    ------
    BadInput
        Their file is damaged.
    """
    kept, record = run.probe(), run.manifest.data
    if kept is None:
        return None
    empty = kept.take(slice(0))
    return DataSet(record.name, record.title, record.origin, empty, kept, framing_of(run.manifest))
