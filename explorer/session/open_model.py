"""The model that is on display, as the window knows it. numpy only; replaced, never changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.data.image_set import ImageSet
from explorer.latent.atlas import Atlas
from explorer.latent.embedding import Embedding, explained_variance
from explorer.latent.frame import Emptiness, emptiness
from explorer.latent.projection import Projection, axis_name, natural
from explorer.runs.manifest import SpaceRecord
from explorer.runs.run import Run
from explorer.session.maps.requests import Hole
from explorer.session.scene import Look


@dataclass(frozen=True, eq=False)
class OpenModel:
    """A run, with what of it is there yet."""

    run: Run
    space: str = "z"
    embedding: Embedding | None = None
    projection: Projection | None = None
    atlas: Atlas | None = None
    items: ImageSet | None = None
    """The held-out images: the first 1,000 that stay with the run, until the data set is read."""
    living: bool = False
    """It is being trained: its codes move."""
    step: int | None = None
    """Of the snapshot on display, while training."""
    hole: Hole | None = None
    """A place of a 2-D space that was never trained, to point at."""

    @cached_property
    def places(self) -> NDArray[np.float32]:
        """Where the items lie on the map, (N, 2)."""
        if self.embedding is None or self.projection is None:
            return np.zeros((0, 2), np.float32)
        return self.projection.to_plane(self.embedding.codes)

    @property
    def places_sd(self) -> NDArray[np.float32]:
        """Standard deviation of the places that there are along each axis, (2,)."""
        known = self.places[np.isfinite(self.places).all(axis=1)]
        return np.asarray(known.std(axis=0), np.float32) if len(known) else np.ones(2, np.float32)

    @cached_property
    def emptiness(self) -> Emptiness:
        """Of the frame of the map."""
        return emptiness(self.places)

    @cached_property
    def explained(self) -> NDArray[np.float64] | None:
        """Share (D,) of the pictures' variance along each number, where variances add up to theirs."""
        known = self.embedding
        if known is None or known.errors is None or self.declared is None or not self.declared.isometric:
            return None
        return explained_variance(known.codes, float(known.errors.mean()) * math.prod(self.shape))

    @property
    def axes(self) -> tuple[str, str] | None:
        """What the axes of the map are called, with the variance that is explained along each."""
        named = None if self.projection is None else self.projection.axes
        if named is None or self.explained is None:
            return named
        shares = {axis_name(d): share for d, share in enumerate(self.explained)}
        words = [
            f"{name}: {100 * shares[name]:.1f} % of the variance" if name in shares else name
            for name in named
        ]
        return words[0], words[1]

    @property
    def fingerprint(self) -> str:
        """Of the data that it was trained on."""
        return self.run.manifest.data.fingerprint

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of its pictures, (H, W, C)."""
        channels, height, width = self.run.manifest.image
        return height, width, channels

    @property
    def can_encode(self) -> bool:
        """Images have a place on the map; else it shows samples."""
        return self.declared is None or self.declared.can_encode

    @property
    def can_decode(self) -> bool:
        """Every place of the map is a picture; else only its items are."""
        return self.declared is None or self.declared.can_decode

    @property
    def declared(self) -> SpaceRecord | None:
        """The space that the map shows, as its family declares it."""
        return self.run.manifest.space(self.space)

    def shares_items(self, other: OpenModel | None) -> bool:
        """Both are one run, or have met the same held-out images and place every one of them."""
        if other is None or self.run.folder == other.run.folder:
            return other is not None
        return self.fingerprint == other.fingerprint and self.can_encode and other.can_encode

    @property
    def drawn_from(self) -> str | None:
        """The space that pictures are drawn from where the map's own can't be decoded."""
        return next((space.name for space in self.run.manifest.spaces if space.can_decode), None)

    def has_item(self, item: int) -> bool:
        """Its map shows this item."""
        return self.embedding is not None and 0 <= item < len(self.embedding)

    def picture_of(self, item: int) -> NDArray[np.uint8] | None:
        """The image of an item (H, W, C), where it is at hand."""
        if self.items is None or not 0 <= item < len(self.items):
            return None
        picture: NDArray[np.uint8] = self.items.images[item]
        return picture

    @property
    def lacks_pictures(self) -> bool:
        """Of the images on its map only the first ones, `items`, are at hand."""
        known = self.embedding is not None and self.can_encode
        return known and len(self.items or ()) < len(self.embedding or ())

    def drawn_for(self, item: int) -> int | None:
        """The class that a sample on the map was drawn for; None of an image, or where none is asked for."""
        conditions = self.run.manifest.conditions
        return item % conditions if conditions and not self.can_encode else None

    @property
    def has_holes(self) -> bool:
        """An empty cell of the map is a code: the axes are the code's own two numbers."""
        known = self.embedding is not None and self.embedding.size == 2 and not self.living
        return known and self.can_encode and self.can_decode and len(self.emptiness.middles) > 0

    def at_its_item(self, look: Look) -> Look:
        """The look at an item goes where that has come to lie."""
        known = self.embedding
        if look.item is None or known is None or not look.item < len(known):
            return look
        return look.at(known.codes[look.item], look.item)

    def class_of(self, item: int) -> str | None:
        """The name of an item's class, where it has one."""
        labels = None if self.embedding is None else self.embedding.labels
        if self.embedding is None or labels is None or not 0 <= item < len(labels):
            return None
        label = int(labels[item])
        names = self.embedding.class_names
        return (names[label] if 0 <= label < len(names) else "") or str(label)

    def middle_of(self, label: int) -> int | None:
        """The item of a class that lies nearest to the class's median code."""
        if self.embedding is None or self.embedding.labels is None:
            return None
        members = np.flatnonzero(self.embedding.labels == label)
        if not len(members):
            return None
        codes = self.embedding.codes[members]
        return int(members[((codes - np.median(codes, axis=0)) ** 2).sum(axis=1).argmin()])


def opened(run: Run) -> OpenModel:
    """Open what a run keeps on disk, without torch.

    Raises
    ------
    BadInput
        A file is damaged.
    """
    space = run.manifest.spaces[0].name if run.manifest.spaces else "z"
    embedding = run.embedding(space)
    if embedding is not None:
        # The first neighbours need it, and later torch may be keeping the interpreter busy.
        _ = embedding.usual_gap
    return OpenModel(
        run=run,
        space=space,
        embedding=embedding,
        projection=None if embedding is None else natural(embedding),
        atlas=run.atlas(),
        items=run.probe(),
    )
