"""`metrics.jsonl` of a run: one JSON object per line, each with its step. Imports files and errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.errors import BadInput
from explorer.files import parse_json, read_file

LIMIT = 64_000_000
"""Bytes that are read at most."""


def read_curves(path: Path) -> list[dict[str, Any]]:
    """The lines in their order; one that is torn or no JSON object with a step is left out.

    A resumed run writes on from its last saved step: what came after that step the first
    time is left out too.
    """
    if not path.is_file():
        return []
    lines: list[dict[str, Any]] = []
    for text in read_file(path, limit=LIMIT).splitlines():
        try:
            line = parse_json(text, "A line")
        except BadInput:
            continue
        step = line.get("step")
        if type(step) is not int:
            continue
        while lines and lines[-1]["step"] > step:
            lines.pop()
        lines.append(line)
    return lines
