"""One picture file of any common kind, as an 8-bit image the right way up.

Imports Pillow, numpy, `files` and `errors`. Pillow decodes, but its guards are not enough for
files from anywhere: size, kind, depth and orientation are judged here.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.errors import BadInput
from explorer.files import shown

PIXEL_LIMIT = 50_000_000
PERCENTILES = (0.5, 99.5)
SUFFIXES = frozenset(
    (
        *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".dib", ".tif", ".tiff"),
        *(".webp", ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".jp2"),
    )
)
# No EPS: Pillow would hand it to Ghostscript.
_FORMATS = ("PNG", "JPEG", "MPO", "GIF", "BMP", "DIB", "TIFF", "WEBP", "PPM", "AVIF", "JPEG2000")
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_GREY = ("1", "L", "LA", *_DEEP)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112


class Header(NamedTuple):
    """What a file says before it is decoded."""

    width: int
    height: int
    channels: int
    """1 grey, 3 colour."""


class Picture(NamedTuple):
    """A decoded file: modes L, LA, RGB or RGBA."""

    image: Image.Image
    animated: bool
    """There were more frames; this is the first."""
    scaled: bool
    """It had more than 8 bits: scaled from its low to its high percentile."""


def probe(file: Path | IO[bytes]) -> Header:
    """Read size and kind without decoding.

    Raises
    ------
    BadInput
        Not a readable picture, or of more than 50 megapixels.
    """
    with _opened(file) as image:
        width, height = image.size
        # Asking a PNG for its EXIF would decode it.
        if image.format != "PNG" and _orientation(image) >= 5:
            width, height = height, width
        grey = image.mode in _GREY or (image.mode == "P" and _grey_palette(image))
        return Header(width, height, 1 if grey else 3)


def read_picture(file: Path | IO[bytes], at_least: int | None = None) -> Picture:
    """Decode a file.

    Parameters
    ----------
    at_least
        Neither side needs more pixels than this: a large JPEG may come reduced.

    Raises
    ------
    BadInput
        Not a readable picture, damaged, or of more than 50 megapixels.
    """
    with _opened(file) as image:
        animated = bool(getattr(image, "is_animated", False))
        if at_least:
            image.draft(None, (at_least, at_least))
        try:
            image.load()
            # Now, not before: a PNG's EXIF may follow its pixels, and a TIFF is turned by Pillow.
            orientation = _orientation(image)
            deep = image.mode in _DEEP
            plain = _eight_bits(image)
        except Exception as error:  # Pillow's decoders, like its parsers
            raise _unreadable(file, error) from None
    if orientation in _UPRIGHT:
        plain = plain.transpose(_UPRIGHT[orientation])
    return Picture(plain, animated, deep)


def scaled_to_bytes(values: NDArray[np.generic], low: float, high: float) -> NDArray[np.uint8]:
    """Map low to 0 and high to 255, clipped; NaN becomes 0, all of a constant 0 or 255."""
    numbers = np.nan_to_num(values.astype(np.float64), nan=low, posinf=high, neginf=low)
    if high <= low:
        return np.where(numbers > 0, 255, 0).astype(np.uint8)
    return np.rint(np.clip((numbers - low) / (high - low), 0, 1) * 255).astype(np.uint8)


def percentile_range(values: NDArray[np.generic]) -> tuple[float, float]:
    """The low and the high percentile of the finite values (of a million of them at most)."""
    flat = values.reshape(-1)
    sample = flat[:: max(1, len(flat) // 1_000_000)].astype(np.float64)
    finite = sample[np.isfinite(sample)]
    if not len(finite):
        return 0.0, 0.0
    low, high = np.percentile(finite, PERCENTILES)
    return (float(low), float(high)) if low < high else (float(finite.min()), float(finite.max()))


@contextmanager
def _opened(file: Path | IO[bytes]) -> Iterator[Image.Image]:
    with ExitStack() as stack:
        try:
            # A stream even for a path: what Pillow maps into memory dies with the file, and
            # it mistakes the rows of a turned TIFF.
            stream = stack.enter_context(_regular(file)) if isinstance(file, Path) else file
            image = stack.enter_context(Image.open(stream, formats=_formats()))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _too_large(file) from None
        except BadInput:
            raise
        except Exception as error:  # Pillow's parsers let out a dozen kinds
            raise _unreadable(file, error) from None
        if image.width * image.height > PIXEL_LIMIT:
            raise _too_large(file)
        yield image


@cache
def _formats() -> list[str]:
    """Those of the wanted formats that this build of Pillow has."""
    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]


def _regular(path: Path) -> IO[bytes]:
    if not stat.S_ISREG(path.stat().st_mode):
        raise BadInput(f"{shown(path)} is not a regular file.")
    return path.open("rb")


def _unreadable(file: Path | IO[bytes], error: Exception) -> BadInput:
    name = shown(file) if isinstance(file, Path) else "A picture"
    if isinstance(error, OSError) and error.errno:
        return BadInput(f"{name} can't be read: {error.strerror}.")
    return BadInput(f"{name} is damaged or not a picture of a known kind.")


def _too_large(file: Path | IO[bytes]) -> BadInput:
    name = shown(file) if isinstance(file, Path) else "A picture"
    return BadInput(f"{name} has more than {PIXEL_LIMIT // 1_000_000} megapixels; make it smaller first.")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF: the picture itself may be sound
        return 1


def _grey_palette(image: Image.Image) -> bool:
    palette = image.palette
    if palette is None or palette.mode != "RGB" or image.has_transparency_data:
        return False
    colours = np.frombuffer(bytes(palette.palette), dtype=np.uint8)
    colours = colours[: len(colours) // 3 * 3].reshape(-1, 3)
    return bool((colours == colours[:, :1]).all())


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP:
        values = np.asarray(image)
        return Image.fromarray(scaled_to_bytes(values, *percentile_range(values)))
    if image.mode == "P" and not image.has_transparency_data and _grey_palette(image):
        return image.convert("L")
    if image.has_transparency_data:
        return image.convert("LA" if image.mode in ("L", "LA") else "RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image.copy() if image.mode in ("L", "RGB") else image.convert("RGB")
