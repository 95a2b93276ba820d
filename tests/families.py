"""Small models of any family, out of nothing but what it declares of itself."""

from __future__ import annotations

from explorer import models
from explorer.models.base import TrainedConfig

COMMON: dict[str, object] = {"batch": 16, "epochs": 2}
"""Of the knobs that every family has which learns in steps."""
SMALL = 4
"""Whole numbers are turned down to this, or as near as they go."""


def small(family: str, **turned: object) -> dict[str, object]:
    """Settings of a small model; of `turned`, those that the family knows."""
    config = models.family(family).Config
    knobs = {knob.name: knob for knob in config.knobs()}
    whole = [knob for knob in knobs.values() if knob.kind is int and not knob.choices]
    least = {knob.name: max(knob.low or 0, min(knob.default, SMALL)) for knob in whole}
    common = COMMON if issubclass(config, TrainedConfig) else {}
    return {name: value for name, value in {**least, **common, **turned}.items() if name in knobs}
