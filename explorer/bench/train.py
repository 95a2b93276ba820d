"""Our trainer against the usual training loop, on the same model, batch and precision, in turns.

Then our trainer in two processes against one. Imports torch, models, training and metrics.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch

from explorer import models
from explorer.bench import processes, usual
from explorer.bench.figures import Bar, at_least, median, say
from explorer.data.image_set import DataSet
from explorer.data.sources import catalogue, embedded
from explorer.errors import Failure
from explorer.metrics.likelihood import bounds, judged_pixels
from explorer.metrics.progress import finish
from explorer.models.base import GenerativeModel, TrainedConfig
from explorer.training.device import choose, has_bfloat16, title
from explorer.training.trainer import Trainer

JUDGED = 1000
"""Held-out images that the quality is judged on."""

QUALITY_STEPS_PER_SECOND = 94
"""The quality is compared after so many steps per second of a measurement: at 5 s one epoch."""


class Kind(NamedTuple):
    """A model to train."""

    name: str
    family: str
    settings: Mapping[str, object]
    least: float
    """How many times the usual loop's speed is to be reached in the same precision."""


KINDS = (
    Kind("dense VAE, 2-D", "vae", {"network": "dense", "latent_size": 2}, 1.2),
    Kind("convolutional VAE, 16-D", "vae", {"network": "conv", "latent_size": 16}, 1.0),
    Kind("convolutional AE, 16-D", "ae", {"network": "conv", "latent_size": 16}, 1.0),
)
BATCH = 128
"""Images per step in all processes together."""
HALF_AIM = 1.5
HALF_LOSS = 0.5
"""Nats that bfloat16 may cost."""


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The list `models`; a row in bfloat16 is compared with the usual loop in float32."""
    device, _ = choose()
    data = catalogue.load(embedded.NAME)
    say(f"On {title(device)}, {options.repeats} x {options.seconds:g} s of each.")
    with usual.files() as folder:
        bench = Bench(data, folder, device, options.seconds)
        rows = [row for kind in KINDS for row in _rows(bench, kind, options.repeats)]
    shared = [_shared(kind, options.seconds, options.repeats) for kind in KINDS]
    return {"models": rows, "processes": shared}


def _shared(kind: Kind, seconds: float, repeats: int) -> dict[str, Any]:
    """The command line's training in two processes with a thread each, and in one with two."""
    say(f"{kind.name}: in {processes.PROCESSES} processes and in one ...")
    turned = {**kind.settings, "precision": "float32", "epochs": usual.EPOCHS, "batch": BATCH}
    knobs = [word for name, value in turned.items() for word in ("--set", f"{name}={value}")]
    words = [kind.family, "--data", embedded.NAME, *knobs]
    speed = median(
        [
            {
                "images_per_s": BATCH * processes.steps_per_s(words, seconds, processes=processes.PROCESSES),
                "one_process_images_per_s": BATCH * processes.steps_per_s(words, seconds, processes=1),
            }
            for _ in range(repeats)
        ]
    )
    return {"model": kind.name, "processes": processes.PROCESSES, **speed}


def _rows(bench: Bench, kind: Kind, repeats: int) -> Iterator[dict[str, Any]]:
    precisions = ["float32"] + ["bfloat16"] * has_bfloat16(bench.device)
    speeds = []
    for turn in range(repeats):
        say(f"{kind.name}: turn {turn + 1} of {repeats} ...")
        ours = {precision: bench.ours(kind, precision) for precision in precisions}
        speeds.append({**ours, "usual": bench.usual(kind)})
    speed = median(speeds)
    for precision in precisions:
        yield {
            "model": kind.name,
            "precision": precision,
            "images_per_s": speed[precision],
            "usual_images_per_s": speed["usual"],
            "quality_nats": bench.lost(kind) if precision == "bfloat16" and kind.family == "vae" else None,
        }


class Bench(NamedTuple):
    """Where and on what everything is measured."""

    data: DataSet
    folder: Path
    """With the files of torchvision's MNIST."""
    device: torch.device
    seconds: float

    def build(self, kind: Kind, precision: str, epochs: int = usual.EPOCHS) -> GenerativeModel:
        height, width, channels = self.data.train.shape
        settings = {**kind.settings, "precision": precision, "epochs": epochs}
        return models.build(kind.family, settings, models.ImageShape(channels, height, width))

    def ours(self, kind: Kind, precision: str) -> float:
        """Images per second of our trainer."""
        trainer = Trainer(self.build(kind, precision), self.data.train, device=self.device)
        clock = Clock(self.seconds, trainer.batches.size)
        for _ in trainer:
            # Between two events nothing is under way: the trainer has read its losses.
            if clock.saw(trainer.step):
                return clock.images_per_s
        raise Failure("Nothing was measured: the training ended too soon.")

    def usual(self, kind: Kind) -> float:
        """Images per second of the usual loop."""
        model = self.build(kind, "float32")
        assert isinstance(model.config, TrainedConfig)
        clock = Clock(self.seconds, model.config.batch)
        for step, loss in enumerate(usual.training(model, self.folder, self.device), start=1):
            if clock.is_due():
                loss.item()  # waits for the device
                if clock.saw(step):
                    return clock.images_per_s
        raise Failure("Nothing was measured: the training ended too soon.")

    def lost(self, kind: Kind) -> float:
        """What bfloat16 costs: nats of the ELBO after the same steps with the same seed."""
        assert kind.family == "vae"
        say(f"{kind.name}: quality of both precisions ...")
        whole, half = (self._elbo(kind, precision) for precision in ("float32", "bfloat16"))
        return round(whole - half, 3)

    def _elbo(self, kind: Kind, precision: str) -> float:
        model = self.build(kind, precision, epochs=1)
        assert isinstance(model.config, TrainedConfig)
        count = max(1, round(self.seconds * QUALITY_STEPS_PER_SECOND)) * model.config.batch
        trainer = Trainer(model, self.data.train.take(slice(0, count)), device=self.device)
        for _ in trainer:
            pass
        weights = {name: torch.from_numpy(array) for name, array in trainer.weights().items()}
        model.load_state_dict(weights)
        pixels = judged_pixels(model, self.data.test.images[:JUDGED]).to(self.device)
        return finish(bounds(model.eval(), pixels, samples=1)).elbo


class Clock:
    """Times the steps after a warm-up of a fifth of the measurement."""

    def __init__(self, seconds: float, batch: int) -> None:
        self._seconds, self._batch = seconds, batch
        self._created = time.perf_counter()
        self._began: tuple[float, int] | None = None
        self.images_per_s = 0.0

    def is_due(self) -> bool:
        """Whether a reading would end the warm-up or the measurement."""
        now = time.perf_counter()
        if self._began is None:
            return now - self._created >= self._seconds / 5
        return now - self._began[0] >= self._seconds

    def saw(self, step: int) -> bool:
        """Take note of the steps done by now; tells whether that was the end."""
        if not self.is_due():
            return False
        now = time.perf_counter()
        if self._began is None:
            self._began = (now, step)
            return False
        self.images_per_s = (step - self._began[1]) * self._batch / (now - self._began[0])
        return True


def table(figures: Mapping[str, Any]) -> list[str]:
    """The figures for people."""
    lines = [f"{'images per second':26}{'precision':>10}{'ours':>9}{'usual':>9}{'ratio':>8}{'nats lost':>11}"]
    for row in figures["models"]:
        ratio, nats = row["images_per_s"] / row["usual_images_per_s"], row["quality_nats"]
        lost = "" if nats is None else f"{nats:.2f}"
        speeds = f"{row['images_per_s']:9,.0f}{row['usual_images_per_s']:9,.0f}{ratio:8.2f}"
        lines.append(f"{row['model']:26}{row['precision']:>10}{speeds}{lost:>11}")
    count = processes.PROCESSES
    lines += [
        "",
        f"{'images per second':36}{f'{count} processes':>12}{f'1, {count} threads':>14}{'ratio':>8}",
    ]
    for row in figures["processes"]:
        both = row["images_per_s"], row["one_process_images_per_s"]
        lines.append(f"{row['model']:36}{both[0]:12,.0f}{both[1]:14,.0f}{both[0] / both[1]:8.2f}")
    return lines


def bars(figures: Mapping[str, Any]) -> list[Bar]:
    """What was to be reached."""
    least = {kind.name: kind.least for kind in KINDS}
    found = []
    for row in figures["models"]:
        words, half = f"{row['model']}, {row['precision']}", row["precision"] == "bfloat16"
        ratio = row["images_per_s"] / row["usual_images_per_s"]
        found.append(at_least(words, ratio, HALF_AIM if half else least[row["model"]], " x"))
        if row["quality_nats"] is not None:
            lost = row["quality_nats"]
            found.append(Bar(f"{words}: {lost:.2f} nats lost, at most {HALF_LOSS}", lost <= HALF_LOSS))
    return found
