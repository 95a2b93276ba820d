"""How many cores the trainer takes."""

from __future__ import annotations

import pytest

from explorer.session.asking.threads import Cores


def test_the_trainer_takes_no_more_threads_than_are_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert Cores().for_trainer() == 1


@pytest.mark.parametrize("granted", ["", "0", "many"])
def test_there_is_always_a_thread(granted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", granted)
    assert Cores().for_trainer() >= 1
