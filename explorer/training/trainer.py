"""The one training loop, for every family.

A `Trainer` is an iterable of `events`: who iterates decides the thread, pausing is not asking
for the next event, stopping is leaving the loop. Between two events everything is consistent, so
that is when `state` can be saved, a knob changed, or weights taken.
Imports models, data and torch; knows no disk, no thread, no window.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

import torch
from torch import Tensor

from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.models.base import GenerativeModel, Position, TrainedConfig
from explorer.training.average import Average
from explorer.training.batches import Batches
from explorer.training.device import autocast, lacks_memory
from explorer.training.events import Changed, Event, Failed, Finished, Progress, Snapshot, Warned, Weights
from explorer.training.means import Means
from explorer.training.optimisers import Optimisers, backward
from explorer.training.rate import one_cycle
from explorer.training.state import State, gather, spread, to_arrays

KEEP_SECONDS = 10.0
"""How often the last good state is set aside in memory."""

RESCUES = 2
"""How often a loss that isn't finite is answered by going back with half the learning rate."""

MOST_PARTS = 8
"""Into how many parts a batch is cut at most when the device has too little memory."""


class Trainer:
    """Train a model on a set of images.

    Parameters
    ----------
    model
        The trainer owns it from now on and moves it to the device.
    images
        Training images; they are held once, as uint8, on the device.
    seed
        Draws the order of the images and all noise.
    device
        Where to train.

    Attributes
    ----------
    interval
        Seconds between two `Progress` events; 0 yields one after every step.
    snapshot_interval
        Seconds between two `Snapshot` events.
    seconds
        Time spent inside the loop; a pause does not count.
    only
        Name of the one parameter group that is moved; None moves all.
    """

    def __init__(
        self, model: GenerativeModel, images: ImageSet, *, seed: int = 0, device: torch.device | str = "cpu"
    ) -> None:
        self.device = torch.device(device)
        self.model = model.to(self.device)
        if self.device.type == "cpu" and model.channels_last:
            self.model.to(memory_format=torch.channels_last)
        self.rng = torch.Generator(self.device).manual_seed(seed)
        self.interval, self.snapshot_interval = 1 / 10, 0.5
        self.seconds = 0.0
        self.only: str | None = None
        self._resumed: float | None = None
        self.step, self.steps = 0, 1
        self._good: State | None = None
        self._good_at, self._lost = 0.0, False
        self._parts, self._rescues, self._rate_scale = 1, 0, 1.0
        self._means = Means()
        self._scores: dict[str, Tensor] = {}
        self._pending: list[Event] = []
        self._images = images
        if model.stages:
            config = self.config
            self.batches = Batches(images, config.batch * model.batches_per_step, seed, self.device)
            self.steps = config.epochs * self.batches.per_epoch
            self.average = Average(self.model, model.averaging * self.steps)
            self.optimisers = Optimisers(model.parameter_groups())
            self._autocast = autocast(config.precision, self.device)

    @property
    def config(self) -> TrainedConfig:
        return cast(TrainedConfig, self.model.config)

    def __iter__(self) -> Iterator[Event]:
        """Train to the end, or on from where `restore` has put it."""
        events = self._train() if self.model.stages else self._fit()
        while True:
            self._resumed = time.monotonic()
            event = next(events, None)
            self.seconds, self._resumed = self._clock(), None
            if event is None:
                return
            yield event

    def _train(self) -> Iterator[Event]:
        last, last_snapshot = Mark(self.step, self._clock()), self._clock()
        self._set_aside()
        while self.step < self.steps:
            if trouble := self._try_step():
                yield trouble
                if isinstance(trouble, Failed):
                    return
                continue
            now, ended = self._clock(), self.step == self.steps
            pictured = ended or now - last_snapshot >= self.snapshot_interval
            if not (pictured or self._pending or now - last.seconds >= self.interval):
                continue
            # Whatever leaves the loop has been looked at: nothing that isn't finite is shown or saved.
            terms = self._means.read()
            if not all(map(math.isfinite, terms.values())):
                yield (event := self._go_back())
                if isinstance(event, Failed):
                    return
                last = Mark(self.step, self._clock())
                continue
            if now - self._good_at >= KEEP_SECONDS:
                self._set_aside()
            yield self._progress(terms, last)
            last = Mark(self.step, self._clock())
            if pictured:
                yield Snapshot(self.step, self.step / self.steps, self.weights())
                last_snapshot = self._clock()
            while self._pending:
                yield self._pending.pop(0)
        yield Finished(self.step, self._clock())

    def _fit(self) -> Iterator[Event]:
        if self.step == 0:
            x = torch.tensor(self._images.images, device=self.device).permute(0, 3, 1, 2)
            self.model.fit(x)
            self.step = 1
            rate = len(x) / max(self._clock(), 1e-9)
            yield Progress(1, 1, 1.0, rate, 0.0, 0.0, {})
            yield Snapshot(1, 1.0, self.weights())
        yield Finished(1, self._clock())

    def _set_aside(self) -> None:
        """Keep a copy of everything in the CPU's memory, to go back to."""
        self._good, self._good_at = self.state(), self._clock()

    def _try_step(self) -> Warned | Failed | None:
        try:
            self._one_step()
            return None
        except torch.AcceleratorError as error:
            return self._lose_device(error)
        except RuntimeError as error:
            if not lacks_memory(error):
                raise
        # Only out here does nothing hold on to the tensors of the step any more.
        return self._use_less_memory()

    def _one_step(self) -> None:
        at, parts = Position(0, self.step, self.steps), self.batches.at(self.step, self._parts)
        running = [self.model.training_step(part, at, self.rng) for part in parts]
        shares = [len(part.x) / self.batches.size for part in parts]
        while updates := [
            update
            for part, share in zip(running, shares, strict=True)
            if (update := backward(part, share, self._autocast))
        ]:
            group = updates[0].group
            for update in updates:
                self._scores |= update.scores
            if self.only in (None, group):
                norm = self.optimisers.apply(group, self.learning_rate)
                self._means.note(updates, shares, norm, alone=self.optimisers.alone)
            self.optimisers.clear()
        self.step += 1
        self.average.update(self.step)

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return self.config.learning_rate * self._rate_scale * one_cycle(self.step, self.steps)

    def change(self, name: str, value: object) -> None:
        """Turn a live knob; the next event says so.

        Raises
        ------
        BadInput
            The value is refused, or the knob can't be turned in mid-run.
        """
        live = [knob.name for knob in self.model.Config.knobs() if knob.live]
        if name not in live:
            raise BadInput(f"{name} can't be changed in mid-run; {', '.join(live)} can.")
        self.model.config = self.model.config.changed(name, value)
        self._pending.append(Changed(self.step, name, getattr(self.model.config, name)))

    def weights(self) -> Weights:
        """The averaged weights, by value."""
        if self._lost and self._good is not None:
            kept = {path.partition("/"): array for path, array in self._good.tensors.items()}
            return {name: array for (kind, _, name), array in kept.items() if kind == "average"}
        return to_arrays(self.average.tensors if self.model.stages else self.model.state_dict())

    def state(self) -> State:
        """All that an exact resume needs, by value."""
        if self._lost and self._good is not None:
            return self._good
        at = {"step": self.step, "seconds": self._clock()}
        at |= {"rate_scale": self._rate_scale, "rescues": self._rescues}
        arrays = gather(self.model, self.average, self.optimisers, self.rng)
        return State(arrays, at, self.config.as_dict())

    def restore(self, state: State) -> None:
        """Go on from a state of the same model on the same images.

        Raises
        ------
        BadInput
            The state belongs to another model.
        """
        spread(state.tensors, self.model, self.average, self.optimisers, self.rng)
        try:
            names = ("step", "seconds", "rate_scale", "rescues")
            step, seconds, rate_scale, rescues = (float(state.at[name]) for name in names)
            if not (0 <= step <= self.steps and min(seconds, rate_scale, rescues) >= 0):
                raise ValueError
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("The saved training state doesn't say where it was; train it anew.") from error
        self.step, self.seconds = int(step), seconds
        self._rate_scale, self._rescues = rate_scale, int(rescues)

    def _lose_device(self, error: RuntimeError) -> Failed:
        """From here on nothing can be read from the device: the copy stands for its content."""
        assert self._good is not None
        lost_at, self.step, self._lost = self.step, int(self._good.at["step"]), True
        reason = str(error).strip().splitlines()[0]
        return Failed(lost_at, f"The device was lost ({reason}); resume on the CPU, or after a restart.")

    def _use_less_memory(self) -> Warned | Failed:
        self.optimisers.clear()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        if 2 * self._parts > min(MOST_PARTS, self.batches.size):
            return Failed(
                self.step, "The device has too little memory for this model; choose a smaller width or batch."
            )
        self._parts *= 2
        return Warned(self.step, f"Too little memory: each batch is now computed in {self._parts} parts.")

    def _go_back(self) -> Warned | Failed:
        assert self._good is not None
        spoilt, seconds, rescues, scale = self.step, self._clock(), self._rescues, self._rate_scale
        self.restore(self._good)
        self.seconds, self._resumed = seconds, time.monotonic()
        self._rescues, self._rate_scale = rescues, scale
        if rescues == RESCUES:
            words = "The loss is not finite, again; lower the learning rate and train anew."
            return Failed(spoilt, words, diverged=True)
        self._rescues, self._rate_scale = rescues + 1, scale / 2
        return Warned(
            spoilt,
            f"The loss was not finite: back at step {self.step:,} with half the learning rate.",
            diverged=True,
        )

    def _progress(self, terms: Mapping[str, float], since: Mark) -> Progress:
        steps_per_s = (self.step - since.step) / max(self._clock() - since.seconds, 1e-9)
        # The ETA follows the whole training, as the last moment alone would make it jump.
        overall = self.step / max(self._clock(), 1e-9)
        return Progress(
            step=self.step,
            steps=self.steps,
            epoch=self.step / self.batches.per_epoch,
            images_per_s=steps_per_s * self.batches.size,
            eta_s=(self.steps - self.step) / overall,
            learning_rate=self.learning_rate,
            terms=terms,
            scores=to_arrays({name: score.float() for name, score in self._scores.items()}),
        )

    def _clock(self) -> float:
        """Seconds spent inside the loop so far."""
        return self.seconds + (0.0 if self._resumed is None else time.monotonic() - self._resumed)


class Mark(NamedTuple):
    """A moment of the training."""

    step: int
    seconds: float
