"""What to train, on what; and the plans that need nothing filled in. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.data.sources import embedded
from explorer.runs.run import Run


@dataclass(frozen=True)
class Plan:
    """What to train, on what."""

    family: str
    settings: Mapping[str, object]
    origin: str
    """Name or path of the data set."""
    framing: Framing = field(default_factory=Framing)
    seed: int = 0
    name: str = ""
    """Wish for the run's name; the library finds a free one like it."""
    resume: str = ""
    """Name of a stopped run to go on with; the rest of the plan is then not asked."""

    @classmethod
    def to_resume(cls, run: Run) -> Self:
        """To go on with a run that was stopped."""
        manifest = run.manifest
        return cls(manifest.family, manifest.settings, manifest.data.origin, resume=run.name)

    def means(self, data: DataSet) -> bool:
        """Whether a data set that has been read is the one that is asked for."""
        if data.origin == embedded.NAME == self.origin:
            # At their own size nothing is done to the digits, whatever the framing says beside the side.
            sides = [framing.for_size(*embedded.SIZE).side for framing in (data.framing, self.framing)]
            return data.framing == self.framing or set(sides) == set(embedded.SIZE)
        return (data.origin, data.framing) == (self.origin, self.framing)


FIRST_LESSON = Plan(
    "vae", {"network": "dense", "latent_size": 2, "epochs": 8}, "mnist", name="my-first-vae-2d"
)
"""What *Watch one learn* trains: clusters in seconds, done in under a minute on two cores."""

FIRST_GAME = Plan("gan", {"epochs": 3}, "mnist", name="my-first-gan")
"""What it trains in the GAN dock: strokes after some dozens of steps, digits after some hundreds."""
