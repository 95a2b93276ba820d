"""Fields of a TOML table, read one by one and held against their kinds. Imports checks and errors.

Every complaint names the file, the step and the field.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from explorer.errors import BadInput
from explorer.guide.checks import CHECKS

_KINDS = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}
MOST = 1000
"""Entries of one list."""


class Table:
    """A table, and which of its fields have been read.

    Parameters
    ----------
    name
        Which one it is, for complaints.
    """

    def __init__(self, fields: Mapping[str, Any], name: str) -> None:
        self.name = name
        self._fields = dict(fields)
        self._read: set[str] = set()

    def wrong(self, field: str, what: str) -> BadInput:
        return BadInput(f"{self.name}: {field} {what}.")

    def has(self, field: str) -> bool:
        return field in self._fields

    def end(self) -> None:
        """Every field has been read: what is left over is a slip of the pen."""
        for field in sorted(self._fields.keys() - self._read):
            self._refuse(field, f"is not known here; known are {', '.join(sorted(self._read))}")

    def text(self, field: str, default: str | None = None) -> str:
        value = self._read_field(field, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            self._refuse(field, "must be a text")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        values = self._list(field)
        if not values or not all(isinstance(value, str) and value.strip() for value in values):
            self._refuse(field, "must be a list of sentences")
        return tuple(values)

    def truth(self, field: str) -> bool:
        value = self._read_field(field, None)
        if not isinstance(value, bool):
            self._refuse(field, "must be true or false")
        return value

    def number(self, field: str, default: float | None = None, low: float = -1e6, high: float = 1e6) -> float:
        value = self._read_field(field, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            self._refuse(field, "must be a number")
        if not low <= value <= high:
            self._refuse(field, f"is {value:g}; it must be from {low:g} to {high:g}")
        return float(value)

    def table(self, field: str) -> Table:
        value = self._read_field(field, None)
        if not isinstance(value, dict):
            self._refuse(field, "must be a table")
        return Table(value, f"{self.name}, {field}")

    def tables(self, field: str, word: str) -> list[Table]:
        """The entries of a list of tables, which may be missing."""
        values = self._list(field) if field in self._fields else []
        if not all(isinstance(value, dict) for value in values):
            self._refuse(field, "must be a list of tables")
        return [Table(value, f"{self.name}, {word} {n}") for n, value in enumerate(values, 1)]

    def strokes(self, field: str) -> tuple[tuple[tuple[float, float], ...], ...]:
        """A list of strokes, each a list of at least two places [x, y] from 0 to 1."""
        strokes = self._list(field)
        if not strokes or not all(_is_stroke(stroke) for stroke in strokes):
            self._refuse(field, "must be a list of strokes, each a list of places [x, y] from 0 to 1")
        return tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in strokes)

    def rest(self) -> dict[str, Any]:
        """The fields that nobody has read."""
        rest = {name: value for name, value in self._fields.items() if name not in self._read}
        self._read |= rest.keys()
        return rest

    def _list(self, field: str) -> list[Any]:
        value = self._read_field(field, None)
        if not isinstance(value, list) or len(value) > MOST:
            self._refuse(field, f"must be a list of at most {MOST:,} entries")
        return value

    def _read_field(self, field: str, default: Any) -> Any:
        self._read.add(field)
        if field not in self._fields and default is None:
            self._refuse(field, "is missing")
        return self._fields.get(field, default)

    def _refuse(self, field: str, what: str) -> NoReturn:
        raise self.wrong(field, what)


def condition(table: Table) -> tuple[str, dict[str, Any]]:
    """A check and its parameters, held against the check's own signature."""
    name = table.text("check")
    if name not in CHECKS:
        raise table.wrong("check", f"is {name!r}; it must be one of {', '.join(CHECKS)}")
    known = {
        p.name: p for p in inspect.signature(CHECKS[name]).parameters.values() if p.kind is p.KEYWORD_ONLY
    }
    given = table.rest()
    for field, value in given.items():
        if field not in known:
            raise table.wrong(field, f"is not known here; {name} takes {', '.join(known) or 'nothing'}")
        kind = str(known[field].annotation)
        if type(value) not in _KINDS[kind]:
            raise table.wrong(field, f"must be of the kind {kind}")
    for field, parameter in known.items():
        if parameter.default is parameter.empty and field not in given:
            raise table.wrong(field, "is missing")
    return name, given


def _is_stroke(stroke: object) -> bool:
    return isinstance(stroke, list) and 2 <= len(stroke) <= MOST and all(_is_place(each) for each in stroke)


def _is_place(each: object) -> bool:
    return (
        isinstance(each, list)
        and len(each) == 2
        and all(type(value) in (int, float) and 0 <= value <= 1 for value in each)
    )
