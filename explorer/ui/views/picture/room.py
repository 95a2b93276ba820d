"""How the picture view shares its room. Part of that view; no Qt."""

from __future__ import annotations

LEAST = 96
"""Side of the large pictures on the lowest screen."""

ROWS = 3
"""Of words beside the small picture, which is as high as they are."""

KEPT = 0.9
"""Share of their largest size that the large pictures keep where nearest images and lines are shown."""

FAIR, FROM_AFAR = 0.5, 0.75
"""Share of its size alone that the decoded picture keeps where the original stands beside it as large; in
present mode."""

LARGEST = 0.15
"""Share of the height that a nearest image takes at most."""

GAP = 8
"""Between large pictures."""


def side_of(count: int, wide: float, tall: float, caption: int) -> tuple[float, bool]:
    """Of so many large pictures in a room, and whether they become larger above each other."""
    gaps = GAP * (count - 1)
    across = min((wide - gaps) / max(count, 1), tall - caption)
    down = min(wide, (tall - gaps) / max(count, 1) - caption)
    return max(across, down), count > 1 and down > across
