"""What the measurement of sampling writes, of untrained models and without a window."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import pytest

from explorer import models
from explorer.bench import sampling

SPREAD = {"p50": 1.0, "p95": 2.0, "p99": 3.0, "max": 120.0}
WINDOW = {
    "drawing": {"tick_ms": SPREAD, "slider_to_pixels_ms": SPREAD},
    "denoising": {"tick_ms": SPREAD},
}
IMAGE = models.ImageShape(1, 8, 8)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Those of a small VAE and a small diffusion model, where diffusers is not to be had."""
    monkeypatch.setitem(sys.modules, "diffusers", None)
    options = argparse.Namespace(repeats=1, seconds=0.01)
    small = {
        "vae": {"network": "dense", "latent_size": 2, "width": 2},
        "diffusion": {"width": 4, "depth": 1, "T": 50, "steps": 2, "condition": "class", "guidance": 2.0},
    }
    built = {name: models.build(name, settings, IMAGE, classes=2) for name, settings in small.items()}
    return [sampling.row(name, model.eval(), options) for name, model in built.items()]


def test_without_diffusers_our_models_are_measured_and_the_way_to_it_is_said(
    rows: list[dict[str, Any]],
) -> None:
    assert all(row["pictures_per_s"] > 0 for row in rows)
    assert rows[1]["steps"] == 2
    assert rows[1]["diffusers_pictures_per_s"] is None
    figures = {"models": rows, "window": WINDOW}
    assert sampling.HOW in sampling.table(figures)
    missed = [bar.words for bar in sampling.bars(figures) if not bar.reached]
    assert missed == [f"{state}: longest stall: 120 ms, at most 100 ms" for state in WINDOW]


def test_the_comparison_has_its_bars(rows: list[dict[str, Any]]) -> None:
    found = {"diffusers_pictures_per_s": 10.0, "times_diffusers": 2.0}
    folded = {"diffusers_folded_pictures_per_s": 40.0, "times_diffusers_folded": 0.5}
    figures = {"models": [rows[1] | found | folded], "window": WINDOW}
    assert sampling.HOW not in sampling.table(figures)
    reached = [bar.reached for bar in sampling.bars(figures) if "diffusion" in bar.words]
    assert reached == [True, False]
