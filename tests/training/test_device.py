"""Which device is chosen where the best one can't be used: fakes stand in for GPUs that fail."""

from __future__ import annotations

import threading

import pytest
import torch

from explorer import models
from explorer.errors import BadInput
from explorer.models.base import GenerativeModel, ImageShape
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
    monkeypatch.setattr(device, "_faults", {})
    monkeypatch.setattr(device, "_left", [])
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


def test_a_device_is_tried_once_however_many_threads_ask(
    there: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[torch.device] = []
    monkeypatch.setattr(device, "_try_out", tried.append)
    there.add("cuda")
    for _ in range(3):
        assert device.choose() == (torch.device("cuda"), None)
    assert tried == [torch.device("cuda")]


def test_a_device_that_was_lost_is_not_chosen_again_in_this_process(
    there: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "_try_out", lambda tried: None)
    there.add("cuda")
    assert device.choose()[0] == torch.device("cuda")
    device.lose(torch.device("cuda", 0), torch.AcceleratorError("CUDA error: device removed\nand so on"))
    chosen, sentence = device.choose()
    assert chosen == torch.device("cpu")
    assert sentence == "Working on the CPU, as cuda failed: CUDA error: device removed"
    device.lose(torch.device("cpu"), NO_KERNEL)
    assert device.choose("cpu") == (torch.device("cpu"), None)


def test_the_trial_computes_in_bfloat16_where_the_device_says_that_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[torch.dtype] = []
    real = device._learn_a_little

    def noting(layers: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        seen.append(layers[0](x).dtype)
        return real(layers, x)

    monkeypatch.setattr(device, "_learn_a_little", noting)
    for has in (True, False):
        monkeypatch.setattr(device, "has_bfloat16", lambda tried, has=has: has)
        device._try_out(torch.device("cpu"))
    assert seen == [torch.float32, torch.bfloat16, torch.float32]


@pytest.mark.parametrize(
    ("family", "settings", "on_a_cpu"),
    [
        ("vae", {}, True),
        ("gan", {}, True),
        ("diffusion", {}, True),
        ("vae", {"network": "dense"}, False),
        ("vae", {"width": 8}, False),
        ("ae", {"network": "linear"}, False),
        ("vae", {"precision": "float32"}, False),
        ("vae", {"width": 2, "precision": "bfloat16"}, True),
        ("pca", {}, False),
    ],
)
def test_bfloat16_is_taken_where_it_saves_time(
    family: str, settings: dict[str, object], on_a_cpu: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = models.build(family, settings, ImageShape(1, 28, 28))
    monkeypatch.setattr(device, "has_bfloat16", lambda tried: True)
    assert device.takes_bfloat16(model, torch.device("cpu")) == on_a_cpu
    asked = settings.get("precision", "auto") == "auto" and family != "pca"
    assert device.takes_bfloat16(model, torch.device("cuda")) == (asked or on_a_cpu)
    monkeypatch.setattr(device, "has_bfloat16", lambda tried: False)
    assert device.takes_bfloat16(model, torch.device("cpu")) == (settings.get("precision") == "bfloat16")


def test_a_trial_whose_numbers_are_wrong_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    real = device._learn_a_little
    monkeypatch.setattr(device, "_learn_a_little", lambda layers, x: real(layers, x) * torch.nan)
    with pytest.raises(RuntimeError, match="not finite"):
        device._try_out(torch.device("cpu"))


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB."),
        # What is allocated past torch's own allocator: an error like any of the device's.
        torch.AcceleratorError("CUDA error: out of memory\nand so on"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
        RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB, other allocations: 1 GB)."),
        RuntimeError("Invalid buffer size: 12.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_too_little_memory_is_no_lost_device(error: Exception) -> None:
    assert device.lacks_memory(error)
    assert not device.is_lost(error)


@pytest.mark.parametrize(
    "error",
    [
        NO_KERNEL,
        torch.AcceleratorError("CUDA error: unspecified launch failure"),
        RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
    ],
)
def test_a_lost_device_is_no_lack_of_memory(error: Exception) -> None:
    assert device.is_lost(error)
    assert not device.lacks_memory(error)


@pytest.mark.parametrize("error", [RuntimeError("mat1 and mat2 shapes"), NO_OPERATION, ValueError("memory")])
def test_a_defect_is_neither(error: Exception) -> None:
    assert not device.is_lost(error)
    assert not device.lacks_memory(error)


def model(family: str, **settings: object) -> GenerativeModel:
    return models.build(family, settings, ImageShape(1, 28, 28))


@pytest.fixture
def streams(there: set[str], monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The streams that threads work on, one of a GPU that works."""
    taken: list[object] = []
    monkeypatch.setattr(device, "_try_out", lambda tried: None)
    monkeypatch.setattr(device, "_thread", threading.local())
    monkeypatch.setattr(torch.cuda, "Stream", lambda where, priority: (where.type, priority))
    monkeypatch.setattr(torch.cuda, "set_stream", taken.append)
    there.add("cuda")
    return taken


def test_a_small_model_is_shown_on_the_cpu_and_others_on_a_stream_of_their_threads_own(
    streams: list[object],
) -> None:
    for small in (model("vae"), model("gan"), model("pca")):
        assert device.beside_training(small) == (torch.device("cpu"), None)
    assert streams == []
    for large in (model("vae", width=128), model("diffusion", width=4)):
        assert device.beside_training(large) == (torch.device("cuda"), None)
    assert device.beside_training() == (torch.device("cuda"), None)
    assert streams == [("cuda", -1)]
    other = threading.Thread(target=device.beside_training)
    other.start()
    other.join()
    assert len(streams) == 2


def test_beside_a_training_on_mps_nobody_else_uses_it(
    there: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "_try_out", lambda tried: None)
    there.add("mps")
    assert device.choose() == (torch.device("mps"), None)
    assert device.beside_training(model("diffusion", width=4)) == (torch.device("cpu"), None)
    assert device.beside_training() == (torch.device("cpu"), None)


def test_where_memory_lacks_who_shows_models_leaves_the_gpu_to_the_trainer(streams: list[object]) -> None:
    assert device.leave_gpu(RuntimeError("[...] DefaultCPUAllocator: can't allocate memory")) is None
    assert device.leave_gpu(NO_OPERATION) is None
    assert device.beside_training()[0] == torch.device("cuda")
    said = device.leave_gpu(torch.OutOfMemoryError("CUDA out of memory."))
    assert said == "The GPU has no memory left to show models: they are shown on the CPU from here on."
    assert device.beside_training() == (torch.device("cpu"), None)
    assert device.choose() == (torch.device("cuda"), None)
