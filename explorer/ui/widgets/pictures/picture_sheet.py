"""Many small pictures on one square sheet, with a title and a few words. Imports Qt, numpy, `image_view`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.data.image_set import grid
from explorer.ui.widgets.pictures.image_view import ImageView

COLUMNS = 10
LINES = 3
"""Of words below the sheet, the title among them."""
GAP, FRAME = 4, 6
SMALLEST = 96


class PictureSheet(QWidget):
    """As wide as its height allows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet, self._title, self._words = ImageView(), QLabel(), QLabel()
        self._pictures: NDArray[np.uint8] | None = None
        self._whole: NDArray[np.uint8] | None = None
        self._height = 0
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
        """Pictures (N, H, W, C), ten in a row, or why there are none; `ink` as for an `ImageView`."""
        if pictures is not self._pictures:
            self._pictures = pictures
            self._whole = None if pictures is None else grid(pictures, COLUMNS)
            self.sheet.set_picture(self._whole)
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

    def set_height(self, height: int) -> None:
        """Take this height, words included. Who lays sheets out says it: were it taken from the layout, the
        width that follows could bring a scroll bar, the bar take height, and the two chase each other."""
        self._height = height
        self._fit()

    def _fit(self) -> None:
        """Pictures are enlarged by whole numbers of pixels: what is left over goes to the other sheets."""
        below = self.below
        side, ratio = max(self._height - below, SMALLEST), self.devicePixelRatioF()
        if self._whole is not None:
            pixels = max(self._whole.shape[:2])
            if times := int((side - FRAME) * ratio / pixels):
                side = math.ceil(times * pixels / ratio) + FRAME
        self.sheet.setFixedSize(side, side)
        self.setFixedSize(side, side + below)
