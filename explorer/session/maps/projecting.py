"""How codes reach the plane of a map: by the code's own axes, PCA, UMAP or t-SNE.

Part of the session. The latter two take a while, in a process of their own; what they found stays with
the run. numpy only.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

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

if TYPE_CHECKING:
    from explorer.session.open_model import OpenModel
    from explorer.session.session import Session

Way = Literal["axes", "pca", "umap", "tsne"]
Which = Literal["first", "beside"]

TITLES: Mapping[Way, str] = {"axes": "Own axes", **{how: known.title for how, known in METHODS.items()}}
HELP: Mapping[Way, str] = {
    "axes": "Two of the code's own numbers, as they are.",
    **{how: known.help for how, known in METHODS.items()},
}


@dataclass(frozen=True)
class AxesSettings(Settings):
    first: int = knob(1, low=1, high=100_000, help="The dimension along the horizontal axis.")
    second: int = knob(2, low=1, high=100_000, help="The dimension along the vertical axis.")


class Projected(NamedTuple):
    """A projection, and what it is worth."""

    projection: Projection
    kept: float | None
    """Neighbours kept (trustworthiness), 0 to 1."""
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Project:
    """Bring an embedding to the plane: from what the run keeps, or anew."""

    run: Run
    embedding: Embedding
    way: Way
    settings: Settings
    space: str
    projector: Projector
    anew: bool
    """The settings must be these; otherwise whatever the run keeps will do."""
    channel: str

    def answer(self, held: dict[str, Any]) -> Generator[ProjectionProgress | Projected, None, None]:
        codes, notes = self.embedding.codes, tuple[str, ...]()
        if self.way == "axes":
            assert isinstance(self.settings, AxesSettings)
            flat: Projection = own_axes(self.embedding, self.settings.first - 1, self.settings.second - 1)
        elif self.way == "pca":
            flat = principal_plane(self.embedding)
        else:
            places, notes = yield from self._projected(self.way)
            flat = EstimatedProjection(codes, places)
        yield Projected(flat, neighbours_kept(codes, flat.to_plane(codes)), notes)

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
    """The projections of both maps."""

    changed = Signal()
    """Another projection, its progress, or how far it is to be trusted."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._projector = Projector()
        self.settings: dict[Way, Settings] = {
            "axes": AxesSettings(),
            **{how: known.settings() for how, known in METHODS.items()},
        }
        self.ways: dict[Which, Way] = {}
        """Chosen by hand; what a model opens with is its natural projection."""
        self.progress: dict[Which, ProjectionProgress] = {}
        self.kept: dict[Which, float | None] = {}
        for which in ("first", "beside"):
            session.take(f"project {which}", partial(self._take, which), partial(self._forget, which))
        session.model_opened.connect(self._on_first_opened)
        session.beside.model_opened.connect(self._on_beside_opened)

    # Intents

    def choose(self, which: Which, way: Way, *, anew: bool = False) -> None:
        """Project the codes of one map so; UMAP and t-SNE are computed where the run keeps none."""
        model = self._model(which)
        if model is None or model.embedding is None:
            return
        if model.living and way in ("umap", "tsne"):
            self._session.say("The model still learns: UMAP and t-SNE come when it has ended.", "warning")
            return
        size = model.embedding.size
        settings = self.settings[way]
        if isinstance(settings, AxesSettings) and max(settings.first, settings.second) > size:
            self._session.say(f"This code has {size} numbers; choose axes from 1 to {size}.", "warning")
            return
        self.progress[which] = ProjectionProgress(0.0, None, "Starting")
        self._session.workers.projector.submit(
            Project(model.run, model.embedding, way, settings, model.space, self._projector, anew,
                   f"project {which}")
        )  # fmt: skip
        self.changed()

    def set_settings(self, which: Which, way: Way, settings: Settings) -> None:
        """The same with other settings."""
        self.settings[way] = settings
        self.choose(which, way, anew=True)

    def cancel(self, which: Which) -> None:
        self._session.workers.projector.forget(f"project {which}")
        self._forget(which)

    def make_ready(self) -> None:
        """Someone looks at the choices: the process takes seconds to begin."""
        self._projector.warm()

    def close(self) -> None:
        self._projector.close()

    # Facts

    def way(self, which: Which) -> Way:
        """What the map shows now."""
        model = self._model(which)
        spaces = () if model is None else model.run.manifest.spaces
        flat = bool(spaces) and math.prod(spaces[0].shape) <= 2
        return self.ways.get(which, "axes" if flat else "pca")

    def _model(self, which: Which) -> OpenModel | None:
        return self._session.model if which == "first" else self._session.beside.model

    def _take(self, which: Which, request: Project, result: ProjectionProgress | Projected) -> None:
        model = self._model(which)
        if model is None or model.embedding is not request.embedding:
            return
        if isinstance(result, ProjectionProgress):
            self.progress[which] = result
        else:
            self.progress.pop(which, None)
            self.ways[which], self.kept[which] = request.way, result.kept
            for note in result.notes:
                self._session.say(note, "warning")
            owner = self._session if which == "first" else self._session.beside
            owner.project(result.projection)
        self.changed()

    def _forget(self, which: Which) -> None:
        self.progress.pop(which, None)
        self.changed()

    def _on_first_opened(self) -> None:
        self._on_opened("first")

    def _on_beside_opened(self) -> None:
        self._on_opened("beside")

    def _on_opened(self, which: Which) -> None:
        self._session.workers.projector.forget(f"project {which}")
        for known in (self.ways, self.kept, self.progress):
            known.pop(which, None)
        self.changed()
