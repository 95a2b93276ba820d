"""A file that another program holds: on Windows for a moment, elsewhere never."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from explorer import replacing
from explorer.errors import Failure
from explorer.files import atomic_write


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, bool], list[float]]:
    """Have files be held for so many seconds; gives the pauses that are made meanwhile."""

    def hold(seconds: float, windows: bool) -> list[float]:
        now, pauses, usual = [0.0], list[float](), os.replace

        def sleep(pause: float) -> None:
            pauses.append(pause)
            now[0] += pause

        def replace(written: Path, path: Path) -> None:
            if now[0] < seconds:
                raise PermissionError(13, "The process cannot access the file")
            usual(written, path)

        monkeypatch.setattr(replacing, "WINDOWS", windows)
        monkeypatch.setattr(replacing, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
        monkeypatch.setattr(os, "replace", replace)
        return pauses

    return hold


def test_a_file_that_is_held_for_a_second_is_waited_for(
    held: Callable[[float, bool], list[float]], tmp_path: Path
) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"old")
    pauses = held(1.0, True)
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert 1.0 <= sum(pauses) < 1.2


@pytest.mark.parametrize(("seconds", "windows"), [(1e9, True), (1.0, False)])
def test_one_that_stays_held_is_given_up_and_the_old_one_is_whole(
    seconds: float, windows: bool, held: Callable[[float, bool], list[float]], tmp_path: Path
) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"old")
    pauses = held(seconds, windows)
    with pytest.raises(Failure, match="writing is not allowed there"):
        atomic_write(path, b"new")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"
    assert sum(pauses) == pytest.approx(replacing.PATIENCE if windows else 0.0, abs=0.1)
