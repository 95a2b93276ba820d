"""What the cursor decodes to: the picture, its code, how far it is from data, the nearest real images.

For an item or an own drawing also the original, its reconstruction and their difference.
Knows the session and contains widgets. Imports Qt and numpy.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.session.asking.requests import Neighbours
from explorer.session.open_model import OpenModel
from explorer.session.scene import Scene
from explorer.session.session import Session
from explorer.session.side import Side
from explorer.ui.look import wording
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.steady_label import SteadyLabel
from explorer.ui.widgets.two_lines import TwoLines

NEIGHBOURS = 6

NEAR_HEIGHT = 54
NEAREST = "nearest real images, and their distance in {space}"

NEAR_MS = 50
"""While the cursor moves, the nearest images follow it this often: the large picture comes first."""

EMPTY = "Press on the map."
NO_DECODER = "Features have no decoder."
LINES = (
    "What the decoder draws at the cursor.",
    "A sharp picture is no proof that such an image exists.",
)
FEATURE_LINES = (
    "The image at the cursor, and those in which the network sees the most alike.",
    "Between images there is nothing to be drawn: features have no decoder.",
)

LARGE = 176
"""Height of the pictures, caption included."""

SMALL = 112
"""The least that the pictures shrink to on a low screen."""

ROOM = 430
"""The dock takes no more height than its content needs; the sliders below want the rest."""


class PictureView(QWidget):
    """The decoded picture, large; below it where it lies and what is near."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picture")
        self._session = session
        self.original, self.beside, self.difference = ImageView(), ImageView(), ImageView()
        self.decoded = ImageView(EMPTY)
        self.original.setObjectName("picture.original")
        self.beside.setObjectName("picture.beside")
        self.decoded.setObjectName("picture.decoded")
        self.difference.setObjectName("picture.difference")
        self._code, self._distance = SteadyLabel(), SteadyLabel()
        self._code.setObjectName("picture.code")
        self._distance.setProperty("role", "muted")
        self._near = [ImageView() for _ in range(NEIGHBOURS)]
        self._near_items: list[int] = []
        """Those whose images are at hand."""
        self._lines = TwoLines()
        self._lay_out()
        self.setMaximumHeight(ROOM)
        session.main.model_opened.connect(self._on_opened)
        session.main.items_arrived.connect(self._on_opened)
        session.main.cursor.moved.connect(self._on_cursor)
        session.main.cursor.picture_changed.connect(self._on_picture)
        session.beside.model_opened.connect(self._on_opened)
        session.changed.connect(self._on_changed)
        session.carrying.changed.connect(self._on_opened)
        session.beside.cursor.picture_changed.connect(self._on_beside)
        self._near_soon = QTimer(self, singleShot=True, interval=NEAR_MS)
        self._near_soon.timeout.connect(self._on_neighbours)
        session.main.cursor.neighbours_changed.connect(self._near_later)
        self._on_opened()

    def _lay_out(self) -> None:
        large = QHBoxLayout()
        large.setSpacing(8)
        for view in (self.original, self.beside, self.decoded, self.difference):
            view.setMinimumHeight(SMALL)
            view.setMaximumHeight(LARGE)
            large.addWidget(view)
        near = QGridLayout()
        near.setSpacing(4)
        for column, view in enumerate(self._near):
            view.setFixedHeight(NEAR_HEIGHT)
            near.addWidget(view, 0, column)
        near.setRowMinimumHeight(0, NEAR_HEIGHT)
        self._title = QLabel()
        self._title.setObjectName("picture.nearest")
        self._title.setProperty("role", "caption")
        self._below = QWidget()
        below = QVBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(6)
        below.addWidget(self._title)
        below.addLayout(near)
        below.addWidget(self._lines)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 8, 12, 0)
        rows.setSpacing(6)
        rows.addLayout(large, 1)
        rows.addWidget(self._code)
        rows.addWidget(self._distance)
        rows.addWidget(self._below)
        rows.addStretch()
        self._whole = rows.minimumSize().height()
        self.setMinimumHeight(self._whole - self._below.minimumSizeHint().height())
        for place, view in enumerate(self._near):
            view.activated.connect(lambda place=place: self._go_to_neighbour(place))
            view.setToolTip("A real image near the cursor; double click to look at it.")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """On a low screen the sliders need the room more than the nearest images do."""
        self._below.setVisible(self.height() >= self._whole)

    def _on_opened(self) -> None:
        model = self._session.main.model
        ink = model is not None and wording.as_ink(model)
        for view in (self.original, self.decoded, *self._near):
            view.set_ink(ink)
        # The codes on a generator's map were drawn: no image belongs to them.
        self._title.setVisible(model is None or model.can_encode)
        features = model is not None and not model.can_decode
        self._lines.say(*(FEATURE_LINES if features else LINES))
        self._code.setToolTip(
            "What the network sees in the image: its features, of which each is one number."
            if features
            else "The latent code: what the decoder draws from."
        )
        self._on_beside()
        self._on_cursor()
        self._on_neighbours()

    def _on_cursor(self) -> None:
        session = self._session
        model, cursor, item = session.main.model, session.main.look.code, session.main.look.item
        original = None if cursor is None else session.main.cursor.original
        compared = session.beside.present
        self.original.setVisible(original is not None)
        decodes = model is None or model.can_decode
        self.difference.setVisible(original is not None and not compared and decodes)
        # What comes for features is the image itself, and no reconstruction.
        self.decoded.setVisible(original is None or decodes)
        self.decoded.set_placeholder(EMPTY if decodes else NO_DECODER)
        if model is None or cursor is None:
            self._code.setText("")
            self.decoded.set_caption("")
            self._on_picture()
            return
        whose = f"{model.run.name}: " if compared else ""
        self._code.setText(whose + wording.code_text(model, cursor))
        if original is not None:
            self.original.set_picture(original)
            self.original.set_caption("own picture" if item is None else wording.item_caption(model, item))
        made = "" if not decodes else "decoded" if item is None else wording.item_caption(model, item)
        plain = made if original is None else "reconstruction"
        self.decoded.set_caption(
            _caption(session.main) if compared else wording.asked_for(session.main) or plain
        )
        self._on_picture()

    def _on_changed(self, before: Scene, now: Scene) -> None:
        """Pictures of another class are asked for: the captions name it."""
        if before.main.condition != now.main.condition:
            self._on_cursor()
        if before.beside.condition != now.beside.condition:
            self._on_beside()

    def _on_beside(self) -> None:
        """The picture of the second model, where there is one."""
        beside = self._session.beside
        self.beside.setVisible(beside.present)
        self.beside.set_picture(beside.cursor.picture)
        if beside.model is not None:
            self.beside.set_ink(wording.as_ink(beside.model))
            self.beside.set_caption(_caption(beside))

    def _on_picture(self) -> None:
        session = self._session
        here = session.main.look.code is not None
        picture, original = session.main.cursor.picture if here else None, session.main.cursor.original
        self.decoded.set_picture(picture)
        if picture is None or original is None or picture.shape != original.shape:
            self.difference.set_signed(None)
            self.difference.set_caption("difference")
            return
        difference = (picture.astype(np.float32) - original) / 255
        self.difference.set_signed(difference)
        error = float(np.square(difference).mean())
        self.difference.set_caption(f"difference: {wording.error_text(error)}")
        self.difference.setToolTip(
            "Decoded minus original: red too bright, blue too dark; mean square per pixel."
        )

    def _near_later(self) -> None:
        if not self._near_soon.isActive():
            self._near_soon.start()

    def _on_neighbours(self) -> None:
        session = self._session
        found, model = session.main.cursor.neighbours, session.main.model
        shown: list[tuple[int, float]] = []
        missing: list[int] = []
        if model is not None and model.can_encode and found is not None:
            for item, distance in zip(found.items.tolist(), found.distances.tolist(), strict=True):
                if model.picture_of(item) is None:
                    missing.append(item)
                else:
                    shown.append((item, distance))
        self._near_items = [item for item, _ in shown]
        for place, view in enumerate(self._near):
            view.setVisible(place < len(shown))
            if place < len(shown) and model is not None:
                view.set_picture(model.picture_of(shown[place][0]))
                view.set_caption(f"{shown[place][1]:.2f}")
        if model is not None:
            self._say_missing(model, missing)
        far = self._distance_text(found)
        self._distance.setText(far)
        self._distance.setToolTip(far and f"{far} in {self._space()}")

    def _say_missing(self, model: OpenModel, missing: list[int]) -> None:
        """Where images that belong to the row are not on this computer, which ones."""
        if not missing:
            self._title.setText(NEAREST.format(space=self._space()))
            self._title.setToolTip("")
            return
        names = ", ".join(wording.short_title(model, item) for item in missing)
        count = len(missing) + len(self._near_items)
        self._title.setText(f"nearest real images; {len(missing)} of {count} are not on this computer")
        self._title.setToolTip(f"Not on this computer: {names}")

    def _distance_text(self, found: Neighbours | None) -> str:
        model = self._session.main.model
        if found is None or model is None or model.embedding is None or not len(found.distances):
            return ""
        distance = float(found.distances[0])
        where = "far from data" if model.embedding.is_far(distance) else "inside the data"
        if not model.can_encode:
            where = "far from" if model.embedding.is_far(distance) else "among"
            return f"{where} the drawn codes: nearest {distance:.2f} away"
        return f"{where}: nearest held-out image {distance:.2f} away"

    def _space(self) -> str:
        model = self._session.main.model
        return "z" if model is None else model.space

    def _go_to_neighbour(self, place: int) -> None:
        if place < len(self._near_items):
            self._session.main.select(self._near_items[place])


def _caption(side: Side) -> str:
    """Whose picture it is, in few words."""
    name = "" if side.model is None else side.model.run.name
    asked = wording.asked_for(side)
    return f"{name}, {asked}" if asked else name
