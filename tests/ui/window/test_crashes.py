"""What a session that ended without a word has left, and what the next one makes of it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from explorer import paths
from explorer.runs.library import Library
from explorer.ui.views.library.actions import ACTIONS
from explorer.ui.window import crashes
from tests.runs.runs_made import trained


@pytest.fixture
def logs() -> Path:
    paths.logs().mkdir(parents=True)
    return paths.logs()


@pytest.fixture
def dead() -> int:
    """The number of a process that is gone."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


def test_after_a_session_that_ended_well_there_is_nothing_to_tell(logs: Path) -> None:
    crashes.begin().close()
    crashes.end()
    assert not crashes.gather()
    assert list(logs.iterdir()) == []


def test_a_crash_is_told_once_and_its_trace_goes_into_the_log(logs: Path, dead: int) -> None:
    (logs / "crash.log").write_text("an older one\n")
    (logs / f"running-{dead}.log").write_text("Fatal Python error: Segmentation fault\n")
    assert crashes.gather()
    text = (logs / "crash.log").read_text()
    assert text.startswith("an older one\n")
    assert "Segmentation fault" in text
    assert not crashes.gather()


def test_a_session_that_still_lives_is_left_alone(logs: Path) -> None:
    living = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    mark = logs / f"running-{living.pid}.log"
    mark.touch()
    try:
        assert not crashes.gather()
        assert mark.exists()
    finally:
        living.communicate(b"\n")
    assert crashes.gather()


def test_what_a_former_program_of_the_same_number_left_counts(logs: Path) -> None:
    crashes.begin().close()
    assert crashes.gather()


@pytest.mark.parametrize("kind", ["no folder", "folder", "other names", "unwritable log"])
def test_whatever_lies_there_is_no_crash_of_its_own(kind: str, dead: int, tmp_path: Path) -> None:
    folder = paths.logs()
    if kind != "no folder":
        folder.mkdir(parents=True)
    if kind == "folder":
        (folder / f"running-{dead}.log").mkdir()
    elif kind == "other names":
        (folder / "running-x.log").touch()
        (folder / f"running-{10**12}.log").touch()
    elif kind == "unwritable log":
        (folder / "crash.log").mkdir()
        (folder / f"running-{dead}.log").touch()
    assert crashes.gather() == (kind == "unwritable log")
    crashes.end()


def test_the_sentence_names_a_training_that_was_cut_off(tmp_path: Path) -> None:
    own = tmp_path / "runs"
    trained(own / "whole")
    cut = trained(own / "cut", to=7)
    dataclasses.replace(cut.manifest, status="training").write(cut.folder)
    said, (word, _) = crashes.sentence(Library(tmp_path / "none", own)), ACTIONS["resume"]
    assert said == (
        "The last session ended unexpectedly; every model that was finished is in the library. "
        f"cut was being trained and is saved up to step 7: {word} in the library goes on from there."
    )
