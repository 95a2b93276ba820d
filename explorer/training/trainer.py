"""The one training loop, for every family.

A `Trainer` is an iterable of `events`: who iterates decides the thread, pausing is not asking
for the next event, stopping is leaving the loop. Between two events everything is consistent, so
that is when `state` can be saved, a knob changed, or weights taken.
Imports models, data and torch; knows no disk, no thread, no window.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from typing import cast

import torch

from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.models.base import GenerativeModel, Position, TrainedConfig
from explorer.training.average import Average
from explorer.training.batches import Batches, uploaded
from explorer.training.device import autocast, first_line, is_lost
from explorer.training.events import Changed, Event, Failed, Finished, Progress, Snapshot, Warned, Weights
from explorer.training.means import Means, Reading
from explorer.training.noise import Noise
from explorer.training.optimisers import Optimisers
from explorer.training.pace import Mark, Watch
from explorer.training.ranks import ALONE, Parted, Ranks
from explorer.training.rate import one_cycle
from explorer.training.rescue import MOST_PARTS, Rescue
from explorer.training.state import State, averaged, gather, place_of, spread, to_arrays
from explorer.training.step import Agreement, updates

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
    steps
        How many to do; None: as many as the epochs take.
    device
        Where to train.
    ranks
        The processes that train together: this one computes its parts of each batch, all apply the same
        gradient, and what depends on the clock or on what one of them meets they decide together.

    Attributes
    ----------
    interval, snapshot_interval
        Seconds between two `Progress` and two `Snapshot` events; 0 yields one after every step.
    only
        Name of the one parameter group that is moved; None moves all.
    stopped
        `stop` was called, and every process knows.
    """

    def __init__(
        self,
        model: GenerativeModel,
        images: ImageSet,
        *,
        seed: int = 0,
        steps: int | None = None,
        device: torch.device | str = "cpu",
        ranks: Ranks = ALONE,
    ) -> None:
        self.model, self._images, self._seed, self.ranks = model, images, seed, ranks
        self.interval, self.snapshot_interval = 1 / 10, 0.5
        self.only: str | None = None
        self.stopped = False
        self._watch = Watch()
        self._agreement = Agreement(ranks, self._watch)
        self.step, self.steps, self._wanted = 0, 1, steps
        self._rescue = Rescue(ranks.count)
        self._pending: list[Event] = []
        self._set_up_on(torch.device(device))

    def _set_up_on(self, device: torch.device) -> None:
        """Bring everything to a device, at the very start of the training."""
        self.device, model = device, self.model
        model.to(device)
        if device.type == "cpu" and model.channels_last:
            model.to(memory_format=torch.channels_last)
        self._noise = Noise(self._seed, device)
        self._means = Means()
        if model.stages:
            config = self.config
            size = config.batch * model.batches_per_step
            self.batches = Batches(self._images, size, self._seed, device, self.ranks)
            self.steps = self._wanted or config.epochs * self.batches.per_epoch
            self.average = Average(model, model.averaging * self.steps)
            self.optimisers = Optimisers(model.parameter_groups(), self.ranks)
            self._autocast = autocast(model, device)

    @property
    def seconds(self) -> float:
        """Time spent inside the loop; a pause does not count."""
        return self._watch.seconds

    @property
    def config(self) -> TrainedConfig:
        return cast(TrainedConfig, self.model.config)

    def __iter__(self) -> Generator[Event, None, None]:
        """Train to the end, or on from where `restore` has put it."""
        return self._watch.over(self._train() if self.model.stages else self._fit())

    def _train(self) -> Iterator[Event]:
        self._agreement.begin()
        self._rescue.keep(self.state(), self._agreement.seconds)
        while True:
            # A GPU works behind: its faults show wherever something is read from it.
            try:
                yield from self._steps()
                return
            except (RuntimeError, Parted) as error:
                if isinstance(error, Parted) or is_lost(error):
                    failed = self._rescue.lose(error, self.device, self.step)
                    self.step = int(self._rescue.good.at["step"])
                    yield failed
                    return
                if not self._agreement.mends(error):
                    raise
            yield (trouble := self._use_less_memory())
            if isinstance(trouble, Failed):
                return

    def _steps(self) -> Iterator[Event]:
        agreed = self._agreement
        last, last_snapshot = Mark(self.step, agreed.seconds), agreed.seconds
        while self.step < self.steps and not self.stopped:
            trouble = self._try_step()
            now, ended = agreed.seconds, self.step == self.steps
            pictured = ended or now - last_snapshot >= self.snapshot_interval
            due = pictured or agreed.ending or self._pending or now - last.seconds >= self.interval
            # Whatever leaves the loop has been looked at: nothing that isn't finite is shown or saved.
            reading = self._read() if due and not trouble else None
            if reading and not all(map(math.isfinite, reading.terms.values())):
                trouble = self._go_back()
            if trouble:
                yield trouble
                if isinstance(trouble, Failed):
                    return
                last = Mark(self.step, agreed.seconds)
                continue
            if reading is None:
                continue
            if now - self._rescue.kept_at >= KEEP_SECONDS:
                self._set_aside()
            mark = Mark(self.step, now)
            yield mark.progress(last, self.steps, self.batches, self.learning_rate, reading)
            last = mark
            if pictured:
                yield Snapshot(self.step, self.step / self.steps, self._gather_weights())
                last_snapshot = now
            while self._pending:
                yield self._pending.pop(0)
            self.stopped |= agreed.ending
        if self.step == self.steps:
            yield Finished(self.step, self.seconds)

    def _fit(self) -> Iterator[Event]:
        # In closed form there is nothing to share; whoever writes fits.
        if self.step == 0 and self.ranks.leads:
            x = uploaded(self._images, self.device)
            self.model.fit(x)
            self.step = 1
            yield Progress(1, 1, 1.0, len(x) / max(self.seconds, 1e-9), 0.0, 0.0, {})
            yield Snapshot(1, 1.0, self.weights())
        yield Finished(1, self.seconds)

    def _set_aside(self) -> None:
        """Keep a copy of everything in the CPU's memory, to go back to."""
        self._rescue.keep(self._gather(), self._agreement.seconds)

    def _try_step(self) -> Warned | Failed | None:
        try:
            self._one_step()
            return None
        except NotImplementedError as error:
            if self.device.type == "cpu":
                raise
            reason = first_line(error)
        except RuntimeError as error:
            if not self._agreement.mends(error):
                raise
            reason = ""
        # Only out here does nothing hold on to the tensors of the step any more.
        return self._go_to_cpu(reason) if reason else self._use_less_memory()

    def _one_step(self) -> None:
        at, parts = Position(0, self.step, self.steps), self._rescue.parts
        step = updates(self.model, at, self.batches, parts, self._noise, self._autocast)
        while found := self._agreement.next(step):
            computed, shares = found
            group = computed[0].group
            self._means.look(computed)
            if self.only in (None, group):
                norm = self.optimisers.apply(group, self.learning_rate)
                self._means.note(computed, shares, norm, alone=self.optimisers.alone)
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

    def stop(self) -> bool:
        """Have the training end between two steps, once every process knows; tells whether that is new."""
        known, self._agreement.asked = self._agreement.asked, True
        self.stopped |= self.ranks.count == 1
        return not known

    def weights(self) -> Weights:
        """The averaged weights, by value."""
        return self._rescue.read(self._gather_weights, averaged)

    def state(self) -> State:
        """All that an exact resume needs, by value."""
        return self._rescue.read(self._gather, lambda kept: kept)

    def _gather_weights(self) -> Weights:
        return to_arrays(self.average.tensors if self.model.stages else self.model.state_dict())

    def _gather(self) -> State:
        at = {"step": self.step, "steps": self.steps, "seconds": self.seconds, "processes": self.ranks.count}
        rescue = self._rescue
        at |= {"rate_scale": rescue.rate_scale, "rescues": rescue.count, "parts": rescue.parts}
        arrays = gather(self.model, self.average, self.optimisers, self._noise)
        return State(arrays, at, self.config.as_dict())

    def restore(self, state: State) -> None:
        """Go on from a state of the same model on the same images; exactly in as many processes.

        Raises
        ------
        BadInput
            The state belongs to another model.
        """
        spread(state.tensors, self.model, self.average, self.optimisers, self._noise)
        place, rescue = place_of(state, self.steps), self._rescue
        self.step, self._watch.seconds, rescue.rate_scale, rescue.count, processes, parts = place
        rescue.parts = min(parts, MOST_PARTS)
        if processes != self.ranks.count:
            self._pending.append(self._rescue.share_anew(self.step, processes))

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
        """Go back to the last good state; neither time nor what trouble has taught is undone."""
        rescue = self._rescue
        seconds, learned = self.seconds, (rescue.rate_scale, rescue.count, rescue.parts)
        self.restore(rescue.good)
        self._watch.seconds = seconds
        rescue.rate_scale, rescue.count, rescue.parts = learned

    def _read(self) -> Reading:
        reading = self._means.read(self.ranks)
        self._noise.share(self.ranks)
        return reading
