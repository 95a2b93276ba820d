"""What only a GPU can show: it trains, resumes, displays every family, agrees with the CPU, and fails well.

Run with `pytest -m gpu -n 0 tests/training` on a machine with CUDA; no Qt is needed there.
"""

from __future__ import annotations

import copy
import gc
import json
import queue
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode

from explorer import models
from explorer.errors import Failure
from explorer.models import FAMILIES, GenerativeModel, arrays
from explorer.models.base import ImageShape
from explorer.runs.recorder import record
from explorer.runs.run import Run
from explorer.session.asking.engine import Engine
from explorer.session.asking.requests import Decode, Decoded, Install
from explorer.training import batches, device
from explorer.training.events import Failed, Finished, Progress, Snapshot, Warned
from explorer.training.state import State
from explorer.training.trainer import Trainer
from tests.families import small
from tests.runs.runs_made import DATA, begin
from tests.shapes import CORNERS, squares

pytestmark = pytest.mark.gpu

ROOT = Path(__file__).parents[2]
GPU = torch.device("cuda")
CONDITIONAL = {"condition": "class"}
FITTED = [(family, {}) for family in FAMILIES]
LEARNING = [
    *[(family, {}) for family in FAMILIES if models.build(family, small(family), ImageShape(1, 8, 8)).stages],
    *[("gan", CONDITIONAL), ("diffusion", CONDITIONAL)],
    *[("gan", dict(preset)) for preset in list(FAMILIES["gan"].PRESETS.values())[1:]],
    *[("ae", {"corruption": "squares", "sparsity": "target"}), ("diffusion", {"target": "v"})],
]
each_family = pytest.mark.parametrize(("family", "turned"), FITTED, ids=str)
each_learning = pytest.mark.parametrize(("family", "turned"), LEARNING, ids=str)


@pytest.fixture
def exact() -> Iterator[None]:
    """Convolutions in full float32, and by algorithms that add in one order."""
    cudnn = torch.backends.cudnn
    kept = cudnn.allow_tf32, cudnn.deterministic
    cudnn.allow_tf32, cudnn.deterministic = False, True
    yield
    cudnn.allow_tf32, cudnn.deterministic = kept


@pytest.fixture
def limit() -> Iterator[Callable[[int], None]]:
    """Have this process find no more than so many bytes on the GPU."""
    total = torch.cuda.get_device_properties(GPU).total_memory
    yield lambda size: torch.cuda.set_per_process_memory_fraction(size / total)
    torch.cuda.set_per_process_memory_fraction(1.0)
    forget()


def forget() -> None:
    """Give back what nothing holds any more."""
    gc.collect()
    torch.cuda.empty_cache()


def make(family: str, turned: Mapping[str, object], where: torch.device = GPU, **more: object) -> Trainer:
    """A trainer that yields a progress after every step."""
    settings = {**small(family, epochs=6, **more), **turned}
    model = models.build(family, settings, ImageShape(1, 8, 8), classes=len(CORNERS))
    trainer = Trainer(model, squares(64), device=where)
    trainer.interval = 0.0
    return trainer


def until(trainer: Trainer, step: int) -> list[Progress]:
    events = []
    for event in trainer:
        if isinstance(event, Progress):
            events.append(event)
            if event.step == step:
                break
    return events


def apart(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], start: Mapping[str, Any]) -> float:
    """How far two trainings ended from each other, over how far they went."""
    between = sum(float(np.square(one[name] - other[name]).sum()) for name in start)
    moved = sum(float(np.square(other[name] - start[name]).sum()) for name in start)
    return float(np.sqrt(between / max(moved, 1e-30)))


def test_the_gpu_is_chosen_and_says_its_name() -> None:
    assert device.choose() == (GPU, None)
    assert device.title(GPU) == torch.cuda.get_device_name()


@each_family
def test_every_family_trains(family: str, turned: dict[str, object]) -> None:
    trainer = make(family, turned)
    events = list(trainer)
    assert isinstance(events[-1], Finished)
    assert all(tensor.device.type == "cuda" for tensor in trainer.model.state_dict().values())
    assert all(np.isfinite(array).all() for array in trainer.weights().values())


@each_learning
def test_a_resumed_training_begins_where_it_was_bit_for_bit_and_ends_where_a_whole_one_does(
    family: str, turned: dict[str, object], exact: None
) -> None:
    start = make(family, turned).weights()
    whole = make(family, turned, precision="float32")
    until(whole, 10)
    first = make(family, turned, precision="float32")
    until(first, 5)
    state = first.state()
    second = make(family, turned, precision="float32")
    second.restore(state)
    again = second.state()
    assert set(again.tensors) == set(state.tensors)
    for name, array in state.tensors.items():
        np.testing.assert_array_equal(again.tensors[name], array, err_msg=name)
    until(second, 10)
    # Some sums on a GPU have no fixed order, so that the last bits may differ.
    assert apart(second.weights(), whole.weights(), start) < 0.01


class SameNoise(TorchFunctionMode):
    """All noise is drawn on the CPU, whose generator is not the GPU's."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if function in (torch.rand, torch.randn, torch.randint) and "generator" in kwargs:
            where = kwargs.pop("device", "cpu")
            return function(*args, **kwargs).to(where)
        if function is torch.bernoulli:
            return function(args[0].cpu(), **kwargs).to(args[0].device)
        return function(*args, **kwargs)


@each_learning
def test_a_few_steps_from_the_same_noise_end_where_those_on_the_cpu_do(
    family: str, turned: dict[str, object], exact: None
) -> None:
    ended, losses = [], []
    start = make(family, turned).weights()
    for where in (GPU, torch.device("cpu")):
        trainer = make(family, turned, where, precision="float32")
        trainer.rng = torch.Generator().manual_seed(0)
        with SameNoise():
            events = until(trainer, 5)
        ended.append(trainer.weights())
        losses.append([value for event in events for value in event.terms.values()])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-2, atol=1e-3)
    assert apart(ended[0], ended[1], start) < 0.05


@each_family
def test_the_same_weights_give_the_same_codes_and_pictures_as_on_the_cpu(
    family: str, turned: dict[str, object], exact: None
) -> None:
    trainer = make(family, turned, torch.device("cpu"))
    list(trainer)
    here = trainer.model.eval()
    there = copy.deepcopy(here).to(GPU)
    images = squares(16).images
    for space in here.spaces:
        codes = np.random.default_rng(0).standard_normal((16, space.size)).astype(np.float32)
        if space.can_encode:
            codes = arrays.encode(here, images, space.name)
            np.testing.assert_allclose(arrays.encode(there, images, space.name), codes, rtol=1e-3, atol=1e-3)
        if space.can_decode:
            pictures = [arrays.decode(model, codes, space.name).astype(int) for model in (here, there)]
            assert np.abs(pictures[0] - pictures[1]).max() <= 1
    found = here.own_directions(), there.own_directions()
    if found[0] is not None and found[1] is not None:
        torch.testing.assert_close(found[0], found[1].cpu(), rtol=1e-3, atol=1e-3)


def test_what_is_fetched_in_one_piece_is_what_lies_there() -> None:
    trainer = make("diffusion", CONDITIONAL)
    until(trainer, 3)
    arrays_ = trainer.weights()
    assert set(arrays_) == set(trainer.average.tensors)
    for name, tensor in trainer.average.tensors.items():
        np.testing.assert_array_equal(arrays_[name], tensor.cpu().numpy(), err_msg=name)


@dataclass(frozen=True, eq=False)
class Put:
    """Bring a model onto an engine as a session does; yields the stream that its thread works on."""

    model: GenerativeModel

    def answer(self, held: dict[str, Any]) -> Generator[int, None, None]:
        where, _ = device.beside_training(self.model)
        held["model"] = self.model.to(where).eval()
        yield torch.cuda.current_stream(where).cuda_stream


@each_learning
def test_while_it_trains_a_model_is_displayed_on_a_stream_of_its_own(
    family: str, turned: dict[str, object], exact: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "is_small", lambda model: False)
    said: queue.Queue[tuple[str, object]] = queue.Queue()

    def wait_for(channel: str) -> Any:
        while True:
            name, result = said.get(timeout=60)
            assert not isinstance(result, Exception), result
            if name == channel:
                return result

    trainer = make(family, turned)
    trainer.snapshot_interval = 0.0
    shown = copy.deepcopy(trainer.model).cpu()
    space = next(space for space in shown.spaces if space.can_decode)
    code = np.random.default_rng(0).standard_normal(space.size).astype(np.float32)
    engine = Engine("engine", lambda channel, request, result: said.put((channel, result)))
    engine.submit("put", Put(shown))
    assert wait_for("put") != torch.cuda.current_stream(GPU).cuda_stream
    last: Snapshot | None = None
    for event in trainer:
        if isinstance(event, Snapshot):
            last = event
            engine.submit("install", Install(event.weights, event.step))
            engine.submit("decode", Decode(code, space.name, None))
    assert last is not None
    engine.submit("last install", Install(last.weights, last.step))
    assert wait_for("last install") == last.step
    engine.submit("last decode", Decode(code, space.name, None))
    decoded = wait_for("last decode")
    assert engine.close(10)
    assert isinstance(decoded, Decoded)
    model = models.build(family, trainer.config.as_dict(), trainer.model.image, classes=len(CORNERS)).eval()
    model.load_state_dict({name: torch.from_numpy(array) for name, array in last.weights.items()})
    expected = arrays.decode(model, code[None], space.name)[0]
    assert np.abs(decoded.picture.astype(int) - expected).max() <= 1


@each_family
def test_a_finished_run_shows_what_its_model_says_on_the_cpu(
    family: str, turned: dict[str, object], exact: None, tmp_path: Path
) -> None:
    run = begin(tmp_path / "run", family, width=4)
    trainer = run.trainer(DATA, "cuda")
    with closing(record(run, trainer, DATA)) as events:
        assert isinstance(list(events)[-1], Finished)
    kept = Run.open(tmp_path / "run")
    assert kept.manifest.status == "finished"
    embedding, model = kept.embedding(kept.manifest.spaces[0].name), kept.model()
    assert embedding is not None
    space = model.spaces[0]
    if space.can_encode:
        codes = arrays.encode(model, DATA.test.images, space.name)
        np.testing.assert_allclose(embedding.codes, codes, rtol=1e-2, atol=1e-2)


LARGE = {"width": 64, "depth": 4, "latent_size": 16, "batch": 1024, "epochs": 4, "precision": "float32"}


def large(parts: int = 1) -> Trainer:
    trainer = Trainer(
        models.build("vae", LARGE, ImageShape(3, 64, 64)), squares(1024, (64, 64, 3)), device=GPU
    )
    trainer.interval = 0.0
    trainer._rescue.parts = parts
    return trainer


def peak(parts: int) -> int:
    """Bytes that a training in so many parts takes."""
    forget()
    torch.cuda.reset_peak_memory_stats()
    list(large(parts))
    return torch.cuda.max_memory_reserved()


def test_where_memory_lacks_a_training_goes_on_in_parts(limit: Callable[[int], None]) -> None:
    whole, parted = peak(1), peak(8)
    assert parted < 0.7 * whole
    forget()
    limit((whole + parted) // 2)
    events = list(large())
    assert any("in 2 parts" in event.text for event in events if isinstance(event, Warned))
    assert isinstance(events[-1], Finished)


def test_where_nothing_fits_it_fails_with_a_sentence_and_its_weights(limit: Callable[[int], None]) -> None:
    trainer = large()
    running = iter(trainer)
    assert isinstance(next(running), Progress)
    forget()
    limit(torch.cuda.memory_reserved() + (4 << 20))
    *_, last = running
    assert isinstance(last, Failed)
    assert "too little memory" in last.text
    assert isinstance(trainer.state(), State)
    assert all(np.isfinite(array).all() for array in trainer.weights().values())


def test_images_that_find_no_room_are_told_in_a_sentence(limit: Callable[[int], None]) -> None:
    forget()
    limit(torch.cuda.memory_reserved() + (4 << 20))
    with pytest.raises(Failure, match="no room for 4,096 images"):
        batches.uploaded(squares(4096, (64, 64, 3)), GPU)


LOSS = """
import json, sys, torch
from explorer import models
from explorer.models.base import ImageShape
from explorer.models.families.vae import VAE
from explorer.training import device, trainer
from tests.shapes import squares
trainer.KEEP_SECONDS = 0.0
usual = VAE.training_step
def step(self, batch, at, rng):
    if at.step == 7 and batch.x.is_cuda:
        torch.zeros(1, device="cuda")[torch.tensor([9], device="cuda")]
    yield from usual(self, batch, at, rng)
VAE.training_step = step
def make(where):
    settings = {"width": 2, "latent_size": 2, "batch": 8, "epochs": 2}
    made = trainer.Trainer(models.build("vae", settings, ImageShape(1, 8, 8)), squares(64), device=where)
    made.interval = 0.0
    return made
first = make(device.choose()[0])
*_, last = first
state = first.state()
second = make(device.choose()[0])
second.restore(state)
*_, end = second
print(json.dumps([type(last).__name__, last.text, state.at["step"], str(second.device), type(end).__name__]))
sys.stdout.flush()
import os
os._exit(0)
"""


def test_a_gpu_that_is_lost_leaves_what_was_learned_and_the_cpu_goes_on_in_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-c", LOSS], capture_output=True, text=True, timeout=100, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    last, text, step, where, end = json.loads(done.stdout.splitlines()[-1])
    assert last == "Failed"
    assert text.startswith("The device was lost (CUDA error: device-side assert triggered)")
    assert 1 <= step <= 8
    assert (where, end) == ("cpu", "Finished")
