"""Which device is chosen where the best one can't be used: fakes stand in for GPUs that fail."""

from __future__ import annotations

import pytest
import torch

from explorer.errors import BadInput
from explorer.training import device

NO_KERNEL = torch.AcceleratorError(
    "CUDA error: no kernel image is available for execution on the device\nCUDA kernel errors might be late."
)
NO_OPERATION = NotImplementedError(
    "The operator 'aten::pixel_shuffle' is not currently implemented for the MPS device.\nAnd so on."
)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The kinds of GPU that torch says are there."""
    kinds: set[str] = set()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in kinds)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in kinds)
    return kinds


def raising(error: Exception) -> object:
    def instead(*arguments: object) -> None:
        raise error

    return instead


@pytest.mark.parametrize(
    ("kind", "error", "says"),
    [
        ("cuda", NO_KERNEL, "no kernel image"),
        ("cuda", RuntimeError(""), "RuntimeError"),
        ("mps", NO_OPERATION, "aten::pixel_shuffle"),
    ],
)
def test_a_gpu_that_can_not_do_it_gives_the_cpu_and_one_sentence(
    kind: str, error: Exception, says: str, there: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there.add(kind)
    monkeypatch.setattr(device, "_try_out", raising(error))
    chosen, sentence = device.choose()
    assert chosen == torch.device("cpu")
    assert sentence is not None
    assert sentence.startswith(f"Working on the CPU, as {kind} failed: ")
    assert says in sentence
    assert len(sentence.splitlines()) == 1


def test_a_gpu_without_a_driver_is_found_out_for_real(there: set[str]) -> None:
    if torch.cuda.is_initialized() or torch.cuda.device_count():
        pytest.skip("there is a working GPU")
    there.add("cuda")
    chosen, sentence = device.choose()
    assert chosen == torch.device("cpu")
    assert sentence is not None


def test_a_driver_that_is_too_old_is_said_though_torch_counts_no_gpu(
    there: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = "The NVIDIA driver on your system is too old (found version 9000)."
    old = RuntimeError(f"{fault}\nPlease update it.")
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "init", raising(old))
    assert device.choose() == (torch.device("cpu"), f"Working on the CPU, as cuda failed: {fault}")


def test_where_there_is_no_gpu_at_all_nothing_is_said(
    there: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    none = RuntimeError("Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU.")
    monkeypatch.setattr(torch.cuda, "init", raising(none))
    assert device.choose() == (torch.device("cpu"), None)


def test_who_asks_for_a_gpu_that_fails_is_refused(there: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    there.add("cuda")
    monkeypatch.setattr(device, "_try_out", raising(NO_KERNEL))
    with pytest.raises(BadInput, match="no kernel image"):
        device.choose("cuda")


def test_the_trial_runs_on_a_device_that_works_and_leaves_the_random_numbers_alone() -> None:
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    assert device.choose("cpu") == (torch.device("cpu"), None)
    assert torch.equal(torch.random.get_rng_state(), before)
