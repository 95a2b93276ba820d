"""The list behind *Compare with*: every finished model with its preview, family and data; same data first.

Part of the map's dock; knows the session. Imports Qt.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QListView, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.session.shelf import Card
from explorer.ui.views.library.cards import CARD, CardModel, CardPainter

SIZE = QSize(380, 440)


class CompareList(QFrame):
    """A popup; choosing a model puts it beside the one on the map."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("map.compare.list")
        self.setProperty("role", "card")
        self._session = session
        self.list, self._empty = QListView(), QLabel("Reading the library …")
        self.list.setAccessibleName("Models to compare with")
        self._cards = CardModel(self)
        self.list.setModel(self._cards)
        self.list.setItemDelegate(CardPainter(self.list, self._cards, session.shelf.preview_of))
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.list, 1)
        column.addWidget(self._empty)
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        session.shelf.changed.connect(self._refresh)

    def open_below(self, widget: QWidget) -> None:
        """Show it with its upper right corner at the lower right one of a widget."""
        self._session.shelf.refresh()
        self.resize(SIZE)
        self.move(widget.mapToGlobal(QPoint(widget.width() - SIZE.width(), widget.height() + 2)))
        self.show()
        self._refresh()
        self.list.setFocus()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        cards = self._session.shelf.cards
        model = self._session.main.model
        fits = [card for card in cards or () if card.status == "finished" and card.fault is None]
        data = None if model is None else model.fingerprint
        fits.sort(key=lambda card: _fingerprint(card) != data)
        self._cards.open = None if model is None else model.run.folder
        self._cards.put(tuple(fits))
        self.list.setVisible(bool(fits))
        self._empty.setVisible(not fits)
        if cards is not None:
            self._empty.setText("No other finished model is in the library.")

    def _choose(self, index: QModelIndex) -> None:
        card: Card = index.data(CARD)
        self.close()
        self._session.beside.open(card.entry.folder)


def _fingerprint(card: Card) -> str:
    """Of the data that it was trained on."""
    return "" if card.entry.manifest is None else card.entry.manifest.data.fingerprint
