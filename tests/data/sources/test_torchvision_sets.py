from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from explorer import paths
from explorer.data.formats.mat import read_mat
from explorer.data.framing import Framing
from explorer.data.sources import torchvision_sets
from explorer.data.sources.catalogue import is_here, load
from explorer.data.sources.cifar import read_batch
from explorer.data.sources.download import RemoteFile
from explorer.errors import BadInput

RNG = np.random.default_rng(0)


@pytest.fixture
def root() -> Path:
    folder = paths.data_sets()
    folder.mkdir(parents=True)
    return folder


def idx(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def cifar_batch(images: NDArray[np.uint8], labels: list[int]) -> bytes:
    """What Python 2 wrote: the same instructions, without what the reader passes over."""

    def word(text: bytes) -> bytes:
        return b"U" + bytes([len(text)]) + text

    numbers = b"".join(b"K" + bytes([label]) for label in labels)
    pixels = images.transpose(0, 3, 1, 2).tobytes()
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x07K\x00\x85"
        + b"T"
        + struct.pack("<I", len(pixels))
        + pixels
    )
    batch = word(b"batch_label") + word(b"training batch 1 of 5")
    named = (
        word(b"labels")
        + b"q\x04]q\x05("
        + numbers
        + b"e"
        + word(b"filenames")
        + b"]q\x09("
        + word(b"a_s_001.png")
        + b"e"
    )
    return b"\x80\x02}q\x01(" + batch + named + word(b"data") + array + b"u."


def mat_file(arrays: dict[str, NDArray[np.uint8]], *, compressed: bool = True) -> bytes:
    def element(kind: int, body: bytes) -> bytes:
        return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)

    out = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    for name, array in arrays.items():
        flags = element(6, struct.pack("<II", 9, 0))
        dims = element(5, struct.pack(f"<{array.ndim}i", *array.shape))
        title = struct.pack("<HH4s", 1, len(name), name.encode())
        matrix = element(14, flags + dims + title + element(2, array.tobytes(order="F")))
        packed = zlib.compress(matrix)
        out += struct.pack("<II", 15, len(packed)) + packed if compressed else matrix
    return out


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("name", ["fashion-mnist", "kmnist", "emnist"])
def test_idx_sets_in_torchvisions_layout_are_found(root: Path, name: str, zipped: bool) -> None:
    for file in torchvision_sets.KNOWN[name].files:
        n = 6 if "train" in file else 3
        array = np.zeros((n, 28, 28), np.uint8) if "images" in file else np.arange(n, dtype=np.uint8)
        if "images" in file:
            array[:, 0, 5] = 255  # the first row
        path = root / (file if zipped else file.removesuffix(".gz"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(idx(array)) if zipped else idx(array))
    assert is_here(name)
    data = load(name)
    assert (len(data.train), len(data.test)) == (6, 3)
    assert data.name == data.origin == name
    assert len(data.train.class_names) == (47 if name == "emnist" else 10)
    place = (5, 0) if name == "emnist" else (0, 5)  # EMNIST's letters lie on their sides
    assert data.train.images[0][place] == 255


def test_cifar10_is_read_without_running_its_pickle(root: Path) -> None:
    images = RNG.integers(0, 256, (4, 32, 32, 3), np.uint8)
    for file in torchvision_sets.KNOWN["cifar10"].files:
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_bytes(cifar_batch(images, [3, 0, 9, 4]))
    data = load("cifar10")
    np.testing.assert_array_equal(data.test.images, images)
    assert data.test.labels is not None
    assert [data.test.class_names[i] for i in data.test.labels] == ["cat", "airplane", "truck", "deer"]
    assert len(data.train) == 20


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"\x80\x02}.", cifar_batch(np.zeros((2, 32, 32, 3), np.uint8), [3, 99])]
)
def test_a_damaged_batch_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data_batch_1").write_bytes(content)
    with pytest.raises(BadInput, match="data_batch_1"):
        read_batch(tmp_path / "data_batch_1")


def test_svhn(root: Path) -> None:
    images = RNG.integers(0, 256, (5, 32, 32, 3), np.uint8)
    labels = np.array([[10], [1], [9], [5], [10]], np.uint8)
    for file in torchvision_sets.KNOWN["svhn"].files:
        (root / file).write_bytes(mat_file({"X": images.transpose(1, 2, 3, 0), "y": labels}))
    data = load("svhn")
    np.testing.assert_array_equal(data.train.images, images)
    assert data.train.labels is not None
    assert data.train.labels.tolist() == [0, 1, 9, 5, 0]


def test_every_truncation_of_a_mat_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    arrays = {"X": np.arange(24, dtype=np.uint8).reshape(2, 3, 4)}
    for compressed in (True, False):
        whole = mat_file(arrays, compressed=compressed)
        path.write_bytes(whole)
        np.testing.assert_array_equal(read_mat(path)["X"], arrays["X"])
        for n in range(len(whole)):
            path.write_bytes(whole[:n])
            try:
                assert not read_mat(path)
            except BadInput:
                continue


def celeba(root: Path, *, zipped: bool) -> None:
    base = root / "celeba"
    base.mkdir()
    faces = {f"{i:06}.jpg": Image.new("RGB", (178, 218), (20 * i,) * 3) for i in range(1, 7)}
    if zipped:
        with zipfile.ZipFile(base / "img_align_celeba.zip", "w") as archive:
            archive.writestr("img_align_celeba/", b"")
            for name, face in faces.items():
                buffer = io.BytesIO()
                face.save(buffer, "JPEG")
                archive.writestr(f"img_align_celeba/{name}", buffer.getvalue())
    else:
        (base / "img_align_celeba").mkdir()
        for name, face in faces.items():
            face.save(base / "img_align_celeba" / name)
    rows = "".join(f"{name} {'1' if i % 2 else '-1'} -1\n" for i, name in enumerate(faces))
    (base / "list_attr_celeba.txt").write_text(f"{len(faces)}\nSmiling Bald\n{rows}")
    (base / "list_eval_partition.txt").write_text(
        "".join(f"{name} {i // 2}\n" for i, name in enumerate(faces))
    )


@pytest.mark.parametrize("zipped", [True, False])
def test_celeba_with_attributes_and_its_own_parts(root: Path, zipped: bool) -> None:
    celeba(root, zipped=zipped)
    data = load("celeba")
    assert data.train.shape == (64, 64, 3)
    assert data.framing == Framing(64, "crop")
    assert np.abs(data.train.images[:, 30, 30, 0].astype(int) - [20, 40, 60, 80]).max() <= 2
    assert np.abs(data.test.images[:, 30, 30, 0].astype(int) - [100, 120]).max() <= 2
    assert data.train.attributes["Smiling"].tolist() == [0, 1, 0, 1]
    assert data.test.attributes["Bald"].tolist() == [0, 0]


def test_a_damaged_face_is_left_out(root: Path) -> None:
    celeba(root, zipped=False)
    (root / "celeba" / "img_align_celeba" / "000002.jpg").write_bytes(b"x")
    data = load("celeba", Framing(16))
    assert (len(data.train), len(data.test)) == (3, 2)
    assert data.train.attributes["Smiling"].tolist() == [0, 0, 1]
    assert data.notes[0].startswith("1 ")


def archived_cifar(folder: Path) -> Path:
    path = folder / "origin.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for file in torchvision_sets.KNOWN["cifar10"].files:
            body = cifar_batch(np.zeros((2, 32, 32, 3), np.uint8), [1, 2])
            member = tarfile.TarInfo(file)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return path


def test_a_fetched_archive_is_unpacked_and_read(root: Path, tmp_path: Path) -> None:
    origin = archived_cifar(tmp_path)
    md5 = hashlib.md5(origin.read_bytes(), usedforsecurity=False).hexdigest()
    file = RemoteFile((origin.as_uri(),), root / "cifar-10-python.tar.gz", md5)
    steps = list(torchvision_sets.download("cifar10", root, (file,)))
    assert steps[-1].file.startswith("unpacking")
    assert [path.name for path in root.iterdir()] == ["cifar-10-batches-py"]
    assert len(load("cifar10").train) == 10
    assert list(torchvision_sets.download("cifar10", root, (file,))) == []


def test_addresses_and_checksums_are_torchvisions(root: Path) -> None:
    for name, known in torchvision_sets.KNOWN.items():
        files = torchvision_sets.remote_files(name, root)
        assert all(len(file.md5) == 32 for file in files)
        assert all(url.startswith("http") for file in files for url in file.urls)
        if name in ("fashion-mnist", "kmnist", "svhn"):
            assert {file.path for file in files} == {root / file for file in known.files}
