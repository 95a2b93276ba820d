"""What a second of computing buys: our training as it comes against the usual one, at equal CPU time.

Both learn the same network. The usual one begins with PyTorch's own weights, counts the KL term in full from
the first step on, and has neither a falling learning rate nor averaged weights. Imports torch, models,
training and metrics.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch

from explorer import models
from explorer.bench import usual
from explorer.bench.figures import Bar, at_least, at_most, median, say
from explorer.data.image_set import DataSet
from explorer.data.sources import catalogue, embedded
from explorer.metrics.likelihood import bounds, judged_pixels
from explorer.metrics.progress import finish
from explorer.models.base import GenerativeModel
from explorer.training.trainer import Trainer

SHARES = (1 / 8, 3 / 8, 1.0)
"""Of the longest training, that all are compared after: of 240 CPU-s after 30, 90 and 240."""

EXACT = 0.03
"""Share by which a training may take more or less CPU time than it is to; beyond it is done again."""

SPENT = ("spent_cpu_s", "usual_spent_cpu_s")
"""What ours and the usual one took in fact, in each row."""

TRIES = 3

TRIAL = 0.05
"""Share of the CPU time in which it is found how long a step takes."""

BETTER = 1.0
"""Nats by which ours is to be better after the middle one; after the others it is to be as good."""

JUDGED = 10_000
"""Held-out images."""


class Kind(NamedTuple):
    """A model to train."""

    name: str
    settings: Mapping[str, object]


KINDS = (
    Kind("dense VAE, 2-D", {"network": "dense", "latent_size": 2}),
    Kind("convolutional VAE, 16-D", {"network": "conv", "latent_size": 16}),
)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The list `models`: medians over as many seeds as there are repeats."""
    data = catalogue.load(embedded.NAME)
    budgets = [share * options.seconds for share in SHARES]
    with usual.files() as folder:
        rows = [row for kind in KINDS for row in _rows(kind, budgets, options.repeats, data, folder)]
    return {"models": rows}


def _rows(
    kind: Kind, budgets: list[float], seeds: int, data: DataSet, folder: Path
) -> Iterator[dict[str, Any]]:
    found: list[list[dict[str, float]]] = []
    for seed in range(seeds):
        say(f"{kind.name}: seed {seed + 1} of {seeds} ...")
        theirs = _usual(kind, budgets, seed, data, folder)
        ours = [_ours(kind, budget, seed, data) for budget in budgets]
        found.append([own | other for own, other in zip(ours, theirs, strict=True)])
    for budget, row in zip(budgets, zip(*found, strict=True), strict=True):
        yield {"model": kind.name, "cpu_s": budget, **median(row)}


def _ours(kind: Kind, budget: float, seed: int, data: DataSet) -> dict[str, float]:
    """Our training, planned to end with the CPU time."""
    per_step = _seconds_per_step(kind, TRIAL * budget, seed, data)
    for _ in range(TRIES):
        steps = max(1, round(budget / per_step))
        model = _built(kind.settings, data, seed)
        trainer = Trainer(model, data.train, seed=seed, steps=steps)
        began = _now()
        for _event in trainer:
            pass
        spent = _now() - began
        if abs(spent / budget - 1) <= EXACT:
            break
        per_step = spent / steps
    weights = {name: torch.from_numpy(array) for name, array in trainer.weights().items()}
    model.load_state_dict(weights)
    return {"elbo": _elbo(model, data), "spent_cpu_s": spent}


def _seconds_per_step(kind: Kind, seconds: float, seed: int, data: DataSet) -> float:
    """CPU time of a step of ours, once warm."""
    trainer = Trainer(_built(kind.settings, data, seed), data.train, seed=seed)
    trainer.interval = 0.0
    first: tuple[float, int] | None = None
    for _event in trainer:
        now = _now()
        if first is None:
            first = now, trainer.step
        elif trainer.step > first[1] and now - first[0] >= seconds:
            break
    assert first is not None
    return (now - first[0]) / (trainer.step - first[1])


def _usual(
    kind: Kind, budgets: list[float], seed: int, data: DataSet, folder: Path
) -> list[dict[str, float]]:
    """The usual training, looked at after each CPU time on its way."""
    model = _built({**kind.settings, "warm_up": 0, "precision": "float32"}, data, seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for module in model.modules():
            if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d, torch.nn.ConvTranspose2d)):
                module.reset_parameters()
    found: list[dict[str, float]] = []
    spent, began = 0.0, _now()
    for _loss in usual.training(model, folder, seed=seed):
        now = _now()
        if spent + now - began < budgets[len(found)]:
            continue
        spent += now - began
        found.append({"usual_elbo": _elbo(copy.deepcopy(model), data), "usual_spent_cpu_s": spent})
        if len(found) == len(budgets):
            break
        began = _now()
    return found


def _built(settings: Mapping[str, object], data: DataSet, seed: int) -> GenerativeModel:
    height, width, channels = data.train.shape
    turned = {**settings, "epochs": usual.EPOCHS}
    return models.build("vae", turned, models.ImageShape(channels, height, width), seed)


def _now() -> float:
    """CPU time of this process, of all its threads."""
    return time.process_time()


def _elbo(model: GenerativeModel, data: DataSet) -> float:
    """In nats, of held-out images."""
    return finish(bounds(model.eval(), judged_pixels(model, data.test.images[:JUDGED]), samples=1)).elbo


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures for people."""
    lines = [f"{'ELBO in nats':26}{'CPU-s':>8}{'ours':>9}{'usual':>9}{'better by':>11}"]
    for row in figures["models"]:
        elbos = f"{row['elbo']:9.2f}{row['usual_elbo']:9.2f}{row['elbo'] - row['usual_elbo']:11.2f}"
        lines.append(f"{row['model']:26}{row['cpu_s']:8g}{elbos}")
    return lines


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """What was to be reached."""
    middle = sorted({row["cpu_s"] for row in figures["models"]})[1]
    spent = [row[name] / row["cpu_s"] - 1 for row in figures["models"] for name in SPENT]
    late = at_most("CPU time off by", 100 * max(map(abs, spent)), 100 * EXACT, " %")
    return [
        late,
        *(
            at_least(
                f"{row['model']}, {row['cpu_s']:g} CPU-s, ours over the usual",
                row["elbo"] - row["usual_elbo"],
                BETTER if row["cpu_s"] == middle else 0.0,
                " nats",
            )
            for row in figures["models"]
        ),
    ]
