"""How far a compressed file may expand, judged by what its headers say. Imports errors."""

from __future__ import annotations

from explorer.errors import BadInput

FREE = 256 << 20
"""Bytes that any file may expand to."""
FOLD = 500
"""Beyond those. Pictures of one rectangle each expand 300-fold, dSprites less; what is made to fill a memory
comes near deflate's own end, a thousandfold."""


def check_expansion(what: str, packed: int, expanded: int) -> None:
    """Refuse a file of packed bytes that would become as many as expanded.

    Raises
    ------
    BadInput
        No pictures are so empty.
    """
    if expanded > max(FREE, FOLD * packed):
        raise BadInput(
            f"{what} ({packed:,} bytes) would expand to {expanded:,} bytes, more than {FOLD}-fold: "
            "if there are pictures in it, save it uncompressed."
        )
