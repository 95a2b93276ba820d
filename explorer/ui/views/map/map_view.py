"""A map: its points, the cursor, what is known of them; what a hand does there stands in `hand`.

There may be two, side by side: each shows its `Side` of the session, whichever it is. Imports Qt and numpy.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.session.side import Side
from explorer.ui.look import wording
from explorer.ui.views.map.hand import MapHand
from explorer.ui.views.map.head import MapHead
from explorer.ui.views.map.points import class_words, classes_of, place_of
from explorer.ui.widgets.map.legend import Legend
from explorer.ui.widgets.map.point_cloud import PointCloud
from explorer.ui.widgets.steady_label import SteadyLabel
from explorer.ui.widgets.two_lines import TwoLines

EMPTY = "Open a model from the library, or press Watch one learn."
USUAL, LEAST = 160, 96
"""Sides of the cloud at least; where the map only accompanies."""

TRAVEL = 0.35
"""Seconds that points take to their new places while a model learns."""


class MapView(QWidget):
    """Title, map, the two lines below, and the figures.

    Parameters
    ----------
    side
        Whose map.
    name
        Of the widget, for those who look for it.
    """

    def __init__(self, session: Session, side: Side, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._session, self._side = session, side
        self._fresh = True
        self._classes: tuple[str, ...] | None = None
        self._small = False
        self._figure = SteadyLabel()
        self._figure.setProperty("role", "muted")
        self._figure.setObjectName(f"{name}.figures")
        self.head = MapHead(session, side, name)
        self.cloud = PointCloud()
        self.cloud.setObjectName(f"{name}.cloud")
        self.cloud.placeholder = EMPTY
        self.hand = MapHand(session, side, self.cloud)
        self.legend = Legend(parent=self)
        """The classes of this map's own data."""
        self.legend.setObjectName(f"{name}.legend")
        self._lines = TwoLines()
        self._lay_out()
        self._listen()
        self._on_opened()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.head)
        column.addWidget(self.cloud, 1)
        column.addWidget(self._lines)
        self._figure.setContentsMargins(2, 0, 2, 4)
        self._foot = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._foot.setContentsMargins(10, 0, 10, 4)
        self._foot.setSpacing(0)
        self._foot.addWidget(self._figure)
        self._foot.addWidget(self.legend, 1)
        column.addLayout(self._foot)

    def set_small(self, small: bool) -> None:
        """Name and cloud alone, where the map only accompanies; what it says is then in the name's tip."""
        self._small = small
        self.head.set_small(small)
        for part in (self._lines, self._figure):
            part.setVisible(not small)
        self.legend.setVisible(not small and bool(self._classes) and len(self._classes or ()) > 1)
        self.cloud.setMinimumSize(LEAST if small else USUAL, LEAST if small else USUAL)

    def _listen(self) -> None:
        session, side = self._session, self._side
        side.model_opened.connect(self._on_opened)
        side.embedding_changed.connect(self._on_embedding)
        side.items_arrived.connect(self._on_items)
        side.images.data_changed.connect(self._say_why_empty)
        side.cursor.moved.connect(self._on_cursor)
        side.hole_found.connect(self._on_hole)
        side.projecting.changed.connect(self._update_words)
        side.hover_changed.connect(self._on_hover)
        side.shown_changed.connect(self._on_shown)
        side.trail_changed.connect(self._on_trail)
        session.carrying.changed.connect(self._on_hole)
        self.legend.shown_changed.connect(self._filter)
        self.legend.front_changed.connect(self.cloud.set_front_class)

    def _filter(self, shown: set[int] | None) -> None:
        self._side.show_classes(None if shown is None else frozenset(shown))

    # Facts

    def _on_opened(self) -> None:
        model = self._side.model
        self._fresh = True
        self.hand.card.dismiss()
        self._on_hole()
        if model is None:
            self._clear()
            return
        self.head.say()
        self._name_classes()
        self._update_words()
        if model.embedding is None:
            self._say_why_empty()
            self._place_points()

    def _say_why_empty(self) -> None:
        """Why there is no map yet, or never."""
        model, images = self._side.model, self._side.images
        if model is None or model.embedding is not None:
            return
        if model.living:
            self.cloud.placeholder = "The map appears with the first snapshot."
        elif images.reading is not None or images.data is not None:
            self.cloud.placeholder = "The map is being made …"
        else:
            self.cloud.placeholder = "No map: the images of this model are not on this computer."
        self.cloud.update()

    def _clear(self) -> None:
        """No model is here any more: nothing of the last one stays."""
        self.head.clear()
        self._figure.setText("")
        self._lines.say("", "")
        self._classes = None
        self.legend.hide()
        self.cloud.placeholder = EMPTY
        self.cloud.set_points(np.zeros((0, 2), np.float32), np.zeros(0, np.uint8))
        self.cloud.set_words([])
        self.cloud.set_cursor(None)

    def _name_classes(self) -> None:
        """Colours are told apart only where the items on the map are of more than one class."""
        model = self._side.model
        named = model is not None and wording.has_classes(model)
        names = self._side.class_names if named else ()
        if names != self._classes:
            self._classes = names
            self.legend.set_classes(names)
            self.legend.setVisible(len(names) > 1 and not self._small)

    def _on_embedding(self) -> None:
        self._name_classes()
        self._place_points()
        self._update_words()

    def _on_items(self) -> None:
        self._update_words()

    def _place_points(self) -> None:
        model = self._side.model
        if model is None:
            return
        places, classes = model.places, classes_of(model)
        if model.living and model.can_encode and not self._fresh and len(places) == len(classes):
            self.cloud.move_points(places, TRAVEL)
        else:  # samples keep their places, and become others
            self.cloud.set_points(places, classes)
            if self._fresh:
                self.cloud.frame()
            self._fresh = len(places) == 0
        self.cloud.set_axes(model.axes)
        self.cloud.set_words(class_words(model, places))
        self._on_shown()
        self._on_cursor()
        self._on_trail()

    def _on_cursor(self) -> None:
        self.cloud.set_cursor(place_of(self._side.cursor.place), self._side.cursor.item)

    def _on_hover(self) -> None:
        self.cloud.set_hovered(self._side.hovered)

    def _on_hole(self) -> None:
        """With two maps each marks an empty place, to be compared."""
        model = self._side.model
        compared = self._session.beside.present
        if compared and model is not None and model.hole is not None and model.projection is not None:
            place = place_of(model.projection.to_plane(model.hole.code))
            self.cloud.set_marks([] if place is None else [("try here", place)])
        else:
            self.cloud.set_marks([])
        self._update_words()

    def _on_shown(self) -> None:
        shown = self._side.look.shown
        chosen = None if shown is None else set(shown)
        self.cloud.set_shown_classes(chosen)
        self.legend.set_shown(chosen)

    def _on_trail(self) -> None:
        """The path between the ends or of a denoising, the ends themselves, and the own picture's star."""
        side, model = self._side, self._side.model
        if model is None or model.projection is None:
            return
        to_plane = model.projection.to_plane
        places = [None if code is None else place_of(to_plane(code)) for code in (*side.ends, side.drawn)]
        trail = side.trail
        if trail is None:
            self.cloud.set_path(None, None)
        else:
            self.cloud.set_path(to_plane(trail.codes), trail.handle)
        self.cloud.set_ends(places[0], places[1])
        self.cloud.set_drawn([] if places[2] is None else [places[2]])

    def _update_words(self) -> None:
        model = self._side.model
        if model is not None:
            self.cloud.preferred = len(model.items or ()) if model.lacks_pictures else 0
            self._lines.say(*wording.map_lines(model))
            figures, meaning = wording.map_figures(model, compared=self._session.beside.present)
            kept = self._side.projecting.kept
            if kept is not None:
                figures += f"   {100 * kept:.0f} % of neighbours kept"
            self._figure.setText(figures)
            self._figure.setToolTip(f"{figures}\n{meaning}".strip())
            self.head.say_more(figures)
            self._share_room()

    def _share_room(self) -> None:
        self.head.share(self.width())
        self._share_foot()

    def _share_foot(self) -> None:
        """The figures stand beside the classes where there is the width, else above them."""
        words = self._figure.fontMetrics().horizontalAdvance(self._figure.text())
        beside = self.legend.isHidden() or self.legend.sizeHint().width() + words + 60 <= self.width()
        way = QBoxLayout.Direction.RightToLeft if beside else QBoxLayout.Direction.TopToBottom
        self._foot.setDirection(way)
        self._figure.setMinimumWidth(words + 8 if beside else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_room()

    def showEvent(self, event: object) -> None:
        self._side.seen = True

    def hideEvent(self, event: object) -> None:
        self._side.seen = False
        self.hand.card.dismiss()
