"""Words and arrays through a pipe: a JSON object, then .npy arrays, each with its length before it.

No pickle. Imports numpy only; both ends of the pipe are this program.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Message(NamedTuple):
    words: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def send(pipe: BinaryIO, words: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> None:
    """Write a message whole."""
    arrays = arrays or {}
    parts = [json.dumps({"words": words, "arrays": list(arrays)}).encode()]
    for array in arrays.values():
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        parts.append(buffer.getvalue())
    pipe.write(b"".join(struct.pack("<Q", len(part)) + part for part in parts))
    pipe.flush()


def receive(pipe: BinaryIO) -> Message | None:
    """Read the next message; None where the other end is gone."""
    try:
        head = json.loads(_part(pipe))
        arrays = {name: np.load(io.BytesIO(_part(pipe)), allow_pickle=False) for name in head["arrays"]}
    except EOFError:
        return None
    return Message(head["words"], arrays)


def _part(pipe: BinaryIO) -> bytes:
    (length,) = struct.unpack("<Q", _exactly(pipe, 8))
    return _exactly(pipe, length)


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError
    return data
