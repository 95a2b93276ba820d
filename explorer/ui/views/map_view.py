"""The map of the model on display: press an item or a void, scrub, pan, zoom, filter classes.

Knows the session and contains widgets. Imports Qt and numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from explorer.session.open_model import OpenModel
from explorer.session.session import Session
from explorer.ui import wording
from explorer.ui.widgets.hover_card import HoverCard
from explorer.ui.widgets.legend import Legend
from explorer.ui.widgets.point_cloud import PointCloud
from explorer.ui.widgets.rasteriser import MOST_CLASSES
from explorer.ui.widgets.two_lines import TwoLines

STEP = 0.1
"""Standard deviations that an arrow key moves the cursor."""

TRAVEL = 0.35
"""Seconds that points take to their new places while a model learns."""


class MapView(QWidget):
    """Title, map, legend, and the two lines below."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map")
        self._session = session
        self._fresh = True
        self._title, self._subtitle, self._figure = QLabel(), QLabel(), QLabel()
        self._title.setProperty("role", "heading")
        for label in (self._subtitle, self._figure):
            label.setProperty("role", "muted")
        self.cloud = PointCloud()
        self.cloud.setObjectName("map.cloud")
        self.cloud.placeholder = "Open a model from the library, or press Watch one learn."
        self.card = HoverCard(self.cloud)
        self._legend = Legend()
        self._legend.setObjectName("map.legend")
        self._lines = TwoLines()
        self._lay_out()
        self._listen()
        self._on_opened()

    def place_to_widget(self, x: float, y: float) -> QPoint:
        """Where a place of the plane lies on the point cloud, in its own pixels."""
        left, top = self.cloud.view().to_pixel(x, y)
        return QPoint(round(left), round(top))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 9, 14, 9)
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._subtitle, 1)
        head.addWidget(self._figure)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.cloud, 1)
        column.addWidget(self._legend)
        column.addWidget(self._lines)

    def _listen(self) -> None:
        session, cloud = self._session, self.cloud
        session.model_opened.connect(self._on_opened)
        session.embedding_changed.connect(self._on_embedding)
        session.items_arrived.connect(self._on_items)
        session.cursor_changed.connect(self._on_cursor)
        session.shown_changed.connect(self._on_shown)
        session.interpolation.changed.connect(self._on_path)
        session.drawing.changed.connect(self._on_drawing)
        cloud.pressed.connect(self._press)
        cloud.scrubbed.connect(self._scrub)
        cloud.released.connect(session.end_gesture)
        cloud.card_wanted.connect(self._show_card)
        cloud.card_unwanted.connect(self.card.dismiss)
        cloud.nudged.connect(self._nudge)
        cloud.end_chosen.connect(self._choose_end)
        cloud.menu_wanted.connect(self._show_menu)
        self._legend.shown_changed.connect(self._filter)
        self._legend.front_changed.connect(cloud.set_front_class)

    # Gestures

    def _press(self, x: float, y: float, item: int) -> None:
        self._session.begin_gesture()
        if item >= 0:
            self._session.select(item)
        else:
            self._session.go_to_plane(x, y)

    def _scrub(self, x: float, y: float) -> None:
        self._session.go_to_plane(x, y, title="scrub")

    def _nudge(self, right: int, up: int) -> None:
        self._session.nudge(STEP * right, STEP * up)

    def _choose_end(self, which: str, item: int) -> None:
        self._session.interpolation.set_end("a" if which == "a" else "b", item if item >= 0 else None)

    def _filter(self, shown: set[int] | None) -> None:
        self._session.show_classes(None if shown is None else frozenset(shown))

    def _show_menu(self, at: QPoint) -> None:
        items = self.cloud.items_at(self.cloud.mapFromGlobal(at).toPointF())
        item = items[0] if items else -1
        what = "this image" if item >= 0 else "the picture at the cursor"
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if item >= 0:
            menu.addAction("Look at this image", lambda: self._session.select(item))
        menu.addAction(f"Make {what} end A", lambda: self._choose_end("a", item))
        menu.addAction(f"Make {what} end B", lambda: self._choose_end("b", item))
        menu.addSeparator()
        menu.addAction("Show the whole map", self.cloud.home)
        menu.popup(at)

    def _show_card(self, item: int, at: QPoint) -> None:
        model = self._session.model
        if model is None or model.embedding is None or item >= len(model.embedding):
            return
        code = model.embedding.codes[item]
        lines = [wording.item_title(model, item), f"length of z {float(np.linalg.norm(code)):.2f}"]
        if model.embedding.errors is not None:
            lines.append(f"error {float(model.embedding.errors[item]):.4f} per pixel")
        self.card.set_ink(wording.as_ink(model))
        self.card.show_at(at, model.picture_of(item), lines)

    # Facts

    def _on_opened(self) -> None:
        model = self._session.model
        self._fresh = True
        self.card.dismiss()
        if model is None:
            return
        manifest = model.run.manifest
        self._title.setText(manifest.title or manifest.family)
        self._subtitle.setText(wording.sizes(model))
        self._legend.set_classes(manifest.data.class_names)
        self._legend.setVisible(len(manifest.data.class_names) > 1)
        self._tell()
        if model.embedding is None:
            self.cloud.placeholder = "The map appears with the first snapshot."
            self._place_points()

    def _on_embedding(self) -> None:
        self._place_points()
        self._tell()

    def _on_items(self) -> None:
        self._tell()

    def _place_points(self) -> None:
        model = self._session.model
        if model is None:
            return
        places, classes = model.places, _classes(model)
        if model.living and not self._fresh and len(places) == len(classes):
            self.cloud.move_points(places, TRAVEL)
        else:
            self.cloud.set_points(places, classes)
            if self._fresh:
                self.cloud.frame()
            self._fresh = len(places) == 0
        self.cloud.set_axes(None if model.projection is None else model.projection.axes)
        self.cloud.set_words(_words(model, places))
        self._on_shown()
        self._on_cursor()
        self._on_path()
        self._on_drawing()

    def _on_cursor(self) -> None:
        place = self._session.cursor_place
        self.cloud.set_cursor(_place(place))
        self.cloud.set_selected(self._session.scene.item)

    def _on_shown(self) -> None:
        shown = self._session.scene.shown
        chosen = None if shown is None else set(shown)
        self.cloud.set_shown_classes(chosen)
        self._legend.set_shown(chosen)

    def _on_path(self) -> None:
        session, model = self._session, self._session.model
        if model is None or model.projection is None:
            return
        self.cloud.set_path(session.interpolation.places(), session.scene.handle)
        ends = [session.scene.end_a, session.scene.end_b]
        a, b = (None if end is None else _place(model.projection.to_plane(end.code)) for end in ends)
        self.cloud.set_ends(a, b)

    def _on_drawing(self) -> None:
        model, code = self._session.model, self._session.drawing.code
        known = model is not None and model.projection is not None and code is not None
        place = _place(model.projection.to_plane(code)) if known else None  # type: ignore[union-attr, arg-type]
        self.cloud.set_drawn([] if place is None else [place])

    def _tell(self) -> None:
        model = self._session.model
        if model is not None:
            self._lines.say(*wording.map_lines(model))
            self._figure.setText(wording.map_figures(model))

    def showEvent(self, event: object) -> None:
        self._session.training.watch("map", True)

    def hideEvent(self, event: object) -> None:
        self._session.training.watch("map", False)
        self.card.dismiss()


def _classes(model: OpenModel) -> NDArray[np.uint8]:
    count = 0 if model.embedding is None else len(model.embedding)
    labels = None if model.embedding is None else model.embedding.labels
    if labels is None:
        return np.zeros(count, np.uint8)
    return np.clip(labels, 0, MOST_CLASSES - 1).astype(np.uint8)


def _words(model: OpenModel, places: NDArray[np.float32]) -> list[tuple[str, tuple[float, float], int]]:
    """The names of the classes, each at the median of its points."""
    if model.embedding is None or model.embedding.labels is None:
        return []
    words = []
    for label, name in enumerate(model.embedding.class_names[:MOST_CLASSES]):
        members = places[model.embedding.labels == label]
        members = members[np.isfinite(members).all(axis=1)]
        if len(members):
            x, y = np.median(members, axis=0)
            words.append((name, (float(x), float(y)), label))
    return words


def _place(place: NDArray[np.float32] | None) -> tuple[float, float] | None:
    if place is None or not np.isfinite(place).all():
        return None
    return float(place[0]), float(place[1])
