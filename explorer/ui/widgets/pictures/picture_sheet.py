"""Many small pictures on one sheet, with a title and a few words. Imports Qt, numpy, `image_view`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.data.image_set import grid
from explorer.ui.widgets.pictures.image_view import ImageView

LINES = 3
"""Of words below the sheet, the title among them."""
GAP, FRAME = 4, 6
SMALLEST = 96


class PictureSheet(QWidget):
    """As many pictures in a row as makes them largest in the room that it has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet, self._title, self._words = ImageView(square=False), QLabel(), QLabel()
        self._pictures: NDArray[np.uint8] | None = None
        self._whole = np.zeros((1, 1, 1), np.uint8)
        self._columns = self._wide = self._height = 0
        self._words.setProperty("role", "muted")
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.sheet)
        column.addSpacing(GAP)
        column.addWidget(self._title)
        column.addWidget(self._words, 1)
        # Words that are too long are cut off; their place is fixed.
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    @property
    def pictures(self) -> NDArray[np.uint8] | None:
        """(N, H, W, C)."""
        return self._pictures

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def words(self) -> str:
        return self._words.text()

    def set_pictures(
        self, pictures: NDArray[np.uint8] | None, *, ink: bool = False, placeholder: str = ""
    ) -> None:
        """Pictures (N, H, W, C), or why there are none; `ink` as for an `ImageView`."""
        if pictures is not self._pictures:
            self._pictures, self._columns = pictures, 0
            self._fit()
        self.sheet.set_ink(ink)
        self.sheet.set_placeholder(placeholder)

    def say(self, title: str, words: str, tip: str = "") -> None:
        self._title.setText(title)
        self._words.setText(words)
        self.setToolTip(tip)
        self.sheet.setAccessibleName(f"{title}: {words}")

    @property
    def below(self) -> int:
        """Pixels of height that the words take."""
        return GAP + LINES * self.fontMetrics().lineSpacing()

    def set_room(self, width: int, height: int) -> None:
        """Take this room at most, words included. Who lays sheets out says it: were it taken from the layout,
        the width that follows could bring a scroll bar, the bar take height, and the two chase each other."""
        if (width, height) != (self._wide, self._height):
            self._wide, self._height = width, height
            self._fit()

    def _fit(self) -> None:
        """Pictures are enlarged by whole numbers of pixels: what is left over goes to the other sheets."""
        below, ratio = self.below, self.devicePixelRatioF()
        wide, tall = max(self._wide, SMALLEST), max(self._height - below, SMALLEST)
        if self._pictures is None:
            wide = min(wide, tall)
            self.sheet.set_picture(None)
        else:
            columns = self._best(len(self._pictures), (wide - FRAME) * ratio, (tall - FRAME) * ratio)
            if columns != self._columns:
                self._columns = columns
                self._whole = grid(self._pictures, columns)
                self.sheet.set_picture(self._whole)
            high, long = self._whole.shape[:2]
            if times := int(min((wide - FRAME) * ratio / long, (tall - FRAME) * ratio / high)):
                wide, tall = (math.ceil(times * side / ratio) + FRAME for side in (long, high))
            else:
                scale = min((wide - FRAME) / long, (tall - FRAME) / high)
                wide, tall = (math.ceil(scale * side) + FRAME for side in (long, high))
        self.sheet.setFixedSize(wide, tall)
        self.setFixedSize(wide, tall + below)

    def _best(self, count: int, wide: float, tall: float) -> int:
        """How many in a row; of those that make them as large, the nearest to a square."""
        assert self._pictures is not None
        height, width = self._pictures.shape[1:3]

        def size(columns: int) -> tuple[float, int]:
            rows = -(-count // columns)
            scale = min(wide / (columns * (width + 1)), tall / (rows * (height + 1)))
            return (float(int(scale)) if scale >= 1 else scale), -abs(columns - rows)

        return max(range(1, count + 1), key=size)
