"""Tensors and arrays in and out, such that no file can run code or exhaust memory.

Imports numpy, safetensors, `files` and `errors`; no torch. Sizes are held against limits
and against the real length before anything is allocated, hashes are checked, no pickle is
ever read. What `files` offers is offered here too: who keeps weights needs both.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from explorer.errors import BadInput
from explorer.files import (
    atomic_write,
    parse_json,
    read_file,
    read_json,
    shown,
    sweep_temporaries,
    write_json,
)

__all__ = [
    "ArrayHeader",
    "array_headers",
    "atomic_write",
    "check_tensors",
    "finite",
    "pack_arrays",
    "pack_tensors",
    "read_array",
    "read_arrays",
    "read_file",
    "read_json",
    "read_tensors",
    "sha256_of",
    "shown",
    "sweep_temporaries",
    "write_arrays",
    "write_json",
]

FILE_LIMIT = 4 << 30
HEADER_LIMIT = 10_000_000
TENSOR_LIMIT = 5_000
ARRAY_HEADER_LIMIT = 1 << 16
_ITEM_BYTES = {
    "F64": 8, "F32": 4, "F16": 2, "I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2, "U16": 2,
    "I8": 1, "U8": 1, "BOOL": 1, "C64": 8,
}  # fmt: skip


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pack_tensors(tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a safetensors file."""
    # ascontiguousarray would turn a single number into a list of one.
    whole = {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}
    return safetensors.numpy.save(whole, dict(metadata) if metadata else None)


def read_tensors(path: Path, *, sha256: str | None = None) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Read a safetensors file: its tensors and its metadata.

    The arrays are views of the bytes read, so the file may change or vanish afterwards.

    Raises
    ------
    BadInput
        Not a safetensors file, damaged, over a limit, or not the file with that hash.
    """
    data = read_file(path, limit=FILE_LIMIT)
    what = shown(path)
    if sha256 is not None and sha256_of(data) != sha256:
        raise BadInput(
            f"{what} ({len(data):,} bytes) is not what was saved (its hash differs): it is damaged."
        )
    header = _tensor_header(data, what)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise BadInput(f"{what} has metadata that are not text.")
    _check_header(header, len(data) - 8 - struct.unpack("<Q", data[:8])[0], what)
    try:
        return safetensors.numpy.load(data), metadata
    except (safetensors.SafetensorError, ValueError) as error:
        raise BadInput(f"{what} is not a usable safetensors file: {error}.") from None


def _tensor_header(data: bytes, what: str) -> dict[str, Any]:
    # The first eight bytes are a length and may be anything; the header itself begins with a brace.
    if data[8:9] != b"{" and (data[:2] == b"PK" or data[:1] == b"\x80"):
        raise BadInput(
            f"{what} is a pickle or an archive, which could run code and is never opened; "
            "save it as safetensors."
        )
    size = struct.unpack("<Q", data[:8])[0] if len(data) >= 8 else HEADER_LIMIT + 1
    if size > min(HEADER_LIMIT, len(data) - 8):
        raise BadInput(f"{what} ({len(data):,} bytes) is not a safetensors file, or it is cut off.")
    return parse_json(data[8 : 8 + size], f"The header of {what}")


def _check_header(header: Mapping[str, Any], size: int, what: str) -> None:
    if len(header) > TENSOR_LIMIT:
        raise BadInput(f"{what} holds {len(header):,} tensors; at most {TENSOR_LIMIT:,} are read.")
    end = 0
    for name, entry in header.items():
        start, stop = _extent(entry, f"{what}: tensor {shown(name)}")
        if start < 0 or stop < start:
            raise BadInput(f"{what}: tensor {shown(name)} has impossible offsets.")
        end = max(end, stop)
    if end != size:
        raise BadInput(f"{what} should hold {end:,} bytes of tensors but holds {size:,}: it is damaged.")


def _extent(entry: Any, what: str) -> tuple[int, int]:
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [int(start), int(stop)]}:
            if dtype not in _ITEM_BYTES:
                raise BadInput(f"{what} has the type {shown(dtype)}, which is not read here.")
            if not all(type(n) is int and n >= 0 for n in shape):
                raise BadInput(f"{what} has an impossible shape.")
            if math.prod(shape) * _ITEM_BYTES[dtype] != stop - start:
                raise BadInput(f"{what} has a shape that its bytes can't fill.")
            return start, stop
    raise BadInput(f"{what} has no usable entry in the header.")


def check_tensors(
    tensors: Mapping[str, NDArray[Any]], expected: Mapping[str, tuple[int, ...]]
) -> dict[str, NDArray[np.float32]]:
    """Hold tensors against the names and shapes that a model needs; float32 comes back.

    Raises
    ------
    BadInput
        Lists the first three differences: missing, extra, other shape, complex or integer.
    """
    wrong = [f"{shown(name)} is missing" for name in expected if name not in tensors]
    for name, tensor in tensors.items():
        if name not in expected:
            wrong.append(f"{shown(name)} is not wanted")
        elif tensor.shape != tuple(expected[name]):
            wrong.append(f"{shown(name)} is {tensor.shape}, not {tuple(expected[name])}")
        elif tensor.dtype.kind != "f":
            wrong.append(f"{shown(name)} holds {tensor.dtype} numbers, not floating point")
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise BadInput(f"These weights do not fit the model: {'; '.join(wrong[:3])}{more}.")
    return {name: tensors[name].astype(np.float32) for name in expected}


def finite(tensors: Mapping[str, NDArray[Any]]) -> bool:
    """Whether no tensor holds NaN or infinity."""
    return all(t.dtype.kind not in "fc" or bool(np.isfinite(t).all()) for t in tensors.values())


class ArrayHeader(NamedTuple):
    """What an array says of itself before it is read."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def read_array(path: Path, *, limit: int = FILE_LIMIT) -> NDArray[Any]:
    """Read an .npy file.

    Raises
    ------
    BadInput
        Damaged, pickled objects, or more than limit bytes.
    """
    data = read_file(path, limit=limit)
    return _read_npy(io.BytesIO(data), len(data), shown(path))


def array_headers(path: Path) -> dict[str, ArrayHeader]:
    """Names, shapes and types of the arrays in an .npz file, none of them read.

    Raises
    ------
    BadInput
        Not a usable .npz file.
    """
    with _archive(path, FILE_LIMIT) as archive:
        headers = {}
        for member in archive.infolist():
            with archive.open(member) as stream:
                what = f"{shown(path)}: {shown(member.filename)}"
                headers[member.filename.removesuffix(".npy")], _ = _npy_header(stream, what)
        return headers


def read_arrays(
    path: Path, *, names: Iterable[str] | None = None, limit: int = FILE_LIMIT
) -> dict[str, NDArray[Any]]:
    """Read arrays of an .npz file; all of them when no names are given.

    Raises
    ------
    BadInput
        Damaged, a name is missing, pickled objects, or more than limit bytes when expanded.
    """
    what = shown(path)
    with _archive(path, limit) as archive:
        inside = {i.filename.removesuffix(".npy"): i for i in archive.infolist()}
        wanted = list(inside) if names is None else list(names)
        if missing := [name for name in wanted if name not in inside]:
            raise BadInput(f"{what} holds no array {', '.join(missing)}.")
        total = sum(inside[name].file_size for name in wanted)
        if total > limit:
            raise BadInput(f"{what} would expand to {total:,} bytes; at most {limit:,} are read.")
        arrays = {}
        for name in wanted:
            with archive.open(inside[name]) as stream:
                arrays[name] = _read_npy(stream, inside[name].file_size, f"{what}: {shown(name)}")
        return arrays


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The bytes of a compressed .npz file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as a compressed .npz file, atomically."""
    atomic_write(path, pack_arrays(arrays))


@contextlib.contextmanager
def _archive(path: Path, limit: int) -> Iterator[zipfile.ZipFile]:
    """A zip file whose every fault, found now or while it is read, is a `BadInput`."""
    data = io.BytesIO(read_file(path, limit=limit))
    try:
        with zipfile.ZipFile(data) as archive:
            if any(
                i.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for i in archive.infolist()
            ):
                raise BadInput(f"{shown(path)} is compressed in a way that numpy does not write.")
            yield archive
    except (zipfile.BadZipFile, EOFError, RuntimeError, ValueError, OSError, zlib.error) as error:
        raise BadInput(f"{shown(path)} is not a usable .npz file: {error}.") from None


def _npy_header(stream: IO[bytes], what: str) -> tuple[ArrayHeader, int]:
    """The header of an array, and how many bytes it takes."""
    # numpy itself would read as much as the header's own length claims.
    start = io.BytesIO(stream.read(ARRAY_HEADER_LIMIT))
    try:
        version = np.lib.format.read_magic(start)
        first = version == (1, 0)
        read = np.lib.format.read_array_header_1_0 if first else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(start)
    except Exception as error:  # numpy's parser of headers lets out a dozen kinds
        raise BadInput(f"{what} is not a usable .npy array: {str(error).partition(chr(10))[0]}.") from None
    if any(n < 0 for n in shape):
        raise BadInput(f"{what} has an impossible shape.")
    return ArrayHeader(shape, dtype), start.tell()


def _read_npy(stream: IO[bytes], size: int, what: str) -> NDArray[Any]:
    """Read one array of size bytes, after its header was held against the size."""
    (shape, dtype), start = _npy_header(stream, what)
    if dtype.hasobject:
        raise BadInput(
            f"{what} holds pickled objects, which could run code and are never opened; save plain numbers."
        )
    body = size - start
    if math.prod(shape) * dtype.itemsize != body:
        raise BadInput(f"{what} says {shape} {dtype}, but {body:,} bytes follow: it is damaged.")
    stream.seek(0)
    return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))
