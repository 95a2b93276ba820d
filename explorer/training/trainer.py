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
from typing import Any, NamedTuple, cast

import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.data.image_set import ImageSet
from explorer.errors import BadInput
from explorer.models.base import Batch, GenerativeModel, Position, TrainedConfig, Update
from explorer.training.average import Average
from explorer.training.device import has_bfloat16
from explorer.training.events import Changed, Event, Failed, Finished, Progress, Snapshot, Warned, Weights
from explorer.training.optimisers import Optimisers

WARM_SHARE = 0.1
"""Share of the training in which the learning rate rises."""

KEEP_SECONDS = 10.0
"""How often the last good state is set aside in memory."""

RESCUES = 2
"""How often a loss that isn't finite is answered by going back with half the learning rate."""

MOST_PARTS = 8
"""Into how many parts a batch is cut at most when the device has too little memory."""


class State(NamedTuple):
    """All that an exact resume needs: numbers by name, and where training was."""

    tensors: dict[str, NDArray[Any]]
    at: dict[str, float]
    settings: dict[str, Any]


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
    """

    def __init__(
        self, model: GenerativeModel, images: ImageSet, *, seed: int = 0, device: torch.device | str = "cpu"
    ) -> None:
        self.device = torch.device(device)
        self.model = model.to(self.device)
        self.x = torch.from_numpy(images.images).permute(0, 3, 1, 2).contiguous().to(self.device)
        self.labels = None if images.labels is None else torch.from_numpy(images.labels).to(self.device)
        self.seed = seed
        self.rng = torch.Generator(self.device).manual_seed(seed)
        self.interval, self.snapshot_interval = 1 / 30, 0.5
        self.seconds = 0.0
        self._resumed: float | None = None
        self.step = self.steps = 0
        self._parts, self._rescues, self._rate_scale = 1, 0, 1.0
        self._sums: dict[str, Tensor] = {}
        self._summed = 0
        self._pending: list[Event] = []
        self._order = (-1, torch.empty(0))
        if model.stages:
            config = self.config
            self.batch = min(config.batch, len(self.x))
            self.steps_per_epoch = len(self.x) // self.batch
            self.steps = config.epochs * self.steps_per_epoch
            self.average = Average(self.model, model.averaging * self.steps)
            self.optimisers = Optimisers(model.parameter_groups())
            half = config.precision == "bfloat16" or (
                config.precision == "auto" and self.device.type == "cuda" and has_bfloat16(self.device)
            )
            self._autocast = torch.autocast(self.device.type, torch.bfloat16, enabled=half)

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
        last = Mark(self.step, self._clock())
        last_snapshot = kept = self._clock()
        good = self.state()
        while self.step < self.steps:
            try:
                self._one_step()
            except torch.OutOfMemoryError:
                yield (event := self._use_less_memory())
                if isinstance(event, Failed):
                    return
                continue
            now, ended = self._clock(), self.step == self.steps
            if now - last.seconds >= self.interval or ended:
                terms = self._read_terms()
                if not all(map(math.isfinite, terms.values())):
                    yield (event := self._go_back(good))
                    if isinstance(event, Failed):
                        return
                    last = Mark(self.step, self._clock())
                    continue
                if now - kept >= KEEP_SECONDS:
                    good, kept = self.state(), now
                yield self._progress(terms, last)
                last = Mark(self.step, self._clock())
            if now - last_snapshot >= self.snapshot_interval or ended:
                yield Snapshot(self.step, self.step / self.steps, self.weights())
                last_snapshot = self._clock()
            while self._pending:
                yield self._pending.pop(0)
        yield Finished(self.step, self._clock())

    def _fit(self) -> Iterator[Event]:
        self.model.fit(self.x)
        rate = len(self.x) / max(self._clock(), 1e-9)
        yield Progress(1, 1, 1.0, rate, 0.0, 0.0, {})
        yield Snapshot(1, 1.0, self.weights())
        self.step = 1
        yield Finished(1, self._clock())

    def _one_step(self) -> None:
        position = Position(0, self.step, self.step / self.steps)
        parts = self._next_batch(self.step)
        running = [self.model.training_step(part, position, self.rng) for part in parts]
        while updates := [update for update in (self._backward(part) for part in running) if update]:
            group = updates[0].group
            norm = self.optimisers.apply(group, self.learning_rate(position.progress))
            self.optimisers.clear(group)
            self._note(updates, norm)
        self.step += 1
        self._summed += 1
        self.average.update(self.step)

    def _backward(self, part: Iterator[Update]) -> Update | None:
        with self._autocast:
            update = next(part, None)
        if update is not None:
            (update.loss / self._parts).backward()
        return update

    def _next_batch(self, step: int) -> list[Batch]:
        epoch, place = divmod(step, self.steps_per_epoch)
        if self._order[0] != epoch:
            # The order depends on seed and epoch alone, so a resume in mid-epoch needs no record of it.
            shuffle = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
            self._order = (epoch, torch.randperm(len(self.x), generator=shuffle).to(self.device))
        rows = self._order[1][place * self.batch : (place + 1) * self.batch]
        return [
            Batch(self.x[part].float().div_(255), None if self.labels is None else self.labels[part])
            for part in rows.chunk(self._parts)
        ]

    def learning_rate(self, progress: float) -> float:
        """One cycle (Smith 2018): a straight rise, then half a cosine down to zero."""
        if progress < WARM_SHARE:
            shape = (progress + 1 / self.steps) / (WARM_SHARE + 1 / self.steps)
        else:
            shape = 0.5 * (1 + math.cos(math.pi * (progress - WARM_SHARE) / (1 - WARM_SHARE)))
        return self.config.learning_rate * self._rate_scale * shape

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
        tensors = self.average.tensors if self.model.stages else self.model.state_dict()
        return {name: _to_array(tensor) for name, tensor in tensors.items()}

    def state(self) -> State:
        """All that an exact resume needs, by value."""
        tensors = {f"model/{k}": v for k, v in self.model.state_dict().items()}
        tensors |= {f"average/{k}": v for k, v in self.average.tensors.items()}
        tensors |= {f"optimiser/{k}": v for k, v in self.optimisers.tensors().items()}
        tensors["rng"] = self.rng.get_state()
        at = {"step": self.step, "seconds": self._clock()}
        at |= {"rate_scale": self._rate_scale, "rescues": self._rescues}
        return State({k: _to_array(v) for k, v in tensors.items()}, at, self.config.as_dict())

    def restore(self, state: State) -> None:
        """Go on from a state of the same model on the same images.

        Raises
        ------
        BadInput
            The state belongs to another model.
        """
        parts: dict[str, dict[str, Tensor]] = {"model": {}, "average": {}, "optimiser": {}}
        for path, array in state.tensors.items():
            kind, _, name = path.partition("/")
            if kind in parts:
                parts[kind][name] = torch.from_numpy(array)
        try:
            self.model.load_state_dict(parts["model"])
            for name, tensor in self.average.tensors.items():
                tensor.copy_(parts["average"][name])
            self.optimisers.restore(parts["optimiser"])
            rng = torch.from_numpy(state.tensors["rng"])
        except (KeyError, IndexError, RuntimeError) as error:
            raise BadInput("The saved training state belongs to another model; train it anew.") from error
        if rng.numel() == self.rng.get_state().numel():
            # Another kind of device has another kind of generator: there the noise starts anew.
            self.rng.set_state(rng.cpu())
        self.step = int(state.at["step"])
        self._rate_scale, self._rescues = state.at["rate_scale"], int(state.at["rescues"])
        self.seconds = state.at["seconds"]

    def _use_less_memory(self) -> Warned | Failed:
        for group in self.model.parameter_groups():
            self.optimisers.clear(group)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        if 2 * self._parts > min(MOST_PARTS, self.batch):
            return Failed(
                self.step, "The device has too little memory for this model; choose a smaller width or batch."
            )
        self._parts *= 2
        return Warned(self.step, f"Too little memory: each batch is now computed in {self._parts} parts.")

    def _go_back(self, good: State) -> Warned | Failed:
        spoilt, rescues, scale = self.step, self._rescues, self._rate_scale
        seconds = self._clock()
        self.restore(good)
        self.seconds, self._resumed = seconds, time.monotonic()
        if rescues == RESCUES:
            return Failed(spoilt, "The loss is not finite, again; lower the learning rate and train anew.")
        self._rescues, self._rate_scale = rescues + 1, scale / 2
        return Warned(
            spoilt,
            f"The loss was not finite: back at step {self.step:,} with half the learning rate.",
        )

    def _note(self, updates: list[Update], norm: Tensor) -> None:
        terms = {"loss": torch.stack([update.loss.detach() for update in updates]).mean()}
        for name in updates[0].terms:
            terms[name] = torch.stack([update.terms[name].detach() for update in updates]).mean()
        for name, value in {**terms, "gradient": norm}.items():
            self._sums[name] = self._sums[name] + value if name in self._sums else value

    def _read_terms(self) -> dict[str, float]:
        """Each term's mean since the last reading: the only place where the loop waits for the device."""
        names, count = list(self._sums), max(self._summed, 1)
        values = torch.stack([self._sums[name].float() for name in names]).tolist() if names else []
        self._sums, self._summed = {}, 0
        return {name: value / count for name, value in zip(names, values, strict=True)}

    def _progress(self, terms: Mapping[str, float], since: Mark) -> Progress:
        steps_per_s = (self.step - since.step) / max(self._clock() - since.seconds, 1e-9)
        # The ETA follows the whole training, as the last moment alone would make it jump.
        overall = self.step / max(self._clock(), 1e-9)
        return Progress(
            step=self.step,
            steps=self.steps,
            epoch=self.step / self.steps_per_epoch,
            images_per_s=steps_per_s * self.batch,
            eta_s=(self.steps - self.step) / overall,
            learning_rate=self.learning_rate(self.step / self.steps),
            terms=terms,
        )

    def _clock(self) -> float:
        """Seconds spent inside the loop so far."""
        return self.seconds + (0.0 if self._resumed is None else time.monotonic() - self._resumed)


class Mark(NamedTuple):
    """A moment of the training."""

    step: int
    seconds: float


def _to_array(tensor: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = tensor.detach().cpu().numpy().copy()
    return array
