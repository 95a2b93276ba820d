from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from explorer.errors import BadInput
from explorer.weights import (
    array_headers,
    check_tensors,
    finite,
    pack_tensors,
    read_array,
    read_arrays,
    read_tensors,
    sha256_of,
    write_arrays,
)

TENSORS: dict[str, NDArray[Any]] = {
    "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b": np.array([1.5, -2], dtype=np.float16),
    "step": np.array([7], dtype=np.int64),
}
PACKED = pack_tensors(TENSORS, {"note": "x"})


def framed(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def entry(
    dtype: object = "F32", shape: object = (1,), start: object = 0, stop: object = 4
) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


class Payload:
    """Unpickling it makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.marker),)


def read(tmp_path: Path, data: bytes) -> dict[str, Any]:
    path = tmp_path / "w.safetensors"
    path.write_bytes(data)
    return read_tensors(path)[0]


def test_tensors_come_back_with_metadata(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(PACKED)
    tensors, metadata = read_tensors(path, sha256=sha256_of(PACKED))
    assert metadata == {"note": "x"}
    assert {n: t.dtype for n, t in tensors.items()} == {n: t.dtype for n, t in TENSORS.items()}
    for name, tensor in TENSORS.items():
        np.testing.assert_array_equal(tensors[name], tensor)


def test_a_transposed_tensor_is_packed_by_its_values(tmp_path: Path) -> None:
    turned = np.arange(6, dtype=np.float32).reshape(2, 3).T
    np.testing.assert_array_equal(read(tmp_path, pack_tensors({"t": turned}))["t"], turned)


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    for n in range(len(PACKED)):
        with pytest.raises(BadInput, match=r"w\.safetensors"):
            read(tmp_path, PACKED[:n])
    with pytest.raises(BadInput, match="should hold 36 bytes of tensors but holds 35"):
        read(tmp_path, PACKED[:-1])


def test_every_flipped_bit_is_found_by_the_hash(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    digest = sha256_of(PACKED)
    for bit in np.random.default_rng(0).integers(0, len(PACKED) * 8, 64):
        damaged = bytearray(PACKED)
        damaged[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(damaged)
        with pytest.raises(BadInput, match="its hash differs"):
            read_tensors(path, sha256=digest)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.safetensors"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=r"random\.safetensors"):
        read_tensors(path)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5),
    )
)
def test_headers_of_any_content_are_refused_or_read(
    tmp_path_factory: pytest.TempPathFactory, header: dict[str, Any]
) -> None:
    path = tmp_path_factory.getbasetemp() / "header.safetensors"
    path.write_bytes(framed({"t": {**entry(), **header}}, bytes(4)))
    with contextlib.suppress(BadInput):
        assert list(read_tensors(path)[0]) == ["t"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "0 bytes"),
        (b"x", "1 bytes"),
        (b"<html>not found</html>", "not a safetensors file"),
        (struct.pack("<Q", 2**62) + bytes(192), "not a safetensors file"),
        (struct.pack("<Q", 200_000_000) + b"{}", "not a safetensors file"),
        (framed([1]), "must hold a JSON object"),
        (framed({"t": entry(dtype="X9")}, bytes(4)), "type X9"),
        (framed({"t": entry(dtype="BF16")}, bytes(4)), "type BF16"),
        (framed({"t": entry(shape=[2**40, 2**40])}, bytes(4)), "a shape that its bytes can't fill"),
        (framed({"t": entry(shape=[-1])}, bytes(4)), "impossible shape"),
        (framed({"t": entry(shape=[True])}, bytes(4)), "impossible shape"),
        (framed({"t": entry(start=-4, stop=0)}, b""), "impossible offsets"),
        (framed({"t": entry(start=4, stop=8)}, bytes(8)), "not a usable safetensors file"),
        (framed({"t": entry(), "u": entry()}, bytes(4)), "not a usable safetensors file"),
        (framed({"t": entry()}, bytes(8)), "should hold 4 bytes of tensors but holds 8"),
        (framed({"t": 1}), "no usable entry"),
        (framed({"__metadata__": {"a": 1}, "t": entry()}, bytes(4)), "metadata that are not text"),
        (framed({f"t{i}": entry(shape=[0], stop=0) for i in range(5001)}), "5,001 tensors"),
    ],
)
def test_a_crafted_file_gets_a_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read(tmp_path, data)


def test_double_names_in_the_header_are_refused(tmp_path: Path) -> None:
    text = b'{"t": %b, "t": %b}' % ((json.dumps(entry()).encode(),) * 2)
    with pytest.raises(BadInput, match="a key occurs twice"):
        read(tmp_path, struct.pack("<Q", len(text)) + text + bytes(4))


def test_a_pickle_with_another_name_is_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "RAN"
    plain = pickle.dumps(Payload(marker))
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("archive/data.pkl", plain)
    for data in (plain, zipped.getvalue()):
        with pytest.raises(BadInput, match="could run code"):
            read(tmp_path, data)
    assert not marker.exists()


def test_a_lie_about_the_header_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "liar.safetensors"
    path.write_bytes(struct.pack("<Q", 200_000_000) + b"{}")
    program = """
import resource, sys
from pathlib import Path
from explorer.errors import BadInput
from explorer.weights import read_tensors
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_tensors(Path(sys.argv[1]))
except BadInput:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    grown = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, check=True)
    assert int(grown.stdout) < 20_000


def test_a_file_that_shrinks_later_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(pack_tensors({"t": np.ones(1_000_000, np.float32)}))
    tensors, _ = read_tensors(path)
    os.truncate(path, 0)
    assert tensors["t"].sum() == 1_000_000


def test_weights_are_held_against_the_model() -> None:
    fitting = check_tensors({"w": np.ones((2, 3), np.float16)}, {"w": (2, 3)})
    assert fitting["w"].dtype == np.float32
    assert fitting["w"].flags.writeable
    with pytest.raises(BadInput, match=r"w is \(2,\), not \(3,\)"):
        check_tensors({"w": np.ones(2, np.float32)}, {"w": (3,)})
    for dtype in (np.complex64, np.int64, np.bool_):
        with pytest.raises(BadInput, match="not floating point"):
            check_tensors({"w": np.ones(2, dtype)}, {"w": (2,)})


def test_the_first_three_differences_are_named() -> None:
    expected = {f"layer{i}": (1,) for i in range(4)}
    with pytest.raises(BadInput) as raised:
        check_tensors({"foreign": np.ones(1, np.float32)}, expected)
    assert "layer0 is missing; layer1 is missing; layer2 is missing and 2 more" in str(raised.value)


def test_what_is_not_finite_is_seen() -> None:
    assert finite(TENSORS)
    for bad in (np.nan, np.inf, -np.inf):
        assert not finite({**TENSORS, "x": np.array([0, bad], np.float32)})


ARRAYS = {"codes": np.random.default_rng(0).normal(size=(5, 2)), "labels": np.arange(5)}


def test_arrays_come_back(tmp_path: Path) -> None:
    path = tmp_path / "e.npz"
    write_arrays(path, ARRAYS)
    read_back = read_arrays(path)
    assert read_back.keys() == ARRAYS.keys()
    np.testing.assert_array_equal(read_back["codes"], ARRAYS["codes"])
    assert list(read_arrays(path, names=["labels"])) == ["labels"]
    assert array_headers(path)["codes"] == ((5, 2), np.dtype(np.float64))
    with pytest.raises(BadInput, match="holds no array spread"):
        read_arrays(path, names=["codes", "spread"])


def test_objects_are_left_alone(tmp_path: Path) -> None:
    marker = tmp_path / "RAN"
    np.savez(tmp_path / "o.npz", good=np.ones(3), evil=np.array([Payload(marker)], dtype=object))
    np.save(tmp_path / "o.npy", np.array([Payload(marker)], dtype=object))
    assert read_arrays(tmp_path / "o.npz", names=["good"])["good"].sum() == 3
    with pytest.raises(BadInput, match="pickled objects"):
        read_arrays(tmp_path / "o.npz")
    with pytest.raises(BadInput, match="pickled objects"):
        read_array(tmp_path / "o.npy")
    assert not marker.exists()


def test_an_expanding_archive_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, images=np.zeros(5_000_000, np.uint8))
    assert path.stat().st_size < 10_000
    with pytest.raises(BadInput, match="would expand to 5,000,128 bytes"):
        read_arrays(path, limit=1_000_000)


@pytest.mark.parametrize("shape", ["(10**12,)", "(2, 2)", "(-1,)", "(1, (2, 3))"])
def test_an_array_header_that_lies(tmp_path: Path, shape: str) -> None:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}".encode().ljust(117) + b"\n"
    path = tmp_path / "liar.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(4))
    with pytest.raises(BadInput, match=r"liar\.npy"):
        read_array(path)


def test_every_truncation_of_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.npz"
    write_arrays(path, ARRAYS)
    whole = path.read_bytes()
    for n in range(0, len(whole), 7):
        path.write_bytes(whole[:n])
        with pytest.raises(BadInput, match=r"e\.npz"):
            read_arrays(path)


@given(st.binary(max_size=120))
def test_random_array_headers_are_refused(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text)
    with pytest.raises(BadInput, match=r"random\.npy"):
        read_array(path)


def test_a_header_of_any_length_is_no_pickle(tmp_path: Path) -> None:
    """Its length comes first in the file and must not be taken for another format's mark."""
    path = tmp_path / "weights.safetensors"
    for length in range(1, 300):
        path.write_bytes(pack_tensors({"x" * length: np.zeros(2, np.float32)}))
        tensors, _ = read_tensors(path)
        assert list(tensors) == ["x" * length]
