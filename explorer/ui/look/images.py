"""Pictures on their way to the screen: arrays to QImage, enlarged sharply. Imports Qt and numpy.

A picture is uint8 (H, W, C) with C = 1 or 3. Enlarging is by whole device pixels where these nearly
fill the room, so that every pixel of a small picture is the same square. Glyphs, light ink on a dark
ground, are shown as ink on paper in the light theme.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from explorer.ui.look import theme

Picture = NDArray[np.uint8]

FILLED = 0.85
"""Share of the room that a picture enlarged by a whole number must fill."""


def to_qimage(picture: Picture, *, inverted: bool = False) -> QImage:
    """A QImage that owns its pixels; `inverted` shows white ink on black as ink on paper."""
    pixels = np.ascontiguousarray(255 - picture if inverted else picture)
    height, width, channels = pixels.shape
    kind = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    # A QImage borrows the buffer and expects rows of whole 32-bit words unless told the stride.
    return QImage(pixels.data, width, height, width * channels, kind).copy()


def is_on_paper(picture: Picture, ink: bool) -> bool:
    """Whether a picture is shown inverted now: a grey one of glyphs (`ink`), in the light theme."""
    return ink and picture.shape[2] == 1 and theme.current().scheme == "light"


def to_pixmap_scaled(picture: Picture | QImage, room: QSize, ratio: float) -> QPixmap:
    """The picture as large as fits into `room` (logical pixels) on a screen of that pixel ratio.

    Enlarged by a whole number of device pixels with nearest neighbour where that nearly fills the room,
    else by the next larger one and brought to size smoothly; shrunk smoothly.
    """
    image = picture if isinstance(picture, QImage) else to_qimage(picture)
    width, height = max(room.width() * ratio, 1.0), max(room.height() * ratio, 1.0)
    fit = min(width / image.width(), height / image.height())
    free, sharp = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.FastTransformation
    if fit >= 1:
        whole = int(fit) if int(fit) >= FILLED * fit else math.ceil(fit)
        image = image.scaled(image.size() * whole, free, sharp)
        fit /= whole
    if fit < 1:
        size = QSize(max(round(image.width() * fit), 1), max(round(image.height() * fit), 1))
        image = image.scaled(size, free, Qt.TransformationMode.SmoothTransformation)
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def to_tile(picture: Picture, room: QSize, ratio: float, *, inverted: bool = False) -> QPixmap:
    """A small picture of a row: sharp where that nearly fills the room, else scaled smoothly.

    `inverted` is for glyphs: grey ones are ink on paper in the light theme.
    """
    image = to_qimage(picture, inverted=is_on_paper(picture, inverted))
    sharp = to_pixmap_scaled(image, room, ratio)
    fills = max(sharp.width() / room.width(), sharp.height() / room.height()) / ratio
    if fills > 0.7:
        return sharp
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    pixmap = QPixmap.fromImage(image.scaled(room * ratio, keep, smooth))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def draw_centred(painter: QPainter, pixmap: QPixmap, room: QRectF) -> None:
    """Paint it in the middle of `room`, on whole device pixels, or its squares would smear."""
    size, ratio = pixmap.deviceIndependentSize(), pixmap.devicePixelRatioF()
    left = round((room.center().x() - size.width() / 2) * ratio) / ratio
    top = round((room.center().y() - size.height() / 2) * ratio) / ratio
    painter.drawPixmap(QPointF(left, top), pixmap)


def signed_picture(values: NDArray[np.floating], middle: tuple[int, int, int]) -> Picture:
    """Differences (H, W) or (H, W, C), -1 to 1, as blue - `middle` - red; not finite is grey.

    Channels are averaged: the picture says where and which way, not in which colour.
    """
    flat = np.asarray(values, dtype=np.float32)
    flat = flat.mean(axis=2) if flat.ndim == 3 else flat
    share = np.clip(np.nan_to_num(flat), -1, 1)[:, :, None]
    blue, red = np.array([26, 90, 205], np.float32), np.array([205, 35, 25], np.float32)
    centre = np.array(middle, np.float32)
    pole = np.where(share < 0, blue, red)
    picture = centre + (pole - centre) * np.abs(share)
    picture[~np.isfinite(flat)] = 128
    return np.asarray(np.rint(picture), dtype=np.uint8)


def from_indices(
    indices: NDArray[np.uint8], size: tuple[int, int], colours: Sequence[int], ratio: float
) -> QPixmap:
    """A picture of colour numbers (H, W) as (width, height) pixels of the screen."""
    image = QImage(indices.data, *size, size[0], QImage.Format.Format_Indexed8)
    image.setColorTable(list(colours))
    # The conversion copies: the indexed image only borrows the buffer.
    pixmap = QPixmap.fromImage(image.convertToFormat(QImage.Format.Format_RGB32))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
