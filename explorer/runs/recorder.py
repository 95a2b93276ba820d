"""Writes a training down while its events pass through.

`for event in record(run, trainer, data)` is the trainer's own stream of events; whoever leaves
the loop stops the training, and the run is then complete as far as it went. What is written is
written whole or not at all: files first, then the manifest that names their checksums.
Imports torch, training and models; reading a run (`run`) needs none of them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import time
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.files import is_disk_full, sweep_temporaries
from explorer.metrics.samples import sampled_space
from explorer.models import GenerativeModel
from explorer.models.arrays import install, to_x
from explorer.runs import portrait
from explorer.runs.folder import WEIGHTS, newest_states
from explorer.runs.lock import locked
from explorer.runs.manifest import FILE, GroupRecord, SpaceRecord, Status
from explorer.runs.run import ATLAS, METRICS, PREVIEW, PROBE, Run
from explorer.training import device as devices
from explorer.training.events import Changed, Event, Failed, Finished, Progress, Warned
from explorer.training.trainer import Trainer
from explorer.versions import version
from explorer.weights import pack_arrays, pack_tensors

Arrays = dict[str, NDArray[Any]]

AUTOSAVE_SECONDS = 50.0
"""With the time that writing takes, no more than a minute of training is ever lost."""

CURVE_POINTS = 1000
"""Lines of `metrics.jsonl` that a whole training leaves, flags not counted."""

COMPARED = 64
"""Pictures that are drawn of a model that does not give images back."""

LOSSLESS = 0.1 / 255
"""Weights are kept in half precision where the probe's decoded pixels move by less, on average."""


def record(run: Run, trainer: Trainer, data: DataSet) -> Generator[Event, None, None]:
    """Pass a trainer's events on and keep the run on disk up to date with them.

    Raises
    ------
    BadInput
        Another program is writing to this run, or one of its files is a link.
    """
    with locked(run.folder):
        for name in (*_written(trainer.model), *run.manifest.files):
            run.inside(name)
        sweep_temporaries(run.folder)
        recorder = _Recorder(run, trainer)
        recorder.save_manifest("training")
        ended = False
        status: Status = "stopped"
        try:
            for event in trainer:
                if isinstance(event, Finished):
                    recorder.finish(data)
                    ended = True
                elif isinstance(event, Failed):
                    recorder.save_state("failed")
                    ended = True
                elif isinstance(event, (Progress, Changed, Warned)):
                    yield from recorder.note(event)
                yield event
        except Exception:
            status = "failed"
            raise
        finally:
            if not ended:
                recorder.save_state(status)


class _Recorder:
    def __init__(self, run: Run, trainer: Trainer) -> None:
        self.run, self.trainer = run, trainer
        self.saved_at = time.monotonic()
        self.silent_until = self.saved_at
        self.noted = -1

    def note(self, event: Progress | Changed | Warned) -> Iterator[Event]:
        """Add to the curves, and save when it is time; a disk that is full stops no training."""
        if time.monotonic() < self.silent_until:
            return
        try:
            self._append(event)
            if time.monotonic() - self.saved_at >= AUTOSAVE_SECONDS:
                self.saved_at = time.monotonic()
                self.save_state("training")
        except (BadInput, Failure, OSError) as error:
            self.silent_until = time.monotonic() + AUTOSAVE_SECONDS
            reason = f"Could not save the curves: {error.strerror}." if isinstance(error, OSError) else error
            yield Warned(
                event.step, f"{reason} Training goes on; the next try is in {AUTOSAVE_SECONDS:.0f} s."
            )

    def _append(self, event: Progress | Changed | Warned) -> None:
        if isinstance(event, Changed):
            line: dict[str, object] = {"step": event.step, "knob": event.knob, "value": event.value}
        elif isinstance(event, Warned):
            line = {"step": event.step, "warned": event.text, "diverged": event.diverged}
        elif event.step - self.noted >= event.steps / CURVE_POINTS or event.step == event.steps:
            self.noted = event.step
            line = {"step": event.step, "rate": event.learning_rate, **event.terms}
        else:
            return
        self.run.folder.mkdir(parents=True, exist_ok=True)
        self.run.append(METRICS, json.dumps(line))

    def save_manifest(self, status: Status, **changes: Any) -> None:
        trainer = self.trainer
        manifest = dataclasses.replace(
            self.run.manifest,
            status=status,
            step=trainer.step,
            steps=trainer.steps,
            seconds=round(trainer.seconds, 1),
            settings=trainer.model.config.as_dict(),
            **_declared(trainer.model),
            device=_device(trainer),
            versions={"latent-explorer": version(), "torch": str(torch.__version__)},
            **changes,
        )
        manifest.write(self.run.folder)
        self.run.manifest = manifest
        for path in self.run.folder.glob("state-*.safetensors"):
            if path.name not in manifest.files:
                with contextlib.suppress(OSError):
                    path.unlink()

    def save_state(self, status: Status) -> None:
        """Save weights, and all that an exact resume needs; the last two states stay.

        Raises
        ------
        Failure
            The disk refused one of them. The weights come first, being smaller, and stay where only
            the state finds no room; the last state that can be used stays too.
        """
        files, refusal = dict(self.run.manifest.files), None
        if self.trainer.model.stages:
            try:
                self._save(WEIGHTS, pack_tensors(dict(self.trainer.weights())), files)
                self._save_newest(files)
            except Failure as error:
                refusal = error
            # Someone may have emptied the folder meanwhile.
            there = {path.name for path in self.run.folder.glob("*")}
            files = {name: digest for name, digest in files.items() if name in there}
        self.save_manifest(status, files=files, figures=None)
        if refusal is not None:
            raise refusal

    def _save_newest(self, files: dict[str, str]) -> None:
        state = self.trainer.state()
        words = {"at": json.dumps(state.at), "settings": json.dumps(state.settings)}
        name = f"state-{int(state.at['step']):08d}.safetensors"
        self._save(name, pack_tensors(state.tensors, words), files)
        states = newest_states(files)
        for dropped in set(states) - set(states[states.index(name) :][:2]):
            del files[dropped]

    def _save(self, name: str, data: bytes, files: dict[str, str]) -> None:
        """Write a file and note its checksum; on a full disk in the room of what can be spared."""
        try:
            files[name] = self.run.write(name, data)
        except Failure as error:
            if not is_disk_full(error) or not self._spare(files):
                raise
            files[name] = self.run.write(name, data)

    def _spare(self, files: dict[str, str]) -> bool:
        """Give up every state but the last that can be used; tells whether there was one to give up."""
        kept = next(filter(self._is_sound, newest_states(files)), None)
        spared = {name for name in newest_states(files) if name != kept}
        for name in spared:
            del files[name]
        if spared:
            self.save_manifest(self.run.manifest.status, files=dict(files))
        return bool(spared)

    def _is_sound(self, name: str) -> bool:
        try:
            self.run.checked(name)
        except BadInput:
            return False
        return True

    def finish(self, data: DataSet) -> None:
        """Write what a finished run holds; the manifest comes last, so it is never half finished."""
        weights, shown = self._look_back(data)
        model, files = self.trainer.model, dict[str, str]()
        for name, arrays in ((_embedding(model), shown.embedding), (PROBE, shown.probe)):
            files[name] = self.run.write(name, pack_arrays(arrays))
        files[WEIGHTS] = self.run.write(WEIGHTS, pack_tensors(weights))
        files[PREVIEW] = self.run.write(PREVIEW, shown.preview)
        if shown.atlas is not None:
            files[ATLAS] = self.run.write(ATLAS, shown.atlas)
        self.save_manifest("finished", files=files, atlas=shown.atlas_record, figures=None)

    def _look_back(self, data: DataSet) -> tuple[Arrays, portrait.Portrait]:
        """The weights as they are kept, and what they show: computed where the training was, if it can be."""
        trainer = self.trainer
        weights = dict(trainer.weights())
        try:
            return _portrayed(trainer.model.eval(), weights, data)
        except RuntimeError as error:
            on_cpu = trainer.device.type == "cpu"
            if on_cpu or not (devices.is_lost(error) or devices.lacks_memory(error)):
                raise
        return _portrayed(self.run.untrained(trainer.model.config.as_dict()).eval(), weights, data)


def _portrayed(model: GenerativeModel, weights: Arrays, data: DataSet) -> tuple[Arrays, portrait.Portrait]:
    install(model, weights)
    weights = _in_half_precision(model, weights, data.test.images)
    install(model, weights)
    return weights, portrait.portray(model, data)


def _written(model: GenerativeModel) -> tuple[str, ...]:
    """Names of the files that a training may write, states aside: those are swept first."""
    return FILE, METRICS, WEIGHTS, _embedding(model), PROBE, ATLAS, PREVIEW


def _embedding(model: GenerativeModel) -> str:
    return f"embedding-{model.spaces[0].name}.npz"


def _device(trainer: Trainer) -> str:
    """What it is trained on, in words."""
    title, count = devices.title(trainer.device), trainer.ranks.count
    if devices.takes_bfloat16(trainer.model, trainer.device):
        title += ", bfloat16"
    return title if count == 1 else f"{count} processes, each on: {title}"


def _declared(model: GenerativeModel) -> dict[str, Any]:
    """What a model says of itself, as the manifest keeps it."""
    groups = model.parameter_groups() if model.stages else {}
    return {
        "title": model.title,
        "short_title": model.short_title or model.title,
        "spaces": tuple(SpaceRecord(**space._asdict()) for space in model.spaces),
        "groups": tuple(GroupRecord(name, each.title or name, each.role) for name, each in groups.items()),
        "conditions": model.conditions,
    }


def _in_half_precision(model: GenerativeModel, weights: Arrays, images: NDArray[np.uint8]) -> Arrays:
    """The weights as float16 where that changes nothing that one can see."""
    halves: Arrays = {name: array.astype(np.float16) for name, array in weights.items()}
    whole = _pictures(model, images)
    install(model, halves)
    change = (_pictures(model, images) - whole).abs().mean().item()
    return halves if change < LOSSLESS else weights


@torch.inference_mode()
def _pictures(model: GenerativeModel, images: NDArray[np.uint8]) -> torch.Tensor:
    """What the model draws of some held-out images, or of some codes."""
    space = model.spaces[0]
    if space.can_encode and space.can_decode:
        return model.decode(model.encode(to_x(images[: portrait.PROBE_ITEMS], model), space.name), space.name)
    drawn = sampled_space(model)
    assert drawn is not None
    codes = model.sample(COMPARED, torch.Generator().manual_seed(0), drawn.name)
    return model.decode(codes, drawn.name)
