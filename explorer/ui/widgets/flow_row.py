"""Controls in a row, and in more rows where they don't fit into one. Imports Qt only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

BESIDE, BELOW, PAIRED = 12, 4, 5
ARROW = 44
"""Pixels that the arrow and the edges of a list to choose from take."""


class FlowRow(QWidget):
    """As high as its width asks for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: list[QWidget] = []
        self._fields: list[tuple[QWidget, int]] = []
        # The fields hear of larger type after this.
        self._refit = QTimer(self, singleShot=True, interval=0)
        self._refit.timeout.connect(self._fit)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, *parts: QWidget | str, letters: int = 0, tight: bool = False) -> None:
        """What stays together, such as a word and its field.

        Parameters
        ----------
        letters
            That the last part has room for; 0: as wide as it likes.
        tight
            The last part is as narrow as it may be.
        """
        cell = QWidget(self)
        row = QHBoxLayout(cell)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(PAIRED)
        made = [QLabel(part) if isinstance(part, str) else part for part in parts]
        for part in made:
            row.addWidget(part)
        cell.installEventFilter(self)
        self._cells.append(cell)
        if letters or tight:
            self._fields.append((made[-1], letters))
            self._fit()

    def _fit(self) -> None:
        """Fields are as wide as their words, however large these are."""
        for field, letters in self._fields:
            wide = letters * self.fontMetrics().averageCharWidth() + ARROW
            field.setFixedWidth(wide if letters else field.minimumSizeHint().width())

    def _shown(self) -> list[QWidget]:
        return [cell for cell in self._cells if not cell.isHidden()]

    def _flow(self, width: int) -> list[QRect]:
        """Where each cell stands; those of one row are as high as the highest of them."""
        rows: list[list[QSize]] = [[]]
        left = 0
        for cell in self._shown():
            size = cell.sizeHint().expandedTo(cell.minimumSizeHint())
            if left and left + size.width() > width:
                rows.append([])
                left = 0
            rows[-1].append(size)
            left += size.width() + BESIDE
        places, top = [], 0
        for row in rows:
            left, tall = 0, max((size.height() for size in row), default=0)
            for size in row:
                places.append(QRect(left, top, size.width(), tall))
                left += size.width() + BESIDE
            top += tall + BELOW
        return places

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max((place.bottom() + 1 for place in self._flow(width)), default=0)

    def sizeHint(self) -> QSize:
        places = self._flow(10_000)
        return QSize(max((place.right() + 1 for place in places), default=0), self.heightForWidth(10_000))

    def minimumSizeHint(self) -> QSize:
        widest = max((cell.minimumSizeHint().width() for cell in self._shown()), default=0)
        return QSize(widest, self.heightForWidth(max(self.width(), widest)))

    def _place(self) -> None:
        for cell, place in zip(self._shown(), self._flow(self.width()), strict=True):
            cell.setGeometry(place)

    def resizeEvent(self, event: object) -> None:
        self._place()
        self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A part has become larger or smaller, or is gone."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
            self.updateGeometry()
        return False

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._refit.start()
        super().changeEvent(event)
