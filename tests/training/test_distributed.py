"""Two processes that train one model: what they do is what one does in two parts, and they go no way alone.

They are started once for all tests, however many test processes there are.
"""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from filelock import FileLock

from explorer.cli import main
from explorer.data.sources import catalogue
from explorer.errors import BadInput
from explorer.runs.library import Library
from explorer.runs.run import Run
from explorer.training import ranks as processes
from explorer.training.events import Finished, Warned
from explorer.training.noise import Noise
from explorer.training.ranks import ALONE, Ranks
from tests.training.test_trainer import assert_same
from tests.training.two_processes import FAMILIES, HALF, followed, trainer_of, until

ROOT = Path(__file__).parents[2]
STEPS = 30


class Two(NamedTuple):
    """What the two processes left."""

    folder: Path
    answers: tuple[dict[str, Any], dict[str, Any]]

    def both(self, scenario: str) -> tuple[Any, Any]:
        first, second = self.answers
        return first[scenario], second[scenario]


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / "two-processes"
    with FileLock(root / "two-processes.lock"):
        if not folder.exists():
            folder.mkdir()
            _run(folder)
    first, second = (pickle.loads((folder / f"{rank}.pickle").read_bytes()) for rank in (0, 1))
    return Two(folder, (first, second))


def _run(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}
    given = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "OMP_NUM_THREADS": "1", **place}
    given["LATENT_EXPLORER_HOME"] = str(folder / "home")
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.training.two_processes", str(folder)],
            cwd=ROOT,
            env={**os.environ, **given, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in (0, 1)
    ]
    try:
        said = [child.communicate(timeout=100)[1] for child in children]
    finally:
        for child in children:
            child.kill()
    # The second dies in the last scenario, as it is to.
    assert [child.returncode for child in children] == [0, 9], "\n".join(said)


def assert_close(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> None:
    assert set(one) == set(other)
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-4, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("family", FAMILIES)
def test_two_processes_do_what_one_does_in_two_parts(two: Two, family: str) -> None:
    (first, _), (second, _) = two.both("families")[0][family], two.both("families")[1][family]
    alone = trainer_of(family)
    alone._rescue.parts = 2
    numbers, _, progress = followed(alone)
    # Generators and all, in each process.
    assert {"rng", "rng/1"} < set(numbers)
    for theirs, _, told in (first, second):
        assert_close(theirs, numbers)
        assert told.terms == pytest.approx(progress.terms, rel=1e-4)
        assert_close(told.scores, progress.scores)
    assert_same(first[0], second[0])


@pytest.mark.parametrize("family", FAMILIES)
def test_two_processes_resume_exactly(two: Two, family: str) -> None:
    for answers in two.answers:
        (whole, _, _), resumed = answers["families"][family]
        assert_same(resumed, whole)


def test_each_part_has_noise_of_its_own_and_the_first_that_of_the_seed() -> None:
    noise = Noise(3, torch.device("cpu"))
    drawn = [torch.rand(4, generator=noise.of(part)).tolist() for part in range(8)]
    assert drawn[0] == torch.rand(4, generator=torch.Generator().manual_seed(3)).tolist()
    assert len({tuple(numbers) for numbers in drawn}) == 8
    other = Noise(4, torch.device("cpu"))
    assert torch.rand(4, generator=other.of(1)).tolist() not in drawn


def test_where_one_lacks_memory_both_compute_in_more_parts(two: Two) -> None:
    (first, weights), (second, others) = two.both("lack_of_memory")
    assert first == second
    (warned,) = (text for kind, _, text in first if kind == "Warned")
    assert warned == "Too little memory: each batch is now computed in 4 parts."
    assert first[-1][0] == "Finished"
    assert_same(weights, others)


def test_a_loss_that_is_not_finite_in_one_sends_both_back(two: Two) -> None:
    (first, weights), (second, others) = two.both("not_finite")
    assert first == second
    assert [text for kind, _, text in first if kind == "Warned"] == [
        "The loss was not finite: back at step 0 with half the learning rate."
    ]
    assert_same(weights, others)


def test_where_one_is_to_stop_both_stop_at_the_same_step(two: Two) -> None:
    first, second = two.both("stop")
    assert first == second
    seen, stopped, step = first
    assert stopped
    assert 4 < step < 12
    assert "Finished" not in {kind for kind, _, _ in seen}


def test_they_go_by_one_clock(two: Two) -> None:
    (first, kept), (second, other) = two.both("clocks")
    assert first == second
    assert kept == other
    assert first[-1][0] == "Finished"


def test_what_is_fitted_in_closed_form_the_first_fits_alone(two: Two) -> None:
    first, second = two.both("closed_form")
    assert [kind for kind, _, _ in first] == ["Progress", "Snapshot", "Finished"]
    assert [kind for kind, _, _ in second] == ["Finished"]


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("settings", "The processes of this training differ in their settings; start all with the same."),
        ("seed", "The processes of this training differ in their seed; start all with the same."),
        ("images", "The processes of this training differ in their images; start all with the same."),
        ("program", "The processes of this training differ in their program; start all with the same."),
        (
            "resumed",
            "The processes of this training differ in what is to be resumed; start all with the same.",
        ),
        ("batch", "A batch of 1 is too small for 2 processes; choose a larger batch, or fewer processes."),
    ],
)
def test_processes_that_differ_end_with_a_sentence_each_and_write_nothing(
    two: Two, what: str, sentence: str
) -> None:
    for found in two.both("mismatch"):
        assert found[what] == (2, "", f"{sentence}\n")
    assert not (two.folder / "no").exists()


def test_images_that_one_can_not_find_end_both(two: Two) -> None:
    first, second = two.both("mismatch")
    assert first["missing"][0] == second["missing"][0] == 2
    assert "There is no file" in second["missing"][2]
    assert first["missing"][2] == f"Process 1 of this training can't begin: {second['missing'][2]}"


def test_what_the_first_can_not_do_ends_both(two: Two) -> None:
    first, second = two.both("mismatch")
    assert first["taken"] == second["taken"]
    assert "holds something already" in first["taken"][2]
    assert [path.name for path in (two.folder / "taken").iterdir()] == ["something"]


def test_the_first_alone_speaks_and_the_library_opens_what_it_wrote(two: Two) -> None:
    first, second = two.both("commands")
    assert first["whole"][0] == second["whole"][0] == 0
    assert first["whole"][1].splitlines()[-1].startswith('{"event": "finished"')
    assert second["whole"][1:] == ("", "")
    library = Library(own=two.folder)
    (entry,) = (entry for entry in library.entries() if entry.folder.name == "whole")
    assert entry.fault is None
    run = library.find("whole")
    assert run.manifest.status == "finished"
    assert run.manifest.device.startswith("2 processes, each on: CPU")
    run.model()
    embedding = run.embedding()
    assert embedding is not None
    assert len(embedding.codes) == 12
    assert len([line for line in run.curves() if "loss" in line]) == STEPS


def test_a_signal_to_one_stops_both_and_the_run_goes_on_exactly(two: Two) -> None:
    first, second = two.both("commands")
    assert first["stopped"][0] == second["stopped"][0] == 143
    assert "go on with: latent-explorer train --resume" in first["stopped"][2]
    assert second["stopped"][1:] == ("", "")
    assert first["resumed"][0] == second["resumed"][0] == 0
    resumed, whole = (Run.open(two.folder / name) for name in ("stopped", "whole"))
    assert_same(resumed.weights(), whole.weights())


def test_another_number_of_processes_goes_on_and_says_that_it_is_not_exact(
    two: Two, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = two.folder / "in-one"
    assert Run.open(folder).manifest.step < STEPS
    assert main(["train", "--resume", str(folder), "--json"]) == 0
    out, err = capsys.readouterr()
    sentence = (
        "Begun in 2 processes, this training goes on in one process: other noise is drawn, so it does not "
        "end exactly as it would have."
    )
    assert sentence in err
    assert sentence in out
    assert Run.open(folder).manifest.status == "finished"


def test_where_one_dies_the_other_ends_with_a_sentence_and_the_run_resumes(two: Two) -> None:
    status, out, err = two.answers[0]["death"]
    assert status == 1
    assert err.startswith("Another process of this training is gone (")
    assert err.endswith("); go on with --resume.\n")
    assert len(err.splitlines()) == 1
    assert '"event": "failed"' in out
    run = Run.open(two.folder / "bereft")
    assert run.manifest.status == "failed"
    trainer = run.trainer(catalogue.load(str(two.folder / "squares.npz")))
    assert trainer.step == run.manifest.step == HALF
    events = list(trainer)
    assert isinstance(events[-1], Finished)
    assert len([event for event in events if isinstance(event, Warned)]) == 1


def test_a_run_of_one_process_says_nothing_when_it_is_resumed() -> None:
    first, second = trainer_of("vae"), trainer_of("vae")
    until(first, HALF)
    second.restore(first.state())
    events = list(second)
    assert not [event for event in events if isinstance(event, Warned)]


def test_alone_everything_passes_through() -> None:
    assert ALONE.leads
    assert ALONE.agree(1.0, 2.0) == [1.0, 2.0]
    assert ALONE.gather("x") == ["x"]
    assert ALONE.first(lambda: 3) == ALONE.every(lambda: 3, in_turn=True) == 3
    ALONE.same(lambda: pytest.fail("nobody to compare with"))
    ALONE.close()
    tensor = torch.ones(2)
    ALONE.sum_([tensor])
    assert tensor.tolist() == [1, 1]


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of the third of four processes, of which two are on this machine."""
    given = {"RANK": "2", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_each_process_takes_the_gpu_of_its_number(launched: pytest.MonkeyPatch) -> None:
    launched.setattr(torch.cuda, "is_available", lambda: True)
    assert processes.own_device(None) == processes.own_device("cuda") == "cuda:1"
    assert processes.own_device("cpu") == "cpu"
    launched.setattr(torch.cuda, "is_available", lambda: False)
    assert processes.own_device(None) == "cpu"
    for wanted in ("mps", "cuda:0"):
        with pytest.raises(BadInput, match="can't share the device"):
            processes.own_device(wanted)


def test_one_process_takes_what_is_asked_for() -> None:
    assert processes.own_device("cuda:1") == "cuda:1"
    assert processes.own_device(None) is None
    assert processes.joined(torch.device("cpu")) is ALONE


@pytest.mark.parametrize(("said", "threads"), [(None, [3]), ("5", [])])
def test_processes_of_a_machine_share_its_cores(
    launched: pytest.MonkeyPatch, said: str | None, threads: list[int]
) -> None:
    import torch.distributed as distributed

    launched.setattr(distributed, "init_process_group", lambda backend, timeout: None)
    launched.setattr(distributed, "get_rank", lambda: 2)
    launched.setattr(distributed, "get_world_size", lambda: 4)
    launched.setattr(torch, "get_num_threads", lambda: 6)
    taken: list[int] = []
    launched.setattr(torch, "set_num_threads", taken.append)
    launched.delenv("OMP_NUM_THREADS", raising=False)
    if said is not None:
        launched.setenv("OMP_NUM_THREADS", said)
    ranks = processes.joined(torch.device("cpu"))
    assert isinstance(ranks, Ranks)
    assert (ranks.rank, ranks.count, ranks.leads) == (2, 4, False)
    assert taken == threads
