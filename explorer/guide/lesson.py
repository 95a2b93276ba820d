"""Lessons, read from resources/lessons/*.toml and held against what is known. Imports checks and files.

A lesson is a title and steps; a step is what to read, where to look, which gestures do it, and
what must then hold. Places on the screen are object names of widgets.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from explorer import paths
from explorer.errors import BadInput
from explorer.files import read_file, shown
from explorer.guide.gestures import (
    MAP,
    SECONDS,
    Condition,
    Drag,
    Gesture,
    Key,
    Press,
    Where,
    read_condition,
    read_gesture,
)
from explorer.guide.table import Table
from explorer.session.maps.projecting import TITLES

LIMIT_BYTES = 200_000
LAST = 1000
"""The place among all lessons of one that claims none."""
ANY = "any"
"""The model of a step that goes with whatever is open, as what is being trained."""


@dataclass(frozen=True)
class Step:
    name: str
    sentences: tuple[str, ...]
    place: str
    """Object name of the widget to look at."""
    gestures: tuple[Gesture, ...]
    facts: tuple[Condition, ...]
    seconds: float = SECONDS
    needs: tuple[Condition, ...] = ()
    """Without which it can't be done: the model that it is about is open."""

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
    """The model that it begins with; empty: whatever is open."""
    beside: str
    """The model that it begins with on the second map; empty: none."""
    projection: str
    """How the first map is laid out at its beginning; empty: as it comes."""
    workspace: str
    """Title of the one that it begins in; empty: the one at hand."""
    steps: tuple[Step, ...]
    order: int = LAST
    """Its place among all lessons."""


def lessons(folder: Path | None = None) -> list[Lesson]:
    """All lessons of a folder, in their order; those of one place by the names of their files.

    Raises
    ------
    BadInput
        One can't be read; says which field of which step is wrong.
    """
    folder = paths.resources() / "lessons" if folder is None else folder
    found = [read_lesson(path) for path in sorted(folder.glob("*.toml"))]
    return sorted(found, key=lambda lesson: (lesson.order, lesson.stem))


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
    model = table.text("model", "")
    steps = tuple(_step(step, model) for step in table.tables("steps", "step"))
    if not steps:
        raise table.wrong("steps", "must hold at least one step")
    lesson = Lesson(
        stem=path.stem,
        title=table.text("title"),
        about=table.text("about", ""),
        model=model,
        beside=table.text("beside", ""),
        projection=_projection(table),
        workspace=table.text("workspace", ""),
        steps=steps,
        order=round(table.number("order", LAST, low=1, high=LAST)),
    )
    table.end()
    return lesson


def _projection(table: Table) -> str:
    kind = table.text("projection", "")
    if kind and kind not in TITLES:
        raise table.wrong("projection", f"is {kind!r}; it must be one of {', '.join(TITLES)}")
    return kind


def _step(table: Table, lesson_model: str) -> Step:
    gestures = tuple(read_gesture(each) for each in table.tables("gestures", "gesture"))
    usual = gestures[0].place if gestures else MAP
    model = table.text("model", lesson_model)
    step = Step(
        name=table.text("name"),
        sentences=table.texts("sentences"),
        place=table.text("place", usual),
        gestures=gestures,
        facts=tuple(read_condition(each) for each in table.tables("facts", "fact")),
        seconds=table.number("seconds", SECONDS, low=1, high=7200),
        needs=() if model in ("", ANY) else (Condition("model_open", {"name": model}),),
    )
    if not step.facts:
        raise table.wrong("facts", "must hold at least one fact")
    table.end()
    return step
