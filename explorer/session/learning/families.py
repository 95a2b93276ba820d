"""What can be trained, described for a form: asked of the engine, as the families bring torch with them.

Part of the session; what comes out is plain values.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.models.base import Knob


@dataclass(frozen=True)
class FamilyForm:
    """What can be filled in about a family before it is trained."""

    name: str
    title: str
    knobs: tuple[Knob, ...]
    steps: bool
    """It learns in steps; otherwise it is fitted at once."""
    presets: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Settings by title."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Of the terms that it learns by; see `GenerativeModel.units`."""

    def full_presets(self) -> list[dict[str, object]]:
        """Each preset with all knobs that any of them turns."""
        turned = dict.fromkeys(name for settings in self.presets.values() for name in settings)
        usual = {knob.name: knob.default for knob in self.knobs if knob.name in turned}
        return [usual | dict(settings) for settings in self.presets.values()]


def setting(knob: str, settings: Mapping[str, object], family: str, families: Sequence[FamilyForm]) -> object:
    """A knob as it stands, at its default where it was not turned; None where there is no such knob."""
    usual = {each.name: each.default for form in families if form.name == family for each in form.knobs}
    return settings.get(knob, usual.get(knob))


def units(family: str, families: Sequence[FamilyForm]) -> Mapping[str, str]:
    """Of the terms of a family; none before the families are described."""
    return next((form.units for form in families if form.name == family), {})


@dataclass(frozen=True, eq=False)
class DescribeFamilies:
    """All families, in the order of their list; those that learn in steps have the knob ``seed`` too."""

    def answer(self, held: dict[str, Any]) -> Generator[tuple[FamilyForm, ...], None, None]:
        from explorer import models
        from explorer.models.base import Knob, TrainedConfig

        seed = Knob("seed", int, 0, 0, 2**31 - 1, (), "Draws first weights, order and noise.", "", False)
        forms = []
        for name, family in models.FAMILIES.items():
            steps = issubclass(family.Config, TrainedConfig)
            knobs = family.Config.knobs() + ((seed,) if steps else ())
            forms.append(FamilyForm(name, family.title, knobs, steps, family.PRESETS, family.units))
        yield tuple(forms)
