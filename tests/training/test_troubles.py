"""What a training meets that is none of its own doing: clocks that jump, devices that go, other machines."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
import torch

from explorer.errors import BadInput
from explorer.training import trainer as module
from explorer.training.events import Failed, Finished, Progress, Warned
from tests.training.test_trainer import assert_same, faulty, make, until

LOST = "CUDA error: unspecified launch failure\nCUDA kernel errors might be reported late."


def test_a_wall_clock_that_jumps_moves_no_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    steady, jumps = itertools.count(), itertools.cycle([4e9, 0.0, -3600.0, 1.7e9])
    monkeypatch.setattr(time, "monotonic", lambda: next(steady) * 0.001)
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    progress = [event for event in make() if isinstance(event, Progress)]
    estimates = [event.eta_s for event in progress]
    assert all(0 <= estimate < 10 for estimate in estimates)
    assert estimates[-1] == 0
    assert all(0 < event.images_per_s < 1e6 for event in progress)


def test_speed_and_estimate_are_those_of_a_steady_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = make()
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    trainer.snapshot_interval = 1e9
    one_step = trainer._one_step

    def slow_step() -> None:
        nonlocal now
        now += 0.25
        one_step()

    monkeypatch.setattr(trainer, "_one_step", slow_step)
    for event in trainer:
        if isinstance(event, Progress):
            assert event.images_per_s == pytest.approx(8 / 0.25)
            assert event.eta_s == pytest.approx(0.25 * (24 - event.step))


def test_after_hours_of_sleep_the_training_goes_on_to_the_same_end(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make()
    list(whole)
    slept = 0.0
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + slept)
    trainer = make()
    events = []
    for event in trainer:
        events.append(event)
        if isinstance(event, Progress) and event.step == 10:
            slept = 8 * 3600.0
    assert isinstance(events[-1], Finished)
    assert_same(trainer.weights(), whole.weights())


@pytest.mark.parametrize("where", ["read", "progress", "_gather_weights", "_gather"])
def test_a_device_that_is_lost_where_something_is_read_from_it_ends_with_the_copy(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEEP_SECONDS", 0.0)
    trainer = faulty(lambda step, batch, loss: loss)
    trainer.snapshot_interval = 0.0
    until(trainer, 7)
    owner = {"read": trainer._means, "progress": module.Mark}.get(where, trainer)

    def lost(*arguments: object) -> None:
        raise torch.AcceleratorError(LOST)

    monkeypatch.setattr(owner, where, lost)
    trainer.model.training_step = lost  # type: ignore[assignment,method-assign]
    if where != "_gather":
        monkeypatch.setattr(trainer, "_try_step", lambda: None)
    *_, last = trainer
    assert isinstance(last, Failed)
    assert last.text.startswith("The device was lost (CUDA error: unspecified launch failure)")
    assert trainer.state().at["step"] == trainer.step == 7
    assert all(np.isfinite(array).all() for array in trainer.state().tensors.values())


@pytest.mark.parametrize("where", ["read", "progress", "_gather_weights", "_gather"])
def test_memory_that_lacks_where_something_is_read_cuts_the_batch_and_the_training_ends(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEEP_SECONDS", 0.0)
    trainer = make()
    trainer.snapshot_interval = 0.0
    running = iter(trainer)
    next(running)
    owner = {"read": trainer._means, "progress": module.Mark}.get(where, trainer)
    real, left = getattr(owner, where), iter([True])

    def full(*arguments: object) -> object:
        if next(left, False):
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(*arguments)

    monkeypatch.setattr(owner, where, full)
    events = list(running)
    assert [event.text for event in events if isinstance(event, Warned)] == [
        "Too little memory: each batch is now computed in 2 parts."
    ]
    assert isinstance(events[-1], Finished)


def test_a_device_that_is_lost_between_two_events_is_saved_from_the_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer = make()
    until(trainer, 3)
    trainer._set_aside()
    kept = trainer.state()

    def lost(*arguments: object) -> None:
        raise torch.AcceleratorError(LOST)

    averages = {name: array.copy() for name, array in trainer.weights().items()}
    monkeypatch.setattr(module, "gather", lost)
    monkeypatch.setattr(module, "to_arrays", lost)
    # Whichever is saved first.
    assert_same(trainer.weights(), averages)
    assert_same(trainer.state().tensors, kept.tensors)


def test_a_gpu_that_lacks_an_operation_hands_over_to_the_cpu_and_ends_as_if_it_had_begun_there() -> None:
    lacking = "The operator 'aten::nothing' is not currently implemented for the MPS device.\nAnd so on."

    def fault(step: int, batch: object, loss: torch.Tensor) -> torch.Tensor:
        if trainer.device.type == "mps" and step == 5:
            raise NotImplementedError(lacking)
        return loss

    trainer, whole = faulty(fault), faulty(lambda step, batch, loss: loss)
    trainer.device = torch.device("mps")  # there is none here: it only has the name
    events = list(trainer)
    (warned,) = (event for event in events if isinstance(event, Warned))
    assert warned.text.startswith("Training goes on on the CPU, as mps lacks an operation: The operator ")
    assert len(warned.text.splitlines()) == 1
    assert isinstance(events[-1], Finished)
    list(whole)
    assert_same(trainer.weights(), whole.weights())


def test_on_the_cpu_a_missing_operation_is_a_defect_and_flies() -> None:
    def fault(step: int, batch: object, loss: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError("aten::nothing")

    with pytest.raises(NotImplementedError):
        list(faulty(fault))


def test_a_state_of_another_kind_of_device_is_taken_with_fresh_noise() -> None:
    first = make("vae")
    until(first, 10)
    state = first.state()
    foreign = state._replace(tensors={**state.tensors, "rng": np.zeros(16, np.uint8)})  # as CUDA's is
    second = make("vae")
    second.restore(foreign)
    assert second.step == 10
    assert_same(second.weights(), first.weights())
    assert isinstance(list(second)[-1], Finished)


@pytest.mark.parametrize(("batch", "step"), [(4, 20), (8, 10), (16, 5), (64, 2)])
def test_with_batches_of_another_size_a_training_goes_on_from_the_same_share_of_the_way(
    batch: int, step: int
) -> None:
    first = make(n=64)
    until(first, 10)
    second = make(n=64, batch=batch)
    second.restore(first.state())
    assert second.step == step
    assert_same(second.weights(), first.weights())
    events = list(second)
    progress = [event for event in events if isinstance(event, Progress)]
    assert [event.step for event in progress] == list(range(step + 1, second.steps + 1))
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("name", ["steps", "processes"])
@pytest.mark.parametrize("number", [0, -1, "many", None])
def test_a_state_that_lies_about_its_numbers_is_refused(name: str, number: object) -> None:
    first = make()
    until(first, 3)
    state = first.state()
    with pytest.raises(BadInput, match="doesn't say where it was"):
        make().restore(state._replace(at={**state.at, name: number}))


@pytest.mark.gpu
def test_a_training_begun_on_the_cpu_goes_on_on_a_gpu_and_back() -> None:
    first = make("vae")
    until(first, 10)
    for device in ("cuda", "cpu"):
        second = module.Trainer(make("vae").model, first._images, device=device)
        second.restore(first.state())
        assert second.step == first.step
        for name, array in second.weights().items():
            np.testing.assert_array_equal(array, first.weights()[name])
        second.interval = 0.0
        until(second, first.step + 2)
        first = second
