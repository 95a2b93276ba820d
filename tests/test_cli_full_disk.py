"""Commands that write a file of their own, to a disk that is full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from explorer import files
from explorer.cli import main
from tests.runs.runs_made import trained

COMMANDS = {
    "decode": ["--at=0,0"],
    "sample": ["-n", "4"],
    "embed": [],
    "project": ["--how", "pca"],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("runs") / "vae").folder


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_one_sentence_and_the_old_file_stays(
    command: str,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out.npz"
    out.write_bytes(b"the old one")

    def refuse(*arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "write", refuse)
    status = main([command, str(run), *COMMANDS[command], "--out", str(out)])
    err = capsys.readouterr().err
    assert status == 1, err
    assert "the disk is full" in err
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["out.npz"]
    assert out.read_bytes() == b"the old one"
