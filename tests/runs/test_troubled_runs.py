"""Runs whose writers died, whose clocks were wrong, and which other machines go on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.runs.library import Library
from explorer.runs.lock import HOLDER, LOCK, holder, is_held, locked
from explorer.runs.recorder import record
from explorer.runs.run import Run
from explorer.training.events import Finished, Progress
from tests.runs.runs_made import DATA, STEPS, begin, go_on, trained

ROOT = Path(__file__).parents[2]

HOLDS = """
import sys
from pathlib import Path
from explorer.runs.recorder import record
from tests.runs.runs_made import DATA, Run, begin

run = begin(Path(sys.argv[1]))
events = record(run, run.trainer(DATA), DATA)
next(events)
print("holding", flush=True)
sys.stdin.read()
"""


def killed_writer(folder: Path) -> int:
    """Have another process begin a run and die in mid-training; its number."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "holding\n"
        assert is_held(folder)
        assert holder(folder).startswith(f"process {child.pid} on ")
        child.send_signal(signal.SIGKILL)
        child.wait()
    return child.pid


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals")
def test_what_a_dead_writer_held_is_taken_over(tmp_path: Path) -> None:
    folder = tmp_path / "vae"
    dead = killed_writer(folder)
    assert json.loads((folder / HOLDER).read_text())["pid"] == dead
    assert Run.open(folder).manifest.status == "training"
    (entry,) = Library(tmp_path / "none", tmp_path).entries()
    assert entry.status == "stopped"
    assert isinstance(go_on(Run.open(folder))[-1], Finished)
    assert not (folder / HOLDER).exists()


def test_a_lock_file_that_names_a_living_process_holds_nothing(tmp_path: Path) -> None:
    """After a reboot another program has the number of the dead writer."""
    folder = trained(tmp_path / "vae", to=5).folder
    (folder / LOCK).touch()
    (folder / HOLDER).write_text(json.dumps({"pid": os.getppid(), "host": "elsewhere"}))
    assert not is_held(folder)
    with locked(folder):
        assert holder(folder).startswith(f"process {os.getpid()} on ")
    assert Library(tmp_path / "none", tmp_path).rename("vae", "renamed").name == "renamed"


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"[]", b'{"pid": "x"}', b'{"host": "a"}'])
def test_whatever_stands_in_the_word_of_a_holder_it_is_no_crash(tmp_path: Path, content: bytes) -> None:
    folder = trained(tmp_path / "vae", to=5).folder
    (folder / HOLDER).write_bytes(content)
    assert holder(folder) == "another program"
    assert not is_held(folder)
    go_on(Run.open(folder), to=6)


def test_the_newest_state_is_the_one_of_the_highest_step_whatever_the_clock_said(tmp_path: Path) -> None:
    run = trained(tmp_path / "vae", to=5)
    go_on(run, to=10)
    run = Run.open(run.folder)
    older, newer = sorted(run.folder.glob("state-*.safetensors"))
    os.utime(older, (4e9, 4e9))
    os.utime(newer, (0, 0))
    assert run.state_files() == [newer.name, older.name]
    assert run.trainer(DATA).step == 10


def test_a_run_of_another_version_and_another_device_goes_on(tmp_path: Path) -> None:
    whole = trained(tmp_path / "whole")
    run = trained(tmp_path / "vae", to=10)
    manifest = json.loads((run.folder / "manifest.json").read_text())
    manifest |= {"device": "NVIDIA Nonesuch 9000", "versions": {"torch": "1.0.0", "latent-explorer": "0.0.1"}}
    (run.folder / "manifest.json").write_text(json.dumps(manifest))
    events = go_on(Run.open(run.folder))
    assert next(event for event in events if isinstance(event, Progress)).step == 11
    run = Run.open(run.folder)
    assert run.manifest.step == STEPS
    assert run.manifest.versions["torch"] != "1.0.0"
    for name, array in whole.weights().items():
        np.testing.assert_array_equal(run.weights()[name], array)


def test_a_training_that_ends_with_an_exception_counts_as_failed_and_goes_on_from_there(
    tmp_path: Path,
) -> None:
    run = begin(tmp_path / "vae")
    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    events = record(run, trainer, DATA)
    for event in events:
        if isinstance(event, Progress) and event.step == 7:
            break
    trainer._one_step = lambda: 1 / 0  # type: ignore[assignment,method-assign,return-value]
    with pytest.raises(ZeroDivisionError):
        list(events)
    run = Run.open(run.folder)
    assert (run.manifest.status, run.manifest.step) == ("failed", 7)
    run.model()
    whole = trained(tmp_path / "whole")
    go_on(run)
    for name, array in whole.weights().items():
        np.testing.assert_array_equal(Run.open(run.folder).weights()[name], array)
