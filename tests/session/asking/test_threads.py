"""How many cores the trainer takes."""

from __future__ import annotations

import pytest
import torch

from explorer.session.asking import threads
from explorer.session.asking.threads import Cores


def test_the_trainer_takes_no_more_threads_than_are_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert Cores().for_trainer() == 1


@pytest.mark.parametrize("granted", ["", "0", "many"])
def test_there_is_always_a_thread(granted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", granted)
    assert Cores().for_trainer() >= 1


def test_the_trainer_steps_back_once_and_only_where_the_processor_trains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[object] = []
    monkeypatch.setattr(threads, "step_back", lambda: done.append("stepped back"))
    monkeypatch.setattr(torch, "set_num_threads", done.append)
    cores = Cores()
    monkeypatch.setattr(cores, "for_trainer", lambda: 3)
    for device in ("cuda", "mps", "cuda"):
        cores.leave_to_window(device)
    assert done == []
    for device in ("cpu", "cpu"):
        cores.leave_to_window(device)
    assert done == ["stepped back", 3]
