"""The map against pyqtgraph's ScatterPlotItem at its best, with more and more points.

Both in a window of one size, one painted frame per figure. Imports Qt; the widgets late.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from explorer.bench.figures import Bar, at_least, at_most, median, say
from explorer.bench.window import wait_until

SIZES = (10_000, 70_000, 300_000, 1_000_000)
CLASSES = 10
WINDOW = (1000, 800)
FRAMES = 20
"""Measured of each kind; of the scatter plot fewer, where one takes a second."""

STEP = 7
"""Pixels that a pan moves."""


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """For each number of points the milliseconds of a frame."""
    from explorer.ui.widgets.map.rasteriser import load_compiled
    from explorer.ui.window import app

    app.application()
    load_compiled()
    return {"sizes": [median([_size(n) for _ in range(options.repeats)]) for n in SIZES]}


def points(n: int, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Ten overlapping clouds, in no order."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, CLASSES, n).astype(np.uint8)
    angle = classes * (2 * np.pi / CLASSES)
    middles = 3 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (middles + rng.standard_normal((n, 2))).astype(np.float32), classes


def shown(widget: QWidget) -> bool:
    """Whether a window is on the screen, so that it is painted when told so."""
    handle = widget.windowHandle()
    return handle is not None and handle.isExposed()


def _size(n: int) -> dict[str, Any]:
    say(f"{n:,} points ...")
    ours, theirs = _ours(n), _scatter(n)
    return {"n": n, **ours, **theirs}


def _ours(n: int) -> dict[str, Any]:
    from explorer.ui.widgets.map.point_cloud import PointCloud

    xy, classes = points(n)
    cloud = PointCloud()
    cloud.resize(*WINDOW)
    cloud.show()
    wait_until(lambda: shown(cloud), "the map")
    cloud.set_points(xy, classes)
    cloud.paint_now()
    moved = [points(n, seed)[0] for seed in (1, 2)]
    pixels = np.random.default_rng(3).uniform(0, 1, (FRAMES, 2)) * WINDOW

    def pan(turn: int) -> None:
        cloud.pan_by(STEP if turn % 2 else -STEP, 0)
        cloud.paint_now()

    def zoom(turn: int) -> None:
        cloud.zoom_by(1.1 if turn % 2 else 1 / 1.1, 500, 400)
        cloud.paint_now()

    def update(turn: int) -> None:
        cloud.move_points(moved[turn % 2], 0)
        cloud.paint_now()

    def pick(turn: int) -> None:
        cloud.items_at(QPointF(*pixels[turn]))

    try:
        kinds = {"pan_ms": pan, "zoom_ms": zoom, "update_ms": update, "pick_ms": pick}
        return {name: _spread(act) for name, act in kinds.items()}
    finally:
        cloud.close()
        cloud.deleteLater()


def _scatter(n: int) -> dict[str, float]:
    """One item per class, symbols from the cache, no pens: what its makers advise for many points."""
    import pyqtgraph as pg

    xy, classes = points(n)
    rows = [np.flatnonzero(classes == c) for c in range(CLASSES)]
    plot = pg.PlotWidget()
    plot.resize(*WINDOW)
    box = plot.getViewBox()
    box.setMouseEnabled(True, True)
    box.disableAutoRange()
    items = []
    for c, own in enumerate(rows):
        brush = pg.mkBrush(pg.intColor(c))
        item = pg.ScatterPlotItem(size=3, pen=None, brush=brush, pxMode=True, symbol="o")
        item.setData(x=xy[own, 0], y=xy[own, 1])
        plot.addItem(item)
        items.append(item)
    box.setRange(xRange=(-6, 6), yRange=(-6, 6))
    plot.show()
    wait_until(lambda: shown(plot), "the scatter plot")
    plot.viewport().repaint()
    moved = [points(n, seed)[0] for seed in (1, 2)]

    def pan(turn: int) -> None:
        box.translateBy(x=0.08 if turn % 2 else -0.08)
        plot.viewport().repaint()

    def update(turn: int) -> None:
        places = moved[turn % 2]
        for item, own in zip(items, rows, strict=True):
            item.setData(x=places[own, 0], y=places[own, 1])
        plot.viewport().repaint()

    frames = FRAMES if n < 300_000 else 3
    try:
        return {
            "scatterplotitem_pan_ms": _spread(pan, frames)["p50"],
            "scatterplotitem_update_ms": _spread(update, frames)["p50"],
        }
    finally:
        plot.close()
        plot.deleteLater()


def _spread(act: Callable[[int], None], frames: int = FRAMES) -> dict[str, float]:
    """Milliseconds of an act, after one that is not counted."""
    act(0)
    durations = []
    for turn in range(frames):
        began = time.perf_counter()
        act(turn)
        durations.append(1000 * (time.perf_counter() - began))
    return {
        "p50": round(float(np.median(durations)), 3),
        "p95": round(float(np.percentile(durations, 95)), 3),
    }


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures for people."""
    own = "".join(f"{word:>9}" for word in ("pan", "zoom", "update", "pick"))
    lines = [f"{'points':>10}{own}{'pan, scatter':>15}{'update, scatter':>18}"]
    for row in figures["sizes"]:
        own = "".join(f"{row[name]['p50']:9.2f}" for name in ("pan_ms", "zoom_ms", "update_ms", "pick_ms"))
        pan, update = row["scatterplotitem_pan_ms"], row["scatterplotitem_update_ms"]
        lines.append(f"{row['n']:10,}{own}{pan:15.1f}{update:18.1f}")
    return [*lines, "milliseconds, p50"]


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """What was to be reached."""
    by_size = {row["n"]: row for row in figures["sizes"]}
    found = []
    for n, update, pan in ((70_000, 40, 2), (1_000_000, 200, 8)):
        row = by_size[n]
        faster = row["scatterplotitem_update_ms"] / row["update_ms"]["p50"]
        found.append(at_least(f"{n:,} points: new positions against the scatter plot", faster, update, " x"))
        faster = row["scatterplotitem_pan_ms"] / row["pan_ms"]["p50"]
        found.append(at_least(f"{n:,} points: pan against the scatter plot", faster, pan, " x"))
    pick = by_size[1_000_000]["pick_ms"]["p50"]
    return [*found, at_most("1,000,000 points: nearest point", pick, 1, " ms")]
