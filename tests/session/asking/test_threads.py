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


@pytest.mark.parametrize(
    ("machine", "granted", "others", "left"),
    [(2, 2, 0.2, 2), (2, 2, 0.8, 1), (2, 2, 1.9, 1), (16, 16, 0.8, 15), (16, 4, 6.0, 4), (64, 2, 63.0, 1)],
)
def test_who_is_busy_has_a_core_and_gives_it_back(
    machine: int, granted: int, others: float, left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, work, asked = [0.0], [0.0], list[int]()
    monkeypatch.setattr(threads.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(threads.time, "sleep", lambda seconds: pass_by(seconds, others))
    monkeypatch.setattr(threads, "_other_work", lambda: work[0])
    monkeypatch.setattr(threads, "_cores", lambda: granted)
    monkeypatch.setattr(threads.os, "cpu_count", lambda: machine)
    monkeypatch.setattr(threads, "step_back", lambda: None)
    monkeypatch.setattr(torch, "set_num_threads", asked.append)

    def pass_by(seconds: float, busy: float) -> None:
        clock[0] += seconds
        work[0] += seconds * busy

    cores = Cores()
    cores.leave_to_window("cpu")
    assert asked == [left]
    pass_by(threads.LOOK_SECONDS / 2, others)
    cores.leave_to_window("cpu")
    assert asked == [left], "too short a look"
    pass_by(1.0, 0.0)
    cores.leave_to_window("cpu")
    assert asked[-1] == min(machine, granted)
