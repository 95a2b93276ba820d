"""Gestures of a lesson as data, read from its tables: what a hand does, where, and until when.

Imports checks and tables. Places on the screen are object names of widgets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from explorer.guide.table import Table, condition

MAP = "map.cloud"
SECONDS = 60.0
"""What a step may take until its facts hold, and a wait, unless they say otherwise."""


@dataclass(frozen=True)
class Condition:
    """A named check with its parameters."""

    check: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class InClass:
    """The middle of a class on the map."""

    class_name: str


@dataclass(frozen=True)
class Void:
    """A place of the map where no image lies."""


@dataclass(frozen=True)
class At:
    """A place of the map, in its own units."""

    x: float
    y: float


@dataclass(frozen=True)
class Marked:
    """The empty place that a map points at."""


Where = InClass | Void | At | Marked


@dataclass(frozen=True)
class Press:
    """Press on the map."""

    at: Where
    place: str = MAP


@dataclass(frozen=True)
class Drag:
    """Press on the map and drag through places."""

    along: tuple[Where, ...]
    place: str = MAP


@dataclass(frozen=True)
class Key:
    """A key, with the pointer over a place of the map where one is given."""

    key: str
    at: Where | None = None
    place: str = MAP


@dataclass(frozen=True)
class Slide:
    """Drag a slider to so many standard deviations, the handle of a strip to a share of its way, or that of
    a schedule to a strength of noise from 0 to 1."""

    place: str
    to: float
    dimension: int | None = None


@dataclass(frozen=True)
class Draw:
    """Strokes of a pen; places from 0 to 1 on the sheet, y down."""

    place: str
    strokes: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True)
class Click:
    """Click in the middle of a widget."""

    place: str
    unless: Condition | None = None
    """Where this holds there is nothing to click for: some buttons do and undo."""


@dataclass(frozen=True)
class Choose:
    """Take an entry of a list, which is opened where it can be, or a tab."""

    place: str
    entry: str


@dataclass(frozen=True)
class Wait:
    """Nothing to do until something holds."""

    until: Condition
    seconds: float
    place: str = ""


Gesture = Press | Drag | Key | Slide | Draw | Click | Choose | Wait


def read_gesture(table: Table) -> Gesture:
    """One entry of a step's list of gestures."""
    do = table.text("do")
    if do not in _GESTURES:
        raise table.wrong("do", f"is {do!r}; it must be one of {', '.join(_GESTURES)}")
    gesture = _GESTURES[do](table)
    table.end()
    return gesture


def _press(table: Table) -> Press:
    return Press(_where(table.table("at")), table.text("place", MAP))


def _drag(table: Table) -> Drag:
    along = tuple(_where(each) for each in table.tables("along", "place"))
    if len(along) < 2:
        raise table.wrong("along", "must hold at least two places")
    return Drag(along, table.text("place", MAP))


def _key(table: Table) -> Key:
    key = table.text("key")
    if len(key) != 1:
        raise table.wrong("key", f"is {key!r}; it must be one letter")
    at = _where(table.table("at")) if table.has("at") else None
    return Key(key.upper(), at, table.text("place", MAP))


def _slide(table: Table) -> Slide:
    dimension = round(table.number("dimension", low=1, high=100_000)) - 1 if table.has("dimension") else None
    return Slide(table.text("place"), table.number("to", low=-4, high=4), dimension)


def _draw(table: Table) -> Draw:
    return Draw(table.text("place"), table.strokes("strokes"))


def _click(table: Table) -> Click:
    unless = read_condition(table.table("unless")) if table.has("unless") else None
    return Click(table.text("place"), unless)


def _choose(table: Table) -> Choose:
    return Choose(table.text("place"), table.text("entry"))


def _wait(table: Table) -> Wait:
    until = read_condition(table.table("until"))
    return Wait(until, table.number("seconds", SECONDS, low=1, high=7200), table.text("place", ""))


_GESTURES: Mapping[str, Callable[[Table], Gesture]] = {
    "press": _press, "drag": _drag, "key": _key, "slide": _slide, "draw": _draw, "click": _click,
    "choose": _choose, "wait": _wait,
}  # fmt: skip


def _where(table: Table) -> Where:
    where: Where
    if table.has("class"):
        where = InClass(table.text("class"))
    elif table.has("marked"):
        if not table.truth("marked"):
            raise table.wrong("marked", "must be true")
        where = Marked()
    elif table.has("void"):
        if not table.truth("void"):
            raise table.wrong("void", "must be true")
        where = Void()
    else:
        where = At(table.number("x"), table.number("y"))
    table.end()
    return where


def read_condition(table: Table) -> Condition:
    """A check and its parameters."""
    return Condition(*condition(table))
