"""Attributes of a set of images: out of labels, out of lists, measured, and the user's own.

Imports numpy, `image_set` and `measured`. What can't be used is left out with a sentence.
Legend of shapes: N items.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.data.attributes import measured
from explorer.data.image_set import ImageSet

Floats = NDArray[np.float32]
Kind = Literal["label", "measured", "listed", "own"]

FEWEST = 20
"""Items that must have an attribute, and as many that must lack it; twice that of graded values."""
MOST_CLASSES = 24
"""Classes that become attributes, the largest first."""
MOST_LISTED = 100


@dataclass(frozen=True, eq=False)
class Attribute:
    """A property with a value for each item."""

    name: str
    kind: Kind
    values: Floats
    """(N,), NaN where unknown; 1 and 0 where an item has or lacks it."""
    unit: str = ""
    """Of graded values, where it is known."""

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.values)

    @property
    def two_valued(self) -> bool:
        """Whether it is one that items have or lack."""
        return bool(np.isin(self.values[self.known], (0, 1)).all())


def from_labels(
    labels: NDArray[np.int64] | None, class_names: Sequence[str]
) -> tuple[list[Attribute], list[str]]:
    """Each class against all others, and what is to be said of those left out."""
    if labels is None or len(class_names) < 2:
        return [], []
    counts = np.bincount(labels[labels >= 0], minlength=len(class_names))[: len(class_names)]
    chosen = sorted(np.argsort(-counts, kind="stable")[:MOST_CLASSES].tolist())
    made = [Attribute(class_names[label], "label", (labels == label).astype(np.float32)) for label in chosen]
    notes = []
    if len(class_names) > MOST_CLASSES:
        notes.append(f"Only the {MOST_CLASSES} largest of {len(class_names):,} classes are attributes.")
    return made, notes


def from_list(items: ImageSet) -> tuple[list[Attribute], list[str]]:
    """Those that came with the images."""
    made = [Attribute(name, "listed", values) for name, values in items.attributes.items()]
    notes = []
    if len(made) > MOST_LISTED:
        notes.append(f"Only the first {MOST_LISTED} of {len(made):,} listed attributes are taken.")
    return made[:MOST_LISTED], notes


def from_pictures(items: ImageSet) -> list[Attribute]:
    """What can be measured on the images; nothing where they aren't like glyphs."""
    if not measured.is_glyph_like(items.images):
        return []
    found = measured.measure(items.images)
    return [Attribute(name, "measured", values, measured.UNITS[name]) for name, values in found.items()]


def usable(attributes: Iterable[Attribute], n: int) -> tuple[list[Attribute], list[str]]:
    """Attributes fit for n items: values for each, distinct names, and enough items on either side.

    Returns
    -------
    Those that can be used, and one sentence for each reason why others are left out. Values for the
    first items only are made up to n with NaN. Where there are two values, the greater means having it.
    A name that is taken gets its kind behind it.
    """
    kept: dict[str, Attribute] = {}
    reasons: dict[str, list[str]] = {}
    for attribute in attributes:
        values = np.full(n, np.nan, np.float32)
        count = min(n, len(attribute.values))
        values[:count] = attribute.values[:count]
        values[~np.isfinite(values)] = np.nan
        if len(found := np.unique(values[np.isfinite(values)])) == 2:
            values = np.where(np.isfinite(values), values == found[1], values).astype(np.float32)
        name = _free(attribute.name, attribute.kind, kept)
        made = Attribute(name, attribute.kind, values, attribute.unit)
        if reason := _unusable(made):
            reasons.setdefault(reason, []).append(name)
        else:
            kept[name] = made
    return list(kept.values()), [_sentence(reason, names) for reason, names in reasons.items()]


def _unusable(attribute: Attribute) -> str:
    known = attribute.values[attribute.known]
    if not len(known):
        return "no value is known"
    if known.min() == known.max():
        return "every image has the same value"
    if attribute.two_valued and min((known == 1).sum(), (known == 0).sum()) < FEWEST:
        return f"fewer than {FEWEST} images have it, or lack it"
    if len(known) < 2 * FEWEST:
        return f"fewer than {2 * FEWEST} values are known"
    return ""


def _free(name: str, kind: Kind, in_use: Iterable[str]) -> str:
    wish = name if name not in in_use else f"{name} ({kind})"
    number = 2
    while wish in in_use:
        wish, number = f"{name} ({kind} {number})", number + 1
    return wish


def _sentence(reason: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    subject = "1 attribute was" if len(names) == 1 else f"{len(names):,} attributes were"
    return f"{subject} left out, as {reason}: {', '.join(names[:5])}{more}."
