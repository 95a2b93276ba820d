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
from explorer.models.base import GenerativeModel, Position, TrainedConfig, Update
from explorer.training.average import Average
from explorer.training.batches import Batches
from explorer.training.device import first_line, has_bfloat16, lacks_memory
from explorer.training.events import Changed, Event, Failed, Finished, Progress, Snapshot, Warned, Weights
from explorer.training.means import Means
from explorer.training.optimisers import Optimisers, one_cycle
from explorer.training.state import State, averaged, gather, place_of, spread, to_arrays

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
        self.model, self._images, self._seed = model, images, seed
        self.interval, self.snapshot_interval = 1 / 10, 0.5
        self.seconds = 0.0
        self.only: str | None = None
        self._resumed: float | None = None
        self.step, self.steps = 0, 1
        self._good: State | None = None
        self._good_at, self._lost = 0.0, False
        self._parts, self._rescues, self._rate_scale = 1, 0, 1.0
        self._pending: list[Event] = []
        self._settle(torch.device(device))

    def _settle(self, device: torch.device) -> None:
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
            half = config.precision == "bfloat16" or (
                config.precision == "auto" and device.type == "cuda" and has_bfloat16(device)
            )
            self._autocast = torch.autocast(device.type, torch.bfloat16, enabled=half)

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
        self._set_aside()
        try:
            yield from self._steps()
        except torch.AcceleratorError as error:
            # A GPU works behind: its faults show wherever something is read from it.
            yield self._lose_device(error)

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
        except torch.AcceleratorError:
            raise
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
        position = Position(0, self.step, self.step / self.steps)
        parts = self.batches.at(self.step, self._parts)
        running = [self.model.training_step(part, position, self.rng) for part in parts]
        shares = [len(part.x) / self.batches.size for part in parts]
        while updates := [
            update
            for part, share in zip(running, shares, strict=True)
            if (update := self._backward(part, share))
        ]:
            group = updates[0].group
            for update in updates:
                self._means.scores |= update.scores
            if self.only in (None, group):
                norm = self.optimisers.apply(group, self.learning_rate(position.progress))
                self._means.note(updates, shares, norm, alone=self.optimisers.alone)
            self.optimisers.clear()
        self.step += 1
        self.average.update(self.step)

    def _backward(self, part: Iterator[Update], share: float) -> Update | None:
        with self._autocast:
            update = next(part, None)
        if update is None:
            return None
        (update.loss * share).backward()
        # Only the figures stay: the graphs of all parts together are what did not fit.
        terms = {name: term.detach() for name, term in update.terms.items()}
        scores = {name: score.detach() for name, score in update.scores.items()}
        return Update(update.group, update.loss.detach(), terms, scores)

    def learning_rate(self, progress: float) -> float:
        """How far the next step goes, from 0 to 1 of the training."""
        return self.config.learning_rate * self._rate_scale * one_cycle(progress, 1 / self.steps)

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
            return averaged(self._good)
        return to_arrays(self.average.tensors if self.model.stages else self.model.state_dict())

    def state(self) -> State:
        """All that an exact resume needs, by value."""
        try:
            if not self._lost:
                return self._gather()
        except torch.AcceleratorError:
            if self._good is None:
                raise
            self._lost = True
        assert self._good is not None
        return self._good

    def _gather(self) -> State:
        at = {"step": self.step, "steps": self.steps, "seconds": self._clock()}
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
        self.step, self.seconds, self._rate_scale, self._rescues = place_of(state, self.steps)

    def _lose_device(self, error: RuntimeError) -> Failed:
        """From here on nothing can be read from the device: the copy stands for its content."""
        assert self._good is not None
        lost_at, self.step, self._lost = self.step, int(self._good.at["step"]), True
        words = f"The device was lost ({first_line(error)}); resume on the CPU, or after a restart."
        return Failed(lost_at, words)

    def _go_to_cpu(self, reason: str) -> Warned:
        left = self.device.type
        self._settle(torch.device("cpu"))
        self._return()
        return Warned(self.step, f"Training goes on on the CPU, as {left} lacks an operation: {reason}")

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

    def _return(self) -> None:
        """Go back to the last good state; neither time nor what was learned of the rate is undone."""
        assert self._good is not None
        kept = self._clock(), self._rescues, self._rate_scale
        self.restore(self._good)
        self.seconds, self._rescues, self._rate_scale = kept
        self._resumed = time.monotonic()

    def _go_back(self) -> Warned | Failed:
        spoilt = self.step
        self._return()
        if self._rescues == RESCUES:
            words = "The loss is not finite, again; lower the learning rate and train anew."
            return Failed(spoilt, words, diverged=True)
        self._rescues, self._rate_scale = self._rescues + 1, self._rate_scale / 2
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
            learning_rate=self.learning_rate(self.step / self.steps),
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
