from __future__ import annotations

import io
import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.data.formats.picture_file import probe, read_picture
from explorer.errors import BadInput


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)  # type: ignore[arg-type]
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has next to nothing behind it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("image", "channels", "expected"),
    [
        (Image.new("1", (4, 4), 1), 1, 255),
        (Image.new("L", (4, 4), 77), 1, 77),
        (Image.new("LA", (4, 4), (77, 10)), 1, (77, 10)),
        (Image.new("RGB", (4, 4), (1, 2, 3)), 3, (1, 2, 3)),
        (Image.new("RGBA", (4, 4), (1, 2, 3, 4)), 3, (1, 2, 3, 4)),
    ],
)
def test_common_modes_keep_their_values(
    tmp_path: Path, image: Image.Image, channels: int, expected: int | tuple[int, ...]
) -> None:
    path = saved(tmp_path / "a.png", image)
    assert probe(path) == (4, 4, channels)
    assert read_picture(path).image.getpixel((0, 0)) == expected


def test_palettes_with_and_without_transparency(tmp_path: Path) -> None:
    image = Image.new("P", (4, 4))
    image.putpalette([9, 8, 7, 255, 0, 0])
    image.putpixel((1, 0), 1)
    plain = read_picture(saved(tmp_path / "plain.png", image)).image
    clear = read_picture(saved(tmp_path / "clear.png", image, transparency=1)).image
    assert (plain.mode, plain.getpixel((0, 0)), plain.getpixel((1, 0))) == ("RGB", (9, 8, 7), (255, 0, 0))
    assert (clear.mode, clear.getpixel((0, 0)), clear.getpixel((1, 0))) == (
        "RGBA",
        (9, 8, 7, 255),
        (255, 0, 0, 0),
    )


def test_a_grey_palette_is_grey(tmp_path: Path) -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 90, 90, 90])
    path = saved(tmp_path / "a.png", image)
    assert probe(path).channels == 1
    assert read_picture(path).image.getpixel((0, 0)) == 90


def test_cmyk_has_the_right_colours(tmp_path: Path) -> None:
    picture = read_picture(saved(tmp_path / "a.tif", Image.new("CMYK", (4, 4), (0, 255, 255, 0)))).image
    assert picture.getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize(
    "values",
    [
        np.linspace(0, 65535, 10_000).astype(np.uint16),
        np.linspace(900, 1100, 10_000).astype(np.uint16),
        np.linspace(-70_000, 1_000_000, 10_000).astype(np.int32),
        np.linspace(0, 1, 10_000, dtype=np.float32),
        np.linspace(-3e8, 3e8, 10_000, dtype=np.float32),
    ],
)
@pytest.mark.parametrize("kind", ["tif", "png"])
def test_deep_pixels_use_the_whole_range(
    tmp_path: Path, values: np.ndarray[tuple[int], np.dtype[np.generic]], kind: str
) -> None:
    if kind == "png" and values.dtype != np.uint16:
        pytest.skip("PNG has 16 bits at most")
    picture = read_picture(saved(tmp_path / f"a.{kind}", Image.fromarray(values.reshape(100, 100))))
    pixels = np.asarray(picture.image).reshape(-1).astype(int)
    assert picture.scaled
    assert pixels.min() == 0
    assert pixels.max() == 255
    assert abs(pixels[5000] - 128) <= 1
    assert (np.diff(pixels) >= 0).all()


def test_deep_pixels_without_contrast_and_with_nan(tmp_path: Path) -> None:
    flat = read_picture(saved(tmp_path / "flat.tif", Image.fromarray(np.zeros((4, 4), np.uint16))))
    assert np.asarray(flat.image).max() == 0
    values = np.array([[0, np.nan], [np.inf, 1]], np.float32)
    assert np.asarray(read_picture(saved(tmp_path / "nan.tif", Image.fromarray(values))).image)[0, 1] == 0


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif"])
def test_pictures_stand_upright(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = np.zeros((16, 32), np.uint8)
    upright[:8, :16] = 255
    undo = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1], 5: upright.T,
        6: np.rot90(upright), 7: upright[::-1, ::-1].T, 8: np.rot90(upright, -1),
    }  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying = Image.fromarray(np.ascontiguousarray(undo[orientation]))
    path = saved(tmp_path / f"a.{kind}", lying, exif=exif, **({"lossless": True} if kind == "webp" else {}))
    picture = np.asarray(read_picture(path).image.convert("L")).astype(int)
    assert picture.shape == upright.shape
    assert np.abs(picture - upright).mean() < 5
    if kind in ("jpg", "webp"):
        assert probe(path)[:2] == (32, 16)


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for kind in ("gif", "webp", "tif"):
        options = {"lossless": True} if kind == "webp" else {}
        path = saved(tmp_path / f"a.{kind}", frames[0], save_all=True, append_images=frames[1:], **options)
        picture = read_picture(path)
        assert picture.animated
        assert picture.image.convert("RGB").getpixel((3, 3)) == (255, 0, 0) or kind == "gif"


@pytest.mark.parametrize("size", [(30_000, 30_000), (65_000, 65_000), (10_000, 10_000), (8_000, 6_251)])
def test_more_than_fifty_megapixels_are_refused_before_decoding(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(*size))
    for read in (probe, read_picture):
        with pytest.raises(BadInput, match=r"bomb\.png has more than 50 megapixels"):
            read(path)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
def test_odd_sizes_are_read(tmp_path: Path, size: tuple[int, int]) -> None:
    assert read_picture(saved(tmp_path / "a.png", Image.new("L", size))).image.size == size


def test_damaged_files_get_a_sentence(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8))
    path = saved(tmp_path / "whole.png", noise)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    damaged = {
        "empty.png": b"", "text.png": b"hello, world\n", "cut.png": whole[: len(whole) // 2],
        "flipped.png": bytes(flipped), "script.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }  # fmt: skip
    for name, data in damaged.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadInput, match=f"{name} is damaged or not a picture"):
            read_picture(tmp_path / name)


def test_every_flipped_byte_is_survived(tmp_path: Path) -> None:
    buffers = {}
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "WEBP"):
        buffer = io.BytesIO()
        Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save(buffer, kind)
        buffers[kind] = buffer.getvalue()
    for data in buffers.values():
        for i in range(0, len(data), 5):
            damaged = bytearray(data)
            damaged[i] ^= 0x55
            try:
                assert read_picture(io.BytesIO(bytes(damaged))).image.mode in ("L", "LA", "RGB", "RGBA")
            except BadInput:
                continue


@pytest.mark.skipif(sys.platform == "win32", reason="needs FIFOs")
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    for name in ("fifo.png", "loop.png", "missing.png", "."):
        with pytest.raises(BadInput):
            probe(tmp_path / name)


def test_a_large_photograph_may_come_reduced(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", Image.new("RGB", (1600, 1200), "green"))
    width, height = read_picture(path, at_least=128).image.size
    assert 1600 > width >= 128
    assert 1200 > height >= 128
