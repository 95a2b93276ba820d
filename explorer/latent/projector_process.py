"""What the other process does: UMAP and t-SNE of points that come through its standard input.

Run by `projector`, never imported by the window. It ends when its parent does. Imports umap and
scikit-learn, which bring a compiler and take seconds.
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from explorer.child import pipes_to_parent, receive, send
from explorer.latent.neighbours import NeighbourSearch

Floats = NDArray[np.float32]
Request = Mapping[str, Any]
"""What is to be done and how, and the points."""
Report = Callable[[float, str], None]
"""Told the share of the work that is done, and what is being done."""

NICENESS = 10

WARMING_POINTS = 64

JITTER = 1e-4
"""Of the first layout's width: points on a line would never leave it."""

NEIGHBOURS_SHARE = 0.1
"""Of the time, that finding the neighbours takes."""


def main() -> None:
    """Answer requests until the parent is gone."""
    step_back()
    source, sink = pipes_to_parent()
    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, requests), daemon=True).start()
    while True:
        answer(requests.get(), sink)


def step_back() -> None:
    """Let this process wait whenever another one wants the processor."""
    import psutil

    with contextlib.suppress(OSError, psutil.Error):
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else NICENESS)


def _listen(source: BinaryIO, requests: queue.SimpleQueue[Request]) -> None:
    """Take in requests while others are worked on; nobody needs an answer when the parent is gone."""
    with contextlib.suppress(EOFError):
        while True:
            requests.put(receive(source))
    os._exit(0)


def answer(request: Request, sink: BinaryIO) -> None:
    """Work on one request and send what comes of it."""

    def report(share: float, doing: str) -> None:
        send(sink, {"share": share, "doing": doing})

    how, settings = request["how"], request.get("settings", {})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if how == "warm":
                warm()
                send(sink, {"warm": True})
            else:
                places = (umap if how == "umap" else tsne)(request["points"], settings, report)
                send(sink, {"places": places})
    except MemoryError:
        send(sink, {"failed": "There is too little memory for this projection; use fewer items."})
    except Exception as error:
        cause = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        words = f"The projection failed ({cause}); try other settings."
        send(sink, {"failed": words, "trace": traceback.format_exc()})


def warm() -> None:
    """Import and compile all that a request needs, on a few points."""
    points = np.random.default_rng(0).standard_normal((WARMING_POINTS, 4)).astype(np.float32)
    umap(
        points, {"neighbours": 5, "min_dist": 0.1, "epochs": 2, "metric": "euclidean", "seed": 0}, _to_nobody
    )
    import sklearn.manifold  # noqa: F401


def umap(points: Floats, settings: Mapping[str, Any], report: Report) -> Floats:
    """Places (M, 2) of points (M, D), no two of which are the same.

    The neighbours are found exactly and the first layout is PCA's: umap's own ways to both compile for
    half a minute. Of unit vectors, half the squared distance is the cosine distance.
    """
    report(0.0, "Finding neighbours")
    count = min(settings["neighbours"], len(points))
    nearest, distances = NeighbourSearch(points).nearest(points, count)
    report(NEIGHBOURS_SHARE, "Preparing")
    from umap import UMAP
    from umap.umap_ import find_ab_params

    watch = Watch(settings["epochs"], report)
    # The layout is made of powers of b: in single precision they cost a fifth less.
    a, b = map(np.float32, find_ab_params(1.0, settings["min_dist"]))
    projector = UMAP(
        n_neighbors=count,
        a=a,
        b=b,
        n_epochs=settings["epochs"],
        random_state=settings["seed"],
        n_jobs=1,
        init=first_layout(points, 10.0, settings["seed"]),
        precomputed_knn=(nearest, distances**2 if settings["metric"] == "cosine" else distances),
        tqdm_kwds={"disable": False, "file": watch, "bar_format": "{n}", "mininterval": 0.1},
    )
    return np.asarray(projector.fit_transform(points), np.float32)


def tsne(points: Floats, settings: Mapping[str, Any], report: Report) -> Floats:
    """Places (M, 2) of points (M, D), by Barnes-Hut t-SNE as scikit-learn has it.

    It tells its progress to nobody but the standard output, every 50 rounds.
    """
    report(0.0, "Finding neighbours")
    perplexity = min(settings["perplexity"], (len(points) - 1) / 3)
    nearest, distances = NeighbourSearch(points).nearest(points, min(int(3 * perplexity) + 2, len(points)))
    report(NEIGHBOURS_SHARE / 2, "Preparing")
    from scipy.sparse import csr_matrix
    from sklearn.manifold import TSNE

    starts = np.arange(0, nearest.size + 1, nearest.shape[1])
    graph = csr_matrix((distances.ravel(), nearest.ravel(), starts), shape=(len(points), len(points)))
    projector = TSNE(
        perplexity=perplexity,
        max_iter=settings["iterations"],
        random_state=settings["seed"],
        metric="precomputed",
        init=first_layout(points, JITTER, settings["seed"]),
        verbose=2,
    )
    with contextlib.redirect_stdout(Watch(settings["iterations"], report, after="Iteration ")):
        return np.asarray(projector.fit_transform(graph), np.float32)


def first_layout(points: Floats, size: float, seed: int) -> Floats:
    """The plane of the most variance, made `size` wide, and no two places the same."""
    centred = points - points.mean(axis=0)
    directions = np.linalg.svd(centred.T @ centred)[2][:2].T
    layout = np.zeros((len(points), 2), np.float32)
    layout[:, : directions.shape[1]] = centred @ directions
    layout /= np.abs(layout).max()
    layout += np.random.default_rng(seed).normal(scale=JITTER, size=layout.shape)
    return np.asarray(size * layout, np.float32)


class Watch(io.TextIOBase):
    """Reads the number of the round out of what a library prints.

    Parameters
    ----------
    rounds
        In all.
    after
        What stands before the number.
    """

    def __init__(self, rounds: int, report: Report, after: str = r"^\s*") -> None:
        self._rounds, self._report = rounds, report
        self._number = re.compile(rf"{after}(\d+)")

    def write(self, text: str) -> int:
        if found := self._number.search(text):
            done = min(1.0, int(found[1]) / self._rounds)
            self._report(NEIGHBOURS_SHARE + (1 - NEIGHBOURS_SHARE) * done, "Laying out")
        return len(text)


def _to_nobody(share: float, doing: str) -> None:
    pass


if __name__ == "__main__":
    main()
