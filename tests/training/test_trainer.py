from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
import torch

from explorer import models
from explorer.errors import BadInput
from explorer.models.base import Batch, ImageShape, Position, Update
from explorer.models.families.autoencoder import Autoencoder
from explorer.training import trainer as module
from explorer.training.events import Changed, Event, Failed, Finished, Progress, Snapshot, Warned
from explorer.training.optimisers import LIMIT, Optimisers
from explorer.training.rescue import RESCUES
from explorer.training.state import State
from explorer.training.trainer import Trainer
from tests.shapes import squares

IMAGE = ImageShape(1, 8, 8)
SMALL = {"width": 2, "latent_size": 2, "batch": 8, "epochs": 3}


def make(family: str = "ae", n: int = 70, seed: int = 0, **settings: object) -> Trainer:
    """A trainer that yields a progress after every step."""
    model = models.build(family, {**SMALL, **settings}, IMAGE, seed)
    return eager(Trainer(model, squares(n), seed=seed))


def eager(trainer: Trainer) -> Trainer:
    trainer.interval = 0.0
    return trainer


def until(trainer: Trainer, step: int) -> list[Event]:
    """The events up to a step; the trainer is left there."""
    events = []
    for event in trainer:
        events.append(event)
        if isinstance(event, Progress) and event.step == step:
            break
    return events


def assert_same(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> None:
    assert set(one) == set(other)
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


class Faulty(Autoencoder):
    """An autoencoder whose steps go wrong as `fault` says."""

    def fault(self, step: int, batch: Batch, loss: torch.Tensor) -> torch.Tensor:
        return loss

    def training_step(self, batch: Batch, at: Position, rng: torch.Generator) -> Iterator[Update]:
        for update in super().training_step(batch, at, rng):
            yield update._replace(loss=self.fault(at.step, batch, update.loss))


def faulty(fault: object, **settings: object) -> Trainer:
    model = Faulty(Faulty.Config.read({**SMALL, **settings}), IMAGE)  # type: ignore[arg-type]
    models.initialise(model, torch.Generator().manual_seed(0))
    model.fault = fault  # type: ignore[assignment,method-assign]
    return eager(Trainer(model, squares(64)))


def test_the_events_tell_the_whole_story() -> None:
    trainer = make()
    events = list(trainer)
    progress = [event for event in events if isinstance(event, Progress)]
    assert [event.step for event in progress] == list(range(1, 25))
    assert progress[-1].epoch == 3
    assert progress[-1].eta_s == 0
    assert {"loss", "error", "gradient"} <= set(progress[0].terms)
    assert isinstance(events[-2], Snapshot)
    assert events[-2].progress == 1
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize(
    ("family", "settings"),
    [
        ("ae", {"corruption": "gaussian"}),
        ("ae", {"corruption": "squares", "sparsity": "target"}),
        ("vae", {}),
    ],
)
def test_a_resumed_training_ends_bitwise_where_an_uninterrupted_one_does(
    family: str, settings: dict[str, object]
) -> None:
    whole = make(family, **settings)
    until(whole, 20)

    first = make(family, **settings)
    until(first, 10)  # in the middle of the second epoch of eight steps
    second = make(family, seed=0, **settings)
    second.restore(first.state())
    until(second, 20)

    assert_same(second.state().tensors, whole.state().tensors)
    assert_same(second.weights(), whole.weights())


def test_a_batch_that_was_cut_for_lack_of_memory_is_cut_after_a_resume_too() -> None:
    whole = make("vae")
    whole._rescue.parts = 2
    until(whole, 20)
    first = make("vae")
    first._rescue.parts = 2
    until(first, 10)
    second = make("vae")
    second.restore(first.state())
    until(second, 20)
    assert_same(second.state().tensors, whole.state().tensors)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    one, same, other = make("vae", seed=3), make("vae", seed=3), make("vae", seed=4)
    for trainer in (one, same, other):
        list(trainer)
    assert_same(one.weights(), same.weights())
    assert any((one.weights()[name] != other.weights()[name]).any() for name in one.weights())


def test_noise_is_drawn_by_the_seed_of_the_training() -> None:
    drawn = [make("vae", seed=seed)._noise.of(0).get_state() for seed in (3, 3, 4)]
    assert torch.equal(drawn[0], torch.Generator().manual_seed(3).get_state())
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_a_loss_that_stays_infinite_goes_back_twice_and_then_fails_with_good_weights() -> None:
    trainer = faulty(lambda step, batch, loss: loss * torch.inf if step >= 5 else loss)
    rates = []
    events = []
    for event in trainer:
        events.append(event)
        if isinstance(event, Progress) and event.step == 1:
            rates.append(event.learning_rate)
    assert [type(event) for event in events if not isinstance(event, (Progress, Snapshot))] == [
        *[Warned] * RESCUES,
        Failed,
    ]
    np.testing.assert_allclose(rates, [rates[0] / 2**i for i in range(RESCUES + 1)])
    assert all(np.isfinite(array).all() for array in trainer.weights().values())
    assert all(np.isfinite(array).all() for array in trainer.state().tensors.values())


def test_one_bad_step_costs_half_the_learning_rate_and_nothing_else() -> None:
    bad = iter([True])

    def fault(step: int, batch: Batch, loss: torch.Tensor) -> torch.Tensor:
        return loss * torch.nan if step == 5 and next(bad, False) else loss

    events = list(faulty(fault))
    assert [event.diverged for event in events if isinstance(event, Warned)] == [True]
    assert isinstance(events[-1], Finished)


def test_what_is_gone_back_to_was_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_SECONDS", 0.0)
    bad = iter([True])
    trainer = faulty(lambda step, batch, loss: loss * torch.nan if step == 5 and next(bad, False) else loss)
    events = list(trainer)
    assert [event.text for event in events if isinstance(event, Warned)] == [
        "The loss was not finite: back at step 5 with half the learning rate."
    ]
    assert isinstance(events[-1], Finished)
    assert all(np.isfinite(array).all() for array in trainer.weights().values())


def test_no_snapshot_ever_holds_nan() -> None:
    bad = iter([True])
    trainer = faulty(lambda step, batch, loss: loss * torch.nan if step == 5 and next(bad, False) else loss)
    trainer.interval, trainer.snapshot_interval = 1e9, 0.0
    snapshots = [event for event in trainer if isinstance(event, Snapshot)]
    assert len(snapshots) > 10
    for snapshot in snapshots:
        assert all(np.isfinite(array).all() for array in snapshot.weights.values())


def test_a_gradient_that_explodes_is_logged_and_cut() -> None:
    trainer = faulty(lambda step, batch, loss: loss * (1e8 if step == 12 else 1))
    events = list(trainer)
    gradients = {event.step: event.terms["gradient"] for event in events if isinstance(event, Progress)}
    usual = max(gradients[step] for step in gradients if step != 13)
    assert gradients[13] > 1e6 * usual
    assert isinstance(events[-1], Finished)
    second_moments = [a for name, a in trainer.state().tensors.items() if name.endswith("exp_avg_sq")]
    assert max(a.max() for a in second_moments) < (LIMIT * usual) ** 2


def test_an_optimiser_moves_no_further_after_a_spike_than_the_limit_says() -> None:
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimisers = Optimisers({"model": models.base.ParameterGroup([parameter])})
    for scale in (1.0, 1.0, 1e8):
        parameter.grad = torch.full((3,), scale)
        norm = optimisers.apply("model", 0.1)
    assert norm.item() == pytest.approx(1e8 * 3**0.5)
    assert parameter.grad is not None
    assert parameter.grad.norm().item() == pytest.approx(LIMIT * 3**0.5)


@pytest.mark.parametrize(("batch", "fits", "parts"), [(8, 4, 2), (10, 3, 4), (9, 3, 4)])
def test_too_little_memory_cuts_the_batch_and_keeps_its_mean_gradient(
    batch: int, fits: int, parts: int
) -> None:
    def fault(step: int, part: Batch, loss: torch.Tensor) -> torch.Tensor:
        if len(part.x) > fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB.")
        return loss

    short, roomy = faulty(fault, batch=batch), faulty(lambda step, part, loss: loss, batch=batch)
    in_parts, whole = until(short, 1), until(roomy, 1)
    warned = [event.text for event in in_parts if isinstance(event, Warned)]
    assert len(warned) == parts.bit_length() - 1
    assert f"in {parts} parts" in warned[-1]
    for one, other in ((in_parts[-1], whole[-1]),):
        assert isinstance(one, Progress)
        assert isinstance(other, Progress)
        assert one.terms == pytest.approx(other.terms, rel=1e-4)
    for name, array in roomy.weights().items():
        np.testing.assert_allclose(short.weights()[name], array, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        torch.AcceleratorError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError(
            "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."
        ),
    ],
)
def test_where_even_single_images_do_not_fit_the_training_fails_with_one_sentence(error: Exception) -> None:
    def fault(step: int, part: Batch, loss: torch.Tensor) -> torch.Tensor:
        raise error

    events = list(faulty(fault))
    assert [type(event) for event in events] == [Warned, Warned, Warned, Failed]
    assert isinstance(events[-1], Failed)
    assert "too little memory" in events[-1].text


def test_a_lost_device_ends_with_the_copy_that_was_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_SECONDS", 0.0)

    def fault(step: int, part: Batch, loss: torch.Tensor) -> torch.Tensor:
        if step == 7:
            raise torch.AcceleratorError("CUDA error: unspecified launch failure\nand so on")
        return loss

    trainer = faulty(fault)
    *_, last = trainer
    assert isinstance(last, Failed)
    assert last.text.startswith("The device was lost (CUDA error: unspecified launch failure)")
    trainer.model.load_state_dict({k: v * torch.nan for k, v in trainer.model.state_dict().items()})
    assert trainer.state().at["step"] == trainer.step == 7
    assert all(np.isfinite(array).all() for array in trainer.weights().values())


def test_any_other_error_of_a_step_flies() -> None:
    def fault(step: int, part: Batch, loss: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="mat1"):
        list(faulty(fault))


@pytest.mark.parametrize(("n", "batch"), [(65, 64), (1, 64), (2, 1)])
def test_a_rest_of_one_image_and_a_single_image_do_no_harm(n: int, batch: int) -> None:
    events = list(make(n=n, batch=batch, epochs=2))
    assert isinstance(events[-1], Finished)


def test_every_image_is_seen_once_per_epoch_in_an_order_of_the_seeds() -> None:
    images = squares(24)
    images.images[:, 0, 0, 0] = np.arange(24)
    orders = []
    for seed in (0, 1):
        batches = module.Batches(images, 8, seed, torch.device("cpu"))
        orders.append(
            [int(b.x[i, 0, 0, 0] * 255 + 0.5) for s in range(6) for _, b in batches.at(s) for i in range(8)]
        )
    assert sorted(orders[0][:24]) == sorted(orders[0][24:]) == list(range(24))
    assert len({tuple(orders[0][:24]), tuple(orders[0][24:]), tuple(orders[1][:24])}) == 3


def test_a_live_knob_can_be_turned_between_two_events() -> None:
    trainer = make("vae")
    events = iter(trainer)
    next(events)
    trainer.change("beta", "4")
    rest = list(events)
    assert [event for event in rest if isinstance(event, Changed)] == [Changed(1, "beta", 4.0)]
    assert trainer.state().settings["beta"] == 4.0


def test_a_changed_learning_rate_holds_from_the_next_step() -> None:
    slow, fast = make(), make()
    for trainer in (slow, fast):
        events = iter(trainer)
        next(events)
        if trainer is fast:
            trainer.change("learning_rate", 0.1)
        rate = next(
            event.learning_rate for event in events if isinstance(event, Progress) and event.step == 10
        )
        if trainer is slow:
            usual = rate
    assert rate == pytest.approx(100 * usual)


@pytest.mark.parametrize(("knob", "value"), [("batch", 4), ("nonsense", 1), ("beta", -1), ("beta", "nan")])
def test_what_can_not_be_turned_is_refused_and_changes_nothing(knob: str, value: object) -> None:
    trainer = make("vae")
    before = trainer.config
    with pytest.raises(BadInput):
        trainer.change(knob, value)
    assert trainer.config == before


@pytest.mark.parametrize(("at", "kinds"), [(5, []), (24, [Snapshot, Finished])])
def test_a_stop_is_the_end_unless_that_has_been_reached(at: int, kinds: list[type[Event]]) -> None:
    trainer = make()
    events = iter(trainer)
    while not (isinstance(event := next(events), Progress) and event.step == at):
        pass
    assert trainer.stop()
    assert not trainer.stop()
    assert [type(event) for event in events] == kinds
    assert trainer.stopped
    assert trainer.step == at


def test_a_snapshot_stays_as_it_was() -> None:
    trainer = make()
    trainer.snapshot_interval = 0.0
    events = iter(trainer)
    snapshot = next(event for event in events if isinstance(event, Snapshot))
    before = {name: array.copy() for name, array in snapshot.weights.items()}
    list(events)
    assert_same(snapshot.weights, before)
    assert any((trainer.weights()[name] != before[name]).any() for name in before)


def test_a_state_stays_as_it_was() -> None:
    trainer = make()
    events = iter(trainer)
    next(events)
    state = trainer.state()
    before = {name: array.copy() for name, array in state.tensors.items()}
    list(events)
    assert_same(state.tensors, before)


def test_a_pause_does_not_count_as_training(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    pause = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: next(clock) * 0.001 + pause)
    trainer = make()
    for _ in trainer:
        pause += 3600.0
    assert 0 < trainer.seconds < 60


def test_so_many_steps_are_done_as_are_asked_for_and_the_rate_falls_over_them() -> None:
    model = models.build("vae", {**SMALL, "epochs": 100_000}, IMAGE)
    trainer = Trainer(model, squares(40), steps=7)
    trainer.interval = 0.0
    rates = [event.learning_rate for event in trainer if isinstance(event, Progress)]
    assert (trainer.step, len(rates)) == (7, 7)
    assert rates[-1] < 0.1 * max(rates)


def test_bfloat16_trains_and_leaves_float32_weights() -> None:
    trainer = make("vae", precision="bfloat16", epochs=10, learning_rate=0.02)
    losses = [event.terms["loss"] for event in trainer if isinstance(event, Progress)]
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:8])
    assert {array.dtype for array in trainer.weights().values()} == {np.dtype("float32")}


def test_a_closed_form_fit_sees_the_pictures_as_they_lie() -> None:
    images = squares(40, (8, 12, 3))
    trainer = Trainer(models.build("pca", {}, ImageShape(3, 8, 12)), images)
    list(trainer)
    mean = images.images.mean(axis=0).transpose(2, 0, 1) / 255
    np.testing.assert_allclose(trainer.weights()["mean"].reshape(3, 8, 12), mean, atol=1e-5)


def test_read_only_images_are_taken_without_complaint() -> None:
    images = squares(16)
    images.images.flags.writeable = False
    assert isinstance(list(Trainer(models.build("ae", SMALL, IMAGE), images))[-1], Finished)
    assert isinstance(list(Trainer(models.build("pca", {}, IMAGE), images))[-1], Finished)


def _without(name: str, state: State) -> State:
    return state._replace(tensors={k: v for k, v in state.tensors.items() if k != name})


def _with(name: str, array: np.ndarray, state: State) -> State:
    return state._replace(tensors={**state.tensors, name: array})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: _without("model/encoder.0.weight", s),
        lambda s: _without("average/encoder.0.weight", s),
        lambda s: _without("rng", s),
        lambda s: _with("rng", s.tensors["rng"].astype(np.float32), s),
        lambda s: _with(
            "model/encoder.0.weight", s.tensors["model/encoder.0.weight"].astype(np.complex64), s
        ),
        lambda s: _with("average/encoder.0.weight", np.zeros((1,), np.float32), s),
        lambda s: _with("optimiser/model/0/exp_avg", np.zeros((3, 3), np.float32), s),
        lambda s: _with("optimiser/model/9999/exp_avg", np.zeros((), np.float32), s),
        lambda s: _with("optimiser/model/0/lr", np.zeros((), np.float32), s),
        lambda s: _with("optimiser/nobody/0/step", np.zeros((), np.float32), s),
        lambda s: _with("optimiser/model/x", np.zeros((), np.float32), s),
        lambda s: s._replace(at={**s.at, "step": 10**9}),
        lambda s: s._replace(at={**s.at, "step": -1}),
        lambda s: s._replace(at={**s.at, "seconds": "nan"}),
        lambda s: s._replace(at={}),
    ],
)
def test_a_foreign_state_is_refused_with_a_sentence(spoil) -> None:  # type: ignore[no-untyped-def]
    trainer = make()
    until(trainer, 3)
    with pytest.raises(BadInput, match="saved training state"):
        make().restore(spoil(trainer.state()))
