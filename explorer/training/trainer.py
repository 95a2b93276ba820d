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

from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.models.base import GenerativeModel, Position, TrainedConfig
from explorer.training.average import Average
from explorer.training.batches import Batches, uploaded
from explorer.training.device import autocast, first_line, is_lost, lacks_memory
from explorer.training.events import Changed, Event, Failed, Finished, Progress, Snapshot, Warned, Weights
from explorer.training.means import Means
from explorer.training.optimisers import Optimisers, backward
from explorer.training.rate import one_cycle
from explorer.training.rescue import Rescue
from explorer.training.state import State, averaged, gather, place_of, spread, to_arrays

KEEP_SECONDS = 10.0
"""How often the last good state is set aside in memory."""


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
        self.model, self._images, self._seed = model, images, seed
        self.interval, self.snapshot_interval = 1 / 10, 0.5
        self.seconds = 0.0
        self.only: str | None = None
        self._resumed: float | None = None
        self.step, self.steps = 0, 1
        self._rescue = Rescue()
        self._pending: list[Event] = []
        self._set_up_on(torch.device(device))

    def _set_up_on(self, device: torch.device) -> None:
        """Bring everything to a device, at the very start of the training."""
        self.device, model = device, self.model
        model.to(device)
        if device.type == "cpu" and model.channels_last:
            model.to(memory_format=torch.channels_last)
        self.rng = torch.Generator(device).manual_seed(self._seed)
        self._means = Means()
        if model.stages:
            config = self.config
            self.batches = Batches(self._images, config.batch * model.batches_per_step, self._seed, device)
            self.steps = config.epochs * self.batches.per_epoch
            self.average = Average(model, model.averaging * self.steps)
            self.optimisers = Optimisers(model.parameter_groups())
            self._autocast = autocast(config.precision, device)

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
        self._rescue.keep(self.state(), self._clock())
        while True:
            # A GPU works behind: its faults show wherever something is read from it.
            try:
                yield from self._steps()
                return
            except RuntimeError as error:
                if is_lost(error):
                    failed = self._rescue.lose_device(error, self.device, self.step)
                    self.step = int(self._rescue.good.at["step"])
                    yield failed
                    return
                if not lacks_memory(error):
                    raise
            yield (trouble := self._use_less_memory())
            if isinstance(trouble, Failed):
                return

    def _steps(self) -> Iterator[Event]:
        last, last_snapshot = Mark(self.step, self._clock()), self._clock()
        while self.step < self.steps:
            if trouble := self._try_step():
                yield trouble
                if isinstance(trouble, Failed):
                    return
                last = Mark(self.step, self._clock())
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
            if now - self._rescue.kept_at >= KEEP_SECONDS:
                self._set_aside()
            yield self._progress(terms, last)
            last = Mark(self.step, self._clock())
            if pictured:
                yield Snapshot(self.step, self.step / self.steps, self._gather_weights())
                last_snapshot = self._clock()
            while self._pending:
                yield self._pending.pop(0)
        yield Finished(self.step, self._clock())

    def _fit(self) -> Iterator[Event]:
        if self.step == 0:
            x = uploaded(self._images, self.device)
            self.model.fit(x)
            self.step = 1
            yield Progress(1, 1, 1.0, len(x) / max(self._clock(), 1e-9), 0.0, 0.0, {})
            yield Snapshot(1, 1.0, self.weights())
        yield Finished(1, self._clock())

    def _set_aside(self) -> None:
        """Keep a copy of everything in the CPU's memory, to go back to."""
        self._rescue.keep(self._gather(), self._clock())

    def _try_step(self) -> Warned | Failed | None:
        try:
            self._one_step()
            return None
        except NotImplementedError as error:
            if self.device.type == "cpu":
                raise
            reason = first_line(error)
        except RuntimeError as error:
            if not lacks_memory(error):
                raise
            reason = ""
        # Only out here does nothing hold on to the tensors of the step any more.
        return self._go_to_cpu(reason) if reason else self._use_less_memory()

    def _one_step(self) -> None:
        at, parts = Position(0, self.step, self.steps), self.batches.at(self.step, self._rescue.parts)
        running = [self.model.training_step(part, at, self.rng) for part in parts]
        shares = [len(part.x) / self.batches.size for part in parts]
        while updates := [
            update
            for part, share in zip(running, shares, strict=True)
            if (update := backward(part, share, self._autocast))
        ]:
            group = updates[0].group
            for update in updates:
                self._means.scores |= update.scores
            if self.only in (None, group):
                norm = self.optimisers.apply(group, self.learning_rate)
                self._means.note(updates, shares, norm, alone=self.optimisers.alone)
            self.optimisers.clear()
        self.step += 1
        self.average.update(self.step)

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return self.config.learning_rate * self._rescue.rate_scale * one_cycle(self.step, self.steps)

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
        return self._rescue.read(self._gather_weights, averaged)

    def state(self) -> State:
        """All that an exact resume needs, by value."""
        return self._rescue.read(self._gather, lambda kept: kept)

    def _gather_weights(self) -> Weights:
        return to_arrays(self.average.tensors if self.model.stages else self.model.state_dict())

    def _gather(self) -> State:
        at = {"step": self.step, "steps": self.steps, "seconds": self._clock()}
        at |= {"rate_scale": self._rescue.rate_scale, "rescues": self._rescue.count}
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
        rescue = self._rescue
        self.step, self.seconds, rescue.rate_scale, rescue.count = place_of(state, self.steps)

    def _go_to_cpu(self, reason: str) -> Warned:
        left = self.device.type
        self._set_up_on(torch.device("cpu"))
        self._return()
        return Warned(self.step, f"Training goes on on the CPU, as {left} lacks an operation: {reason}")

    def _use_less_memory(self) -> Warned | Failed:
        self.optimisers.clear()
        return self._rescue.use_less_memory(self.step, self.device, self.batches.size)

    def _go_back(self) -> Warned | Failed:
        spoilt = self.step
        self._return()
        return self._rescue.slow_down(spoilt, self.step)

    def _return(self) -> None:
        """Go back to the last good state; neither time nor what was learned of the rate is undone."""
        rescue = self._rescue
        seconds, rate_scale, count = self._clock(), rescue.rate_scale, rescue.count
        self.restore(rescue.good)
        self.seconds, self._resumed = seconds, time.monotonic()
        rescue.rate_scale, rescue.count = rate_scale, count

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
            scores=to_arrays({name: score.float() for name, score in self._means.scores.items()}),
        )

    def _clock(self) -> float:
        """Seconds spent inside the loop so far."""
        return self.seconds + (0.0 if self._resumed is None else time.monotonic() - self._resumed)


class Mark(NamedTuple):
    """A moment of the training."""

    step: int
    seconds: float
