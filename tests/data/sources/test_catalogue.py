from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import struct
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from explorer import paths
from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.data.sources import catalogue
from explorer.data.sources.catalogue import NotDownloaded, load, reading
from explorer.errors import BadInput


def md5_of_idx(values: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> str:
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return hashlib.md5(header + values.tobytes(), usedforsecurity=False).hexdigest()


def test_mnist_is_the_published_one() -> None:
    data = load("mnist")
    assert data.train.shape == data.test.shape == (28, 28, 1)
    assert data.train.class_names == tuple("0123456789")
    assert data.framing == Framing(28, "pad")
    expected = {
        "6bbc9ace898e44ae57da46a324031adb": data.train.images[..., 0],
        "2646ac647ad5339dbf082846283269ea": data.test.images[..., 0],
    }
    for md5, images in expected.items():
        assert md5_of_idx(images) == md5
    for md5, part in {
        "a25bea736e30d166cdddb491f175f624": data.train,
        "27ae3e4e09519cfbb04c329615203637": data.test,
    }.items():
        assert part.labels is not None
        assert md5_of_idx(part.labels.astype(np.uint8)) == md5


def test_mnist_comes_at_another_side() -> None:
    assert load("mnist", Framing(8)).test.images.shape == (10_000, 8, 8, 1)


@pytest.mark.parametrize("name", catalogue.NAMES[1:])
def test_a_set_that_is_not_here_says_what_its_download_means(name: str) -> None:
    assert not catalogue.is_here(name)
    with pytest.raises(NotDownloaded) as raised:
        load(name)
    refusal = raised.value
    assert refusal.size > 20e6
    assert f"{refusal.size / 1e6:,.0f} MB into {paths.data_sets()}" in str(refusal)


def test_nonsense_gets_one_sentence(tmp_path: Path) -> None:
    for name in ("one.png", "some.zip", "weights.pt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "loop").symlink_to("loop")
    expected = {
        "": "Choose a data set",
        "minst": "There is no data set or file minst; known names are mnist",
        "nul\0": "There is no data set",
        "x" * 5000: "There is no data set",
        str(tmp_path / "one.png"): "is a single file: choose a folder",
        str(tmp_path / "some.zip"): "unpack it and choose the folder",
        str(tmp_path / "weights.pt"): "of no kind that is read here",
        str(tmp_path / "loop"): "no kind that is read here",
    }
    for origin, sentence in expected.items():
        with pytest.raises(BadInput, match=sentence):
            load(origin)


def test_reading_ends_with_the_data_set(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((4, 8, 8), np.uint8))
    *progress, data = reading(str(tmp_path / "a.npy"))
    assert isinstance(data, DataSet)
    assert not any(isinstance(step, DataSet) for step in progress)


@pytest.mark.parametrize(("module", "call"), [(os, "scandir"), (os, "listdir"), (os, "stat"), (io, "open")])
@pytest.mark.parametrize("kind", ["folder", "empty", "images.npy"])
def test_whichever_call_of_the_system_fails_there_is_a_data_set_or_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, call: str, kind: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    for i in range(3):
        Image.new("L", (8, 8), i).save(tmp_path / "folder" / f"{i}.png")
    (tmp_path / "folder" / "attributes.csv").write_text("file,size\n0.png,1\n1.png,2\n2.png,3\n")
    np.save(tmp_path / "images.npy", np.zeros((4, 8, 8), np.uint8))
    real, calls, failing_call = getattr(module, call), 0, 0

    def failing(path: object = ".", *arguments: object, **more: object) -> object:
        nonlocal calls
        if isinstance(path, (str, Path)) and str(path).startswith(str(tmp_path)):
            calls += 1
            if calls == failing_call:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, *arguments, **more)

    monkeypatch.setattr(module, call, failing)
    while calls >= failing_call:
        calls, failing_call = 0, failing_call + 1
        with contextlib.suppress(BadInput):
            *_, data = reading(str(tmp_path / kind))
            assert isinstance(data, DataSet)


def test_only_sets_with_a_name_can_be_fetched() -> None:
    with pytest.raises(BadInput, match="can't be downloaded"):
        catalogue.download("mnist")
