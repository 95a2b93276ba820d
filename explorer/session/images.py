"""The images behind the map: their data set, their codes, and the pictures of codes that were sampled.

Part of the session. numpy only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet, ImageSet
from explorer.data.progress import ReadProgress
from explorer.session.asking.requests import LoadData, Loaded
from explorer.session.maps.requests import Cost, Embed, EmbedSamples, Gallery, Mapped
from explorer.session.open_model import OpenModel

if TYPE_CHECKING:
    from explorer.session.session import Session

SAMPLED_ITEMS = 2000
"""On a map of samples while its model learns."""


class Images:
    """What the items of the map are, and where the encoder places them."""

    data_changed = Signal()
    """A data set is being read (`reading`), or has been (`data`)."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.data: DataSet | None = None
        self.reading: ReadProgress | None = None
        session.take("data", self._take_data, self._missed_data)
        session.take("gallery", self._take_gallery)
        session.take("embed", self._take_embedding, self._missed_embedding)

    def load(self, origin: str, framing: Framing) -> None:
        """Read a data set behind the window."""
        self._session.reader.submit(LoadData(origin, framing))

    def complete(self, model: OpenModel) -> None:
        """Ask for what the run on disk lacks: its embedding, or the pictures of a map of samples."""
        if model.embedding is None:
            self.embed()
        elif not model.can_encode:
            known = model.embedding
            self._session.engine.submit(Gallery(known.codes, known.labels, known.class_names, model.space))

    def embed(self) -> None:
        """Ask for the codes of the held-out items, where the run keeps none or they are moving."""
        session, model = self._session, self._session.model
        if model is None or session.ready is None:
            return
        if not model.can_encode:
            if self.data is not None:
                samples = EmbedSamples(SAMPLED_ITEMS, self.data, model.space, model.projection, model.living)
                session.engine.submit(samples)
        elif model.items is not None:
            items = model.items
            names = items.class_names
            session.engine.submit(
                Embed(items.images, items.labels, names, model.space, model.projection, model.living)
            )

    def _take_gallery(self, request: Gallery, result: ImageSet | None) -> None:
        if result is not None:
            self._session.update_model(items=result)
            self._session.items_arrived()

    def _take_embedding(self, request: Embed | EmbedSamples, result: float | Mapped | Cost) -> None:
        session = self._session
        if isinstance(result, Mapped) and session.model is not None:
            session.update_model(embedding=result.embedding, projection=result.projection)
            session.embedding_changed()
            session.cursor.settle()
        session.training.took_embedding(result)

    def _missed_embedding(self) -> None:
        self._session.training.took_embedding(Cost(0.0))

    def _missed_data(self) -> None:
        self.reading = None
        self.data_changed()

    def _take_data(self, request: LoadData, result: ReadProgress | Loaded) -> None:
        if isinstance(result, ReadProgress):
            self.reading = result
            self.data_changed()
            return
        self.reading, self.data = None, result.data
        self.data_changed()
        model = self._session.model
        if model is None or model.run.manifest.data.fingerprint != result.fingerprint:
            return
        if model.can_encode:
            self._session.update_model(items=result.data.test)
            self._session.items_arrived()
        if model.embedding is None:
            self.embed()
        elif self._session.cursor.neighbours is not None:
            self._session.cursor.neighbours_changed()
