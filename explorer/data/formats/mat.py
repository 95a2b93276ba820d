"""Plain numeric arrays of a MATLAB 5 file, the format of SVHN.

Imports numpy, `files` and `errors`. Only what SVHN needs is read: real numeric matrices,
compressed or not; anything else in the file is refused.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import BadInput
from explorer.files import read_file, shown

LIMIT = 2 << 30
_TYPES = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<f4", 9: "<f8", 12: "<i8", 13: "<u8"}
_MATRIX, _COMPRESSED = 14, 15
_NUMERIC_CLASSES = range(6, 16)
_COMPLEX = 0x08


def read_mat(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays by name, with the axes that MATLAB shows.

    Raises
    ------
    BadInput
        Not such a file, damaged, or something in it is no plain numeric array.
    """
    data = read_file(path, limit=LIMIT)
    if len(data) < 128 or data[124:128] != b"\x00\x01IM":
        raise BadInput(f"{shown(path)} is not a MATLAB 5 file.")
    try:
        return dict(_array(body) for body in _matrices(memoryview(data)[128:]))
    except (ValueError, KeyError, struct.error, zlib.error):
        raise BadInput(f"{shown(path)} is damaged, or holds more than plain arrays.") from None


def _matrices(data: memoryview) -> Iterator[memoryview]:
    for kind, body in _elements(data, padded=False):
        if kind == _COMPRESSED:
            stream = zlib.decompressobj()
            whole = memoryview(stream.decompress(body, LIMIT))
            if not stream.eof:
                raise ValueError("cut off or too large")
            yield next(inner for kind, inner in _elements(whole) if kind == _MATRIX)
        elif kind == _MATRIX:
            yield body


def _elements(data: memoryview, *, padded: bool = True) -> Iterator[tuple[int, memoryview]]:
    at = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind >> 16:  # a small element: type, size and up to four bytes in one word pair
            yield kind & 0xFFFF, data[at + 4 : at + 4 + (kind >> 16)]
            at += 8
            continue
        if at + 8 + size > len(data):
            raise ValueError("cut off")
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + (-(-size // 8) * 8 if padded else size)


def _array(matrix: memoryview) -> tuple[str, NDArray[Any]]:
    (_, flags), (_, dims), (_, name), (kind, values) = list(_elements(matrix))
    if flags[0] not in _NUMERIC_CLASSES or flags[1] & _COMPLEX:
        raise ValueError("no plain numbers")
    shape = tuple(int(n) for n in np.frombuffer(dims, "<i4"))
    array = np.frombuffer(values, _TYPES[kind])
    if any(n < 0 for n in shape) or math.prod(shape) != len(array):
        raise ValueError("shape and size disagree")
    return bytes(name).decode("ascii"), array.reshape(shape, order="F")
