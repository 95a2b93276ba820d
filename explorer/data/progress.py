"""How far a long piece of work on data is. Imports nothing of the package."""

from __future__ import annotations

from typing import NamedTuple


class ReadProgress(NamedTuple):
    """While a data set is read."""

    doing: str
    """One word for people: "Listing", "Reading"."""
    done: int
    total: int | None = None
    """None while it is not known."""


class DownloadProgress(NamedTuple):
    """While a data set is fetched."""

    file: str
    """What is being fetched or unpacked."""
    done: int
    """Bytes of all files so far."""
    total: int
    """Bytes of all files, as announced."""
