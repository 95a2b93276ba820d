"""Our own pictures as PNG: previews, tiles, what the user saves. Imports numpy, Pillow, files.

Pictures of the user's are read by `picture_file`, which trusts nothing.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from explorer.errors import BadInput
from explorer.files import read_file

LIMIT = 64_000_000
"""Bytes of a file, and pixels of a picture, that are read at most."""


def to_png(picture: NDArray[np.uint8]) -> bytes:
    """The bytes of a PNG of a picture (H, W, C)."""
    buffer = io.BytesIO()
    flat = picture[:, :, 0] if picture.shape[2] == 1 else picture
    Image.fromarray(np.ascontiguousarray(flat)).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def from_png(path: Path, channels: int) -> NDArray[np.uint8]:
    """Read a picture (H, W, channels) that `to_png` has written.

    Raises
    ------
    BadInput
        It isn't a PNG, is damaged, or larger than any of ours.
    """
    return of_png(read_file(path, limit=LIMIT), channels, str(path))


def of_png(data: bytes, channels: int, where: str) -> NDArray[np.uint8]:
    """The picture (H, W, channels) in the bytes of such a PNG.

    Parameters
    ----------
    where
        They come from, for the sentence that says what is wrong with them.

    Raises
    ------
    BadInput
        They are no PNG, are damaged, or hold more than any of ours.
    """
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.width * image.height > LIMIT:
                raise BadInput(
                    f"{where} is larger ({image.width} x {image.height}) than any picture of a model."
                )
            array = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadInput(f"{where} is not a usable PNG: {error}.") from None
    return array.reshape(image.height, image.width, channels).copy()
