"""The idx format of MNIST and its relatives, plain or gzip-compressed.

Imports numpy, `errors` and `weights` (reading files). The header's sizes are held against
the real length before anything is allocated: a file may lie.
"""

from __future__ import annotations

import math
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.data.formats.expansion import check_expansion
from explorer.errors import BadInput
from explorer.weights import read_file, shown

LIMIT = 4 << 30
"""Bytes of a file, and of what it expands to."""
_DTYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_GZIP = 31  # zlib's code for a gzip wrapper
_DEFLATE_LIMIT = 1040  # deflate can't expand more than about 1032 fold


def is_idx(path: Path) -> bool:
    """Whether the file's name is that of an idx file."""
    name = path.name.lower().removesuffix(".gz")
    return name.endswith((".idx", "-ubyte", ".ubyte")) or "-idx" in name


def read_idx(path: Path) -> NDArray[np.generic]:
    """Read the array of an idx file.

    Raises
    ------
    BadInput
        Not an idx file, or its sizes and its length disagree.
    """
    data = read_file(path, limit=LIMIT)
    zipped = data[:2] == b"\x1f\x8b"
    start = _unzipped(data, 4 + 4 * 255, path, whole=False) if zipped else data[: 4 + 4 * 255]
    shape, dtype, offset = _header(start, path)
    expected = offset + math.prod(shape) * dtype.itemsize
    possible = len(data) * _DEFLATE_LIMIT if zipped else len(data)
    if expected > min(possible, LIMIT):
        sizes = " x ".join(map(str, shape))
        raise BadInput(
            f"{shown(path)} claims to hold {sizes} values, more than its {len(data):,} bytes can hold."
        )
    if zipped:
        check_expansion(shown(path), len(data), expected)
    body = _unzipped(data, expected, path, whole=True) if zipped else data
    if len(body) != expected:
        raise BadInput(
            f"{shown(path)} should hold {expected:,} bytes but holds {len(body):,}: "
            "it is damaged; get it again."
        )
    # numpy copies without the interpreter lock, so that the window goes on meanwhile.
    return np.frombuffer(body, dtype=dtype, offset=offset).reshape(shape).astype(dtype.newbyteorder("="))


def _header(start: bytes, path: Path) -> tuple[tuple[int, ...], np.dtype[np.generic], int]:
    usable = len(start) >= 4 and start[:2] == b"\0\0" and start[2] in _DTYPES and start[3] > 0
    if not usable or len(start) < 4 + 4 * start[3]:
        raise BadInput(f"{shown(path)} is not an idx file: its first bytes are not those of one.")
    dims = start[3]
    shape = tuple(int(n) for n in np.frombuffer(start, ">u4", dims, offset=4))
    return shape, np.dtype(_DTYPES[start[2]]), 4 + 4 * dims


def _unzipped(data: bytes, limit: int, path: Path, *, whole: bool) -> bytes:
    """Expand at most limit bytes; with `whole`, the stream must end within a byte more."""
    stream = zlib.decompressobj(_GZIP)
    try:
        body = stream.decompress(data, limit + 1 if whole else limit)
    except zlib.error:
        raise BadInput(f"{shown(path)} is damaged (its gzip stream is broken); get it again.") from None
    if whole and len(body) == limit and not stream.eof:
        raise BadInput(f"{shown(path)} is cut off in its gzip stream; get it again.")
    return body
