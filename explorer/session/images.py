"""The images behind a map: their data set, their codes, and the pictures of codes that were sampled.

Part of a display; numpy only.
"""

from __future__ import annotations

from typing import Any, Protocol

from psygnal import Signal, SignalInstance

from explorer.data.image_set import DataSet, ImageSet
from explorer.data.progress import ReadProgress
from explorer.runs.run import framing_of
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Lifetime, Question
from explorer.session.asking.requests import Ready
from explorer.session.data_at_hand import DataAtHand
from explorer.session.maps.requests import Cost, Embed, EmbedSamples, Gallery, Mapped
from explorer.session.open_model import OpenModel

SAMPLED_ITEMS = 2000
"""On a map of samples while its model learns."""

Embedded = float | Mapped | Cost


class Host(Protocol):
    """What has images: a model on an engine."""

    engine: Engine
    life: Lifetime
    model: OpenModel | None
    ready: Ready | None

    @property
    def embedding_changed(self) -> SignalInstance: ...
    @property
    def items_arrived(self) -> SignalInstance: ...
    def update(self, **changes: Any) -> None: ...


class Images:
    """What the items of a map are, and where the encoder places them."""

    data_changed = Signal()
    """The data set is being read (`reading`), or has been (`data`)."""
    embedded = Signal(Cost)
    """An embedding has come, or will not come."""

    def __init__(self, host: Host, at_hand: DataAtHand) -> None:
        self._host, self._at_hand = host, at_hand
        self.data: DataSet | None = None
        """What the model was trained on, once it has been read."""
        life, engine = host.life, host.engine
        self._gallery: Question[ImageSet | None] = Question(engine, self._on_gallery, during=life)
        self._embed: Question[Embedded] = Question(
            engine, self._on_embedding, missed=self._missed, during=life
        )
        at_hand.changed.connect(self._on_read)

    @property
    def reading(self) -> ReadProgress | None:
        model = self._host.model
        return None if model is None else self._at_hand.progress.get(model.fingerprint)

    @property
    def lacking(self) -> str:
        """Why the images are not at hand; empty where they are."""
        if self.data is not None:
            return ""
        if self.reading is not None:
            return "The images are being read."
        return "The images of this model are not on this computer."

    def follow(self, model: OpenModel | None) -> None:
        """Another model is on display: its images are others, unless it has met the same ones."""
        self.data = None if model is None else self._at_hand.get(model.fingerprint)
        if model is None:
            return
        if self.data is None:
            manifest = model.run.manifest
            self._at_hand.want(model.fingerprint, manifest.data.origin, framing_of(manifest))
        elif model.can_encode and not model.living:
            self._host.update(items=self.data.test)
        self.data_changed()

    def complete(self) -> None:
        """Ask for what the run on disk lacks: its embedding, or the pictures of a map of samples."""
        model = self._host.model
        if model is None or model.embedding is None:
            self.embed()
        elif not model.can_encode:
            known = model.embedding
            self._gallery.ask(Gallery(known.codes, known.labels, known.class_names, model.space))

    def embed(self) -> bool:
        """Ask for the codes of the held-out items, where the run keeps none or they are moving.

        Tells whether it could be asked.
        """
        host, model = self._host, self._host.model
        if model is None or host.ready is None:
            return False
        if not model.can_encode:
            if self.data is None:
                return False
            last, living = model.projection, model.living
            self._embed.ask(EmbedSamples(SAMPLED_ITEMS, self.data, model.space, last, living))
        elif model.items is not None:
            items, names = model.items, model.items.class_names
            self._embed.ask(
                Embed(items.images, items.labels, names, model.space, model.projection, model.living)
            )
        else:
            return False
        return True

    def _on_gallery(self, result: ImageSet | None) -> None:
        if result is not None:
            self._host.update(items=result)
            self._host.items_arrived()

    def _on_embedding(self, result: Embedded) -> None:
        if isinstance(result, Mapped):
            self._host.update(embedding=result.embedding, projection=result.projection)
            self._host.embedding_changed()
        elif isinstance(result, Cost):
            self.embedded(result)

    def _missed(self) -> None:
        self.embedded(Cost(0.0))

    def _on_read(self, fingerprint: str) -> None:
        host, model = self._host, self._host.model
        if model is None or model.fingerprint != fingerprint:
            return
        data = self._at_hand.get(fingerprint)
        if data is None or data is self.data:
            self.data_changed()
            return
        self.data = data
        if model.can_encode and not model.living:
            host.update(items=data.test)
            host.items_arrived()
        self.data_changed()
        if model.embedding is None and not model.living:
            self.embed()
