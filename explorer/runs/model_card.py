"""The card of a model: what it is made of, of what it has learned, and how good it was measured to be.

The same card is printed by the command line, shown by the window and saved from either.
Imports metrics' figures, models' layers late, and the manifest; no Qt.
"""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.metrics.figures import Figures, read_figures
from explorer.runs.figure_words import Row, figure_rows
from explorer.runs.run import Run

if TYPE_CHECKING:
    from explorer.models.layers import Layer

WIDTH = 100
"""Letters in a line of the text."""


class Section(NamedTuple):
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class ModelCard:
    """What is told of a model; all of it holds for the weights as they lie on disk."""

    name: str
    title: str
    """The kind of model in words."""
    about: tuple[Section, ...]
    layers: tuple[Layer, ...]
    remarks: tuple[str, ...]
    figures: Figures | None
    """None as long as they were not measured."""
    numbers: dict[str, Any]
    """What `card --json` prints beside layers and figures."""

    of_all: bool = True
    """The figures are of all its images, not only of those that were kept with it."""

    @property
    def measured(self) -> tuple[Row, ...]:
        """The figures in words, with their units."""
        if self.figures is None:
            return (Row("figures", "not measured yet"),)
        rows = tuple(figure_rows(self.figures, self.numbers))
        return rows or (Row("figures", "none that the images on this computer can tell"),)

    @property
    def weights(self) -> int:
        """Numbers that were learned."""
        return sum(layer.weights for layer in self.layers)

    @property
    def whole(self) -> bool:
        """Nothing more can be measured: the likelihoods are those of all held-out images."""
        known = self.figures
        return known is not None and self.of_all and known.n_likelihood in (None, known.n_test)

    def with_figures(self, figures: Figures, *, of_all: bool) -> ModelCard:
        return dataclasses.replace(self, figures=figures, of_all=of_all)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            **self.numbers,
            "weights": self.weights,
            "layers": [dataclasses.asdict(layer) for layer in self.layers],
            "figures": None if self.figures is None else self.figures.as_dict(),
        }

    def as_text(self) -> str:
        """All of it as lines of text."""
        lines = [self.name, self.title]
        measured = Section("Measured on held-out images", self.measured)
        for section in (*self.about, measured):
            lines += ["", section.title.upper()]
            for row in section.rows:
                lines.append(f"  {row.label:34} {row.value}")
                lines += textwrap.wrap(row.note, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
        lines += ["", f"LAYERS, {self.weights:,} weights in all"]
        for layer in self.layers:
            inputs, outputs = shape_words(layer.input), shape_words(layer.output)
            place = f"{layer.network} {layer.block}".strip()
            lines.append(f"  {place:18} {layer.kind:38} {inputs} -> {outputs}  {layer.weights:,}")
        for remark in self.remarks:
            lines += ["", *textwrap.wrap(remark, WIDTH)]
        return "\n".join(lines)


def shape_words(shape: tuple[int, ...]) -> str:
    """[N, C, H, W] of N pictures, or [N, D] of N codes."""
    return f"[{', '.join(['N', *map(str, shape)])}]"


def read_card(run: Run) -> ModelCard:
    """The card of a run, with the figures that were kept with it.

    Raises
    ------
    BadInput
        The run is damaged.
    """
    from explorer.models.layers import layers, remarks

    model, manifest = run.model(), run.manifest
    found = layers(model)
    space = next((space for space in model.spaces if space.can_decode), model.spaces[0])
    channels, height, width = manifest.image
    in_bytes, size = channels * height * width, space.size
    numbers = {
        "run": run.name,
        "family": manifest.family,
        "settings": manifest.settings,
        "data": dataclasses.asdict(manifest.data),
        "seed": manifest.seed,
        "step": manifest.step,
        "seconds": manifest.seconds,
        "device": manifest.device,
        "created": manifest.created,
        "command": manifest.command,
        "bytes_per_picture": in_bytes,
        "numbers_per_code": size,
    }
    return ModelCard(
        name=run.name,
        title=f"{manifest.title or manifest.family}, a picture is {width} x {height} pixels"
        + (" in 3 colours" if channels == 3 else ""),
        about=tuple(_about(run)),
        layers=found,
        remarks=remarks(found),
        figures=read_figures(manifest.figures),
        numbers=numbers,
    )


def _about(run: Run) -> Iterator[Section]:
    manifest, data = run.manifest, run.manifest.data
    classes = f", {len(data.class_names)} classes" if data.class_names else ", no classes"
    yield Section(
        "Data",
        (
            Row("data set", data.title),
            Row("images", f"{data.train:,} to learn from, {data.test:,} held out{classes}"),
            Row("fingerprint", data.fingerprint[:16]),
        ),
    )
    took = (
        f"{manifest.seconds:,.0f} s on {manifest.device}" if manifest.device else f"{manifest.seconds:,.0f} s"
    )
    yield Section(
        "Training",
        (
            Row("command", manifest.command or "not kept"),
            Row("seed", str(manifest.seed)),
            Row("steps", f"{manifest.step:,} of {manifest.steps:,}, {manifest.status}"),
            Row("time", took),
            Row("begun", _local(manifest.created)),
            Row("settings", ", ".join(f"{name}={value}" for name, value in manifest.settings.items())),
        ),
    )


def _local(created: str) -> str:
    """A moment in ISO 8601 as clocks here show it."""
    try:
        return f"{datetime.fromisoformat(created).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return "not kept"
