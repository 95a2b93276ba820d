"""The cards of the library: their model for Qt, and how one is painted. Part of the library view."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer.session.shelf import Card
from explorer.ui.look import theme
from explorer.ui.look.images import draw_centred, to_tile
from explorer.ui.look.wording import are_glyphs

CARD = Qt.ItemDataRole.UserRole
PREVIEW, PAD = 60, 10
Index = QModelIndex
_NONE = QModelIndex()


def model_words(card: Card, titles: dict[str, str]) -> str:
    """Family and size of the code; `titles` has the families in words."""
    manifest = card.entry.manifest
    if manifest is None:
        return "not a model that can be read"
    numbers, network = manifest.settings.get("latent_size"), manifest.settings.get("network")
    parts = [titles.get(manifest.family) or manifest.short_title or manifest.family.upper()]
    if isinstance(numbers, int):
        parts.append("1 number" if numbers == 1 else f"{numbers:,} numbers")
    if isinstance(network, str):
        parts.append(network)
    return ", ".join(parts)


def data_words(card: Card) -> str:
    """Data set, size on disk, day."""
    manifest, size = card.entry.manifest, f"{card.entry.bytes / 1e6:,.1f} MB"
    return size if manifest is None else ", ".join(filter(None, (manifest.data.title, size, _day(card))))


def _day(card: Card) -> str:
    try:
        made = datetime.fromisoformat(card.entry.manifest.created if card.entry.manifest else "")
    except ValueError:
        return ""
    return f"{made.astimezone():%d %b %Y}".lstrip("0")


def status_words(card: Card) -> str:
    """Empty for a model that is finished and whole."""
    if card.fault is not None or card.entry.manifest is None:
        return (card.fault or "It can't be read.").replace("/", "/\u200b")  # long paths may be broken there
    manifest = card.entry.manifest
    at = f"at step {manifest.step:,}" + (f" of {manifest.steps:,}" if manifest.steps else "")
    return {
        "training": "in training",
        "stopped": f"stopped {at}: Go on",
        "failed": f"failed {at}: Go on",
    }.get(card.status, "")


class CardModel(QAbstractListModel):
    """The cards in their order; an own model can be given another name."""

    renamed = Signal(object, str)
    """Card, and the name that is wished for."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cards: tuple[Card, ...] = ()
        self.titles: dict[str, str] = {}
        self.open: Path | None = None
        """The folder of the model on display."""

    def put(self, cards: tuple[Card, ...]) -> None:
        self.beginResetModel()
        self.cards = cards
        self.endResetModel()

    def rowCount(self, parent: Any = _NONE) -> int:
        return 0 if parent.isValid() else len(self.cards)

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        card = self.cards[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return card.entry.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(card.entry.folder)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = (card.entry.name, model_words(card, self.titles), data_words(card), status_words(card))
            return ", ".join(filter(None, words))
        return card if role == CARD else None

    def setData(self, index: Any, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        card = self.cards[index.row()]
        if role == Qt.ItemDataRole.EditRole and value.strip() and value != card.entry.name:
            self.renamed.emit(card, value)
        return False

    def flags(self, index: Any) -> Qt.ItemFlag:
        usual = super().flags(index)
        shipped = index.isValid() and self.cards[index.row()].entry.shipped
        return usual if shipped else usual | Qt.ItemFlag.ItemIsEditable


class CardPainter(QStyledItemDelegate):
    """Preview left, words right."""

    def __init__(
        self,
        view: QListView,
        model: CardModel,
        preview_of: Callable[[Card], NDArray[np.uint8] | None],
    ) -> None:
        super().__init__(view)
        self._view, self._model, self._preview_of = view, model, preview_of
        self._tiles: dict[tuple[Path, str, float], QPixmap] = {}
        model.modelReset.connect(self.forget)

    def forget(self) -> None:
        """The previews may be others now."""
        self._tiles.clear()

    def _width(self) -> int:
        return max(self._view.viewport().width() - PREVIEW - 3 * PAD, 60)

    def _lines(self, card: Card) -> list[tuple[str, QColor]]:
        colours = theme.current()
        words = [
            (model_words(card, self._model.titles), colours.text),
            (data_words(card), colours.muted),
            (status_words(card), colours.danger if card.status == "damaged" else colours.warning),
        ]
        return [(text, QColor(colour)) for text, colour in words if text]

    def _tag(self, card: Card) -> str:
        if card.entry.folder == self._model.open:
            return "open"
        return "shipped" if card.entry.shipped else ""

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        card: Card = index.data(CARD)
        metrics, room = option.fontMetrics, QRect(0, 0, self._width(), 10_000)
        flags = Qt.TextFlag.TextWordWrap
        height = metrics.height() + 2
        for text, _ in self._lines(card):
            height += metrics.boundingRect(room, flags, text).height() + 1
        return QSize(self._width(), max(height, PREVIEW) + 2 * PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        card: Card = index.data(CARD)
        colours, room = theme.current(), option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room, QColor(colours.accent_ground))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(room, QColor(colours.field))
        painter.setPen(QColor(colours.line))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        self._paint_preview(painter, card, QRect(room.x() + PAD, room.y() + PAD, PREVIEW, PREVIEW))
        self._paint_words(painter, option, card)
        painter.restore()

    def _paint_preview(self, painter: QPainter, card: Card, room: QRect) -> None:
        colours = theme.current()
        preview = self._preview_of(card)
        if preview is None:
            painter.fillRect(room, QColor(colours.field))
            theme.draw_icon(painter, "warning" if card.fault else "train",
                            room.adjusted(18, 18, -18, -18).toRectF(), colours.muted)  # fmt: skip
        else:
            ratio = self._view.devicePixelRatioF()
            key = (card.entry.folder, colours.scheme, ratio)
            if key not in self._tiles:
                ink = are_glyphs(preview[None])
                self._tiles[key] = to_tile(preview, room.size(), ratio, inverted=ink)
            draw_centred(painter, self._tiles[key], room.toRectF())
        painter.setPen(QColor(colours.line))
        painter.drawRect(room.adjusted(0, 0, -1, -1))

    def _paint_words(self, painter: QPainter, option: QStyleOptionViewItem, card: Card) -> None:
        colours, metrics = theme.current(), option.fontMetrics
        room = self.name_room(option)
        tag = self._tag(card)
        painter.setFont(option.font)
        painter.setPen(QColor(colours.accent if tag == "open" else colours.muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tag)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(colours.text))
        free = room.width() - (metrics.horizontalAdvance(tag) + 8 if tag else 0)
        fits = painter.fontMetrics().elidedText(card.entry.name, Qt.TextElideMode.ElideRight, free)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, fits)
        painter.setFont(option.font)
        below = QRect(room.x(), room.bottom() + 2, room.width(), option.rect.bottom() - room.bottom())
        flags = Qt.TextFlag.TextWordWrap
        for text, colour in self._lines(card):
            painter.setPen(colour)
            painter.drawText(below, flags, text)
            below.setTop(below.top() + metrics.boundingRect(below, flags, text).height() + 1)

    def name_room(self, option: QStyleOptionViewItem) -> QRect:
        """Where the name stands."""
        left = option.rect.x() + PREVIEW + 2 * PAD
        return QRect(left, option.rect.y() + PAD, self._width(), option.fontMetrics.height())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Any) -> None:
        editor.setGeometry(self.name_room(option).adjusted(-9, -6, 0, 8))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Any) -> None:
        model.setData(index, editor.property("text"), Qt.ItemDataRole.EditRole)
