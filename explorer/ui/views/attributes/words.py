"""What the view of attributes says of each: its name, how well it is read, what moves with it. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.data.attributes.attribute import Kind
from explorer.metrics.attributes import WEAK, Fit, Moves
from explorer.ui.widgets.sliders.attribute_row import Confession

KINDS: dict[Kind, str] = {"own": "own", "measured": "measured", "listed": "listed", "label": "class"}
NAMED = 2
"""How many of the others that move are named."""
LEAST = 0.005
"""Standard deviations below which nothing is said to move."""


def label(one: Fit) -> str:
    return f"class {one.name}" if one.attribute.kind == "label" else one.name


def kind(one: Fit, seen: float | None) -> tuple[str, str]:
    """Where the attribute comes from, or what is measured of it on the decoded picture; and what that means.

    Parameters
    ----------
    seen
        On the decoded picture at the cursor; None where nothing can be measured there.
    """
    if seen is None:
        return KINDS[one.attribute.kind], ""
    number, unit = f"{seen:.3g}".replace("-", "−"), one.attribute.unit
    amount = f"{number}{unit}" if unit == "°" else f"{number} {unit}"
    meaning = f"{amount}: measured on the decoded picture. The slider stands where a probe reads the code."
    return f"measured {number}", meaning


def confession(one: Fit) -> Confession:
    if one.measure == "auc":
        score = f"AUC {one.score:.2f}"
        meaning = "How often an image with it scores above one without: 0.5 is chance, 1 always"
    else:
        score = f"R² {one.score:.2f}".replace("-", "−")
        meaning = "Share of its variance that a linear probe reads off the codes: 0 nothing, 1 all"
    beware = (
        f". Below {WEAK} the codes hardly hold it, and the slider may move something else" if one.weak else ""
    )
    return Confession(score, one.weak, f"{meaning}; on images held out of the fit{beware}")


def moves(slid: Moves, seen: Moves | None, labels: Mapping[str, str]) -> tuple[str, str]:
    """What else one unit of a slider moves, and its explanation.

    Parameters
    ----------
    slid
        How far other sliders go.
    seen
        What changes in decoded pictures, once they have been looked at.
    """
    others, pictures = _listed(slid, labels), "" if seen is None else _listed(seen, labels)
    if others:
        text = f"moves also {others} sd"
    else:
        text = f"no other slider moves; in pictures {pictures} sd" if pictures else "no other slider moves"
    explained = "How far the other sliders go per unit of this one, each in its own standard deviations"
    if seen is None:
        return text, f"{explained}; the decoded pictures are being looked at"
    found = f"{pictures} sd" if pictures else "nothing else changes"
    return text, (
        f"{explained}. Held-out codes were moved by as much and decoded. The pictures, looked at again: "
        f"{found}"
    )


def _listed(found: Moves, labels: Mapping[str, str]) -> str:
    """Such as `young −0.62, male +0.41`."""
    named = [(name, change) for name, change in found.strongest(NAMED) if abs(change) >= LEAST]
    return ", ".join(
        f"{labels.get(name, name)} {f'{change:+.2f}'.replace('-', '−')}" for name, change in named
    )
