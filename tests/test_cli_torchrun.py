"""`train` under PyTorch's own launcher: two processes on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from explorer.runs.run import Run
from tests.shapes import write_npz

ROOT = Path(__file__).parents[1]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals"),
]


def launched(*words: str) -> subprocess.Popen[str]:
    launcher = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "explorer", "train")
    return subprocess.Popen(
        [sys.executable, "-m", *launcher, *words, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def long(tmp_path: Path) -> tuple[str, ...]:
    """A training that ends by itself only after hours."""
    data, out = write_npz(tmp_path / "squares.npz"), tmp_path / "run"
    quick = ("--set", "width=2", "--set", "latent_size=2", "--set", "batch=32", "--epochs", "100000")
    return ("vae", "--data", str(data), "--out", str(out), *quick)


def test_ctrl_c_leaves_a_run_with_which_the_two_go_on(tmp_path: Path) -> None:
    for words in (long(tmp_path), ("--resume", str(tmp_path / "run"))):
        child = launched(*words)
        try:
            assert child.stdout is not None
            first = json.loads(child.stdout.readline())
            assert first["event"] == "progress"
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()
            child.communicate()
        last = json.loads(out.splitlines()[-1])
        assert last["event"] == "stopped"
        assert err.count("Stopping; what has been learned is being saved.") == 1
        run = Run.open(tmp_path / "run")
        assert run.manifest.status == "stopped"
        assert run.manifest.step == last["step"] >= first["step"]
        run.model()


def test_where_one_is_killed_the_other_saves_and_says_so(tmp_path: Path) -> None:
    child = launched(*long(tmp_path))
    try:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline())["event"] == "progress"
        (second,) = (
            process
            for process in psutil.Process(child.pid).children()
            if process.environ().get("RANK") == "1"
        )
        second.kill()
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
        child.communicate()
    assert child.returncode == 1
    assert json.loads(out.splitlines()[-1])["event"] == "failed"
    assert err.count("Another process of this training is gone (") == 1
    run = Run.open(tmp_path / "run")
    assert run.manifest.status == "failed"
    assert run.state_files()
