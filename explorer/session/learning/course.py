"""The course of a training so far: curves, flags, and what they warn of. numpy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from explorer.metrics.lights import posterior_collapse
from explorer.training.events import KL, Progress

YOUNG = 0.1
"""Share of a training in which a small KL means only that it has just begun."""

CURVE_POINTS = 4000
"""A curve that has more loses every second one: no screen is wider."""

LAMP_READINGS = 100
"""How far back the light for posterior collapse looks: ten seconds of a training that is watched."""

NO_TERMS = ("step", "rate")
"""What a line of `metrics.jsonl` holds beside the terms."""


class Flag(NamedTuple):
    """Something that happened at a step of the curve."""

    step: int
    text: str


class Course:
    """Of one training, from its first step on, also where it was interrupted and resumed."""

    def __init__(self, past: Sequence[Mapping[str, Any]] = ()) -> None:
        self.curves: dict[str, list[tuple[int, float]]] = {}
        self.flags: list[Flag] = []
        self.divergence: Flag | None = None
        """When a loss was not finite last, whether that could be mended or not."""
        self.collapsed = False
        """The posterior has become the prior: see `metrics.lights`."""
        for line in past:
            self._recall(line)

    def add(self, progress: Progress) -> None:
        """The newest point of each curve."""
        self._add(progress.step, progress.terms)

    def flag(self, step: int, text: str) -> Flag:
        self.flags.append(Flag(step, text))
        return self.flags[-1]

    @property
    def kl(self) -> float | None:
        """The newest, in nats per image."""
        points = self.curves.get(KL)
        return points[-1][1] if points else None

    def watch_collapse(self, progress: Progress) -> bool:
        """Light the lamp while the posterior is the prior; tells whether it has just come on or gone out."""
        if progress.step <= YOUNG * progress.steps:
            return False
        readings = [value for _, value in self.curves.get(KL, ())[-LAMP_READINGS:]]
        before, self.collapsed = self.collapsed, posterior_collapse(readings)
        return self.collapsed != before

    def _add(self, step: int, terms: Mapping[str, float]) -> None:
        for name, value in terms.items():
            points = self.curves.setdefault(name, [])
            points.append((step, value))
            if len(points) > CURVE_POINTS:
                del points[1::2]

    def _recall(self, line: Mapping[str, Any]) -> None:
        """A line of `metrics.jsonl`."""
        step = int(line["step"])
        if isinstance(line.get("knob"), str):
            value = line.get("value")
            self.flag(step, turned(line["knob"], value))
            return
        if isinstance(line.get("warned"), str):
            flag = self.flag(step, line["warned"])
            self.divergence = flag if line.get("diverged") is True else self.divergence
            return
        numbers = {name: value for name, value in line.items() if name not in NO_TERMS}
        self._add(step, {name: float(v) for name, v in numbers.items() if type(v) in (int, float)})


def collapse_text(name: str, collapsed: bool, beta: object) -> str:
    """What is said of a posterior that has become the prior, or is one of its own again.

    Parameters
    ----------
    beta
        The weight of the KL as it stands; None where the model has no such knob.
    """
    if not collapsed:
        return f"{name}: the posterior has recovered, the codes say something of their images again."
    advice = " Lower beta and the map grows again." if isinstance(beta, (int, float)) and beta > 0 else ""
    return f"{name}: posterior collapse, the codes say nothing of their images any more.{advice}"


def turned(knob: str, value: object) -> str:
    """Such as ``beta = 4``."""
    return f"{knob} = {value:g}" if isinstance(value, (int, float)) else f"{knob} = {value}"
