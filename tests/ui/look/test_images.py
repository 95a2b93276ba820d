"""Pictures on their way to the screen keep every pixel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from explorer.ui.look import theme
from explorer.ui.look.images import is_on_paper, signed_picture, to_pixmap_scaled, to_qimage, to_tile


def noise(height: int, width: int, channels: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, channels)).astype(np.uint8)


def pixel(image: QImage, row: int, column: int) -> tuple[int, int, int]:
    colour = image.pixelColor(column, row)
    return colour.red(), colour.green(), colour.blue()


@pytest.mark.parametrize("shape", [(5, 13, 3), (7, 13, 1), (1, 1, 3), (28, 28, 1)])
def test_rows_are_not_skewed_whatever_the_width(shape: tuple[int, int, int]) -> None:
    picture = noise(*shape)
    image = to_qimage(picture)
    for row in range(shape[0]):
        for column in range(shape[1]):
            expected = tuple(int(v) for v in np.broadcast_to(picture[row, column], 3))
            assert pixel(image, row, column) == expected


def test_the_image_owns_its_pixels() -> None:
    picture = noise(8, 8, 1)
    image, before = to_qimage(picture), int(picture[3, 4, 0])
    picture[:] = 255 - before
    assert pixel(image, 3, 4)[0] == before


def test_pictures_that_are_not_contiguous_are_shown_right() -> None:
    picture = noise(6, 10, 3)[::-1, ::2]
    assert pixel(to_qimage(picture), 2, 3) == tuple(int(v) for v in picture[2, 3])


def test_inverted_shows_ink_on_paper() -> None:
    assert pixel(to_qimage(np.zeros((2, 2, 1), np.uint8), inverted=True), 0, 0) == (255, 255, 255)


@pytest.mark.parametrize(
    ("scheme", "channels", "ink", "inverted"),
    [
        ("light", 1, True, True),
        ("dark", 1, True, False),
        ("light", 3, True, False),
        ("light", 1, False, False),
    ],
)
def test_glyphs_are_ink_on_paper_in_the_light_theme(
    qapp: QApplication, scheme: theme.Choice, channels: int, ink: bool, inverted: bool
) -> None:
    theme.use(scheme)
    picture = np.zeros((28, 28, channels), np.uint8)
    assert is_on_paper(picture, ink) is inverted
    shown = pixel(to_tile(picture, QSize(28, 28), 1.0, inverted=ink).toImage(), 3, 3)
    assert shown == ((255,) * 3 if inverted else (0,) * 3)


@pytest.mark.parametrize(
    ("room", "ratio", "side"), [(170, 1.0, 168), (170, 2.0, 336), (100, 1.5, 140), (28, 1.0, 28)]
)
def test_enlarging_is_by_whole_device_pixels_where_these_nearly_fill_the_room(
    qapp: QApplication, room: int, ratio: float, side: int
) -> None:
    picture = noise(28, 28, 1)
    pixmap = to_pixmap_scaled(picture, QSize(room, room), ratio)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (side, ratio)
    times, image = side // 28, pixmap.toImage()
    for row, column in ((0, 0), (13, 5), (27, 27)):
        square = {
            pixel(image, row * times + i, column * times + j)[0] for i in range(times) for j in range(times)
        }
        assert square == {int(picture[row, column, 0])}


@pytest.mark.parametrize(("picture", "room"), [(64, 156), (64, 110), (28, 50)])
def test_where_whole_pixels_leave_much_room_it_is_filled(qapp: QApplication, picture: int, room: int) -> None:
    bars = np.zeros((picture, picture, 1), np.uint8)
    bars[:, picture // 2 :] = 255
    shown = to_pixmap_scaled(bars, QSize(room, room), 1.0)
    assert (shown.width(), shown.height()) == (room, room)
    image = shown.toImage()
    middle = [pixel(image, room // 2, x)[0] for x in range(room)]
    assert middle[: room // 2 - 1] == [0] * (room // 2 - 1)
    assert set(middle[room // 2 + 1 :]) == {255}


def test_large_pictures_shrink_into_the_room(qapp: QApplication) -> None:
    pixmap = to_pixmap_scaled(noise(300, 600, 3), QSize(100, 100), 1.0)
    assert (pixmap.width(), pixmap.height()) == (100, 50)


def test_no_room_at_all_is_no_crash(qapp: QApplication) -> None:
    assert to_pixmap_scaled(noise(28, 28, 1), QSize(0, 0), 1.0).width() >= 1


def test_a_tile_fills_its_room(qapp: QApplication) -> None:
    assert to_tile(noise(28, 28, 1), QSize(50, 50), 1.0).width() == 50
    assert to_tile(noise(28, 28, 1), QSize(60, 60), 1.0).width() == 56


def test_differences_are_blue_below_and_red_above() -> None:
    below, none, above, broken = signed_picture(np.array([[-1.0, 0.0, 1.0, np.nan]]), (255, 255, 255))[0]
    assert below[2] > 150 > below[0]
    assert above[0] > 150 > above[2]
    assert none.tolist() == [255, 255, 255]
    assert broken.tolist() == [128, 128, 128]
    assert QColor(*none.tolist()).isValid()
