"""Colours: text can be read, classes can be told apart, by colour-blind eyes too."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.ui.look.palettes import CLASS_COLOURS, DARK, LIGHT, Palette, blend, channels, contrast, readable

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
EYES = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_CONE = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
TO_LAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])


def oklab(colour: str, eye: str) -> NDArray[np.float64]:
    value = np.array(channels(colour)) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return TO_LAB @ np.cbrt(TO_CONE @ np.clip(EYES[eye] @ linear, 0, 1))


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.scheme)
def test_text_has_a_contrast_of_at_least_four_and_a_half(palette: Palette) -> None:
    grounds = ("chrome", "panel", "paper", "field", "hover", "accent_ground")
    for text, ground in itertools.product(("text", "muted"), grounds):
        assert contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5, (text, ground)
    for text in ("accent", "warning", "danger", "ok"):
        for ground in ("panel", "paper", "accent_ground"):
            assert contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5, (text, ground)
    assert contrast(palette.accent_text, palette.accent) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.scheme)
def test_points_stand_out_from_the_paper(palette: Palette) -> None:
    for colour in CLASS_COLOURS[palette.scheme]:
        assert contrast(colour, palette.paper) >= 3, colour


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_the_first_ten_classes_differ_for_all_eyes(scheme: str, eye: str) -> None:
    colours = CLASS_COLOURS[scheme][:10]  # type: ignore[index]
    for one, other in itertools.combinations(colours, 2):
        assert np.linalg.norm(oklab(one, eye) - oklab(other, eye)) > 0.055, (one, other)


def test_all_classes_differ() -> None:
    for colours in CLASS_COLOURS.values():
        assert len(set(colours)) == 24


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("ground", [LIGHT.paper, DARK.paper])
def test_readable_reaches_the_contrast_and_leaves_what_has_it(ground: str) -> None:
    for colours in CLASS_COLOURS.values():
        for colour in colours:
            assert contrast(readable(colour, ground), ground) >= 4.5
    assert readable("#777777", "#000000") == "#777777"


def test_blend_runs_from_one_colour_to_the_other() -> None:
    assert blend("#102030", "#ffffff", 0) == "#102030"
    assert blend("#102030", "#ffffff", 1) == "#ffffff"
