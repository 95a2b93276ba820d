"""What brings codes to the plane: PCA at once, UMAP and t-SNE in a process of their own.

A generator of progress, whose last item is the places; closing it cancels. Here are the settings with
their help, and everything that keeps bad points from the methods, which draw convincing pictures of
nothing. Imports numpy; umap and scikit-learn are met in the other process only.
Legend of shapes: N items, D numbers in a code, M different points.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.errors import Failure
from explorer.knobs import Settings, knob
from explorer.latent.embedding import Embedding
from explorer.latent.projection import principal_plane
from explorer.latent.projector import Projector

Floats = NDArray[np.float32]
MethodName = Literal["pca", "umap", "tsne"]

FEWEST = 15
"""Different points below which neighbourhoods mean nothing."""

FARTHEST = 1e6
"""Codes farther out than this, in widths of the cloud of codes, are no codes."""

SAME = 1e-6
"""A cloud narrower than this share of its distance from zero is rounding error."""

LOOK_SECONDS = 0.1
"""So often there is word of the progress, and a chance to cancel."""

FIRST_SHARE = 0.1
"""Only from here on, where the items begin to move, does the time so far tell of the time to come."""

SILENT_SECONDS = 300.0
"""Without a word for so long, the process hangs."""


@dataclass(frozen=True)
class PCASettings(Settings):
    """PCA has nothing to choose."""


@dataclass(frozen=True)
class UMAPSettings(Settings):
    neighbours: int = knob(
        15,
        low=2,
        high=200,
        help="Nearest items that each item is kept close to. Few show fine detail, many the broad layout.",
    )
    min_dist: float = knob(
        0.1, low=0.0, high=0.99, help="How close together items may lie. Small values draw tight clumps."
    )
    epochs: int = knob(
        100, low=10, high=2000, help="Rounds of moving the items. More take longer and tidy it."
    )
    metric: Literal["euclidean", "cosine"] = knob(
        "euclidean",
        help="What counts as near: euclidean takes the distance between codes, cosine only their directions.",
    )
    seed: int = knob(0, low=0, high=2**31 - 1, help="Another seed draws another map of the same codes.")


@dataclass(frozen=True)
class TSNESettings(Settings):
    perplexity: float = knob(
        30.0,
        low=2,
        high=100,
        unit="items",
        help="About how many neighbours each item attends to. Few show fine detail, many the broad layout.",
    )
    iterations: int = knob(
        1000, low=250, high=5000, help="Rounds of moving the items. The first 250 only pull groups apart."
    )
    seed: int = knob(0, low=0, high=2**31 - 1, help="Another seed draws another map of the same codes.")


class Method(NamedTuple):
    """A method of projection, for a form."""

    title: str
    help: str
    settings: type[Settings]


METHODS: Mapping[MethodName, Method] = {
    "pca": Method(
        "PCA", "The flat plane of the most variance: nothing is bent, clusters overlap.", PCASettings
    ),
    "umap": Method(
        "UMAP",
        "Keeps each item near its nearest ones. Trust who is beside whom, not sizes of gaps and clusters.",
        UMAPSettings,
    ),
    "tsne": Method(
        "t-SNE",
        "Keeps neighbours together and pushes all else apart. Gaps, sizes and densities mean nothing.",
        TSNESettings,
    ),
}


class ProjectionProgress(NamedTuple):
    share: float
    """From 0 to 1."""
    eta_s: float | None
    doing: str


class Places(NamedTuple):
    """Where the items lie."""

    places: Floats
    """(N, 2); NaN where an item was left out."""
    how: MethodName
    """What was done: PCA too where there are too few points for the method asked for."""
    notes: tuple[str, ...]
    """Sentences: what was left out or done instead."""


def project_codes(
    codes: Floats, how: MethodName, settings: Settings, projector: Projector
) -> Generator[ProjectionProgress | Places, None, None]:
    """Bring codes (N, D) to the plane; the last item is the places.

    There is an item every `LOOK_SECONDS` at least. Closing the generator kills the process that works,
    and a new one is made ready in the background.

    Raises
    ------
    Failure
        The process died, hung, or ran out of memory.
    """
    points = distinct(codes, directions=getattr(settings, "metric", "") == "cosine")
    notes = points.notes
    if how == "pca" or len(points) < FEWEST:
        if how != "pca" and len(points) > 1:
            notes += (
                f"{METHODS[how].title} needs at least {FEWEST} different points and there are {len(points)}: "
                "this is PCA.",
            )
        flat = points.all_kept
        plane = principal_plane(Embedding(flat))
        yield Places(points.spread_out(plane.to_plane(flat)), "pca", notes)
        return
    for item in _elsewhere(points.points, how, settings, projector):
        if isinstance(item, ProjectionProgress):
            yield item
        else:
            yield Places(points.spread_out(item[points.rows]), how, notes)


@dataclass(frozen=True, eq=False)
class Points:
    """Codes made fit for any method: finite, of ordinary size, no two the same."""

    points: Floats
    """(M, D)."""
    kept: NDArray[np.bool_]
    """(N,): which items there are."""
    rows: NDArray[np.intp]
    """Which point each of the kept items is."""
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.points)

    @property
    def all_kept(self) -> Floats:
        """A point for each kept item."""
        return self.points[self.rows]

    def spread_out(self, places: Floats) -> Floats:
        """Places (N, 2) out of those of the kept items."""
        out = np.full((len(self.kept), 2), np.nan, np.float32)
        out[self.kept] = places
        return out


def distinct(codes: Floats, *, directions: bool = False) -> Points:
    """The different points among codes (N, D), centred and in widths of their cloud.

    Parameters
    ----------
    directions
        Only the directions of the codes count.
    """
    wide = codes.astype(np.float64)
    kept: NDArray[np.bool_] = np.asarray(np.isfinite(wide).all(axis=1))
    if directions:
        lengths = np.linalg.norm(np.where(kept[:, None], wide, 0), axis=1)
        kept &= lengths > 0
        wide[kept] /= lengths[kept, None]
    centre = np.median(wide[kept], axis=0) if kept.any() else np.zeros(codes.shape[1])
    apart = np.asarray(np.abs(np.where(kept[:, None], wide - centre, 0)).max(axis=1, initial=0))
    width = float(np.quantile(apart[kept], 0.9)) if kept.any() else 0.0
    width = width or float(apart.max(initial=0))
    kept &= apart <= FARTHEST * width
    notes = _left_out(len(codes), int(kept.sum()))
    if width <= SAME * np.abs(centre).max(initial=0):
        points = np.zeros((min(1, int(kept.sum())), codes.shape[1]), np.float32)
        notes += ("All points coincide: there is nothing to lay out.",) * bool(kept.sum() > 1)
        return Points(points, kept, np.zeros(int(kept.sum()), np.intp), notes)
    scaled = np.asarray((wide[kept] - centre) / width, np.float32)
    points, rows = np.unique(scaled, axis=0, return_inverse=True)
    return Points(points, kept, rows.reshape(-1), notes)


def _left_out(count: int, kept: int) -> tuple[str, ...]:
    if kept == count:
        return ()
    items = "1 item is" if count - kept == 1 else f"{count - kept:,} items are"
    return (f"{items} left out: there is no usable code.",)


def _elsewhere(
    points: Floats, how: MethodName, settings: Settings, projector: Projector
) -> Generator[ProjectionProgress | Floats, None, None]:
    """Have the other process work, one request after the other."""
    while not projector.turn.acquire(blocking=False):
        yield ProjectionProgress(0.0, None, "Waiting for another projection")
        time.sleep(LOOK_SECONDS)
    places: Floats | None = None
    try:
        projector.ask(how, settings.as_dict(), {"points": points})
        clock, heard = _Clock(), time.monotonic()
        while places is None:
            answer = projector.hear(LOOK_SECONDS)
            if answer is not None:
                heard = time.monotonic()
                places = answer.get("places")
                clock.note(answer)
            elif time.monotonic() - heard > SILENT_SECONDS:
                raise Failure(f"{METHODS[how].title} has been silent for {SILENT_SECONDS:.0f} s: stopped.")
            if places is None:
                yield clock.progress()
    finally:
        if places is None:
            projector.restart()
        projector.turn.release()
    yield places


class _Clock:
    """Estimates how long it will take."""

    def __init__(self) -> None:
        self._doing, self._share = "Warming up", 0.0
        self._began: float | None = None
        self._end: float | None = None

    def note(self, words: Mapping[str, object]) -> None:
        """Take in what the other process says."""
        share = words.get("share")
        if not isinstance(share, (int, float)):
            return
        self._doing, now = str(words.get("doing", "")), time.monotonic()
        if self._began is None:
            self._began = now
        elif share > max(self._share, FIRST_SHARE):
            self._end = self._began + (now - self._began) / share
        self._share = float(share)

    def progress(self) -> ProjectionProgress:
        left = None if self._end is None else max(0.0, self._end - time.monotonic())
        return ProjectionProgress(self._share, left, self._doing)
