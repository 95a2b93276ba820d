"""The figures of a model in words: what each is called, with its unit, and what it means.

Imports metrics' figures alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from explorer.metrics.figures import READABLE, Figures

MOST_NAMED = 32
"""Numbers of a code that are told one by one."""

FRECHET = (
    "FID with this program's own classifier, in % of the variance of real features. It is likelihood-free: "
    "it matches moments, means and covariances only. 0 is as real; no other program's FID compares with it."
)

OF_SAMPLES = (
    (
        "readable",
        "readable",
        "%",
        f"Samples whose likeliest class the classifier gives more than {READABLE:g}.",
    ),
    (
        "conditional_accuracy",
        "asked and got",
        "%",
        "Samples that the classifier takes for the class asked for.",
    ),
    (
        "class_tv",
        "class distance",
        "",
        "Half the difference between the classes of samples and images, 0 to 1.",
    ),
    (
        "class_variance",
        "variance within a class",
        "",
        "Of the pixels: that of samples over that of held-out images; 1 is as varied.",
    ),
    ("coverage", "coverage", "", "Share of held-out images with a sample closer than their fifth neighbour."),
    ("density", "density", "", "How many of those neighbourhoods a sample lies in; 1 is as dense as images."),
    (
        "nearest_train_over_test",
        "train / test",
        "",
        "Distance to the nearest training image over that to a held-out one; of copies it is far below 1.",
    ),
)
"""Field, label, unit and meaning."""


class Row(NamedTuple):
    """One thing that is told, with what it means where that is not plain."""

    label: str
    value: str
    note: str = ""


def figure_rows(figures: Figures, numbers: dict[str, Any]) -> Iterator[Row]:
    """Every figure that applies.

    Parameters
    ----------
    numbers
        Of the model: `bytes_per_picture` and `numbers_per_code`.
    """
    yield from _of_codes(figures, numbers)
    yield from _of_likelihood(figures)
    yield from _of_plane(figures)
    yield from _of_samples(figures)


def _of_codes(figures: Figures, numbers: dict[str, Any]) -> Iterator[Row]:
    n, size, in_bytes = figures.n_test, numbers["numbers_per_code"], numbers["bytes_per_picture"]
    if figures.mse is not None:
        yield Row(
            "error",
            f"{figures.mse:.4f} per pixel",
            f"Mean squared error of {n:,} held-out images, pixels from 0 to 1.",
        )
        yield Row(
            "compression",
            f"{in_bytes:,} bytes -> {size:,} numbers",
            f"{in_bytes / (4 * size):.3g} : 1 with 4 bytes a number; the error above is the price.",
        )
    if figures.activity is not None and figures.active_units is not None:
        yield Row(
            "active units",
            f"{figures.active_units} of {len(figures.activity)}",
            "Numbers of the code whose mean varies over the images by more than 0.01 (variance): "
            + _one_by_one([f"{value:.3g}" for value in figures.activity]),
        )
    if figures.probe_accuracy is not None:
        yield Row(
            "linear probe",
            f"{100 * figures.probe_accuracy:.1f} %",
            "Held-out images whose class a linear classifier names from their codes.",
        )
    if figures.rfcd_reconstruction is not None:
        yield Row("rFCD of reconstructions", f"{figures.rfcd_reconstruction:.2f} %", FRECHET)


def _of_likelihood(figures: Figures) -> Iterator[Row]:
    if figures.elbo is None or figures.iwae_50 is None or figures.iwae_500 is None:
        return
    of = "" if figures.n_likelihood is None else f"Mean of {figures.n_likelihood:,} held-out images. "
    yield Row(
        "ELBO <= IWAE-50 <= IWAE-500",
        f"{figures.elbo:.1f} <= {figures.iwae_50:.1f} <= {figures.iwae_500:.1f} nats per image",
        of + "All are lower bounds of log p(x), each with more codes drawn for an image than the one before.",
    )
    if figures.kl is not None and figures.kl_per_dimension is not None:
        yield Row(
            "KL to the prior",
            f"{figures.kl:.2f} nats per image",
            "Of each number: " + _one_by_one([f"{value:.2f}" for value in figures.kl_per_dimension]),
        )


def _of_plane(figures: Figures) -> Iterator[Row]:
    if figures.explained is not None:
        each = figures.explained
        yield Row(
            "explained variance",
            f"{100 * sum(each):.1f} %",
            "Of the pictures' variance, by each number: "
            + _one_by_one([f"{100 * share:.1f} %" for share in each]),
        )
    if figures.pca_mse is not None and figures.pca_angle is not None and figures.mse is not None:
        yield Row(
            "beside principal components",
            f"error {100 * (figures.mse / max(figures.pca_mse, 1e-12) - 1):+.2f} %",
            f"As many principal components have {figures.pca_mse:.4f} per pixel. The largest angle between "
            f"the two planes of pictures is {figures.pca_angle:.1f} degrees.",
        )
    if figures.axes_angle is not None:
        yield Row(
            "angle between its own axes",
            f"{figures.axes_angle:.1f} degrees",
            "The smallest of any two. Principal components stand at right angles; a linear autoencoder may "
            "take any axes in the same plane.",
        )


def _of_samples(figures: Figures) -> Iterator[Row]:
    if figures.rfcd is None:
        return
    yield Row("rFCD of samples", f"{figures.rfcd:.2f} %", f"Codes drawn from N(0, I), decoded. {FRECHET}")
    of = "" if figures.n_samples is None else f" Of {figures.n_samples:,} samples."
    for name, label, unit, note in OF_SAMPLES:
        value = getattr(figures, name)
        if value is not None:
            yield Row(label, f"{100 * value:.1f} %" if unit else f"{value:.3g}", note + of)
            of = ""


def _one_by_one(values: list[str]) -> str:
    """Of each number of the code, as far as there is room."""
    named = "  ".join(f"z{i + 1} {value}" for i, value in enumerate(values[:MOST_NAMED]))
    return named + (" ..." if len(values) > MOST_NAMED else "")
