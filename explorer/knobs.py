"""Settings as data: a form, a command line and a file are built from the knobs that a dataclass declares.

A low module: standard library and `errors`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any, NamedTuple, Self, get_args, get_type_hints

from explorer.errors import BadInput


class Knob(NamedTuple):
    """One setting, as the form and the command line show it."""

    name: str
    kind: type
    default: Any
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    help: str
    unit: str
    live: bool
    """It can be changed while the model trains."""

    def read(self, value: object) -> Any:
        """Turn text or a JSON value into a checked value.

        Raises
        ------
        BadInput
            Not a value of the knob's type, not finite, out of range, or not a choice.
        """
        if self.choices:
            if value not in self.choices:
                raise BadInput(f"{self.name}={value}: choose one of {', '.join(self.choices)}.")
            return value
        number = math.nan
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            with contextlib.suppress(ValueError, OverflowError):
                number = float(value)
        if not math.isfinite(number) or (self.kind is int and number != int(number)):
            wanted = "a whole number" if self.kind is int else "a number"
            raise BadInput(f"{self.name}={value}: this must be {wanted}.")
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not low <= number <= high:
            raise BadInput(f"{self.name}={value}: this must lie between {low:g} and {high:g}.")
        return self.kind(number)


def knob(
    default: Any,
    *,
    help: str,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    live: bool = False,
) -> Any:
    """Declare a field of `Settings`: default, range (both ends allowed), one line of help."""
    return field(
        default=default,
        metadata={"help": help, "low": low, "high": high, "unit": unit, "live": live},
    )


@dataclass(frozen=True)
class Settings:
    """A set of knobs, turned."""

    @classmethod
    def knobs(cls) -> tuple[Knob, ...]:
        hints = get_type_hints(cls)
        return tuple(
            Knob(
                name=f.name,
                kind=hints[f.name] if isinstance(hints[f.name], type) else str,
                default=f.default,
                low=f.metadata["low"],
                high=f.metadata["high"],
                choices=get_args(hints[f.name]),
                help=f.metadata["help"],
                unit=f.metadata["unit"],
                live=f.metadata["live"],
            )
            for f in dataclasses.fields(cls)
            if f.default is not MISSING
        )

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> Self:
        """Build checked settings from names and values (text or JSON values).

        Raises
        ------
        BadInput
            An unknown name, or a value that its knob refuses.
        """
        knobs = {k.name: k for k in cls.knobs()}
        for name in settings:
            if name not in knobs:
                raise BadInput(f"There is no knob named {name!r}; there are {', '.join(knobs) or 'none'}.")
        return cls(**{name: knobs[name].read(value) for name, value in settings.items()})

    def changed(self, name: str, value: object) -> Self:
        return type(self).read({**self.as_dict(), name: value})

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)
