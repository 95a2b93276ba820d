"""One map, or two side by side with one cursor; small they stand above each other.

Knows the session and the map view. Imports Qt.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QToolButton, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.look import theme, wording
from explorer.ui.views.map.compare_list import CompareList
from explorer.ui.views.map.map_view import MapView

EVEN = 10_000
"""Sizes that are the same are shares of what there is."""


class Maps(QWidget):
    """The second is there while a model is beside the first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("maps")
        self._session = session
        self._small = False
        self.map = MapView(session, session.main, "map")
        self.beside = MapView(session, session.beside, "beside")
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.beside)
        self._splitter.addWidget(self.map)
        self._bridge = QLabel()
        self._bridge.setObjectName("middle.bridge")
        self._bridge.setProperty("role", "caption")
        self._bridge.setContentsMargins(14, 0, 14, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._splitter, 1)
        column.addWidget(self._bridge)
        self._add_buttons()
        session.carrying.changed.connect(self._refresh)
        self._refresh()

    def _add_buttons(self) -> None:
        self._compare = compare = QToolButton()
        compare.setObjectName("map.compare")
        compare.setText("Compare with …")
        compare.setToolTip("Put the map of another model beside this one, with one cursor through both.")
        self._list = CompareList(self._session, self)
        compare.clicked.connect(lambda: self._list.open_below(compare))
        self.map.head.addWidget(compare)
        close = QToolButton(autoRaise=True)
        close.setObjectName("beside.close")
        close.setToolTip("Close this map")
        theme.set_icon(close, "close")
        close.clicked.connect(lambda: self._session.beside.show(None))
        self.beside.head.addWidget(close)

    def set_compares(self, compares: bool) -> None:
        """Whether there is room for the map of a second model, and so a button that asks for one."""
        self._compare.setVisible(compares)

    def set_small(self, small: bool) -> None:
        """Title and cloud alone, above each other, where another view has the middle."""
        if small == self._small:
            return
        self._small = small
        self._splitter.setOrientation(Qt.Orientation.Vertical if small else Qt.Orientation.Horizontal)
        self._splitter.setSizes([EVEN, EVEN])
        for view in (self.map, self.beside):
            view.set_small(small)
        self._refresh()

    def _refresh(self) -> None:
        carrying, present, hidden = (
            self._session.carrying,
            self._session.beside.present,
            self.beside.isHidden(),
        )
        self.beside.setVisible(present)
        if present and hidden:
            self._splitter.setSizes([EVEN, EVEN])
        self._bridge.setVisible(present and not self._small)
        if carrying.bridge is None and not carrying.can_carry:
            self._bridge.setText(
                wording.no_bridge(carrying.leader, carrying.follower, share_items=carrying.shares_items)
            )
        else:
            model, leads = self._session.main.model, self._session.scene.leads
            encodes = model is None or model.can_encode
            self._bridge.setText(wording.bridge_text(carrying.bridge, leads, encodes=encodes))
        self._bridge.setToolTip(wording.BRIDGES_MEAN if carrying.bridge == "picture" else "")
