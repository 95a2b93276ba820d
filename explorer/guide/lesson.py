"""Lessons, read from resources/lessons/*.toml and held against what is known. Imports checks and files.

A lesson is a title and steps; a step is what to read, where to look, which gestures do it, and
what must then hold. Places on the screen are object names of widgets.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer import paths
from explorer.errors import BadInput
from explorer.files import read_file, shown
from explorer.guide.table import Table, condition

MAP = "map.cloud"
LIMIT_BYTES = 200_000
SECONDS = 60.0
"""What a step may take until its facts hold, unless it says otherwise."""


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
    """Drag a slider to so many standard deviations, or the handle of a strip to a share of its way."""

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


@dataclass(frozen=True)
class Choose:
    """Take an entry of a list, or a tab."""

    place: str
    entry: str


@dataclass(frozen=True)
class Wait:
    """Nothing to do until something holds."""

    until: Condition
    seconds: float
    place: str = ""


Gesture = Press | Drag | Key | Slide | Draw | Click | Choose | Wait


@dataclass(frozen=True)
class Step:
    name: str
    sentences: tuple[str, ...]
    place: str
    """Object name of the widget to look at."""
    gestures: tuple[Gesture, ...]
    facts: tuple[Condition, ...]
    seconds: float = SECONDS

    @property
    def where(self) -> Where | None:
        """The place on the map where it begins, if it begins there."""
        first = self.gestures[0] if self.gestures else None
        if isinstance(first, Press | Key):
            return first.at
        return first.along[0] if isinstance(first, Drag) else None


@dataclass(frozen=True)
class Lesson:
    stem: str
    title: str
    about: str
    model: str
    """The model to open first; empty: whatever is open."""
    beside: str
    """The model on the second map; empty: none."""
    steps: tuple[Step, ...]


def lessons(folder: Path | None = None) -> list[Lesson]:
    """All lessons of a folder, by the names of their files.

    Raises
    ------
    BadInput
        One can't be read; says which field of which step is wrong.
    """
    folder = paths.resources() / "lessons" if folder is None else folder
    return [read_lesson(path) for path in sorted(folder.glob("*.toml"))]


def find_lesson(stem: str, folder: Path | None = None) -> Lesson:
    """The lesson of this name.

    Raises
    ------
    BadInput
        There is none; lists those that there are.
    """
    known = {lesson.stem: lesson for lesson in lessons(folder)}
    if stem not in known:
        there_are = ", ".join(known) or "none"
        raise BadInput(f"There is no lesson {shown(stem)!r}; there are: {there_are}.")
    return known[stem]


def read_lesson(path: Path) -> Lesson:
    """Read one file.

    Raises
    ------
    BadInput
        It can't be read; says which field of which step is wrong.
    """
    try:
        raw = tomllib.loads(read_file(path, limit=LIMIT_BYTES).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"The lesson {shown(path)} is not a TOML file: {error}.") from None
    table = Table(raw, f"The lesson {shown(path)}")
    steps = tuple(_step(step) for step in table.tables("steps", "step"))
    if not steps:
        raise table.wrong("steps", "must hold at least one step")
    title, about = table.text("title"), table.text("about", "")
    lesson = Lesson(path.stem, title, about, table.text("model", ""), table.text("beside", ""), steps)
    table.end()
    return lesson


def _step(table: Table) -> Step:
    gestures = tuple(_gesture(each) for each in table.tables("gestures", "gesture"))
    usual = gestures[0].place if gestures else MAP
    step = Step(
        name=table.text("name"),
        sentences=table.texts("sentences"),
        place=table.text("place", usual),
        gestures=gestures,
        facts=tuple(_condition(each) for each in table.tables("facts", "fact")),
        seconds=table.number("seconds", SECONDS, low=1, high=7200),
    )
    if not step.facts:
        raise table.wrong("facts", "must hold at least one fact")
    table.end()
    return step


def _gesture(table: Table) -> Gesture:
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
    return Click(table.text("place"))


def _choose(table: Table) -> Choose:
    return Choose(table.text("place"), table.text("entry"))


def _wait(table: Table) -> Wait:
    until = _condition(table.table("until"))
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


def _condition(table: Table) -> Condition:
    return Condition(*condition(table))
