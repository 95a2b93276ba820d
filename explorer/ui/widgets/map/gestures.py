"""What a pointer and keys mean on a map: a machine from events to intents, without Qt.

The widget translates Qt's events into these calls and carries out the intents; so every row
of the table of gestures is tested as a plain function. Places are logical pixels. Imports nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

TRAVEL = 4.0
"""Pixels from which a press is a drag."""
Button = Literal["left", "middle", "right"]
End = Literal["a", "b"]


class Tool(Enum):
    DECODE = "decode"
    PAN = "pan"


@dataclass(frozen=True)
class Press:
    x: float
    y: float


@dataclass(frozen=True)
class Scrub:
    x: float
    y: float


@dataclass(frozen=True)
class Release:
    """The end of what `Press` began."""


@dataclass(frozen=True)
class Pan:
    dx: float
    dy: float


@dataclass(frozen=True)
class Zoom:
    factor: float
    x: float
    y: float


@dataclass(frozen=True)
class Menu:
    x: float
    y: float


@dataclass(frozen=True)
class Nudge:
    """Steps of 0.1 standard deviations, right and up positive."""

    dx: int
    dy: int


@dataclass(frozen=True)
class ChooseEnd:
    end: End


@dataclass(frozen=True)
class UseTool:
    tool: Tool


@dataclass(frozen=True)
class Home:
    """Fly home."""


Intent = Press | Scrub | Release | Pan | Zoom | Menu | Nudge | ChooseEnd | UseTool | Home

_ARROWS = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}
_LEFT, _RIGHT = "\N{LEFTWARDS ARROW}", "\N{RIGHTWARDS ARROW}"
_UP, _DOWN = "\N{UPWARDS ARROW}", "\N{DOWNWARDS ARROW}"


class KeyRow(NamedTuple):
    """What some keys mean while a map has the focus."""

    keys: tuple[str, ...]
    intent: Intent
    does: str


KEYS = (
    KeyRow(("a",), ChooseEnd("a"), "Make the image under the pointer, or else the picture, end A"),
    KeyRow(("b",), ChooseEnd("b"), "Make it end B"),
    KeyRow(("r", "home"), Home(), "Show the whole map"),
    KeyRow(("d",), UseTool(Tool.DECODE), "Decode tool: dragging moves the cursor"),
    KeyRow(("p",), UseTool(Tool.PAN), "Pan tool: dragging moves the map"),
)
POINTER = (
    ("Rest on a point", "A card with its image"),
    ("Press", "Select the image there, or decode the empty place"),
    ("Drag", "Decode all the way along"),
    ("Drag with Space held", "Move the map; so do the middle and the right button"),
    ("Wheel", "Zoom at the pointer"),
    ("Right click", "What can be done with this image"),
)
"""What the pointer does on a map, in words; `MapGestures` carries it out."""
_KEYS = {key: row.intent for row in KEYS for key in row.keys}


def keys_of(intent: Intent) -> str:
    """The first key of an intent, as a menu writes it."""
    return next(row.keys[0].upper() for row in KEYS if row.intent == intent)


def key_rows() -> list[tuple[str, str]]:
    """All keys of a map and what they do, in words."""
    letters = [(" or ".join(key.capitalize() for key in row.keys), row.does) for row in KEYS]
    return [
        *letters,
        (f"{_LEFT} {_RIGHT} {_UP} {_DOWN}", "Move the cursor by 0.1 standard deviations; with Shift by 1"),
        ("Tab", "The next of the images that lie on top of each other"),
    ]


def zoom_factor(delta: float) -> float:
    """Factor of a wheel turn (eighths of a degree, 120 a notch; away from the user enlarges)."""
    return math.exp(max(-600.0, min(600.0, delta)) / 200.0)


def key_intent(key: str, shift: bool) -> Intent | None:
    """What a key means; `key` is a letter or left, right, up, down, home."""
    if key in _ARROWS:
        dx, dy = _ARROWS[key]
        steps = 10 if shift else 1
        return Nudge(dx * steps, dy * steps)
    return None if shift else _KEYS.get(key)


class MapGestures:
    """One press at a time: a second button during a drag changes nothing."""

    def __init__(self) -> None:
        self.tool = Tool.DECODE
        self.space = False
        """The space bar is held."""
        self._button: Button | None = None
        self._start = self._last = (0.0, 0.0)
        self._pans = False
        self._travelled = False

    @property
    def busy(self) -> bool:
        """A button is down."""
        return self._button is not None

    @property
    def pans(self) -> bool:
        """The map is being panned, or the next drag will pan it."""
        return self._pans if self.busy else self.space or self.tool is Tool.PAN

    def press(self, button: Button, x: float, y: float) -> Intent | None:
        if self.busy:
            return None
        self._pans = self.pans or button != "left"
        self._button, self._travelled = button, False
        self._start = self._last = (x, y)
        return None if self._pans else Press(x, y)

    def move(self, x: float, y: float) -> Intent | None:
        if not self.busy:
            return None
        if not self._travelled:
            if math.dist(self._start, (x, y)) < TRAVEL:
                return None
            self._travelled = True
        dx, dy = x - self._last[0], y - self._last[1]
        self._last = (x, y)
        return Pan(dx, dy) if self._pans else Scrub(x, y)

    def release(self, button: Button, x: float, y: float) -> Intent | None:
        if button != self._button:
            return None
        self._button = None
        if button == "right" and not self._travelled:
            return Menu(x, y)
        return None if self._pans else Release()

    def cancel(self) -> Intent | None:
        """The pointer or the focus was taken away in mid-press."""
        pressed = self.busy and not self._pans
        self._button, self.space = None, False
        return Release() if pressed else None
