"""The middle of the window: one map, or two side by side with one cursor.

Knows the session and the map view. Imports Qt.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSplitter, QToolButton, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.look import theme, wording
from explorer.ui.views.map.map_view import MapView

EVEN = 10_000
"""Sizes that are the same are shares of what there is."""


class Middle(QWidget):
    """The maps; the second is there while a model is beside the first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("middle")
        self._session = session
        self.map = MapView(session)
        self.beside = MapView(session, session.beside, "beside")
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.beside)
        self._splitter.addWidget(self.map)
        self._way = QLabel()
        self._way.setObjectName("middle.way")
        self._way.setProperty("role", "caption")
        self._way.setContentsMargins(14, 0, 14, 4)
        self._way.setToolTip(
            "The same numbers mean nothing in another latent space, so a place is carried over as a picture: "
            "one decoder draws it, the other encoder looks at it."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._splitter, 1)
        column.addWidget(self._way)
        legend = QHBoxLayout()
        legend.setContentsMargins(10, 0, 10, 4)
        legend.addWidget(self.map.legend)
        column.addLayout(legend)
        self._add_buttons()
        session.beside.model_opened.connect(self._on_opened)
        session.model_opened.connect(self._on_opened)
        session.beside.cursor_changed.connect(self._on_cursor)
        session.cursor_changed.connect(self._on_cursor)
        self._on_opened()

    def _add_buttons(self) -> None:
        compare = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        compare.setObjectName("map.compare")
        compare.setText("Compare with")
        compare.setToolTip("Put the map of another model beside this one, with one cursor through both.")
        self._menu = QMenu(compare)
        self._menu.aboutToShow.connect(self._fill)
        compare.setMenu(self._menu)
        self.map.head.addWidget(compare)
        close = QToolButton(autoRaise=True)
        close.setObjectName("beside.close")
        close.setToolTip("Close this map")
        theme.set_icon(close, "close")
        close.clicked.connect(self._session.beside.close)
        self.beside.head.addWidget(close)

    def _fill(self) -> None:
        """The models of the library that could be compared."""
        self._menu.clear()
        for entry in self._session.library.entries():
            if entry.status == "finished":
                self._menu.addAction(entry.name, partial(self._session.beside.open, entry.folder))

    def set_comparing(self, comparing: bool) -> None:
        """Whether the map beside the first may be seen."""
        self._session.beside.set_shown(comparing)

    def _on_opened(self) -> None:
        present, hidden = self._session.beside.present, self.beside.isHidden()
        self.beside.setVisible(present)
        if present and hidden:
            self._splitter.setSizes([EVEN, EVEN])
        self._on_cursor()

    def _on_cursor(self) -> None:
        beside = self._session.beside
        self._way.setVisible(beside.present)
        if not beside.can_carry and beside.way not in ("item", "same code"):
            self._way.setText("No place can be carried over between these models; press on an image.")
        else:
            self._way.setText(wording.way_text(beside.way))
