"""The user's own attributes: two groups of held-out items each, kept with the run they were made in.

They lie in the run's folder, under its manifest's checksums; those of a run that can't be written
(a shipped one) lie among the user's data, under the run's name and its data's fingerprint.
Imports weights, data and the run's folder; no torch.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import paths
from explorer.data.attributes.attribute import FEWEST, Attribute
from explorer.errors import BadInput, Failure
from explorer.files import shown
from explorer.runs.folder import run_id
from explorer.runs.keeping import keep_arrays
from explorer.runs.run import Run
from explorer.weights import read_arrays, write_arrays

FILE = "own-attributes.npz"
LIMIT = 64 << 20
LONGEST_TITLE = 60
MOST = 50


@dataclass(frozen=True, eq=False)
class OwnAttribute:
    """A title, and the items with it and without it."""

    title: str
    having: NDArray[np.int64]
    lacking: NDArray[np.int64]

    def attribute(self, n: int) -> Attribute:
        """Its values for n items: 1, 0, and NaN for those in neither group."""
        values = np.full(n, np.nan, np.float32)
        values[self.having[self.having < n]] = 1
        values[self.lacking[self.lacking < n]] = 0
        return Attribute(self.title, "own", values)


def made(
    title: str, having: Collection[int], lacking: Collection[int], n: int, names_in_use: Collection[str] = ()
) -> OwnAttribute:
    """An own attribute of n items out of two groups.

    Raises
    ------
    BadInput
        No title or one that is taken, a group of fewer than 20, or items in both or beyond the last.
    """
    title = " ".join(title.split())
    if not title or not title.isprintable() or len(title) > LONGEST_TITLE:
        raise BadInput(f"An attribute needs a title of at most {LONGEST_TITLE} characters.")
    if title in names_in_use:
        raise BadInput(f"There is an attribute named {title} already; choose another title.")
    a, b = (np.unique(np.asarray(list(group), np.int64)) for group in (having, lacking))
    for group, which in ((a, "with"), (b, "without")):
        if len(group) and (group[0] < 0 or group[-1] >= n):
            raise BadInput(f"{title}: the group “{which}” has items that this model does not know.")
        if len(group) < FEWEST:
            count = f"{len(group)} {'item' if len(group) == 1 else 'items'}"
            raise BadInput(
                f"{title}: the group “{which}” has {count}; at least {FEWEST} different ones are needed."
            )
    if both := len(np.intersect1d(a, b)):
        raise BadInput(f"{title}: {both} {'item is' if both == 1 else 'items are'} in both groups.")
    return OwnAttribute(title, a, b)


def read(run: Run) -> list[OwnAttribute]:
    """Those that were kept with a run.

    Raises
    ------
    BadInput
        Their file is damaged.
    """
    if FILE in run.manifest.files:
        path = run.checked(FILE)
    elif not (path := _outside(run)).is_file():
        return []
    arrays = read_arrays(path, limit=LIMIT)
    titles = arrays.get("titles")
    if titles is None or titles.ndim != 1 or titles.dtype.kind != "U" or len(titles) > MOST:
        raise BadInput(f"{shown(path)} holds no usable attributes; delete it.")
    return [
        OwnAttribute(
            str(title)[:LONGEST_TITLE],
            _group(arrays, f"with-{i}", path),
            _group(arrays, f"without-{i}", path),
        )
        for i, title in enumerate(titles)
    ]


def keep(run: Run, attributes: Sequence[OwnAttribute]) -> None:
    """Keep these with the run, in place of those before.

    Raises
    ------
    BadInput
        More than there is room for, or the run is gone, or another program is writing to it.
    Failure
        The disk refused.
    """
    if len(attributes) > MOST:
        raise BadInput(f"A model keeps at most {MOST} own attributes; remove one first.")
    arrays: dict[str, NDArray[Any]] = {"titles": np.array([one.title for one in attributes], np.str_)}
    for i, one in enumerate(attributes):
        arrays |= {f"with-{i}": one.having, f"without-{i}": one.lacking}
    if not run.writable:
        path = _outside(run)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failure(f"Could not save {shown(path)}: {error.strerror}.") from error
        write_arrays(path, arrays)
        return
    keep_arrays(run, FILE, arrays)


def _outside(run: Run) -> Path:
    name = f"{run_id(run.name)}-{run.manifest.data.fingerprint[:12]}.npz"
    return paths.library().parent / "own-attributes" / name


def _group(arrays: dict[str, NDArray[Any]], name: str, path: Path) -> NDArray[np.int64]:
    group = arrays.get(name)
    if group is None or group.ndim != 1 or group.dtype.kind not in "iu" or (group < 0).any():
        raise BadInput(f"{shown(path)} holds no usable attributes; delete it.")
    return group.astype(np.int64)
