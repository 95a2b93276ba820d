"""What the model that is learning makes of fixed images, and of fixed codes drawn from its prior.

Part of the training view; knows the session. While hidden nothing is asked for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.look.wording import are_glyphs
from explorer.ui.widgets.pictures.picture_grid import PictureGrid

SPACE = 14
"""Between the pairs and the samples."""


class LearnerPictures(QWidget):
    """Originals above their reconstructions, samples beside."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training.pictures")
        self._session = session
        self._pairs, self._samples = PictureGrid(8), PictureGrid(4)
        self._pairs.setObjectName("training.pairs")
        self._samples.setObjectName("training.samples")
        self._pairs.setToolTip(
            "The same held-out images all along: above as they are, below as the model gives them back"
        )
        self._samples.setToolTip("Decoded from codes drawn once from the prior, N(0, I)")
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self._row.setSpacing(SPACE)
        self._row.addWidget(self._pairs, 2)
        self._row.addWidget(self._samples, 1)
        session.training.changed.connect(self._refresh)
        session.training.pictures.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        training = self._session.training
        originals = training.pictures.originals
        if not self.isVisible():
            return
        if originals is None:
            self._samples.hide()
            self._pairs.show()
            self._pairs.set_title("")
            self._pairs.set_pictures([])
            self._pairs.set_placeholder(
                "While a model learns, eight held-out images and what it makes of them stand here."
            )
            return
        ink = are_glyphs(originals)
        made = training.pictures.made
        rebuilt, samples = made.get("reconstructions"), made.get("samples")
        self._samples.setVisible(samples is not None)
        model = training.learner.model
        encodes = model is None or any(space.can_encode for space in model.run.manifest.spaces)
        self._pairs.setVisible(rebuilt is not None or (samples is None and encodes))
        if samples is not None:
            self._show_samples(samples, ink, alone=rebuilt is None)
        columns = self._columns(len(originals), samples is not None)
        given = list(originals)
        back = [None] * len(given) if rebuilt is None else list(rebuilt)
        rows = [
            part
            for start in range(0, len(given), columns)
            for part in (given[start : start + columns], back[start : start + columns])
        ]
        self._pairs.set_columns(columns)
        self._pairs.set_ink(ink)
        self._pairs.set_title("reconstructions")
        self._pairs.set_pictures([picture for row in rows for picture in row])

    def _show_samples(self, samples: NDArray[np.uint8], ink: bool, *, alone: bool) -> None:
        """Beside the pairs, or in their place where a model has no encoder and gives nothing back."""
        width, height = self.width() * (1 if alone else 1 / 3) - SPACE, self.height() - 16
        choices = {max(1, len(samples) // rows) for rows in (1, 2, 3, 4)}
        columns = max(choices, key=lambda n: self._samples.side_for(width, height, n, len(samples)))
        self._samples.set_columns(columns)
        self._samples.set_ink(ink)
        self._samples.set_title("samples")
        self._samples.set_pictures(list(samples))

    def _columns(self, count: int, with_samples: bool) -> int:
        """All pairs in one line, or half of them in each of two: what makes the larger pictures."""
        width = self.width() * (2 / 3 if with_samples else 1) - SPACE
        choices = (count, max(1, count // 2))
        return max(choices, key=lambda n: self._pairs.side_for(width, self.height() - 16, n, 2 * count))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        self._session.training.watch("pictures", True)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self._session.training.watch("pictures", False)
