"""What the denoising view says: two lines below the controls, numbers at the handle, what to do next.

Part of the denoising view; knows the session, no Qt.
"""

from __future__ import annotations

from explorer.session.denoise_settings import Source
from explorer.session.denoising import Denoising

LINES = {
    "walk": (
        "Noise is taken out step by step; at each the network guesses the whole picture.",
        "A guess in mid-way is blurred over all that could still come: it is no picture yet.",
    ),
    "noise": (
        "A real picture with as much noise as training mixes in at t.",
        "Nothing is learned here: this way is a formula. Only the way back needs the network.",
    ),
    "forks": (
        "The same x_t, walked on with other noise: early forks differ in all, late ones in details.",
        "Four forks are a few draws of what could come, not all of it.",
    ),
    "inverted": (
        "The noise from which the model makes this very picture, walked back.",
        "It comes back nearly, not exactly, and only where no noise is added: η = 0.",
    ),
    "ends": (
        "Nine places on the great circle between the noise of A and that of B, walked together.",
        "Between two noises lie pictures that the model makes, not steps from A to B that are real.",
    ),
}
STARTS: dict[Source, tuple[str, str]] = {
    "noise": ("Denoise", "Walk from noise to a picture"),
    "picture": ("Back from here", "Walk back from the noised picture: SDEdit (Meng et al. 2021)"),
    "inverted": ("Invert and denoise", "Seek the noise behind the picture, and walk from there"),
    "ends": ("Invert and denoise", "Seek the noise behind A and B, and walk from nine places between"),
}
"""The button that starts a walk, and what it does."""
RENOISE = ("Noise it again", "Look at the real picture again, at another strength of noise")


def lines(denoising: Denoising) -> tuple[str, str]:
    """What one sees, and what not to conclude from it."""
    if denoising.noising:
        return LINES["noise"]
    if denoising.walks.forks:
        return LINES["forks"]
    source = denoising.settings.source
    return LINES[source if denoising.settings.seeks_noise else "walk"]


def next_act(denoising: Denoising) -> str:
    """What to do while there is nothing to be seen."""
    if denoising.inverting:
        return "Seeking the noise behind the picture …"
    if denoising.wrong:
        return ""  # it is said beside the number
    return denoising.fault or f"Press {STARTS[denoising.settings.source][0]}."


def numbers(denoising: Denoising) -> str:
    """Where the handle is."""
    walks, can, step = denoising.walks, denoising.abilities, denoising.step
    if step is None or can is None:
        return ""
    index = round(step.t * can.T)
    share = f"t = {step.t:.3f},  ᾱ = {can.alpha_bar[index]:.3f}"
    if denoising.noising:
        return f"{share},  x_t = {can.alpha[index]:.2f} x_0 + {can.sigma[index]:.2f} ε"
    if walks.parent is None or walks.parent.way is None:
        return share
    calls = walks.parent.way.calls[walks.place]
    plural = "" if calls == 1 else "s"
    return f"{share},  step {walks.place} of {walks.stops - 1},  {calls:,} network call{plural}"
