"""What becomes of the models that are looked at when the GPU that they lie on goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.models import arrays
from explorer.session.learning.plans import Plan
from explorer.training import device
from tests.session.conftest import Loop

LOST = torch.AcceleratorError("CUDA error: device removed\nand so on")
FULL = torch.OutOfMemoryError("CUDA out of memory.")


@pytest.fixture
def fail_next(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Exception], None]:
    """Have what is computed next fail so."""
    monkeypatch.setattr(device, "_faults", {})
    monkeypatch.setattr(device, "_left", [])
    errors: dict[str, list[Exception]] = {"decode": [], "code": []}
    usual = {name: getattr(arrays, name) for name in errors}

    def failing(name: str) -> Callable[..., object]:
        def instead(*arguments: object, **more: object) -> object:
            if errors[name]:
                raise errors[name].pop()
            return usual[name](*arguments, **more)

        return instead

    for name in errors:
        monkeypatch.setattr(arrays, name, failing(name))
    return lambda name, error: errors[name].append(error)


@pytest.mark.parametrize(
    ("error", "words"), [(LOST, "The GPU was lost"), (FULL, "The GPU has no memory left")]
)
def test_the_model_is_brought_to_the_cpu_with_one_sentence_and_draws_again(
    trained: Loop, fail_next: Callable[[str, Exception], None], error: Exception, words: str
) -> None:
    session = trained.session
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    assert session.main.model is not None
    assert session.main.model.embedding is not None
    fail_next("decode", error)
    session.main.go_to(session.main.model.embedding.codes[3])
    trained.until(lambda: said)
    trained.until(lambda: session.main.ready is not None)
    picture = session.main.cursor.picture
    session.main.go_to(session.main.model.embedding.codes[4])
    trained.until(lambda: session.main.cursor.picture is not picture)
    assert session.main.ready is not None
    assert session.main.ready.device.startswith("CPU")
    assert len(said) == 1
    assert said[0].startswith(words)
    assert said[0].endswith("on the CPU from here on.")


def test_a_model_that_learns_is_brought_again_too_and_its_map_goes_on_moving(
    loop: Loop, plan: Plan, fail_next: Callable[[str, Exception], None]
) -> None:
    session = loop.session
    main = session.main
    main.seen = True
    session.training.start(replace(plan, settings={**plan.settings, "epochs": 100_000}))
    loop.until(lambda: main.model is not None and main.model.living and main.model.embedding is not None)
    said: list[str] = []
    session.said.connect(lambda message: said.append(message.text))
    fail_next("code", LOST)
    loop.until(lambda: said)
    assert main.model is not None
    assert main.model.living
    assert main.model.embedding is not None
    before = main.model.embedding.codes
    loop.until(lambda: main.ready is not None and main.model.embedding.codes is not before)  # type: ignore[union-attr]
    assert not np.array_equal(main.model.embedding.codes, before)
    assert session.training.active
