"""Thousands of small pictures in a scrolled list, any of them marked with a letter.

Imports Qt, `images` and `theme`.
Pictures are scaled when they come into sight, so that a list of 10,000 opens at once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer.ui.look import theme
from explorer.ui.look.images import draw_centred, to_tile

SIDE, MARGIN, BADGE = 56, 4, 15
Index = QModelIndex | QPersistentModelIndex
ITEM = Qt.ItemDataRole.UserRole


class PictureList(QListView):
    """Pictures to select: one, with Ctrl and Shift several, or with a frame drawn round them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = _Pictures(self)
        self.setModel(self._pictures)
        self.setItemDelegate(_Tile(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setSelectionRectVisible(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)

    def set_pictures(self, pictures: NDArray[np.uint8], shown: NDArray[np.int64], *, ink: bool) -> None:
        """Show the items `shown` of the pictures (N, H, W, C), in that order; `ink` as for an `ImageView`."""
        self._pictures.beginResetModel()
        self._pictures.images, self._pictures.shown, self._pictures.ink = pictures, shown, ink
        self._pictures.endResetModel()

    def set_marks(self, marks: Mapping[int, str]) -> None:
        """Letters by item."""
        self._pictures.marks = dict(marks)
        self.viewport().update()

    @property
    def selected(self) -> list[int]:
        """The items that are selected, in the order of the list."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [int(self._pictures.shown[row]) for row in rows]


class _Pictures(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.images = np.zeros((0, 1, 1, 1), np.uint8)
        self.shown = np.zeros(0, np.int64)
        self.marks: dict[int, str] = {}
        self.ink = False

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"image {self.shown[index.row()]:,}"
        return int(self.shown[index.row()]) if role == ITEM else None


class _Tile(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(SIDE + 2 * MARGIN, SIDE + 2 * MARGIN)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        pictures, colours = index.model(), theme.current()
        assert isinstance(pictures, _Pictures)
        item, room = index.data(ITEM), QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        accent = QColor(colours.accent)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room, accent)
        ratio = painter.device().devicePixelRatioF()
        tile = to_tile(pictures.images[item], QSize(SIDE, SIDE), ratio, inverted=pictures.ink)
        draw_centred(painter, tile, room)
        if letter := pictures.marks.get(item):
            painter.setPen(QPen(accent, 2))
            painter.drawRect(room.adjusted(3, 3, -3, -3))
            badge = QRectF(room.left() + 2, room.top() + 2, BADGE, BADGE)
            painter.fillRect(badge, accent)
            painter.setPen(QColor(colours.accent_text))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, letter)
