"""How codes reach the plane of a map: by the code's own axes, PCA, UMAP or t-SNE.

Part of the session. The latter two take a while, in a process of their own; what they found stays with
the run. numpy only.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from psygnal import Signal

from explorer.errors import BadInput, Failure
from explorer.knobs import Settings, knob
from explorer.latent.embedding import Embedding
from explorer.latent.projecting import METHODS, Floats, MethodName, Places, ProjectionProgress, project_codes
from explorer.latent.projection import EstimatedProjection, Projection, own_axes, principal_plane
from explorer.latent.projector import Projector
from explorer.latent.trust import neighbours_kept
from explorer.runs.projections import load_projection, save_projection
from explorer.runs.run import Run
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.display import Display
from explorer.session.message import Say

Kind = Literal["axes", "pca", "umap", "tsne"]

TITLES: Mapping[Kind, str] = {"axes": "Own axes", **{how: known.title for how, known in METHODS.items()}}
HELP: Mapping[Kind, str] = {
    "axes": "Two of the code's own numbers, as they are.",
    **{how: known.help for how, known in METHODS.items()},
}


@dataclass(frozen=True)
class AxesSettings(Settings):
    first: int = knob(1, low=1, high=100_000, help="The dimension along the horizontal axis.")
    second: int = knob(2, low=1, high=100_000, help="The dimension along the vertical axis.")


class Projected(NamedTuple):
    """A projection, and what it is worth."""

    kind: Kind
    projection: Projection
    kept: float | None
    """Neighbours kept (trustworthiness), 0 to 1."""
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Project:
    """Bring an embedding to the plane: from what the run keeps, or anew."""

    run: Run
    embedding: Embedding
    kind: Kind
    settings: Settings
    space: str
    projector: Projector
    anew: bool
    """The settings must be these; otherwise whatever the run keeps will do."""

    def answer(self, held: dict[str, Any]) -> Generator[ProjectionProgress | Projected, None, None]:
        codes, notes = self.embedding.codes, tuple[str, ...]()
        if self.kind == "axes":
            assert isinstance(self.settings, AxesSettings)
            flat: Projection = own_axes(self.embedding, self.settings.first - 1, self.settings.second - 1)
        elif self.kind == "pca":
            flat = principal_plane(self.embedding)
        else:
            places, notes = yield from self._projected(self.kind)
            flat = EstimatedProjection(codes, places)
        yield Projected(self.kind, flat, neighbours_kept(codes, flat.to_plane(codes)), notes)

    def _projected(
        self, how: MethodName
    ) -> Generator[ProjectionProgress | Projected, None, tuple[Floats, tuple[str, ...]]]:
        codes, wanted = self.embedding.codes, self.settings if self.anew else None
        kept, notes = None, tuple[str, ...]()
        try:
            kept = load_projection(self.run, how, codes, wanted, self.space)
        except BadInput as fault:
            notes = (f"{fault} It is computed anew.",)
        if kept is not None:
            return kept.places, notes
        for item in project_codes(codes, how, self.settings, self.projector):
            if isinstance(item, Places):
                try:
                    if item.how == how:
                        save_projection(self.run, how, self.settings, codes, item.places, self.space)
                except (BadInput, Failure) as fault:
                    notes = (*notes, str(fault))
                return item.places, (*notes, *item.notes)
            yield item
        raise Failure("The projection ended without places; try again.")


class Projecting:
    """The projection of one side's map."""

    changed = Signal()
    """Another projection, its progress, or how far it is to be trusted."""

    def __init__(self, side: Display, projector: tuple[Engine, Projector], say: Say) -> None:
        self._side, self._say = side, say
        engine, self._projector = projector
        self.settings: dict[Kind, Settings] = {
            "axes": AxesSettings(),
            **{how: known.settings() for how, known in METHODS.items()},
        }
        self._chosen: Kind | None = None
        """By hand; what a model opens with is its natural projection."""
        self.progress: ProjectionProgress | None = None
        self.kept: float | None = None
        """Neighbours kept, 0 to 1, where that is known."""
        self._asking: Question[ProjectionProgress | Projected] = Question(
            engine, self._on_answer, missed=self._end, during=side.life
        )
        side.model_opened.connect(self._on_opened)
        side.embedding_changed.connect(self._on_embedding)

    @property
    def kind(self) -> Kind:
        """What the map shows now."""
        model = self._side.model
        spaces = () if model is None else model.run.manifest.spaces
        flat = bool(spaces) and math.prod(spaces[0].shape) <= 2
        return self._chosen or ("axes" if flat else "pca")

    # Intents

    def choose(self, kind: Kind, *, anew: bool = False) -> None:
        """Project the codes so; UMAP and t-SNE are computed where the run keeps none."""
        model = self._side.model
        if model is None or model.embedding is None:
            return
        if model.living and kind in ("umap", "tsne"):
            self._refuse("The model still learns: UMAP and t-SNE come when it has ended.")
            return
        size, settings = model.embedding.size, self.settings[kind]
        if isinstance(settings, AxesSettings) and max(settings.first, settings.second) > size:
            self._refuse(f"This code has {size} numbers; choose axes from 1 to {size}.")
            return
        self.progress = ProjectionProgress(0.0, None, "Starting")
        self._asking.ask(
            Project(model.run, model.embedding, kind, settings, model.space, self._projector, anew)
        )
        self.changed()

    def _refuse(self, text: str) -> None:
        """Whoever shows the choice shows what it is after all."""
        self._say(text, "warning")
        self.changed()

    def set_settings(self, kind: Kind, settings: Settings) -> None:
        """The same with other settings."""
        self.settings[kind] = settings
        self.choose(kind, anew=True)

    def cancel(self) -> None:
        self._asking.forget()
        self._end()

    def make_ready(self) -> None:
        """Someone looks at the choices: the process takes seconds to begin."""
        self._projector.warm()

    # Facts

    def _on_answer(self, result: ProjectionProgress | Projected) -> None:
        if isinstance(result, ProjectionProgress):
            self.progress = result
        else:
            self.progress, self._chosen = None, result.kind
            for note in result.notes:
                self._say(note, "warning")
            self._side.update(projection=result.projection)
            self._side.embedding_changed()
            self.kept = result.kept
        self.changed()

    def _end(self) -> None:
        self.progress = None
        self.changed()

    def _on_embedding(self) -> None:
        """A model that learns has other codes: what was measured of the last ones is over, own axes stay."""
        model, axes = self._side.model, self.settings["axes"]
        if model is None or model.embedding is None or not model.living:
            return
        self.kept = None
        if self._chosen == "axes" and isinstance(axes, AxesSettings):
            self._side.update(projection=own_axes(model.embedding, axes.first - 1, axes.second - 1))

    def _on_opened(self) -> None:
        self._chosen = self.kept = self.progress = None
        self.changed()
