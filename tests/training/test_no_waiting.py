"""No training step waits for its device, nor mixes devices.

Torch's device "meta" stands in for a GPU: nothing there has a value that could be read.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from explorer import models
from explorer.models import FAMILIES
from explorer.models.base import GenerativeModel, ImageShape, Update
from explorer.training.trainer import Trainer
from tests.families import small
from tests.shapes import CORNERS, squares

STEPS = 2
"""With a penalty that is taken each fourth step, and without."""

aten = torch.ops.aten
WAITING = {
    *(aten._local_scalar_dense, aten.item, aten.is_nonzero, aten.equal, aten.nonzero, aten.masked_select),
    *(aten._unique2, aten.unique_consecutive, aten.repeat_interleave),
}
"""Operations whose result the program has to know before it can go on."""


class Watch(TorchDispatchMode):
    """Forbids what waits for a device, and on it double precision, which not every GPU has."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = operation(*args, **(kwargs or {}))
        tensors = [each for each in tree_leaves((args, kwargs, made)) if isinstance(each, torch.Tensor)]
        there = [tensor for tensor in tensors if tensor.device.type == "meta"]
        assert not (there and operation.overloadpacket in WAITING), f"{operation} waits for the device"
        wide = [tensor for tensor in there if tensor.dtype == torch.float64]
        assert not wide, f"{operation} computes in double precision"
        return made


@pytest.fixture(autouse=True)
def _meta(monkeypatch: pytest.MonkeyPatch) -> None:
    """The device has no generator of its own, and no other precision."""

    class Generator(torch.Generator):
        def __new__(cls, device: torch.device | str = "cpu") -> torch.Generator:
            return super().__new__(cls, "cpu")

    # Only to be left alone by the compiler torch would import it: seconds.
    alone = SimpleNamespace(disable=lambda function, *how, **more: function)
    monkeypatch.setitem(sys.modules, "torch._dynamo", alone)
    monkeypatch.setattr(torch, "_dynamo", alone, raising=False)
    monkeypatch.setattr(torch, "Generator", Generator)
    monkeypatch.setattr(torch, "autocast", lambda *where, **how: contextlib.nullcontext())


def trainer(family: str, settings: Mapping[str, object]) -> Trainer:
    model = models.build(family, settings, ImageShape(1, 8, 8), classes=len(CORNERS))
    return Trainer(model, squares(64), device="meta")


def step(trained: Trainer) -> None:
    with Watch():
        assert trained._try_step() is None


LEARNING = [family for family in FAMILIES if models.build(family, small(family), ImageShape(1, 8, 8)).stages]


def kinds(family: str) -> Iterator[dict[str, object]]:
    """Settings under which a family computes other things, not only more of them or other numbers."""
    choices = [knob for knob in FAMILIES[family].Config.knobs() if knob.choices and knob.name != "precision"]
    yield {}
    yield from ({knob.name: choice} for knob in choices for choice in knob.choices if choice != knob.default)
    yield from list(FAMILIES[family].PRESETS.values())[1:]


VARIANTS = [(family, turned) for family in LEARNING for turned in kinds(family)]


@pytest.mark.parametrize(("family", "turned"), VARIANTS, ids=str)
def test_a_step_of_training_reads_nothing_from_its_device(family: str, turned: dict[str, object]) -> None:
    trained = trainer(family, {**small(family), **turned})
    for _ in range(STEPS):
        step(trained)
    assert trained.step == STEPS
    assert trained.optimisers.tensors()
    assert all(tensor.device.type == "meta" for tensor in trained.optimisers.tensors().values())


def reading(loss: torch.Tensor) -> torch.Tensor:
    return loss * float(loss.detach())


def choosing(loss: torch.Tensor) -> torch.Tensor:
    return loss[loss.detach() > 0].sum()


def counting(loss: torch.Tensor) -> torch.Tensor:
    return loss * len(loss.detach().nonzero())


def doubling(loss: torch.Tensor) -> torch.Tensor:
    return loss.double()


def fetching(loss: torch.Tensor) -> torch.Tensor:
    return loss * loss.detach().cpu()


@pytest.mark.parametrize("fault", [reading, choosing, counting, doubling, fetching])
def test_what_would_wait_or_lack_is_noticed(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    family = FAMILIES["vae"]
    usual = family.training_step

    def faulty(self: GenerativeModel, *arguments: Any) -> Iterator[Update]:
        for update in usual(self, *arguments):
            yield update._replace(loss=fault(update.loss))

    monkeypatch.setattr(family, "training_step", faulty)
    with pytest.raises((AssertionError, NotImplementedError, RuntimeError)):
        step(trainer("vae", small("vae")))


@pytest.mark.parametrize("family", FAMILIES)
@torch.no_grad()
def test_codes_and_pictures_are_computed_where_the_model_lies(family: str) -> None:
    model = models.build(family, small(family), ImageShape(1, 8, 8), classes=len(CORNERS)).to("meta").eval()
    x = torch.empty(3, 1, 8, 8, device="meta")
    with Watch():
        for space in model.spaces:
            codes = torch.empty(3, space.size, device="meta")
            if space.can_encode:
                codes = model.encode(x, space.name)
            if space.prior is not None and next(model.parameters(), None) is not None:
                codes = model.sample(3, torch.Generator(), space.name)
            if space.can_decode:
                pictures = model.decode(codes, space.name)
                assert (pictures.device.type, pictures.shape) == ("meta", x.shape)
            assert (codes.device.type, codes.shape) == ("meta", (3, space.size))
        if model.plan is not None:
            plan = model.plan._replace(sampler="ddpm", eta=1.0)
            for step in model.denoise_from(x, 0.5, plan, torch.Generator()):
                assert {step.x_t.device.type, step.clean.device.type, step.noise.device.type} == {"meta"}
