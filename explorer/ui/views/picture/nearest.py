"""The real images that are nearest to the cursor, in a row. Part of the picture view; knows the session."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.session.open_model import OpenModel
from explorer.session.session import Session
from explorer.ui.look import wording
from explorer.ui.views.picture import words
from explorer.ui.widgets.pictures.image_view import ImageView

NEAREST = "nearest real images, and their distance in {space}"
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
        found, model = self._session.main.cursor.neighbours, self._session.main.model
        if model is not self._model:
            self._model, self._items = model, []
            self._classes.setText("")
            for view in self._views:
                view.set_picture(None)
                view.set_caption("")
        if model is None or found is None or not model.can_encode:
            return
        near = list(zip(found.items.tolist(), found.distances.tolist(), strict=True))
        shown = [(item, distance) for item, distance in near if model.picture_of(item) is not None]
        self._items = [item for item, _ in shown]
        for place, view in enumerate(self._views):
            view.setVisible(place < len(shown))
            if place < len(shown):
                view.set_picture(model.picture_of(shown[place][0]))
                view.set_caption(f"{shown[place][1]:.2f}")
        self._say(model, [item for item, _ in near if item not in self._items])
        self._classes.setText(words.most_are(model, [item for item, _ in near]))

    def _say(self, model: OpenModel, missing: list[int]) -> None:
        """Where images that belong to the row are not on this computer, which ones."""
        count = len(missing) + len(self._items)
        self._title.setText(
            f"nearest real images; {len(missing)} of {count} are not on this computer"
            if missing
            else NEAREST.format(space=model.space)
        )
        names = ", ".join(wording.short_title(model, item) for item in missing)
        self._title.setToolTip(f"Not on this computer: {names}" if missing else "")

    def _go_to(self, place: int) -> None:
        if place < len(self._items):
            self._session.main.select(self._items[place])
