"""The real images that are nearest to the cursor, in a row. Part of the picture view; knows the session."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.session.session import Session
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
        title = QLabel("nearest real images, and their distance in z")
        title.setProperty("role", "caption")
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
        column.addWidget(title)
        column.addLayout(row)

    def set_ink(self, ink: bool) -> None:
        for view in self._views:
            view.set_ink(ink)

    def fit(self, width: int, most: int) -> int:
        """Make the images as large as a width allows, at most so large; returns the height of it all."""
        line = self.fontMetrics().height()
        side = max(SMALLEST, min((width - (COUNT - 1) * GAP) // COUNT, most))
        for view in self._views:
            view.setFixedHeight(side + line + 6)
        return side + 2 * line + 10

    def refresh(self) -> None:
        found, model = self._session.main.cursor.neighbours, self._session.main.model
        for place, view in enumerate(self._views):
            known = found is not None and place < len(found.items)
            item = int(found.items[place]) if known and found is not None else -1
            view.set_picture(model.picture_of(item) if model is not None and item >= 0 else None)
            view.set_caption(f"{found.distances[place]:.2f}" if found is not None and known else "")

    def _go_to(self, place: int) -> None:
        found = self._session.main.cursor.neighbours
        if found is not None and place < len(found.items):
            self._session.main.select(int(found.items[place]))
