"""How the window answers while its own session samples. Imports Qt; the window late.

Drawing: sheets of samples are drawn and judged by the reader, with a slider dragged meanwhile. Denoising: a
grid of pictures is made step by step by the engine, again and again, with its dock in front.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton

from explorer.bench import FIRST_RUN
from explorer.bench.figures import Bar, at_most, say, spread_ms
from explorer.bench.gauges import Beat
from explorer.bench.interaction import Interaction, delay_lines
from explorer.bench.window import open_window, own_home, wait, wait_until
from explorer.errors import Failure
from explorer.runs.library import Library
from explorer.session.asking.question import Question

if TYPE_CHECKING:
    from explorer.session.session import Session
    from explorer.ui.window.main_window import MainWindow

DENOISER = "diffusion-mnist"
PAIR = (DENOISER, "vae-mnist-16d")
"""Whose samples are drawn: the slow one first, which is at work all the time."""

TICK_MS, SLIDER_MS, LONGEST_STALL_MS = 20, 16, 100
TICK, SLIDER = "tick_ms", "slider_to_pixels_ms"


def meanwhile(seconds: float) -> dict[str, Any]:
    """`drawing` and `denoising` with their delays, each over so many seconds."""
    with own_home(), open_window() as window:
        bench = Interaction(window, Library().find(FIRST_RUN), seconds)
        bench.show_run()
        return {"drawing": drawing(window, bench), "denoising": denoising(window, seconds)}


def drawing(window: MainWindow, bench: Interaction) -> dict[str, Any]:
    """Drag a slider of the model on display while samples of two others are drawn."""
    say("Dragging while samples are drawn ...")
    samples = bench.session.samples
    window.bring("samples")
    mode = window.findChild(QPushButton, "samples.mode.samples")
    assert mode is not None
    mode.click()
    for place, name in enumerate(PAIR):
        samples.choose(place, name)
    first = samples.wanted[0]
    wait_until(lambda: samples.sheet(first).share is not None, "the first samples")
    found = bench.drag()
    if samples.sheet(first).done:
        raise Failure("Nothing was measured: the samples were there before the end; take fewer --seconds.")
    samples.want(False)
    _finish(bench.session)
    return found


@dataclass(frozen=True, eq=False)
class Idle:
    """Answered once the reader has done what it was asked before."""

    def answer(self, held: dict[str, Any]) -> Generator[bool, None, None]:
        yield True


def _finish(session: Session) -> None:
    """Wait for the pictures that are under way: nothing may work on beside the next measurement."""
    answers: list[bool] = []
    Question(session.workers.reader, answers.append).ask(Idle())
    wait_until(lambda: bool(answers), "the end of the drawing")


def denoising(window: MainWindow, seconds: float) -> dict[str, Any]:
    """A beat while a grid is denoised, each class in turn and guided as the model is."""
    session, beat = window.session, Beat()
    assert session is not None
    work, walks = session.denoising, session.denoising.walks
    say("Denoising ...")
    session.open(DENOISER)
    window.bring("denoising")
    wait_until(
        lambda: work.abilities is not None and session.main.images.data is not None, "the model that denoises"
    )
    work.turn(many=True, each=True)

    def again() -> None:
        if walks.parent is not None and walks.parent.done:
            QTimer.singleShot(0, work.start)  # once all have seen the last step

    walks.stepped.connect(again)
    work.start()
    wait_until(lambda: walks.step is not None, "the first step")
    beat.start()
    wait(seconds)
    beat.stop()
    walks.stepped.disconnect(again)
    work.stop()
    return {TICK: spread_ms(beat.lateness)}


def lines(figures: Mapping[str, Any]) -> list[str]:
    """The figures for people."""
    found = ["", f"{'':30}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}"]
    for state, values in figures.items():
        found += delay_lines(state, values)
    return found


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """What was to be reached."""
    found = []
    for state, values in figures.items():
        found.append(at_most(f"{state}: 60 Hz timer, p99", values[TICK]["p99"], TICK_MS, " ms"))
        found.append(at_most(f"{state}: longest stall", values[TICK]["max"], LONGEST_STALL_MS, " ms"))
        if SLIDER in values:
            found.append(at_most(f"{state}: slider to pixels, p95", values[SLIDER]["p95"], SLIDER_MS, " ms"))
    return found
