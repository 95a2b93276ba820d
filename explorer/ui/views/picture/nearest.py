"""The real images that are nearest to the cursor, in a row. Part of the picture view; knows the session."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.session.open_model import OpenModel
from explorer.session.session import Session
from explorer.ui.views.picture import words
from explorer.ui.widgets.pictures.image_view import ImageView

COUNT = 6
GAP = 4
SMALLEST = 40
"""Pixels of an image's side at least."""


class NearestImages(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picture.nearest")
        self._session = session
        self._views = [ImageView() for _ in range(COUNT)]
        self._items: list[int] = []
        """Those whose images are at hand."""
        self._model: OpenModel | None = None
        """Whose images these are."""
        self._title = QLabel()
        self._title.setObjectName("picture.nearest.title")
        self._title.setProperty("role", "caption")
        self._classes = QLabel()
        """Which class most of them are of, where the data have classes."""
        self._classes.setObjectName("picture.nearest.classes")
        self._classes.setProperty("role", "caption")
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for place, view in enumerate(self._views):
            view.setMinimumSize(SMALLEST, SMALLEST)
            view.activated.connect(lambda place=place: self._go_to(place))
            view.setToolTip("A real image near the cursor; double click to look at it.")
            row.addWidget(view, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addLayout(row)
        column.addWidget(self._classes)

    def set_ink(self, ink: bool) -> None:
        for view in self._views:
            view.set_ink(ink)

    def fit(self, width: int, most: int) -> int:
        """Make the images as large as a width allows, at most so large; returns the height of it all."""
        line = self.fontMetrics().height()
        side = max(SMALLEST, min((width - (COUNT - 1) * GAP) // COUNT, most))
        for view in self._views:
            view.setFixedHeight(side + line + 6)
        return side + 3 * line + 12

    def refresh(self) -> None:
        """Those that are at hand; of the others is said that they are not."""
        found, model = self._session.main.cursor.near_pictures(), self._session.main.model
        if model is not self._model:
            self._model, self._items = model, []
            self._classes.setText("")
            for view in self._views:
                view.set_picture(None)
                view.set_caption("")
        if model is None or not model.can_encode:
            return
        self._items = [] if found is None else found.items.tolist()
        for place, view in enumerate(self._views):
            view.setVisible(place < len(self._items))
            if found is not None and place < len(self._items):
                view.set_picture(model.picture_of(self._items[place]))
                view.set_caption(f"{found.distances[place]:.2f}")
        self._title.setText(words.nearest(model))
        self._classes.setText(words.most_are(model, self._items))

    def _go_to(self, place: int) -> None:
        if place < len(self._items):
            self._session.main.select(self._items[place])
