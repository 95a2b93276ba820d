"""What the warning lights of a game say: each one's rule, what is known now, and whether that puts it on.

Part of the session; the rules' numbers are in `metrics.lights`. numpy only.
"""

from __future__ import annotations

from typing import NamedTuple

from explorer.metrics.lights import (
    LEAST_COVERAGE,
    LEAST_SPREAD,
    MOST_CLASS_TV,
    STRONG_MARGIN,
    alike,
    mode_collapse,
)
from explorer.session.learning.course import Flag


class Light(NamedTuple):
    """A warning light; it is dark while nothing is known."""

    title: str
    on: bool
    text: str


def collapse(tv: float | None, coverage: float | None, *, young: bool, lack: str) -> Light:
    """Whether samples leave out part of the data.

    Parameters
    ----------
    young
        The training has only just begun: then they always do.
    lack
        Why no classes can be told, where that is so.
    """
    rule = (
        f"On when coverage is below {LEAST_COVERAGE:g}, or the classes of the samples differ from those of "
        f"the data by more than {MOST_CLASS_TV:g} (total variation)."
    )
    known = [] if coverage is None else [f"coverage {coverage:.2f}"]
    known += [] if tv is None else [f"total variation {tv:.2f}"]
    now = f"Now {', '.join(known)}." if known else lack
    if young:
        now += " Not judged in the first tenth of a training, when samples always leave out much."
    return Light("Mode collapse", not young and mode_collapse(tv, coverage), f"{rule}\n{now}".strip())


def sameness(spread: float | None, of_data: float | None, *, young: bool) -> Light:
    """Whether the pictures of different codes are all but the same one."""
    rule = (
        f"On when the 64 pictures differ from each other less than {100 * LEAST_SPREAD:.0f} % as much as the "
        "images do, pixel by pixel"
    )
    title = "All alike"
    if spread is None or of_data is None:
        return Light(title, False, f"{rule}. The grid of codes has not been drawn at ψ = 1 yet.")
    now = f"now {100 * spread / max(of_data, 1e-9):.0f} %"
    if not alike(spread, of_data):
        return Light(title, False, f"{rule}; {now}.")
    why = "G has not begun" if young else "G draws one picture for every code"
    return Light(title, True, f"{why}: its pictures are all alike. {rule}; {now}.")


def strength(strong: bool) -> Light:
    text = f"D(x) − D(G(z)) > {STRONG_MARGIN:g} for a while, with a generator's gradient that vanishes"
    if strong:
        text = (
            f"The critic is sure of every picture, D(x) − D(G(z)) > {STRONG_MARGIN:g}, and the generator's "
            "gradient has all but vanished: nothing is left to learn from. Lower the critic's step size, or "
            "raise the penalty."
        )
    return Light("Critic too strong", strong, text)


def divergence(diverged: Flag | None) -> Light:
    text = (
        "A loss that is not finite: then the last good weights come back and the learning rate is halved, "
        "twice at most"
        if diverged is None
        else f"Step {diverged.step:,}: {diverged.text}"
    )
    return Light("Divergence", diverged is not None, text)
