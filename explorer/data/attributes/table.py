"""Values per picture out of a text file: a CSV table or a list in the manner of CelebA.

Imports numpy, `files` and `errors`. CSV: a header, the file's name in the first column.
CelebA: a line with the count, a line with the names, then name and values (+1, -1).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from explorer.errors import BadInput
from explorer.files import read_file, shown

LIMIT = 500_000_000
COLUMN_LIMIT = 1_000
CSV_NAMES = ("attributes.csv", "labels.csv")
_CLASS_COLUMNS = ("label", "class", "category")


@dataclass
class AttributeTable:
    """Attributes of the pictures asked for, in their order."""

    attributes: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    """Name to values (N,), NaN where the file has none."""
    classes: list[str] | None = None
    """The text of a column label, class or category, when every picture has one."""
    notes: list[str] = field(default_factory=list)


def find_table(folders: Sequence[Path]) -> Path | None:
    """The file with attributes in the first of the folders that has one.

    Raises
    ------
    BadInput
        A folder can't be looked into.
    """
    for folder in folders:
        try:
            lists = sorted(p for p in folder.glob("list_attr*.txt") if p.is_file())
            tables = [*(folder / name for name in CSV_NAMES if (folder / name).is_file()), *lists]
        except OSError as error:
            raise BadInput(f"{shown(folder)} can't be looked into: {error.strerror}.") from error
        if tables:
            return tables[0]
    return None


def read_table(path: Path, pictures: Sequence[PurePath]) -> AttributeTable:
    """Read the attributes of these pictures (matched by relative path, else by name).

    Raises
    ------
    BadInput
        The file can't be read, or is no such table.
    """
    text = read_file(path, limit=LIMIT).decode("utf-8-sig", errors="replace")
    header, rows = _csv_rows(text, path) if path.suffix.lower() == ".csv" else _list_rows(text, path)
    if len(header) > COLUMN_LIMIT:
        raise BadInput(f"{shown(path)} has {len(header):,} columns; at most {COLUMN_LIMIT:,} are read.")
    by_name = {PurePath(file).name: row for file, row in rows.items()}
    places = [rows.get(p.as_posix()) or by_name.get(p.name) for p in pictures]
    table = AttributeTable()
    absent = sum(row is None for row in places)
    if absent == len(pictures):
        raise BadInput(f"{path.name} names none of the pictures.")
    if absent:
        table.notes.append(
            f"{path.name} does not name {absent:,} of the pictures; their attributes are unknown."
        )
    for column, name in enumerate(header):
        cells = ["" if row is None or column >= len(row) else row[column].strip() for row in places]
        _add_column(table, name, cells, path.name)
    return table


def _add_column(table: AttributeTable, name: str, cells: list[str], file: str) -> None:
    values = _numbers(cells)
    if name.lower() in _CLASS_COLUMNS and all(cells):
        table.classes = cells
    elif values is None:
        table.notes.append(f"{file}: the column {shown(name)} holds text and was left out.")
    elif not np.isfinite(values).any():
        table.notes.append(f"{file}: the column {shown(name)} holds no values and was left out.")
    else:
        table.attributes[name] = values


def _numbers(cells: list[str]) -> NDArray[np.float32] | None:
    """Values of cells; NaN for empty ones, True as 1; None if any is text."""
    words = {"": "nan", "true": "1", "false": "0"}
    try:
        values = np.array([float(words.get(cell.lower(), cell)) for cell in cells], dtype=np.float64)
    except ValueError:
        return None
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    narrow[~np.isfinite(narrow)] = np.nan
    return np.where(narrow == -1, 0, narrow) if _signs(narrow) else narrow


def _signs(values: NDArray[np.float32]) -> bool:
    """Whether the values are CelebA's yes (+1) and no (-1), which become 1 and 0."""
    known = values[np.isfinite(values)]
    return bool(len(known)) and bool(np.isin(known, (-1, 1)).all()) and bool((known == -1).any())


def _csv_rows(text: str, path: Path) -> tuple[list[str], dict[str, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = [line for line in reader if line]
    except csv.Error as error:
        raise BadInput(f"{shown(path)} is not a usable CSV file: {error}.") from None
    if len(lines) < 2 or len(lines[0]) < 2:
        raise BadInput(f"{shown(path)} needs a header, with the file's name in the first of its columns.")
    return lines[0][1:], {PurePath(line[0]).as_posix(): line[1:] for line in lines[1:]}


def _list_rows(text: str, path: Path) -> tuple[list[str], dict[str, list[str]]]:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) < 3 or len(lines[0]) != 1 or not lines[0][0].isdecimal():
        raise BadInput(
            f"{shown(path)} needs a line with the count, a line with the names, then the pictures."
        )
    return lines[1], {line[0]: line[1:] for line in lines[2:]}
