"""What becomes of a session's training when its device goes, its trainer breaks or its GPU is of no use."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from explorer.models.base import Batch, Position, Update
from explorer.models.families.vae import VAE
from explorer.runs.run import Run
from explorer.session.asking.threads import Cores
from explorer.session.learning.plans import Plan
from explorer.training import device, trainer
from explorer.training.trainer import Trainer
from tests.session.conftest import Loop


@pytest.fixture
def endless(plan: Plan) -> Plan:
    return replace(plan, settings={**plan.settings, "epochs": 100_000}, name="long")


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """What the next training step raises, once it is put in here."""
    errors: list[Exception] = []
    usual = VAE.training_step

    def step(self: VAE, batch: Batch, at: Position, rng: torch.Generator) -> Iterator[Update]:
        if errors:
            raise errors.pop()
        yield from usual(self, batch, at, rng)

    monkeypatch.setattr(VAE, "training_step", step)
    return errors


def trainers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "trainer"]


def test_a_trainer_that_breaks_ends_in_a_sentence_a_log_and_a_run_that_goes_on(
    loop: Loop, endless: Plan, wrong: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    session, training = loop.session, loop.session.training
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    training.start(endless)
    loop.until(lambda: training.progress is not None)
    with caplog.at_level(logging.ERROR):
        wrong.append(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
        loop.until(lambda: not training.active)
    assert training.state == "idle"
    assert not trainers()
    assert training.fault is not None
    assert "mat1 and mat2" in training.fault
    assert "log" in training.fault
    assert training.fault in said
    (record,) = (record for record in caplog.records if record.exc_info)
    assert "in training_step" not in record.getMessage()
    assert "raise errors.pop()" in logging.Formatter().formatException(record.exc_info)  # type: ignore[arg-type]
    run = session.library.find("long")
    assert run.manifest.status == "failed"
    reached = run.manifest.step
    assert reached > 0
    training.start(Plan("", {}, "", resume="long"))
    loop.until(lambda: training.progress is not None)
    assert training.progress is not None
    assert training.progress.step > reached
    assert training.fault is None


def test_a_device_that_is_lost_ends_in_a_sentence_and_what_was_learned_is_kept(
    loop: Loop, endless: Plan, wrong: list[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "KEEP_SECONDS", 0.0)
    session, training = loop.session, loop.session.training
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    training.start(endless)
    loop.until(lambda: training.progress is not None)
    assert training.progress is not None
    seen = training.progress.step
    wrong.append(torch.AcceleratorError("CUDA error: device removed\nAnd so on."))
    loop.until(lambda: not training.active)
    assert any(text.startswith("The device was lost (CUDA error: device removed); resume") for text in said)
    run = session.library.find("long")
    assert run.manifest.status == "failed"
    assert run.manifest.step >= seen
    training.start(Plan("", {}, "", resume="long"))
    loop.until(lambda: training.progress is not None)
    assert training.progress.step > run.manifest.step
    # What is on display now is drawn by a model that is ready, on whatever device is left.
    training.stop()
    loop.until(lambda: not training.active and session.main.ready is not None)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), "There is too little memory for this training;"),
        (MemoryError(), "There is too little memory for this training;"),
        (
            torch.AcceleratorError("CUDA error: device removed\nand so on"),
            "The device was lost (CUDA error: ",
        ),
    ],
)
def test_a_device_that_fails_before_the_first_step_is_one_sentence(
    loop: Loop, plan: Plan, error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(Run, "trainer", failing)
    training = loop.session.training
    training.start(plan)
    loop.until(lambda: training.fault is not None and not training.active)
    assert training.fault is not None
    assert training.fault.startswith(said)
    assert len(training.fault.splitlines()) == 1


def test_the_trainers_thread_asks_which_device_computes_before_it_makes_room(
    loop: Loop, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Cores, "leave_to_window", lambda cores, kind: asked.append(kind))
    usual = Run.trainer

    def noting(*arguments: object) -> Trainer:
        asked.append("trainer")
        return usual(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Run, "trainer", noting)
    loop.session.training.start(plan)
    loop.until(lambda: not loop.session.training.active)
    assert asked[:3] == ["cpu", "trainer", "cpu"]


def test_a_gpu_of_no_use_is_said_once_however_many_models_are_opened(
    loop: Loop, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def old(tried: torch.device) -> None:
        raise torch.AcceleratorError("CUDA error: no kernel image is available for execution on the device")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(device, "_try_out", old)
    monkeypatch.setattr(device, "_faults", {})
    session = loop.session
    said: list[tuple[str, str]] = []
    session.said.connect(lambda message: said.append((message.kind, message.text)))
    session.training.start(plan)
    loop.until(lambda: not session.training.active and session.main.ready is not None)
    for _ in range(2):
        session.open("bars")
        loop.until(lambda: session.main.ready is not None)
    assert session.main.ready is not None
    assert session.main.ready.device.startswith("CPU")
    warnings = [text for kind, text in said if kind != "info"]
    assert len(warnings) == 1
    assert warnings[0].startswith("Working on the CPU, as cuda failed: CUDA error: no kernel image")
