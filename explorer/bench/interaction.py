"""How the window answers a dragged slider, without and with a training, and what that costs the training.

Every condition trains the same model with the same seed over the same steps; repeats alternate.
Imports Qt; the session and the window late.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.bench.figures import Bar, at_most, median, say, spread_ms
from explorer.bench.gauges import SliderDrag
from explorer.bench.window import open_window, own_home, wait, wait_until
from explorer.errors import Failure
from explorer.runs.library import Library
from explorer.runs.run import Run, framing_of
from explorer.session.training_job import Plan
from explorer.ui.app import settle
from explorer.ui.widgets.dimension_slider import DimensionSlider
from explorer.ui.widgets.image_view import ImageView

if TYPE_CHECKING:
    from explorer.session.session import Session
    from explorer.ui.main_window import MainWindow

WARM_SECONDS = 2.0
"""Before the speed of a training is measured."""

EPOCHS = 10_000
"""Every training is stopped long before its end."""

CONDITIONS = ("headless", "window_hidden_map", "window_living_map", "dragging")


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """`quiet` and `training` with their delays, and `images_per_s` under each condition."""
    run = Library().find(options.run)
    say(f"Shown and trained: {_words(run)}; {options.repeats} x {options.seconds:g} s of each.")
    with own_home(), open_window() as window:
        bench = Interaction(window, run, options.seconds)
        drags = [bench.drag_twice() for _ in range(options.repeats)]
        speeds = [bench.speeds(backwards=bool(turn % 2)) for turn in range(options.repeats)]
    return {
        "quiet": median([quiet for quiet, _ in drags]),
        "training": median([training for _, training in drags]),
        "images_per_s": median(speeds),
    }


def _words(run: Run) -> str:
    settings = run.manifest.settings
    return f"{run.manifest.family}, {settings.get('network')}, {settings.get('latent_size')}-D, {run.name}"


def take_slider(window: MainWindow) -> SliderDrag:
    """The first slider that moves something, once it is there and the pictures too."""
    session = window.session
    assert session is not None

    def sliders() -> list[DimensionSlider]:
        return [slider for slider in window.findChildren(DimensionSlider) if slider.isEnabled()]

    wait_until(lambda: bool(sliders()), "a slider of a dimension in use")
    wait_until(lambda: session.pictured is not None and len(session.strips.rows) > 0, "the pictures")
    picture = window.findChild(ImageView, "picture.decoded")
    assert isinstance(picture, ImageView)
    return SliderDrag(session, sliders()[0], picture)


class Steps(NamedTuple):
    """The steps over which speeds are compared."""

    first: int
    last: int


class Meter:
    """Notes when steps were seen to be done."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, int]] = []

    def note(self, step: int) -> None:
        self.seen.append((time.perf_counter(), step))

    def since(self, moment: int) -> float:
        """Seconds since the n-th note."""
        return self.seen[-1][0] - self.seen[moment][0]

    def rate(self, steps: Steps) -> float:
        """Steps per second."""
        began, ended = (next(note for note in self.seen if note[1] >= step) for step in steps)
        return (ended[1] - began[1]) / (ended[0] - began[0])


@dataclass
class Interaction:
    """The measurements in one window."""

    window: MainWindow
    run: Run
    seconds: float
    steps: Steps | None = None
    """As many as go into the seconds of the first training."""

    @property
    def session(self) -> Session:
        assert self.window.session is not None
        return self.window.session

    @property
    def plan(self) -> Plan:
        manifest = self.run.manifest
        settings = {**manifest.settings, "epochs": EPOCHS}
        return Plan(manifest.family, settings, manifest.data.origin, framing_of(manifest))

    def drag_twice(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Without and with a training."""
        self.show_run()
        say("Dragging, quiet ...")
        quiet = self.drag()
        say("Dragging while a model learns ...")
        with self.training():
            training = self.drag()
        return quiet, training

    def speeds(self, *, backwards: bool) -> dict[str, float]:
        """Images per second under each condition."""
        found = {}
        for condition in reversed(CONDITIONS) if backwards else CONDITIONS:
            say(f"Training, {condition.replace('_', ' ')} ...")
            if self.steps is None or condition == "headless":
                found[condition] = self._headless()
            else:
                found[condition] = self._in_window(condition, self.steps)
        batch = int(str(self.run.manifest.settings["batch"]))
        return {condition: round(found[condition] * batch, 1) for condition in CONDITIONS}

    def show_run(self) -> None:
        """Put the run on display, with everything that takes time once behind it."""
        session, warm = self.session, Event()
        session.warmed_up.connect(warm.set)
        session.warm_up()
        self.window.training.warm_up()
        session.open(self.run.folder)
        wait_until(lambda: session.ready is not None and session.data is not None, "the model")
        wait_until(lambda: warm.is_set() and len(session.strips.rows) > 0, "the warm window")
        session.warmed_up.disconnect(warm.set)
        settle()
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

    def drag(self) -> dict[str, Any]:
        """Drag the first slider for some seconds."""
        engine, drag = self.session.engine, take_slider(self.window)
        engine.in_flight_max = engine.waiting_max = 0
        drag.start()
        wait(self.seconds)
        drag.stop()
        wait_until(lambda: not drag.waits, "the last picture", 5)
        drag.close()
        return {
            "tick_ms": spread_ms(drag.beat.lateness),
            "slider_to_pixels_ms": spread_ms(drag.delays),
            "in_flight_max": engine.in_flight_max,
            "waiting_max": engine.waiting_max,
        }

    def _in_window(self, condition: str, steps: Steps) -> float:
        """Steps per second of a training in the window."""
        training, meter = self.session.training, Meter()

        def note() -> None:
            assert training.progress is not None
            meter.note(training.progress.step)

        self.window.map.setVisible(condition != "window_hidden_map")
        training.progressed.connect(note)
        with self.training():
            drag = take_slider(self.window) if condition == "dragging" else None
            if drag is not None:
                drag.start()
            wait_until(lambda: meter.seen[-1][1] >= steps.last, "the last step", 60 + 20 * self.seconds)
            if drag is not None:
                drag.stop()
                drag.close()
        training.progressed.disconnect(note)
        self.window.map.show()
        return meter.rate(steps)

    def _headless(self) -> float:
        """Steps per second of the command line's training, in a process of its own."""
        meter = Meter()
        child = subprocess.Popen(
            [sys.executable, "-m", "explorer", *self._words()], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        try:
            for line in child.stdout:
                event = json.loads(line)
                if event["event"] == "progress":
                    meter.note(event["step"])
                    if self._enough(meter):
                        break
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
        if self.steps is None:
            raise Failure("Nothing was measured: the training without a window ended too soon.")
        return meter.rate(self.steps)

    def _words(self) -> list[str]:
        plan = self.plan
        folder = self.session.library.own / f"headless-{time.time_ns()}"
        knobs = [f"--set={name}={value}" for name, value in plan.settings.items()]
        framing = [] if plan.framing.side is None else ["--side", str(plan.framing.side)]
        words = ["train", plan.family, "--data", plan.origin, "--out", str(folder), "--json"]
        return [*words, *framing, *knobs]

    def _enough(self, meter: Meter) -> bool:
        """Whether all steps are done; the first time they are counted."""
        now = meter.seen[-1][1]
        if self.steps is None and meter.since(0) >= WARM_SECONDS + self.seconds:
            warm = next(n for n in range(len(meter.seen)) if meter.since(n) <= self.seconds)
            self.steps = Steps(meter.seen[warm][1], now)
        return self.steps is not None and now >= self.steps.last


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures for people."""
    lines = [f"{'':30}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}"]
    for state in ("quiet", "training"):
        for name, words in (("tick_ms", "60 Hz timer, late"), ("slider_to_pixels_ms", "slider to pixels")):
            values = figures[state][name].values()
            lines.append(f"{state + ', ' + words + ', ms':30}" + "".join(f"{value:9.1f}" for value in values))
    speeds = figures["images_per_s"]
    for condition, speed in speeds.items():
        lines.append(f"{condition:30}{speed:9,.0f} images/s {speed / speeds['headless'] - 1:+.0%}")
    return lines


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """What was to be reached."""
    quiet, training, speeds = figures["quiet"], figures["training"], figures["images_per_s"]
    p95 = training["slider_to_pixels_ms"]["p95"]
    lost = {name: 100 * (1 - speed / speeds["headless"]) for name, speed in speeds.items()}
    flights = [state[name] for state in (quiet, training) for name in ("in_flight_max", "waiting_max")]
    return [
        at_most("training: slider to pixels, p95", p95, 2 * quiet["slider_to_pixels_ms"]["p95"], " ms"),
        at_most("training: slider to pixels, p95", p95, 16, " ms"),
        at_most("training: 60 Hz timer, p99", training["tick_ms"]["p99"], 20, " ms"),
        at_most("requests in flight or waiting per channel", max(flights), 1),
        at_most("training loses to the window with the map hidden", lost["window_hidden_map"], 5, " %"),
        at_most("training loses to the living map", lost["window_living_map"], 15, " %"),
        at_most("training loses to constant dragging", lost["dragging"], 35, " %"),
    ]
