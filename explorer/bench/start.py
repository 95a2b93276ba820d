"""How soon the window is there, and whether it answers while the rest is being imported.

Each start is a process of its own with an empty home; one of each kind goes first and is not
measured, so that for all others the files are in the disk cache and compiled, as they are from the
second start on. Standard library and numpy.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Any

from explorer.bench.figures import Bar, at_most, median, say
from explorer.bench.window import own_home
from explorer.errors import Failure

TIMES = ("window_s", "map_s", "first_decode_s", "eager_s")
STALLS = ("stalls_ms", "warming_stalls_ms")

PATIENCE = 180.0
"""Seconds after which a start has failed."""


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The times from the start of the process, and the stalls of the event loop."""
    with tempfile.TemporaryDirectory(prefix="latent-explorer-compiled-") as compiled:
        say("One start of each kind to fill the disk cache and to compile ...")
        start("eager", options.seconds, compiled)
        start("window", options.seconds, compiled)
        found = []
        for turn in range(options.repeats):
            say(f"Start {turn + 1} of {options.repeats} ...")
            window = start("window", options.seconds, compiled)
            found.append(window | start("eager", options.seconds, compiled))
    return combined(found)


def combined(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of several starts in one."""
    times = median([{name: each[name] for name in TIMES} for each in found])
    return {**times, **{name: _middle([each[name] for each in found]) for name in STALLS}}


def _middle(lists: Sequence[Sequence[float]]) -> Sequence[float]:
    """Of some lists, which have no median, the one whose largest number is the median."""
    return sorted(lists, key=lambda numbers: max(numbers, default=0.0))[len(lists) // 2]


def start(kind: str, seconds: float, compiled: str) -> dict[str, Any]:
    """One start; what the probe has seen.

    Parameters
    ----------
    compiled
        Folder for Python's compiled files, whatever the environment says of them.

    Raises
    ------
    Failure
        It did not come to its end.
    """
    with own_home():
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        words = [sys.executable, "-m", "explorer.bench.start_probe", kind]
        try:
            child = subprocess.run(
                [*words, str(time.monotonic()), str(seconds)],
                capture_output=True,
                text=True,
                env=environment,
                timeout=PATIENCE + 2 * seconds,
            )
            seen: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
        except (subprocess.TimeoutExpired, IndexError, json.JSONDecodeError) as error:
            raise Failure(f"Nothing was measured: the application did not start ({kind}).") from error
    missing = [name for name in TIMES if name not in seen and (name == "eager_s") == (kind == "eager")]
    if missing:
        raise Failure(f"Nothing was measured: {', '.join(missing)} did not come; is the shipped model there?")
    return seen


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures for people."""
    words = {
        "window_s": "first paint of the window",
        "map_s": "the map painted",
        "first_decode_s": "first picture by the model",
        "eager_s": "first paint after eager imports",
    }
    lines = [f"{words[name]:34}{figures[name]:7.2f} s" for name in TIMES]
    for name, when in (("warming_stalls_ms", "while warming up"), ("stalls_ms", "once warm")):
        longest = ", ".join(f"{stall:.0f}" for stall in sorted(figures[name], reverse=True)) or "none"
        lines.append(f"stalls {when}, ms: {longest}")
    return lines


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """What was to be reached."""
    return [
        at_most("first paint", figures["window_s"], figures["eager_s"] / 10, " s"),
        at_most("map before the model's first picture", figures["map_s"], figures["first_decode_s"], " s"),
        at_most("longest stall while warming up", max(figures["warming_stalls_ms"], default=0), 1000, " ms"),
        at_most("longest stall once warm", max(figures["stalls_ms"], default=0), 100, " ms"),
    ]
