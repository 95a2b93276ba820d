"""UMAP of 10,000 codes in its own process: from nothing, once warm, cancelled, and beside the real window.

Imports Qt and the application. Cold is a process that begins to import and compile when it is asked.
"""

from __future__ import annotations

import argparse
import contextlib
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.bench.figures import Bar, at_most, median, say
from explorer.errors import Failure
from explorer.latent.projecting import Places, TSNESettings, UMAPSettings, project_codes
from explorer.latent.projector import Projector
from explorer.runs.library import Library

if TYPE_CHECKING:
    from explorer.ui.window.main_window import MainWindow

RUN = "vae-mnist-16d"
MOST_CODES = 10_000

STALL_MS = 50
"""Shorter ones can't be felt."""

COLD_S, WARM_S, CANCEL_S, LONGEST_STALL_MS = 12.0, 2.0, 1.0, 100.0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The times, medians of the repeats, and the stalls of the window's event loop meanwhile."""
    embedding = Library().find(RUN).embedding()
    if embedding is None:
        raise Failure(f"Nothing was measured: {RUN} keeps no codes.")
    codes = embedding.codes[:MOST_CODES]
    with contextlib.closing(Projector()) as projector:
        say("One process to fill the disk cache ...")
        timed(codes, projector)
    found = []
    for turn in range(options.repeats):
        say(f"Turn {turn + 1} of {options.repeats} ...")
        found.append(once(codes))
    say("Beside the window ...")
    return {**median(found), "stalls_ms": stalls(codes)}


def once(codes: NDArray[np.float32]) -> dict[str, float]:
    """A cold one, a warm one, and one that is cancelled in mid-way."""
    with contextlib.closing(Projector()) as projector:
        cold, warm = timed(codes, projector), timed(codes, projector)
        working = project_codes(codes, "umap", UMAPSettings(epochs=500), projector)
        for item in working:
            if not isinstance(item, Places) and item.share > 0.3:
                break
        began = time.perf_counter()
        working.close()
        return {"umap_cold_s": cold, "umap_warm_s": warm, "cancel_s": time.perf_counter() - began}


def timed(codes: NDArray[np.float32], projector: Projector) -> float:
    """Seconds that UMAP takes with its defaults."""
    began = time.perf_counter()
    for _ in project_codes(codes, "umap", UMAPSettings(), projector):
        pass
    return time.perf_counter() - began


def stalls(codes: NDArray[np.float32]) -> list[float]:
    """Milliseconds beyond `STALL_MS` for which the window did not answer, while a process compiles,
    computes both UMAP and t-SNE, and is killed."""
    from explorer.bench.gauges import Beat
    from explorer.bench.window import open_window, own_home, wait, wait_until

    with own_home(), open_window() as window, contextlib.closing(Projector()) as projector:
        show_run(window)
        beat, worker = Beat(), threading.Thread(target=_work, args=(codes, projector), daemon=True)
        beat.start()
        worker.start()
        wait_until(lambda: not worker.is_alive(), "the projections", 300.0)
        wait(1.0)
        beat.stop()
        return _longest_first(beat.lateness)


def show_run(window: MainWindow) -> None:
    """Put the run on display, with everything that takes time once behind it."""
    from explorer.bench.window import wait, wait_until

    session = window.session
    assert session is not None
    session.open(Library().find(RUN).folder)
    wait_until(lambda: session.main.ready is not None and session.main.images.data is not None, "the model")
    wait(2.0)


def _work(codes: NDArray[np.float32], projector: Projector) -> None:
    timed(codes, projector)
    timed(codes, projector)
    working = project_codes(codes, "tsne", TSNESettings(iterations=250), projector)
    for item in working:
        if not isinstance(item, Places) and item.share > 0.3:
            working.close()


def _longest_first(lateness: Sequence[float]) -> list[float]:
    """The stalls: of beats that one held up only the first counts, which was the latest."""
    late = [moment * 1000 for moment in lateness]
    firsts = [ms for before, ms in zip([0.0, *late], late, strict=False) if ms > max(before, STALL_MS)]
    return sorted((round(ms, 1) for ms in firsts), reverse=True)


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures for people."""
    words = {"umap_cold_s": "UMAP, cold", "umap_warm_s": "UMAP, warm", "cancel_s": "cancelled after"}
    longest = ", ".join(f"{ms:.0f}" for ms in figures["stalls_ms"]) or "none"
    return [
        *(f"{title:34}{figures[name]:7.2f} s" for name, title in words.items()),
        f"stalls of the window, ms: {longest}",
    ]


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """What was to be reached."""
    return [
        at_most("UMAP of 10,000 codes, cold", figures["umap_cold_s"], COLD_S, " s"),
        at_most("the same, warm", figures["umap_warm_s"], WARM_S, " s"),
        at_most("cancelled", figures["cancel_s"], CANCEL_S, " s"),
        at_most("longest stall of the window", max(figures["stalls_ms"], default=0), LONGEST_STALL_MS, " ms"),
    ]
