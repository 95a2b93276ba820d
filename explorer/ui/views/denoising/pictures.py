"""What is seen of one stop of a walk: x_t, the predicted noise and the predicted clean picture.

Part of the denoising view; knows arrays only. One picture is shown large, sixteen as squares, and nine as
rows, for which the noise is left out, as it is where one noise is walked back under each class.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from explorer.session.denoising.requests import Stop
from explorer.session.denoising.settings import ROW
from explorer.ui.look import theme
from explorer.ui.look.images import Picture, signed_picture
from explorer.ui.look.palettes import channels
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.pictures.picture_grid import PictureGrid

LARGE, SMALL = 7, 2
"""Shares of the width."""
WIDEST = 1.3
"""Of its height, the room that a picture takes."""
SPREAD = 3.0
"""Standard deviations of noise that are shown as full blue or red."""
NAMES = ("x_t", "noise", "clean")
TIPS = (
    "x_t = α_t x_0 + σ_t ε: the picture in as much noise as is left",
    "ε', the noise that the network sees in x_t: blue below 0, red above, full at 3 standard deviations",
    "x_0' = (x_t − σ_t ε') / α_t: the picture that would be left if that were all the noise",
)
CAPTIONS = ("x_t", "predicted noise ε'", "predicted picture x_0'")
ROW_CAPTIONS = ("x_t", "predicted picture x_0': A, seven between, B")
CLASS_CAPTIONS = ("x_t, from one noise under each class", "predicted picture x_0'")
MOST_COLUMNS = 12
"""Of classes beside each other; more are wrapped."""
REAL_CAPTIONS = ("x_t, by the formula", "the noise ε", "the real picture x_0")


def seen(x_t: NDArray[np.floating]) -> Picture:
    """x_t as pictures: -1 is black, 1 white, and what lies beyond is cut off."""
    return np.asarray(np.rint(np.clip(x_t / 2 + 0.5, 0, 1) * 255), np.uint8)


class DenoisingPictures(QStackedWidget):
    """One of three pages, by how many pictures there are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._single = [ImageView() for _ in NAMES]
        self._square = [PictureGrid(4) for _ in NAMES]
        self._rows = [PictureGrid(ROW), PictureGrid(ROW)]
        self._add(QHBoxLayout(), self._single, TIPS, 10)
        self._add(QHBoxLayout(), self._square, TIPS, 10)
        self._add(QVBoxLayout(), self._rows, (TIPS[0], TIPS[2]), 2)
        for name, view in zip(NAMES, self._single, strict=True):
            view.setObjectName(f"denoising.{name}")
        self.show_step(None)

    def _add(self, layout: QBoxLayout, views: Sequence[QWidget], tips: Sequence[str], gap: int) -> None:
        """One page; of three pictures the one in the middle, the noise, is small."""
        page = QWidget()
        page.setLayout(layout)
        layout.setContentsMargins(12, 6, 12, 0)
        layout.setSpacing(gap)
        layout.addStretch()
        for place, (view, tip) in enumerate(zip(views, tips, strict=True)):
            view.setToolTip(tip)
            layout.addWidget(view, SMALL if len(views) == 3 and place == 1 else LARGE)
        layout.addStretch()
        self.addWidget(page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is width to spare the pictures stay beside each other."""
        for view in (*self._single, *self._square):
            view.setMaximumWidth(max(round(WIDEST * self.height()), 1))
        super().resizeEvent(event)

    def set_ink(self, ink: bool) -> None:
        """Pictures of one channel are white ink on black: in the light theme, ink on paper."""
        views: tuple[ImageView | PictureGrid, ...] = (*self._single, *self._square, *self._rows)
        for view in views:
            view.set_ink(ink)

    def show_step(
        self, step: Stop | None, *, empty: str = "", real: bool = False, classes: Sequence[str] = ()
    ) -> None:
        """A stop of a walk, or (`real`) a real picture with noise; else a word on what to do.

        Parameters
        ----------
        classes
            The name of each picture's, where they are compared.
        """
        captions = REAL_CAPTIONS if real else CAPTIONS
        self._single[0].set_placeholder(empty)
        if step is None:
            self.setCurrentIndex(0)
            for view, caption in zip(self._single, captions, strict=True):
                view.set_picture(None)
                view.set_caption(caption)
            return
        count = len(step.clean)
        in_rows = bool(classes) or count == ROW
        self.setCurrentIndex(2 if in_rows else 0 if count == 1 else 1)
        if in_rows:
            for grid in self._rows:
                grid.set_columns(min(count, MOST_COLUMNS))
            titles = CLASS_CAPTIONS if classes else ROW_CAPTIONS
            self._fill(self._rows, titles, (seen(step.x_t), step.clean), classes)
        elif count == 1:
            self._single[0].set_picture(seen(step.x_t[0]))
            self._single[1].set_signed(step.noise[0] / SPREAD)
            self._single[2].set_picture(step.clean[0])
            for view, caption in zip(self._single, captions, strict=True):
                view.set_caption(caption)
        else:
            middle = channels(theme.current().panel)
            noise = np.stack([signed_picture(each / SPREAD, middle) for each in step.noise])
            self._fill(self._square, captions, (seen(step.x_t), noise, step.clean))

    def _fill(
        self,
        grids: Sequence[PictureGrid],
        titles: Sequence[str],
        pictures: Sequence[Picture],
        names: Sequence[str] = (),
    ) -> None:
        for grid, title, each in zip(grids, titles, pictures, strict=True):
            grid.set_title(title)
            grid.set_pictures(list(each), names)
