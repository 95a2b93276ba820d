"""What the denoising view says: two lines below, numbers at the handle, what to do next.

Part of the denoising view; knows the session, no Qt.
"""

from __future__ import annotations

from explorer.session.denoising.denoising import Denoising
from explorer.session.denoising.moments import moments
from explorer.session.denoising.settings import Source
from explorer.ui.look.wording import error_text

LINES = {
    "walk": (
        "Step by step noise goes; at each the network guesses the whole picture.",
        "A guess in mid-way is a blend of all that could still come.",
    ),
    "noise": (
        "A real picture with as much noise as training mixes in at t.",
        "This way is a formula: only the way back is learned.",
    ),
    "forks": (
        "Above x_t walked on with other noise, below what it predicts: run on and they part.",
        "A few forks are not all that could come.",
    ),
    "inverted": (
        "The noise from which the model makes this very picture, walked back.",
        "It comes back nearly, and only where none is added: η = 0.",
    ),
    "classes": (
        "One noise under each class: what the pictures share is the noise's, what differs the class's.",
        "With η above 0 each has fresh noise of its own.",
    ),
    "ends": (
        "Nine places on the great circle from A's noise to B's, walked together.",
        "What lies between is made up by the model: no real way from A to B.",
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
    """What one sees, and what not to conclude from it; nothing where nothing can be denoised."""
    if denoising.reason:
        return "", ""
    if denoising.noising:
        return LINES["noise"]
    if denoising.walks.forks:
        return LINES["forks"]
    source = denoising.settings.source
    if denoising.settings.compares_classes:
        return LINES["classes"]
    return LINES[source if denoising.settings.seeks_noise else "walk"]


def next_act(denoising: Denoising) -> str:
    """What to do while there is nothing to be seen."""
    if denoising.inverting:
        return "Seeking the noise behind the picture …"
    if denoising.wrong:
        return ""  # it is said beside the number
    source = denoising.settings.source
    beside = ", or an image on the map" if source in ("noise", "inverted") else ""
    return denoising.fault or f"Press {STARTS[source][0]}{beside}."


def numbers(denoising: Denoising) -> str:
    """Where the handle is."""
    walks, can, step = denoising.walks, denoising.abilities, denoising.step
    if step is None or can is None:
        return ""
    index = round(step.t * can.T)
    share = f"t = {step.t:.3f},  ᾱ = {can.alpha_bar[index]:.3f}"
    if denoising.noising or walks.parent is None or walks.parent.route is None:
        return share
    calls = walks.parent.route.calls[walks.place]
    place = f"{share},  step {walks.place} of {walks.stops - 1}"
    if denoising.error is not None and walks.place == walks.stops - 1:
        return f"{place},  squared error {error_text(denoising.error)} per pixel"
    return f"{place},  {calls:,} network call{'' if calls == 1 else 's'}"


FORMULA_TIPS = (
    "x_0 is the real picture, ε the noise that was drawn.",
    "x_0' is the picture that is predicted from here, ε' the noise: with the true ones the variance would be "
    "as the theory says, up to chance.",
)


def formula(denoising: Denoising) -> tuple[str, str]:
    """What x_t is made of in numbers, its mean and variance as measured and by theory; and what x_0 is."""
    can, step = denoising.abilities, denoising.step
    if step is None or can is None:
        return "", ""
    index = round(step.t * can.T)
    alpha, sigma = float(can.alpha[index]), float(can.sigma[index])
    of, tip = ("", FORMULA_TIPS[0]) if denoising.noising else ("'", FORMULA_TIPS[1])
    kept, added = ("√ᾱ", "1 − ᾱ") if can.keeps_variance else ("α", "σ²")
    found = moments(step, alpha, sigma)
    words = (
        f"x_t = {alpha:.2f} x_0{of} + {sigma:.2f} ε{of};  measured: mean {found.mean:.3f}, "
        f"variance {found.variance:.3f};  theory: {kept} x_0{of} {found.mean_by_theory:.3f}, "
        f"{added} {found.variance_by_theory:.3f}"
    ).replace("-", "−")
    measured = f"Means over the pixels of x_t and {kept} x_0{of}; the variance of x_t − {kept} x_0{of}."
    return words, f"{measured}\n{tip}"
