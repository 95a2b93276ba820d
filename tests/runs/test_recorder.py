from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer import files
from explorer.data.image_set import DataSet
from explorer.errors import BadInput, Failure
from explorer.metrics import ruler
from explorer.models import GenerativeModel, arrays
from explorer.runs import portrait, recorder
from explorer.runs.recorder import record
from explorer.runs.run import Run
from explorer.training.events import Event, Failed, Finished, Progress, Warned
from explorer.weights import read_tensors
from tests.runs.runs_made import DATA, STEPS, SmallDisk, begin, go_on, trained

ROOT = Path(__file__).parents[2]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name != ".lock"}


def test_a_finished_run_holds_what_its_manifest_names(tmp_path: Path) -> None:
    run = trained(tmp_path / "vae")
    manifest = run.manifest
    assert (manifest.status, manifest.step, manifest.steps) == ("finished", STEPS, STEPS)
    assert (manifest.family, manifest.image, manifest.data.name) == ("vae", (1, 8, 8), "squares")
    assert manifest.settings["latent_size"] == 2
    kept = {"weights.safetensors", "embedding-z.npz", "probe.npz", "atlas.png", "preview.png"}
    assert set(manifest.files) == kept
    assert names(run.folder) == {*kept, "manifest.json", "metrics.jsonl"}
    run.check()


@pytest.mark.parametrize("family", ["pca", "ae", "vae"])
def test_what_a_finished_run_shows_is_what_its_model_says(tmp_path: Path, family: str) -> None:
    run = trained(tmp_path / "run", family)
    model = run.model()
    embedding, probe, atlas = run.embedding(), run.probe(), run.atlas()
    assert embedding is not None
    assert probe is not None
    assert atlas is not None
    np.testing.assert_array_equal(probe.images, DATA.test.images)
    np.testing.assert_array_equal(probe.labels, DATA.test.labels)
    np.testing.assert_array_equal(embedding.labels, DATA.test.labels)
    assert embedding.class_names == DATA.test.class_names
    np.testing.assert_allclose(embedding.codes, arrays.encode(model, probe.images), atol=1e-5)
    # A knot of the atlas holds the picture that the model decodes there.
    knot = np.array([atlas.low[0], atlas.high[1]], np.float32)
    np.testing.assert_allclose(atlas.decode(knot), arrays.decode(model, knot[None])[0], atol=1)
    preview = run.preview()
    assert preview is not None
    assert preview.shape == (4 * 9 - 1, 4 * 9 - 1, 1)


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory."), torch.AcceleratorError("CUDA error: device removed")],
)
def test_a_gpu_that_fails_at_the_end_leaves_the_portrait_to_the_cpu(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(tmp_path / "whole", "gan")
    run = begin(tmp_path / "gan", "gan")
    trainer, seen = run.trainer(DATA), []
    usual = portrait.portray

    def portray(model: GenerativeModel, data: DataSet) -> portrait.Portrait:
        seen.append(model)
        if model is trainer.model:
            raise error
        return usual(model, data)

    monkeypatch.setattr(portrait, "portray", portray)
    for event in record(run, trainer, DATA):
        if isinstance(event, Progress):
            trainer.device = torch.device("mps")  # there is none here: it only has the name
    assert [model is trainer.model for model in seen] == [True, False]
    assert Run.open(run.folder).manifest.status == "finished"
    names = {"weights.safetensors", "embedding-z.npz", "probe.npz", "preview.png"}
    for name in names:
        assert run.manifest.files[name] == whole.manifest.files[name]


def test_on_the_cpu_a_portrait_that_finds_no_memory_is_not_tried_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[GenerativeModel] = []

    def portray(model: GenerativeModel, data: DataSet) -> portrait.Portrait:
        seen.append(model)
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(portrait, "portray", portray)
    with pytest.raises(RuntimeError, match="allocate memory"):
        go_on(begin(tmp_path / "gan", "gan"))
    assert len(seen) == 1


def test_the_classes_of_samples_are_seen_where_the_model_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(ruler, "find", lambda data, device: asked.append(device))
    portrait.named(DATA.test.images, DATA, torch.device("cuda", 3))
    assert asked == [torch.device("cuda", 3)]


def test_the_curves_hold_every_step_of_a_short_training(tmp_path: Path) -> None:
    run = trained(tmp_path / "vae")
    curves = run.curves()
    assert [line["step"] for line in curves] == list(range(1, STEPS + 1))
    assert {"loss", "reconstruction", "kl", "gradient", "rate"} <= set(curves[0])


def test_a_turned_knob_leaves_a_flag_and_goes_into_the_settings(tmp_path: Path) -> None:
    run = begin(tmp_path / "vae")
    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    events = record(run, trainer, DATA)
    next(events)
    trainer.change("beta", 4)
    list(events)
    assert {"step": 1, "knob": "beta", "value": 4.0} in run.curves()
    assert Run.open(run.folder).manifest.settings["beta"] == 4.0


def test_leaving_the_loop_leaves_a_run_that_opens_and_resumes_exactly(tmp_path: Path) -> None:
    whole = trained(tmp_path / "whole")
    run = trained(tmp_path / "parts", to=10)
    assert run.manifest.status == "stopped"
    assert run.manifest.step == 10
    run.model()

    go_on(run, to=17)
    go_on(Run.open(run.folder))
    run = Run.open(run.folder)
    assert run.manifest.status == "finished"
    for name, array in whole.weights().items():
        np.testing.assert_array_equal(run.weights()[name], array)
    assert [line["step"] for line in run.curves()] == list(range(1, STEPS + 1))


def test_only_the_last_two_states_stay(tmp_path: Path) -> None:
    run = begin(tmp_path / "vae")
    for step in (5, 10, 15):
        go_on(run, to=step)
        run = Run.open(run.folder)
    assert run.state_files() == ["state-00000015.safetensors", "state-00000010.safetensors"]
    assert {name for name in names(run.folder) if name.startswith("state-")} == set(run.state_files())


def test_saving_twice_at_one_step_keeps_the_state_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "AUTOSAVE_SECONDS", 0.0)
    run = trained(tmp_path / "vae", to=10)  # saved at step 10 while training, and again on leaving
    assert run.state_files() == ["state-00000010.safetensors", "state-00000009.safetensors"]


def test_a_state_holds_everything_under_one_checksum(tmp_path: Path) -> None:
    run = trained(tmp_path / "vae", to=10)
    name = run.state_files()[0]
    tensors, words = read_tensors(run.folder / name, sha256=run.manifest.files[name])
    assert {path.partition("/")[0] for path in tensors} == {"model", "average", "optimiser", "rng"}
    assert set(words) == {"at", "settings"}


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    path.write_bytes(data)


@pytest.mark.parametrize("bit", [0, 900, 20_011, 40_003])
def test_a_flipped_bit_in_the_newest_state_resumes_from_the_one_before(tmp_path: Path, bit: int) -> None:
    run = begin(tmp_path / "vae")
    go_on(run, to=5)
    go_on(Run.open(run.folder), to=10)
    run = Run.open(run.folder)
    flip(run.folder / run.state_files()[0], bit)
    assert run.trainer(DATA).step == 5
    go_on(run)
    assert Run.open(run.folder).manifest.status == "finished"


def test_where_all_states_are_damaged_a_resume_is_refused(tmp_path: Path) -> None:
    run = trained(tmp_path / "vae", to=5)
    flip(run.folder / run.state_files()[0], 900)
    with pytest.raises(BadInput, match="saved states are damaged"):
        run.trainer(DATA)


def test_other_images_are_refused(tmp_path: Path) -> None:
    run = trained(tmp_path / "vae", to=5)
    DATA.train.images[0, 0, 0, 0] ^= 1
    try:
        with pytest.raises(BadInput, match="other images"):
            run.trainer(DATA)
    finally:
        DATA.train.images[0, 0, 0, 0] ^= 1


def test_a_failed_training_keeps_its_last_good_weights(tmp_path: Path) -> None:
    run = begin(tmp_path / "ae", "ae", learning_rate=1.0, sparsity="l1", sparsity_weight=100.0)
    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    step = trainer._one_step

    def spoilt() -> None:
        step()
        if trainer.step >= 10:
            trainer._means.add({"loss": arrays.torch.tensor(float("nan"))})

    trainer._one_step = spoilt  # type: ignore[method-assign]
    events = list(record(run, trainer, DATA))
    assert isinstance(events[-1], Failed)
    run = Run.open(run.folder)
    assert run.manifest.status == "failed"
    run.model()


class FullDisk:
    """Fails writing system calls from the n-th on, for a while, as a full disk does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: int = errno.ENOSPC) -> None:
        self.calls, self.first, self.last = 0, 10**9, 10**9
        for name in ("open", "write", "fsync", "replace"):
            monkeypatch.setattr(files.os, name, self._failing(getattr(os, name), error))

    def _failing(self, call: Callable[..., object], error: int) -> Callable[..., object]:
        def instead(*arguments: object, **more: object) -> object:
            self.calls += 1
            if self.first <= self.calls < self.last:
                raise OSError(error, os.strerror(error))
            return call(*arguments, **more)

        return instead


@pytest.mark.parametrize(
    ("error", "apart"),
    [(errno.ENOSPC, 7), pytest.param(errno.EIO, 1, marks=[pytest.mark.slow, pytest.mark.timeout(900)])],
)
def test_whichever_write_of_a_save_fails_the_training_goes_on_and_the_old_run_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int, apart: int
) -> None:
    whole, base = trained(tmp_path / "whole").folder, trained(tmp_path / "base", to=5).folder
    disk = FullDisk(monkeypatch, error)

    def go_a_little(folder: Path, to: int) -> None:
        with monkeypatch.context() as saving_each_step:
            saving_each_step.setattr(recorder, "AUTOSAVE_SECONDS", 0.0)
            go_on(Run.open(folder), to)

    go_a_little(Path(shutil.copytree(base, tmp_path / "counted")), to=6)
    # Each time another call of the saves fails.
    for n in range(2, disk.calls, apart):
        folder = Path(shutil.copytree(base, tmp_path / f"run-{error}-{n}"))
        disk.first, disk.last = disk.calls + n, disk.calls + n + 1
        with contextlib.suppress(BadInput, Failure):
            go_a_little(folder, to=8)
        disk.first = 10**9
        run = Run.open(folder)
        run.model()
        go_on(run)
        run = Run.open(folder)
        run.check()
        for name, array in Run.open(whole).weights().items():
            np.testing.assert_array_equal(run.weights()[name], array)


def test_a_full_disk_is_said_once_and_the_training_ends_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(tmp_path / "vae")
    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    monkeypatch.setattr(recorder, "AUTOSAVE_SECONDS", 1e-9)
    disk = FullDisk(monkeypatch)
    warned = []
    for event in record(run, trainer, DATA):
        if isinstance(event, Progress) and event.step == 5:
            disk.first = 0
            monkeypatch.setattr(recorder, "AUTOSAVE_SECONDS", 3600.0)
            monkeypatch.setattr(recorder.time, "monotonic", lambda: 1e6)
        if isinstance(event, Progress) and event.step == 20:
            disk.first = 10**9
        if isinstance(event, Warned):
            warned.append(event.text)
    assert len(warned) == 1
    assert "disk is full (needs 1 MB)" in warned[0]
    assert isinstance(event, Finished)
    Run.open(run.folder).check()


def test_what_the_trainer_warned_of_is_in_the_curves(tmp_path: Path) -> None:
    run = begin(tmp_path / "vae")

    class Troubled:
        """The trainer of this run, and a warning at its third step."""

        def __getattr__(self, name: str) -> object:
            return getattr(trainer, name)

        def __iter__(self) -> Iterator[Event]:
            for event in trainer:
                yield event
                if isinstance(event, Progress) and event.step == 3:
                    yield Warned(3, "A loss was not finite.", diverged=True)

    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    list(record(run, Troubled(), DATA))  # type: ignore[arg-type]
    (line,) = [line for line in Run.open(run.folder).curves() if "warned" in line]
    assert line == {"step": 3, "warned": "A loss was not finite.", "diverged": True}


@pytest.fixture(scope="module")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that was left at its fifth and at its tenth step, so that it has two states."""
    run = trained(tmp_path_factory.mktemp("ten") / "vae", to=5)
    go_on(run, to=10)
    return run.folder


@pytest.fixture
def small(ten: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallDisk:
    """A copy of it on a disk with room for new weights and a manifest, and for half a state besides."""
    disk = SmallDisk(monkeypatch, Path(shutil.copytree(ten, tmp_path / "small")))
    size = {path.name.partition("-")[0]: path.stat().st_size for path in disk.folder.iterdir()}
    disk.capacity = disk.used() + size["weights.safetensors"] + size["state"] // 2
    return disk


def state(step: int) -> str:
    return f"state-{step:08d}.safetensors"


def averages(run: Run, name: str) -> dict[str, np.ndarray]:
    tensors, _ = read_tensors(run.checked(name))
    return {name[8:]: array for name, array in tensors.items() if name.startswith("average/")}


def test_on_a_full_disk_the_older_state_makes_room_for_the_new_one(small: SmallDisk) -> None:
    go_on(Run.open(small.folder), to=15)
    run = Run.open(small.folder)
    run.check()
    assert run.state_files() == [state(15), state(10)]
    assert run.trainer(DATA).step == 15


def test_where_no_state_has_room_the_last_one_stays_and_the_weights_are_the_new_ones(
    small: SmallDisk, ten: Path, tmp_path: Path
) -> None:
    small.free = (small.folder / state(5)).stat().st_size // 2
    with pytest.raises(Failure, match=rf"{state(15)}.*disk is full"):
        go_on(Run.open(small.folder), to=15)
    run = Run.open(small.folder)
    run.check()
    assert (run.manifest.status, run.manifest.step) == ("stopped", 15)
    assert run.state_files() == [state(10)]
    wide = Run.open(Path(shutil.copytree(ten, tmp_path / "wide")))
    small.free = small.capacity = 1 << 40
    go_on(wide, to=15)
    for name, array in averages(Run.open(wide.folder), state(15)).items():
        np.testing.assert_array_equal(run.weights()[name], array)
    go_on(run)
    go_on(Run.open(wide.folder))
    for name, array in Run.open(wide.folder).weights().items():
        np.testing.assert_array_equal(Run.open(run.folder).weights()[name], array)


def test_a_damaged_state_makes_room_before_a_sound_one(small: SmallDisk) -> None:
    flip(small.folder / state(10), 900)
    small.free = (small.folder / state(5)).stat().st_size // 2
    with pytest.raises(Failure, match="disk is full"):
        go_on(Run.open(small.folder), to=8)
    run = Run.open(small.folder)
    assert run.state_files() == [state(5)]
    assert run.trainer(DATA).step == 5


def test_a_disk_without_room_for_the_weights_leaves_what_was_saved(small: SmallDisk) -> None:
    small.capacity = small.used()
    before = Run.open(small.folder).weights()
    with pytest.raises(Failure, match="disk is full"):
        go_on(Run.open(small.folder), to=15)
    small.capacity = 1 << 40
    run = Run.open(small.folder)
    run.check()
    assert run.trainer(DATA).step == 10
    for name, array in before.items():
        np.testing.assert_array_equal(run.weights()[name], array)


def test_a_folder_that_vanishes_in_training_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "AUTOSAVE_SECONDS", 0.0)
    run = begin(tmp_path / "vae")
    trainer = run.trainer(DATA)
    trainer.interval = 0.0
    for event in record(run, trainer, DATA):
        if isinstance(event, Progress) and event.step == 10:
            shutil.rmtree(run.folder)
    run = Run.open(run.folder)
    assert run.manifest.status == "finished"
    run.check()


def test_a_folder_that_is_gone_when_a_training_is_left_is_one_sentence(tmp_path: Path) -> None:
    run = begin(tmp_path / "vae")
    events = record(run, run.trainer(DATA), DATA)
    next(events)
    shutil.rmtree(run.folder)
    with pytest.raises(Failure, match="its folder is gone"):
        events.close()


def test_a_half_written_file_of_a_dead_writer_is_swept(tmp_path: Path) -> None:
    run = trained(tmp_path / "vae", to=5)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (run.folder / f".weights.safetensors.{dead.pid}.tmp").write_bytes(b"half")
    (run.folder / "state-99999999.safetensors").write_bytes(b"of no manifest")
    go_on(run)
    assert not any(name.endswith(".tmp") or name.startswith("state-") for name in names(run.folder))


def test_a_second_writer_is_told_who_the_first_one_is(tmp_path: Path) -> None:
    run = begin(tmp_path / "vae")
    first = record(run, run.trainer(DATA), DATA)
    next(first)
    with pytest.raises(BadInput, match=re.escape(f"process {os.getpid()} on ")):
        next(record(run, run.trainer(DATA), DATA))
    first.close()
    go_on(Run.open(run.folder))


KILLED_IN_SAVING = """
import os, signal, sys
from pathlib import Path
from explorer.runs import recorder
from tests.runs.runs_made import DATA, Run, go_on

def die_at(call):
    def instead(*arguments, **more):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **more)
    return instead

recorder.AUTOSAVE_SECONDS = 0.0
Run.open(Path(sys.argv[1])).trainer(DATA)  # the first optimiser of a process imports for seconds
for n, folder in enumerate(sys.argv[1:]):
    child = os.fork()
    if child == 0:
        left = [6 + n * 5]
        run = Run.open(Path(folder))
        for name in ("open", "write", "fsync", "replace"):
            setattr(os, name, die_at(getattr(os, name)))
        go_on(run)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, folder
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("kills", [10, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_kill_9_in_the_middle_of_saving_leaves_a_run_that_opens_and_resumes(
    tmp_path: Path, kills: int
) -> None:
    base = trained(tmp_path / "base", to=5)
    folders = [shutil.copytree(base.folder, tmp_path / f"run-{n}") for n in range(kills)]
    command = [sys.executable, "-c", KILLED_IN_SAVING, *map(str, folders)]
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}  # a fork has no more
    subprocess.run(command, check=True, cwd=ROOT, env=one_thread)
    half_written = 0
    for folder in folders:
        half_written += any(name.endswith(".tmp") for name in names(folder))
        run = Run.open(folder)
        run.model()
        assert run.trainer(DATA).step >= 5
    assert half_written
    assert run.manifest.status == "training"
    # Nor does the lock of the dead writer hold anybody up.
    go_on(run)
    assert Run.open(run.folder).manifest.status == "finished"
