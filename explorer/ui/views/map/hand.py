"""What a hand does on a map: press an item or a void, scrub, nudge, hover, ask for the menu.

Part of the map view; knows the session. Imports Qt.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from explorer.session.session import Session
from explorer.session.side import Side
from explorer.ui.look import wording
from explorer.ui.widgets.map.hover_card import HoverCard
from explorer.ui.widgets.map.point_cloud import PointCloud

STEP = 0.1
"""Standard deviations that an arrow key moves the cursor."""


class MapHand(QObject):
    """Turns the gestures on a point cloud into choices on its side of the session."""

    def __init__(self, session: Session, side: Side, cloud: PointCloud) -> None:
        super().__init__(cloud)
        self._session, self._side, self._cloud = session, side, cloud
        self.card = HoverCard(cloud)
        self._carded = (-1, QPoint())
        cloud.pressed.connect(self._press)
        cloud.scrubbed.connect(self._scrub)
        cloud.released.connect(session.choices.end_gesture)
        cloud.pointer_over.connect(self._hover)
        cloud.nudged.connect(self._nudge)
        cloud.end_chosen.connect(self._choose_end)
        cloud.menu_wanted.connect(self._show_menu)
        cloud.card_wanted.connect(self._show_card)
        cloud.card_unwanted.connect(self.card.dismiss)
        side.stand_in.arrived.connect(self._on_stand_in)

    def _press(self, x: float, y: float, item: int) -> None:
        self._session.choices.begin_gesture()
        if item >= 0:
            self._side.select(item)
        else:
            self._side.go_to_plane(x, y)

    def _scrub(self, x: float, y: float) -> None:
        self._side.go_to_plane(x, y, title="scrub")

    def _hover(self, item: int) -> None:
        self._side.hover(item if item >= 0 else None)

    def _nudge(self, right: int, up: int) -> None:
        self._side.nudge(STEP * right, STEP * up)

    def _refusal(self, item: int) -> str:
        """Why an item of this map can't be an end of the path, which lies in the main model's space."""
        session, main = self._session, self._session.main
        if item < 0 or self._side is main or session.carrying.shares_items:
            return ""
        name = "the other model" if main.model is None else main.model.run.name
        return f"A and B are images of {name}, which has not met this one: point at its own map."

    def _choose_end(self, which: str, item: int) -> None:
        if refusal := self._refusal(item):
            self._session.say(refusal, "warning")
        else:
            self._session.interpolation.set_end("a" if which == "a" else "b", item if item >= 0 else None)

    def _show_menu(self, at: QPoint) -> None:
        items = self._cloud.items_at(self._cloud.mapFromGlobal(at).toPointF())
        item = items[0] if items else -1
        what = "this image" if item >= 0 else "the picture at the cursor"
        menu = QMenu(self._cloud)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if item >= 0:
            menu.addAction("Look at this image", lambda: self._side.select(item))
        if (near := self._side.nearest_at_hand(item)) is not None:
            menu.addAction("Look at the nearest image on this computer", lambda: self._side.select(near))
        menu.setToolTipsVisible(True)
        for which in ("a", "b"):
            end = menu.addAction(f"Make {what} end {which.upper()}", partial(self._choose_end, which, item))
            end.setEnabled(not self._refusal(item))
            end.setToolTip(self._refusal(item))
        menu.addSeparator()
        menu.addAction("Show the whole map", self._cloud.home)
        menu.popup(at)

    def _show_card(self, item: int, at: QPoint) -> None:
        model = self._side.model
        if model is None or model.embedding is None or item >= len(model.embedding):
            return
        self._carded = (item, at)
        picture = model.picture_of(item)
        self.card.set_ink(wording.as_ink(model))
        picture = self._side.stand_in.of(item) if picture is None else picture
        self.card.show_at(at, picture, wording.card_lines(model, item))

    def _on_stand_in(self, item: int) -> None:
        """The item's image is not at hand, but now its decoded picture is."""
        if self.card.isVisible() and item == self._carded[0]:
            self._show_card(*self._carded)
