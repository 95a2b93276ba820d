"""What a reader left out, gathered while it goes on, and told in sentences at the end.

Imports `files` (printable names).
"""

from __future__ import annotations

from collections.abc import Iterator

from explorer.files import shown

_NAMED = 3


class Skipped:
    """Counts per reason, with the first few names of each."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, reason: str, name: str) -> None:
        """Reason: what is wrong with one thing, as "is not a regular file"."""
        self._counts[reason] = self._counts.get(reason, 0) + 1
        names = self._names.setdefault(reason, [])
        if len(names) < _NAMED:
            names.append(shown(name))

    @property
    def total(self) -> int:
        return sum(self._counts.values())

    def sentences(self) -> Iterator[str]:
        """One for each reason: how many, why, which."""
        for reason, count in self._counts.items():
            names = ", ".join(self._names[reason]) + (", ..." if count > _NAMED else "")
            yield f"{count:,} {'was' if count == 1 else 'were'} left out: {reason} ({names})."
