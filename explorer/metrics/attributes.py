"""Attributes fitted to codes, and what each fit has to confess: how well it reads, what else it moves.

Imports data and latent; no torch, so that sliders are there before torch is. Who has a model passes
its decoder and encoder in.

Legend of shapes: N items, D numbers in a code, A attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.data.attributes import measured
from explorer.data.attributes.attribute import (
    FEWEST,
    Attribute,
    from_labels,
    from_list,
    from_pictures,
    usable,
)
from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.latent.direction import (
    Direction,
    Doubles,
    Finding,
    Reading,
    Spread,
    difference,
    direct,
    logistic,
    ridge,
    spread_of,
)
from explorer.latent.embedding import Embedding

Floats = NDArray[np.float32]
Images = NDArray[np.uint8]

WEAK = 0.6
"""Held-out AUC or R^2 below which an attribute is hardly in the codes."""
HELD_OUT = 3
"""Every third item judges a fit and takes no part in it."""
MOST_ITEMS = 20_000
MOST_NUMBERS = 512
"""Numbers in a code beyond which a probe can't be fitted while somebody waits."""
MOVED = 100
"""Held-out codes that are moved to see what else changes."""
AT_ONCE = 20
"""Codes decoded at a time, so that a picture under the pointer needn't wait."""


@dataclass(frozen=True, eq=False)
class Fit:
    """What the codes know of one attribute."""

    attribute: Attribute
    probe: Reading
    """Of the attribute's own values; of its log odds where it is two-valued."""
    between: Doubles
    """Mean code with it minus mean code without, (D,)."""
    score: float
    """On items held out: area under the ROC curve where two-valued, else R^2."""

    @property
    def name(self) -> str:
        return self.attribute.name

    @property
    def measure(self) -> str:
        """What the score is."""
        return "auc" if self.attribute.two_valued else "r2"

    @property
    def weak(self) -> bool:
        return self.score < WEAK


@dataclass(frozen=True, eq=False)
class Fitted:
    """All attributes of a set of codes."""

    fits: tuple[Fit, ...]
    spread: Spread
    judged: Floats
    """Codes held out of every fit, (at most MOVED, D)."""
    notes: tuple[str, ...] = ()
    """What was left out and why, in sentences."""


class Moves(NamedTuple):
    """What else one unit of an attribute's slider changes: other sliders, or pictures."""

    name: str
    changes: dict[str, float]
    """Other attribute to its change, in standard deviations of that one among the data."""

    def strongest(self, count: int) -> list[tuple[str, float]]:
        """The largest changes of either sign, the largest first."""
        return sorted(self.changes.items(), key=lambda change: -abs(change[1]))[:count]


def fitting(
    embedding: Embedding, items: ImageSet | None, own: Sequence[Attribute] = ()
) -> Iterator[float | Fitted]:
    """Fit every attribute; yields the share done, last the fits.

    Parameters
    ----------
    items
        The images behind the codes, in their order, or as many of the first as are at hand; None
        where there are none.

    Raises
    ------
    BadInput
        The codes are too few or too long.
    """
    n = min(len(embedding), MOST_ITEMS)
    codes = embedding.codes[:n]
    finite = np.asarray(np.isfinite(codes).all(axis=1))
    check_size(embedding.size)
    if finite.sum() < 2 * FEWEST:
        raise BadInput(f"Attribute sliders need the codes of at least {2 * FEWEST} images.")
    yield 0.0
    found, notes = from_labels(embedding.labels, embedding.class_names)
    if items is not None:
        listed, more = from_list(items)
        notes += more
        found += from_pictures(items.take(slice(0, n)))
        found += listed
    attributes, left_out = usable([*found, *own], n)
    fits: list[Fit] = []
    for attribute in attributes:
        yield (len(fits) + 1) / (len(attributes) + 1)
        fits.append(fit(codes, finite, attribute))
    judged = np.flatnonzero(finite & held_out(n))
    chosen = judged[np.linspace(0, len(judged) - 1, min(MOVED, len(judged))).astype(np.intp)]
    yield Fitted(tuple(fits), spread_of(codes[finite]), codes[chosen], (*notes, *left_out))


def check_size(size: int) -> None:
    """Refuse codes of too many numbers with BadInput."""
    if size > MOST_NUMBERS:
        raise BadInput(
            f"Codes of {size:,} numbers have no attribute sliders; {MOST_NUMBERS} numbers are the most."
        )


def held_out(n: int) -> NDArray[np.bool_]:
    """Which of n items judge: a third, the same for every n items anywhere."""
    return np.asarray(np.random.default_rng(0).permutation(n) % HELD_OUT == 0)


def fit(codes: Floats, finite: NDArray[np.bool_], attribute: Attribute) -> Fit:
    """Fit one attribute to codes (N, D) and judge it where it was not fitted."""
    judged = held_out(len(codes))
    usable_rows = finite & attribute.known
    rows, others = np.flatnonzero(usable_rows & ~judged), np.flatnonzero(usable_rows & judged)
    z, values = codes[rows], attribute.values[rows]
    two_valued = attribute.two_valued
    probe = logistic(z, values) if two_valued else ridge(z, values)
    said, truth = probe.of(codes[others]), attribute.values[others]
    score = auc(said, truth > 0.5) if two_valued else r_squared(said, truth)
    return Fit(attribute, probe, difference(z, values), score)


def auc(scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often one with scores higher than one without; ties count half."""
    without, having = np.sort(scores[~truth]), scores[truth]
    if not len(without) or not len(having):
        return float("nan")
    below = np.searchsorted(without, having, "left") + np.searchsorted(without, having, "right")
    return float(below.mean() / (2 * len(without)))


def r_squared(said: NDArray[np.floating], truth: NDArray[np.floating]) -> float:
    """1 - residual over total sum of squares; below 0 where the mean would have done better."""
    total = float(((truth - truth.mean()) ** 2).sum()) if len(truth) else 0.0
    return 1 - float(((truth - said) ** 2).sum()) / total if total > 0 else float("nan")


def directions(
    fitted: Fitted, finding: Finding = "probe", held: Collection[str] = (), *, aligned: bool = True
) -> dict[str, Direction]:
    """A direction for each attribute that has one, the others among `held` held.

    But for what is the same change by another name: a stroke made thicker has more ink.
    """
    found = {}
    for one in fitted.fits:
        rows = [each.probe.w for each in fitted.fits if each.name in held and not _go_together(one, each)]
        direction = direct(
            one.name,
            finding,
            one.probe,
            one.between,
            fitted.spread,
            held=np.array(rows) if rows else None,
            aligned=aligned,
        )
        if direction is not None:
            found[one.name] = direction
    return found


def _go_together(one: Fit, other: Fit) -> bool:
    """Whether neither can be held while the other one is moved."""
    names = {_plain(each.name) for each in (one, other) if each.attribute.kind == "measured"}
    return one is other or names == measured.INSEPARABLE


def carried(fitted: Fitted, along: Direction) -> Moves:
    """How far the other sliders go with one unit of this one: what their probes read of the same step.

    The same from every code, as a probe is linear; nothing has to be decoded for it.
    """
    step = along.step * along.vector
    sizes = {one.name: (float(one.probe.w @ step), fitted.spread.sd(one.probe.w)) for one in fitted.fits}
    changes = {name: change / sd for name, (change, sd) in sizes.items() if sd and name != along.name}
    return Moves(along.name, changes)


def leakage(
    fitted: Fitted,
    along: Iterable[Direction],
    decode: Callable[[Floats], Images],
    encode: Callable[[Images], Floats] | None,
) -> Generator[Moves | None, None, None]:
    """Move held-out codes by one unit, decode them, and look at the pictures again.

    The change of another attribute per unit is half of that from -1 to +1, its mean over at most 100
    held-out codes, in standard deviations of the attribute among the data. A measured attribute is
    measured on the decoded pictures; any other is read by its probe from the pictures' own codes
    (`encode`), or, where nothing can be encoded, from the codes that were decoded.

    Yields `Moves` for each direction, and None where others may be let in.
    """
    for direction in along:
        changes = []
        for start in range(0, len(fitted.judged), AT_ONCE):
            codes = fitted.judged[start : start + AT_ONCE]
            apart = direction.step * direction.vector
            seen = []
            for sign in (-1, 1):
                moved = np.asarray(codes + sign * apart, np.float32)
                pictures = decode(moved)
                yield None
                seen.append(_look(fitted, pictures, moved if encode is None else encode(pictures)))
                yield None
            changes.append((seen[1] - seen[0]) / 2)
        change = _means(np.concatenate(changes))
        names = [one.name for one in fitted.fits]
        yield Moves(
            direction.name,
            {name: float(c) for name, c in zip(names, change, strict=True) if name != direction.name},
        )


def measured_on(fitted: Fitted, picture: Images) -> dict[str, float]:
    """Those attributes that are measured, of one picture (H, W, C); none of an empty one."""
    names = [one.name for one in fitted.fits if one.attribute.kind == "measured"]
    found = measured.measure(picture[None]) if names else {}
    values = {name: float(found[_plain(name)][0]) for name in names}
    return {name: value for name, value in values.items() if np.isfinite(value)}


def _look(fitted: Fitted, pictures: Images, codes: Floats) -> Doubles:
    """Every attribute of some pictures, (N, A), in standard deviations among the data."""
    kinds = {one.attribute.kind for one in fitted.fits}
    by_name = measured.measure(pictures) if "measured" in kinds else {}
    columns = []
    for one in fitted.fits:
        if one.attribute.kind == "measured":
            sd = float(np.nanstd(one.attribute.values))
            columns.append(by_name[_plain(one.name)].astype(np.float64) / (sd or np.inf))
        else:
            columns.append(one.probe.of(codes) / (fitted.spread.sd(one.probe.w) or np.inf))
    return np.stack(columns, axis=1)


def _means(changes: Doubles) -> Doubles:
    """Column means without what was empty; 0 where nothing is left."""
    known = np.isfinite(changes)
    return np.asarray(np.where(known, changes, 0).sum(0) / np.maximum(known.sum(0), 1), np.float64)


def _plain(name: str) -> str:
    """A measured attribute whose name was taken bears its kind behind it."""
    return name.partition(" (")[0]
