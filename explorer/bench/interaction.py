"""How the window answers a dragged slider, without and with a training, and what that costs the training.

What a training loses is measured in pairs of short legs: the same model with the same seed trains without
a window, then in it, and the other one sleeps meanwhile. A machine's speed may change by half within
seconds; the median of the pairs' ratios does not. Imports Qt; the session and the window late.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.bench.figures import Bar, Meter, at_most, median, say, spread_ms
from explorer.bench.gauges import Beat, SliderDrag
from explorer.bench.headless import Headless
from explorer.bench.window import open_window, own_home, wait, wait_until
from explorer.errors import Failure
from explorer.runs.library import Library
from explorer.runs.run import Run, framing_of
from explorer.session.learning.plans import Plan
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.sliders.dimension_slider import DimensionSlider
from explorer.ui.window.app import spare_imports_from_gc

if TYPE_CHECKING:
    from explorer.session.session import Session
    from explorer.ui.window.main_window import MainWindow

LEG_SECONDS = 2.5
"""One condition without a break, its first part not counted."""

SETTLING = 0.2
"""That part of a leg."""

EPOCHS = 10_000
"""Every training is stopped long before its end."""

COSTS = (
    ("window_hidden_map", "the window with the map hidden", 5),
    ("window_living_map", "the living map", 15),
    ("dragging", "constant dragging", 35),
)
"""What a training meets in the window, in words, and how much of its speed each may cost, in per cent."""

CONDITIONS = tuple(condition for condition, _, _ in COSTS)

Leg = Callable[[], AbstractContextManager[Meter]]


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """`quiet` and `training` with their delays, and `images_per_s` under each condition.

    Where another family is trained there are `living` delays, those of its own map, and no speeds.
    """
    run = Library().find(options.run)
    trained = options.train or "another like it"
    say(f"Shown: {_words(run)}; trained: {trained}; {options.repeats} x {options.seconds:g} s of each.")
    with own_home(), open_window() as window:
        bench = Interaction(window, run, options.seconds, options.train)
        delays = median([bench.drag_twice() for _ in range(options.repeats)])
        return {**delays, "images_per_s": {} if bench.foreign else bench.speeds(options.repeats)}


def _words(run: Run) -> str:
    settings = run.manifest.settings
    return f"{run.manifest.family}, {settings.get('network')}, {settings.get('latent_size')}-D, {run.name}"


def grab_slider(window: MainWindow) -> SliderDrag:
    """The first slider that moves something, once it is there and the pictures too."""
    session = window.session
    assert session is not None

    def sliders() -> list[DimensionSlider]:
        return [slider for slider in window.findChildren(DimensionSlider) if slider.isEnabled()]

    wait_until(lambda: bool(sliders()), "a slider of a dimension in use")
    cursor, strips = session.main.cursor, session.strips
    wait_until(lambda: cursor.pictured is not None and len(strips.rows) > 0, "the pictures")
    picture = window.findChild(ImageView, "picture.decoded")
    assert isinstance(picture, ImageView)
    return SliderDrag(session, sliders()[0], picture)


@dataclass
class Interaction:
    """The measurements in one window."""

    window: MainWindow
    run: Run
    seconds: float
    trained: str | None = None
    """Family; None is one like it."""

    @property
    def foreign(self) -> bool:
        """Another family is trained than that of the model on display."""
        return self.trained not in (None, self.run.manifest.family)

    @property
    def session(self) -> Session:
        assert self.window.session is not None
        return self.window.session

    @property
    def plan(self) -> Plan:
        manifest = self.run.manifest
        settings = {**({} if self.foreign else manifest.settings), "epochs": EPOCHS}
        return Plan(self.trained or manifest.family, settings, manifest.data.origin, framing_of(manifest))

    def drag_twice(self) -> dict[str, Any]:
        """Without and with a training."""
        self.show_run()
        say("Dragging, quiet ...")
        found = {"quiet": self.drag()}
        with self.training():
            if self.foreign:
                say("The map of the model that learns ...")
                found["living"] = self.watch()
                self.show_run()
            say("Dragging while a model learns ...")
            found["training"] = self.drag()
        return found

    def speeds(self, repeats: int) -> dict[str, float]:
        """Images per second without a window, and under each condition in it.

        The latter are the former times the median ratio of the pairs.
        """
        leg = min(LEG_SECONDS, self.seconds)
        pairs = max(2, round(repeats * self.seconds / leg))
        alone: list[float] = []
        ratios: dict[str, list[float]] = {condition: [] for condition in CONDITIONS}
        with closing(Headless(self._words())) as headless, self.training():
            self.session.training.pause()
            for turn in range(pairs):
                say(f"Training, pair {turn + 1} of {pairs} ...")
                for condition in CONDITIONS:
                    legs: list[Leg] = [headless.awake, lambda it=condition: self._awake(it)]  # type: ignore[misc]
                    order = (0, 1) if turn % 2 else (1, 0)
                    rates = {which: self._rate(legs[which], leg) for which in order}
                    alone.append(rates[0])
                    ratios[condition].append(rates[1] / rates[0])
        base = float(np.median(alone)) * int(str(self.run.manifest.settings["batch"]))
        shares = {"headless": 1.0, **{name: float(np.median(found)) for name, found in ratios.items()}}
        return {name: round(base * share, 1) for name, share in shares.items()}

    @staticmethod
    def _rate(leg: Leg, seconds: float) -> float:
        """Steps per second of one leg."""
        with leg() as meter:
            wait(SETTLING * seconds)
            began = time.perf_counter()
            wait(seconds)
        return meter.rate(began)

    def show_run(self) -> None:
        """Put the run on display, with everything that takes time once behind it."""
        session = self.session
        self.window.training.warm_up()
        session.open(self.run.folder)
        side = session.main
        wait_until(lambda: side.ready is not None and side.images.data is not None, "the model")
        wait_until(lambda: len(session.strips.rows) > 0, "the pictures of the sliders")
        spare_imports_from_gc()
        wait(0.5)

    @contextmanager
    def training(self) -> Iterator[None]:
        """A training with its map, as *Watch one learn* shows it; stopped at the end."""
        training = self.session.training
        self.window.bring("training")
        training.start(self.plan)
        wait_until(lambda: training.progress is not None or not training.active, "the first step")
        if training.fault is not None:
            raise Failure(training.fault)
        yield
        training.stop()
        wait_until(lambda: not training.active, "the end of the training")

    def watch(self) -> dict[str, Any]:
        """A beat for some seconds, with nothing touched."""
        beat = Beat()
        beat.start()
        wait(self.seconds)
        beat.stop()
        return {"tick_ms": spread_ms(beat.lateness)}

    def drag(self) -> dict[str, Any]:
        """Drag the first slider for some seconds."""
        engine, drag = self.session.workers.main, grab_slider(self.window)
        engine.in_flight_max = 0
        drag.start()
        wait(self.seconds)
        drag.stop()
        wait_until(lambda: not drag.waits, "the last picture", 5)
        drag.close()
        return {
            "tick_ms": spread_ms(drag.beat.lateness),
            "slider_to_pixels_ms": spread_ms(drag.delays),
            "in_flight_max": engine.in_flight_max,
        }

    @contextmanager
    def _awake(self, condition: str) -> Iterator[Meter]:
        """Let the window's training go on for a while under some condition."""
        training, meter = self.session.training, Meter()

        def note() -> None:
            assert training.progress is not None
            meter.note(time.perf_counter(), training.progress.step)

        with ExitStack() as after:
            if condition == "window_hidden_map":
                self.window.map.hide()
                after.callback(self.window.map.show)
            training.progressed.connect(note)
            after.callback(training.progressed.disconnect, note)
            training.go_on()
            after.callback(training.pause)
            if condition == "dragging":
                drag = grab_slider(self.window)
                drag.start()
                after.callback(drag.close)
                after.callback(drag.stop)
            yield meter

    def _words(self) -> list[str]:
        plan = self.plan
        folder = self.session.library.own / f"headless-{time.time_ns()}"
        knobs = [f"--set={name}={value}" for name, value in plan.settings.items()]
        framing = [] if plan.framing.side is None else ["--side", str(plan.framing.side)]
        return [plan.family, "--data", plan.origin, "--out", str(folder), *framing, *knobs]


def delay_lines(state: str, found: Mapping[str, Any]) -> list[str]:
    """The lines for people about one state."""
    words = {"tick_ms": "60 Hz timer, late", "slider_to_pixels_ms": "slider to pixels"}
    return [
        f"{f'{state}, {words[name]}, ms':30}" + "".join(f"{value:9.1f}" for value in found[name].values())
        for name in words
        if name in found
    ]


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures for people."""
    lines = [f"{'':30}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}"]
    for state in ("quiet", "living", "training"):
        lines += delay_lines(state, figures.get(state, {}))
    speeds = figures["images_per_s"]
    for condition, speed in speeds.items():
        lines.append(f"{condition:30}{speed:9,.0f} images/s {speed / speeds['headless'] - 1:+.0%}")
    return lines


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """What was to be reached."""
    quiet, training, speeds = figures["quiet"], figures["training"], figures["images_per_s"]
    p95 = training["slider_to_pixels_ms"]["p95"]
    flights = [state["in_flight_max"] for state in (quiet, training)]
    found = [
        at_most("training: slider to pixels, p95", p95, 1.5 * quiet["slider_to_pixels_ms"]["p95"], " ms"),
        at_most("training: slider to pixels, p95", p95, 16, " ms"),
        at_most("requests in flight per channel", max(flights), 1),
    ]
    for state in ("training", "living"):
        if state in figures:
            late = figures[state]["tick_ms"]
            found.append(at_most(f"{state}: 60 Hz timer, p99", late["p99"], 20, " ms"))
            found.append(at_most(f"{state}: longest stall", late["max"], 100, " ms"))
    for condition, words, limit in COSTS:
        if condition in speeds:
            lost = 100 * (1 - speeds[condition] / speeds["headless"])
            found.append(at_most(f"training loses to {words}", lost, limit, " %"))
    return found
