from __future__ import annotations

import gzip
import math
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.data.formats import expansion
from explorer.data.image_set import DataSet
from explorer.data.sources.catalogue import load
from explorer.errors import BadInput
from explorer.files import shown
from explorer.weights import write_arrays

RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (14, 8, 8), np.uint8)
BYTES[0, 0, :2] = 0, 255
COLOUR = RNG.integers(0, 256, (14, 8, 8, 3), np.uint8)


def saved(path: Path, array: NDArray[Any]) -> str:
    np.save(path / "a.npy", array)
    return str(path / "a.npy")


def all_images(data: DataSet) -> NDArray[np.uint8]:
    """Images of both parts, in an order of their own content."""
    images = np.concatenate([data.train.images, data.test.images])
    return images[np.lexsort(images.reshape(len(images), -1).T)]


def in_order(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return images[np.lexsort(images.reshape(len(images), -1).T)]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (BYTES, BYTES[..., None]),
        (BYTES[..., None], BYTES[..., None]),
        (BYTES[:, None], BYTES[..., None]),
        (BYTES.reshape(14, 64), BYTES[..., None]),
        (COLOUR, COLOUR),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR),
        (COLOUR.transpose(0, 3, 1, 2).reshape(14, 192), COLOUR),
        (np.asfortranarray(COLOUR), COLOUR),
        (BYTES.astype(np.int64), BYTES[..., None]),
        (BYTES.astype(">u2"), BYTES[..., None]),
        (BYTES.astype(np.float32), BYTES[..., None]),
        (BYTES / 255, BYTES[..., None]),
        (BYTES / 127.5 - 1, BYTES[..., None]),
        ((BYTES / 255).astype(np.float16), BYTES[..., None]),
    ],
)
def test_shapes_and_types_that_hold_images(
    tmp_path: Path, array: NDArray[Any], expected: NDArray[np.uint8]
) -> None:
    got = all_images(load(saved(tmp_path, array)))
    assert got.shape == expected.shape
    assert np.abs(np.sort(got, axis=None).astype(int) - np.sort(expected, axis=None)).max() <= 1
    if array.dtype == np.uint8:
        np.testing.assert_array_equal(got, in_order(expected))


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int32])
def test_two_valued_pixels_become_black_and_white(tmp_path: Path, dtype: type[np.generic]) -> None:
    data = load(saved(tmp_path, (BYTES > 99).astype(dtype)))
    assert set(np.unique(data.train.images)) == {0, 255}
    assert data.notes == ("Two-valued pixels: 0 became black, 1 white.",)


def test_other_ranges_are_scaled_by_percentiles_and_it_is_said(tmp_path: Path) -> None:
    values = np.linspace(-1000, 3000, 10 * 64).reshape(10, 8, 8)
    data = load(saved(tmp_path, values))
    assert (data.train.images.min(), data.train.images.max()) == (0, 255)
    assert "Pixels were scaled from their 0.5 % percentile (-980" in data.notes[0]


def test_transparency_is_laid_over_the_ground(tmp_path: Path) -> None:
    clear = np.concatenate([COLOUR, np.zeros((14, 8, 8, 1), np.uint8)], axis=3)
    assert load(saved(tmp_path, clear)).train.images.max() == 0


def test_a_side_that_is_no_multiple_of_four_is_padded(tmp_path: Path) -> None:
    data = load(saved(tmp_path, np.full((4, 9, 10), 200, np.uint8)))
    assert data.train.shape == (12, 12, 1)
    assert (data.train.images == 200).sum() == 90 * len(data.train)
    assert data.notes == ("The images of 10 x 9 were brought to 12 x 12.",)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((0, 8, 8), np.uint8), "holds no image; at least two"),
        (np.zeros((1, 8, 8), np.uint8), "holds only one image; at least two"),
        (np.zeros((5, 0, 8), np.uint8), "has the shape"),
        (np.zeros(5, np.uint8), "has the shape"),
        (np.zeros((5, 7), np.uint8), "has the shape"),
        (np.zeros((), np.uint8), "has the shape"),
        (np.zeros((5, 8, 8, 2), np.uint8), "has the shape"),
        (np.zeros((2, 2, 8, 8, 3), np.uint8), "has the shape"),
        (np.zeros((5, 8, 8), np.complex64), "not numbers that could be pixels"),
        (np.zeros((5, 8, 8), "U3"), "not numbers that could be pixels"),
        (np.zeros((5, 8, 8), "M8[s]"), "not numbers that could be pixels"),
        (np.zeros((5, 8, 8), [("a", "f4")]), "not numbers that could be pixels"),
        (np.full((5, 8, 8), np.inf), "NaN or infinity in 5 of its 5"),
        (
            np.where(np.arange(5)[:, None, None] < 3, np.nan, np.ones((5, 8, 8))),
            "NaN or infinity in 3 of its 5",
        ),
    ],
)
def test_arrays_that_hold_no_images_get_a_sentence(tmp_path: Path, array: NDArray[Any], reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        load(saved(tmp_path, array))


def labels_by_value(data: DataSet) -> dict[int, str]:
    pairs: dict[int, str] = {}
    for part in (data.train, data.test):
        assert part.labels is not None
        pairs |= {int(i[0, 0, 0]): part.class_names[c] for i, c in zip(part.images, part.labels, strict=True)}
    return pairs


NUMBERED = np.arange(12, dtype=np.uint8)[:, None, None] * np.full((1, 8, 8), 10, np.uint8)


@pytest.mark.parametrize(
    "keys", [("images", "labels"), ("imgs", "label"), ("X", "y"), ("arr_0", "arr_1"), ("faces", "y")]
)
@pytest.mark.parametrize(
    "labels", [np.arange(12) % 3 + 5, np.arange(12.0) % 3 + 5, (np.arange(12) % 3 + 5)[:, None]]
)
def test_npz_keys_of_all_kinds(tmp_path: Path, keys: tuple[str, str], labels: NDArray[Any]) -> None:
    write_arrays(tmp_path / "a.npz", {keys[0]: NUMBERED, keys[1]: labels})
    assert labels_by_value(load(str(tmp_path / "a.npz"))) == {
        10 * i: str(labels.flat[i]).removesuffix(".0") for i in range(12)
    }


def test_npz_with_words_as_labels_and_attributes(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "a.npz",
        x=NUMBERED,
        y=np.array(["cat", "dog"] * 6),
        age=np.arange(12),
        pose=np.zeros((12, 2)),
        k=3,
    )
    data = load(str(tmp_path / "a.npz"))
    assert labels_by_value(data)[10] == "dog"
    assert set(data.train.attributes) == {"age", "pose 0", "pose 1"}
    np.testing.assert_array_equal(data.train.images[:, 0, 0, 0], data.train.attributes["age"] * 10)


@pytest.mark.parametrize(
    "keys",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
    ],
)
def test_npz_with_parts(tmp_path: Path, keys: tuple[str, ...]) -> None:
    arrays = (NUMBERED[:8], np.arange(8), NUMBERED[8:], np.arange(8, 12))
    write_arrays(tmp_path / "a.npz", dict(zip(keys, arrays, strict=True)))
    data = load(str(tmp_path / "a.npz"))
    assert (len(data.train), len(data.test)) == (8, 4)
    assert labels_by_value(data) == {10 * i: str(i) for i in range(12)}


def test_an_npz_like_dsprites_gives_its_images_in_spite_of_a_pickle(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "d.npz",
        imgs=BYTES > 99,
        metadata=np.array({"a": 1}, dtype=object),
        latents_values=np.ones((14, 6)),
    )
    data = load(str(tmp_path / "d.npz"))
    assert data.train.shape == (8, 8, 1)
    assert len(data.train.attributes) == 6
    assert "The array metadata holds pickled objects and was not opened." in data.notes


def test_an_npz_without_images_lists_what_it_has(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", weights=np.zeros((3, 5)), bias=np.zeros(3))
    with pytest.raises(BadInput, match=r"holds no array of images.*weights, bias"):
        load(str(tmp_path / "a.npz"))


def blown_up(path: Path, shapes: dict[str, tuple[int, ...]]) -> Path:
    """An .npz file of empty arrays, which are never whole in memory here either."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, shape in shapes.items():
            with archive.open(f"{name}.npy", "w") as member:
                header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(member, header)
                for _ in range(math.prod(shape) >> 20):
                    member.write(bytes(1 << 20))
    return path


def peak_of_refusing(path: Path, reason: str) -> int:
    """Bytes that are held at most while a file is refused."""
    tracemalloc.start()
    try:
        with pytest.raises(BadInput, match=reason) as refusal:
            load(str(path))
        assert shown(path) in str(refusal.value)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("shapes", "reason"),
    [
        ({"images": (320 << 8, 64, 64)}, "would expand to 335,544,320 bytes"),
        ({"x_train": (40 << 10, 64, 64), "x_test": (40 << 10, 64, 64)}, "would expand to 335,544,320 bytes"),
        ({"images": (5 << 20, 1, 1), "pose": (5 << 20, 64)}, "would expand to 340,787,200 bytes"),
        ({"images": (65 << 20, 1, 1)}, "too many for the memory"),
    ],
)
def test_an_archive_that_blows_up_is_refused_before_anything_is_read(
    tmp_path: Path, shapes: dict[str, tuple[int, ...]], reason: str
) -> None:
    path = blown_up(tmp_path / "a.npz", shapes)
    assert path.stat().st_size < 4 << 20
    assert peak_of_refusing(path, reason) < 16 << 20


def test_a_gzip_that_blows_up_is_refused_before_anything_is_expanded(tmp_path: Path) -> None:
    path = tmp_path / "a-images-idx3-ubyte.gz"
    with gzip.open(path, "wb") as file:
        file.write(struct.pack(">HBB3I", 0, 8, 3, 320 << 8, 64, 64))
        for _ in range(320):
            file.write(bytes(1 << 20))
    assert peak_of_refusing(path, "would expand to 335,544,336 bytes") < 16 << 20


def test_an_array_whose_header_blows_up_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    header = np.lib.format.magic(2, 0) + struct.pack("<I", 64 << 20) + b" " * (64 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", header)
    assert peak_of_refusing(path, "not a usable .npy array") < 16 << 20


def test_sparse_pictures_may_expand_some_hundredfold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expansion, "FREE", 0)
    rng, places = np.random.default_rng(0), np.arange(64)
    low, high = np.sort(rng.integers(0, 64, (2, 4 << 10, 2, 1)), axis=0)
    rows, columns = ((places >= low) & (places <= high)).swapaxes(0, 1)
    path, shapes = tmp_path / "rectangles.npz", rows[:, :, None] & columns[:, None]
    np.savez_compressed(path, images=shapes)
    assert shapes.nbytes > 300 * path.stat().st_size
    data = load(str(path))
    assert len(data.train) + len(data.test) == len(shapes)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", b"\x80\x04K\x01."])
@pytest.mark.parametrize("name", ["a.npz", "a.npy", "a-idx3-ubyte", "a-idx3-ubyte.gz"])
def test_what_only_has_the_name_of_an_array_file(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=name.replace(".", r"\.")):
        load(str(tmp_path / name))


def idx(array: NDArray[Any]) -> bytes:
    codes = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
    code = codes[array.dtype.str[1:]]
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("zipped", [False, True])
def test_idx_files_find_their_labels_and_their_test_part(tmp_path: Path, zipped: bool) -> None:
    folder = tmp_path / "Letters" / "raw"
    folder.mkdir(parents=True)
    for part, chosen in {"train": slice(0, 8), "t10k": slice(8, 12)}.items():
        for kind, array in {"images-idx3": NUMBERED, "labels-idx1": np.arange(12, dtype=np.uint8)}.items():
            content = idx(array[chosen])
            name = f"{part}-{kind}-ubyte" + ".gz" * zipped
            (folder / name).write_bytes(gzip.compress(content) if zipped else content)
    for origin in (tmp_path / "Letters", folder, folder / ("train-images-idx3-ubyte" + ".gz" * zipped)):
        data = load(str(origin))
        assert (len(data.train), len(data.test)) == (8, 4)
        assert labels_by_value(data) == {10 * i: str(i) for i in range(12)}
        assert data.name == "letters"


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4", "f8"])
def test_idx_types(tmp_path: Path, dtype: str) -> None:
    (tmp_path / "a-images-idx3-ubyte").write_bytes(idx(BYTES.astype(dtype)))
    data = load(str(tmp_path / "a-images-idx3-ubyte"))
    np.testing.assert_array_equal(all_images(data), in_order(BYTES[..., None]))
    assert "There are no labels" in " ".join(data.notes)


def test_labels_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a-images-idx3-ubyte").write_bytes(idx(BYTES))
    (tmp_path / "a-labels-idx1-ubyte").write_bytes(idx(np.zeros(3, np.uint8)))
    with pytest.raises(BadInput, match="one label for each of the 14 images"):
        load(str(tmp_path / "a-images-idx3-ubyte"))
    with pytest.raises(BadInput, match="holds labels, not images"):
        load(str(tmp_path / "a-labels-idx1-ubyte"))


def test_an_idx_header_that_lies_is_refused_before_allocating(tmp_path: Path) -> None:
    header = struct.pack(">HBB3I", 0, 8, 3, 2**32 - 16, 28, 28)
    for name, content in {
        "a-idx3-ubyte": header + bytes(9),
        "a-idx3-ubyte.gz": gzip.compress(header + bytes(9)),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match="claims to hold 4294967280 x 28 x 28 values"):
            load(str(tmp_path / name))


def test_every_truncation_of_an_idx_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a-images-idx3-ubyte.gz"
    for whole in (gzip.compress(idx(NUMBERED)), idx(NUMBERED)):
        for n in range(0, len(whole), 3):
            path.write_bytes(whole[:n])
            with pytest.raises(BadInput):
                load(str(path))
        path.write_bytes(whole + b"x")
        if whole[:2] != b"\x1f\x8b":
            with pytest.raises(BadInput, match="should hold"):
                load(str(path))


def test_a_gzip_that_expands_beyond_its_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(idx(NUMBERED) + bytes(5_000_000)))
    with pytest.raises(BadInput, match="should hold 784 bytes but holds 785"):
        load(str(path))
