"""A walk and its forks beside each other at the same place: x_t above, the predicted picture below.

Part of the denoising view; knows the walks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from explorer.data.image_set import grid
from explorer.session.denoising.requests import Stop
from explorer.session.denoising.walks import MOST_FORKS, Walk, Walks
from explorer.ui.look import theme
from explorer.ui.views.denoising.pictures import TIPS, seen
from explorer.ui.widgets.pictures.image_view import ImageView


class ForkColumn(QWidget):
    """One walk."""

    removed = Signal()

    def __init__(self, name: str, *, removable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._title, self._remove = QLabel(), QToolButton()
        self._remove.setObjectName(f"{name}.remove")
        self._remove.setAccessibleName("Remove this fork")
        # Without the button the pictures of the first column would be larger than the others.
        self._remove.setFixedSize(26, 26)
        self._remove.setEnabled(removable)
        if removable:
            self._remove.setToolTip("Remove this fork")
            theme.set_icon(self._remove, "close")
        self._remove.clicked.connect(self.removed)
        self._x_t, self._clean = ImageView(), ImageView("…")
        self._title.setProperty("role", "caption")
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        self._pair = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._pair.setSpacing(4)
        column.addLayout(self._pair, 1)
        for view, tip in ((self._x_t, TIPS[0]), (self._clean, TIPS[2])):
            view.setToolTip(tip)
            view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._pair.addWidget(view, 1)

    def resizeEvent(self, event: object) -> None:
        """Its two pictures stand where they become larger."""
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._pair.setDirection(across if self.width() > self.height() else down)

    def set_ink(self, ink: bool) -> None:
        self._x_t.set_ink(ink)
        self._clean.set_ink(ink)

    def show_walk(self, title: str, step: Stop | None, *, forked: bool) -> None:
        """`forked`: from here on it goes a way of its own."""
        self._title.setText(title)
        self._x_t.set_picture(None if step is None else _sheet(seen(step.x_t)))
        self._clean.set_picture(None if step is None else _sheet(step.clean))
        self._clean.set_marked(forked)


class DenoisingForks(QWidget):
    """The parent first."""

    def __init__(self, walks: Walks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walks = walks
        self._columns = [
            ForkColumn(f"denoising.fork_{number}", removable=number > 0) for number in range(MOST_FORKS + 1)
        ]
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 0)
        row.setSpacing(8)
        for number, column in enumerate(self._columns):
            row.addWidget(column, 1)
            column.removed.connect(lambda number=number: self._remove(number - 1))

    def set_ink(self, ink: bool) -> None:
        for column in self._columns:
            column.set_ink(ink)

    def refresh(self) -> None:
        parent, forks = self._walks.parent, self._walks.forks
        shown: Sequence[Walk] = () if parent is None else (parent, *forks)
        for number, column in enumerate(self._columns):
            column.setVisible(number < len(shown))
            if number < len(shown):
                walk = shown[number]
                title = f"from t = {walk.request.t:.2f}" if number else "the walk"
                forked = number > 0 and self._walks.place > walk.at
                column.show_walk(title, self._walks.step_of(walk), forked=forked)

    def _remove(self, number: int) -> None:
        if 0 <= number < len(self._walks.forks):
            self._walks.remove(self._walks.forks[number])


def _sheet(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One picture, or all on a square sheet."""
    return pictures[0] if len(pictures) == 1 else grid(pictures, int(np.ceil(np.sqrt(len(pictures)))))
