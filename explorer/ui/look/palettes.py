"""The colours of the window as plain values: two palettes, class colours, contrast.

Imports nothing of the package and no Qt, so that the rules about colours (contrast of text,
distance for colour-blind eyes) are tested as numbers. `theme` puts them on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Palette:
    """Every colour of the window, as #rrggbb."""

    scheme: Scheme
    chrome: str
    """Menu bar, rails, status bar."""
    panel: str
    """Docks, headers, dialogs."""
    paper: str
    """Ground of maps, plots and pictures."""
    field: str
    """Ground of empty places, input fields at rest and quiet buttons."""
    hover: str
    line: str
    """Thin separators."""
    edge: str
    """Outlines of controls; grooves of sliders."""
    text: str
    muted: str
    disabled: str
    accent: str
    accent_text: str
    """Text on the accent."""
    accent_ground: str
    """Ground of the guide and of chosen rows."""
    warning: str
    danger: str
    ok: str


LIGHT = Palette(
    scheme="light", chrome="#eeeff4", panel="#ffffff", paper="#fcfcfc", field="#f3f4f8",
    hover="#e6e9f1", line="#d9dce3", edge="#b6bdca", text="#1b1d22", muted="#5d6472",
    disabled="#9aa1ad", accent="#1a62c8", accent_text="#ffffff", accent_ground="#eaf2ff",
    warning="#8a5a00", danger="#b3261e", ok="#1c7238",
)  # fmt: skip
DARK = Palette(
    scheme="dark", chrome="#24272e", panel="#1c1f25", paper="#16181c", field="#282c34",
    hover="#333945", line="#343943", edge="#535b69", text="#e9ebf0", muted="#a4abb8",
    disabled="#6b7280", accent="#6aa5ff", accent_text="#0e1a2e", accent_ground="#1d2b42",
    warning="#f0bd5a", danger="#ff8f85", ok="#7fd39a",
)  # fmt: skip

# The first ten keep apart for normal, red-, green- and blue-blind eyes (tested), and are those
# of the usual pictures of MNIST maps; the others are as far from all before them as can be.
CLASS_COLOURS: dict[Scheme, tuple[str, ...]] = {
    "light": (
        "#2560dc", "#d11507", "#e07200", "#0a7010", "#8e0097", "#059be2", "#cc4a85", "#649d3a",
        "#642005", "#3f4a58", "#470d5e", "#0109d1", "#c374a3", "#8d5eb0", "#233334", "#497cee",
        "#1f0cfd", "#7a6050", "#68007b", "#ab167a", "#6e2d16", "#9733b8", "#4d544c", "#df63cd",
    ),
    "dark": (
        "#4f8dfd", "#fb5010", "#fbaa01", "#48cc84", "#b04cbc", "#83e6ff", "#ea78ae", "#b9f46a",
        "#b34e24", "#787480", "#a7adf3", "#2e66f8", "#769a62", "#f8bec6", "#cb63dc", "#fcdab2",
        "#96ae70", "#cba5c6", "#41a409", "#da288f", "#a8de6b", "#c405da", "#5d8758", "#1e7b95",
    ),
}  # fmt: skip
OTHER_CLASS: dict[Scheme, str] = {"light": "#83878f", "dark": "#8d929b"}


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of #rrggbb, each 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
              for c in (value / 255 for value in channels(colour))]  # fmt: skip
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def blend(one: str, other: str, share: float) -> str:
    """`share` (0 to 1) of `other` mixed into `one`."""
    pairs = zip(channels(one), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@lru_cache(maxsize=512)
def readable(colour: str, ground: str, ratio: float = 4.5) -> str:
    """The colour, moved towards black or white until it can be read on the ground."""
    pole = "#000000" if luminance(ground) > 0.18 else "#ffffff"
    for step in range(21):
        candidate = blend(colour, pole, step / 20)
        if contrast(candidate, ground) >= ratio:
            return candidate
    return pole
