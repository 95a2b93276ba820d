"""What the cursor decodes to: the picture, its code, how far it is from data, the nearest real images.

For an item or an own drawing also the original, its reconstruction and their difference.
Knows the session and contains widgets. Imports Qt and numpy.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from explorer.session.scene import Scene
from explorer.session.session import Session
from explorer.ui.look import theme, wording
from explorer.ui.views.picture import words as words_of
from explorer.ui.views.picture.nearest import SMALLEST, NearestImages
from explorer.ui.views.picture.room import FAIR, FROM_AFAR, GAP, KEPT, LARGEST, LEAST, ROWS, side_of
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.steady_label import SteadyLabel
from explorer.ui.widgets.two_lines import TwoLines

NEAR_MS = 50
"""While the cursor moves, the nearest images follow it this often: the large picture comes first."""

WIDE = 16_777_215  # Qt's own word for no limit


class PictureView(QWidget):
    """The decoded picture, large; below it where it lies and what is near."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("picture")
        self._session = session
        self.original, self.beside, self.difference = ImageView(), ImageView(), ImageView()
        self.decoded = ImageView(words_of.EMPTY)
        self.original.setObjectName("picture.original")
        self.beside.setObjectName("picture.beside")
        self.decoded.setObjectName("picture.decoded")
        self.difference.setObjectName("picture.difference")
        self.difference.setToolTip(words_of.DIFFERENCE)
        self.difference.setAccessibleName("difference")
        self._code, self._distance, self._other = SteadyLabel(), SteadyLabel(), SteadyLabel()
        self._code.setObjectName("picture.code")
        self._distance.setObjectName("picture.distance")
        self._other.setObjectName("picture.other")
        for label in (self._distance, self._other):
            label.setProperty("role", "muted")
        self._near = NearestImages(session)
        self._whose = self._title = self._error = ""
        self._is_small = False  # the original, beside the words
        self._shown: tuple[bool, ...] = ()
        self._lines = TwoLines()
        self._lay_out()
        session.main.model_opened.connect(self._on_opened)
        session.main.items_arrived.connect(self._on_opened)
        session.main.images.data_changed.connect(self._on_cursor)
        session.main.cursor.moved.connect(self._on_cursor)
        session.main.cursor.picture_changed.connect(self._on_picture)
        session.beside.model_opened.connect(self._on_opened)
        for side in session.sides:
            side.renamed.connect(self._on_opened)
        session.changed.connect(self._on_changed)
        session.carrying.changed.connect(self._on_opened)
        session.beside.cursor.picture_changed.connect(self._on_beside)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._share_room)
        self._near_soon = QTimer(self, singleShot=True, interval=NEAR_MS)
        self._near_soon.timeout.connect(self._on_neighbours)
        session.main.cursor.neighbours_changed.connect(self._near_later)
        self._on_opened()

    def _lay_out(self) -> None:
        self._large = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._large.setSpacing(GAP)
        for view in (self.beside, self.decoded):
            self._large.addWidget(view, 1)
        words = QVBoxLayout()
        words.setSpacing(1)
        for label in (self._code, self._distance, self._other):
            words.addWidget(label)
        self._aside = QHBoxLayout()
        self._aside.setSpacing(10)
        self._aside.addWidget(self.difference)
        self._aside.addLayout(words, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 8, 12, 4)
        rows.setSpacing(6)
        rows.addLayout(self._large, 1)
        rows.addLayout(self._aside)
        rows.addWidget(self._near)
        self._lines.setContentsMargins(-12, 0, -12, 0)
        rows.addWidget(self._lines)
        for view in (self.original, self.beside, self.decoded, self.difference):
            view.setMinimumSize(SMALLEST, SMALLEST)

    # Geometry

    def _caption(self) -> int:
        """The height of the two lines below a large picture."""
        return 2 * self.fontMetrics().height() + 6

    def _small_side(self) -> int:
        """Of the picture beside the words."""
        return max(SMALLEST, ROWS * (self.fontMetrics().height() + 1))

    def _share_room(self) -> None:
        """The large pictures come first; the nearest images and the lines take what these can't use."""
        line, side, model = self.fontMetrics().height(), self._small_side(), self._session.main.model
        near = 6 + self._near.fit(self.width() - 24, round(LARGEST * self.height()))
        lines, tall = 4 * line, self.height() - 12 - side - 6
        self._stand(tall)
        count = sum(not view.isHidden() for view in self._in_front)
        most, above = self._side(count, tall)
        # The codes on a generator's map were drawn: no image belongs to them.
        images = model is None or model.can_encode
        enough = max(KEPT * most, LEAST)
        images = images and self._side(count, tall - near)[0] >= enough
        self._near.setVisible(images)
        rest = tall - (near if images else 0) - lines
        self._lines.setVisible(self._side(count, rest)[0] >= enough)
        way = QBoxLayout.Direction.TopToBottom if above else QBoxLayout.Direction.LeftToRight
        self._large.setDirection(way)
        self._say_code()
        self._near_later()

    def _side(self, count: int, tall: float) -> tuple[float, bool]:
        """Of so many large pictures in that height, and whether they become larger above each other."""
        return side_of(count, self.width() - 24, tall, self._caption())

    @property
    def _in_front(self) -> list[ImageView]:
        """Those that may be large."""
        standing = [self.beside, self.decoded]
        return standing if self._aside.indexOf(self.original) >= 0 else [self.original, *standing]

    def _stand(self, tall: float) -> None:
        """Beside two decoded pictures, or where there is little room, the original is small."""
        one, two = self._side(1, tall)[0], self._side(2, tall)[0]
        fair, decoded = FROM_AFAR if theme.is_large() else FAIR, not self.decoded.isHidden()
        small = self._session.beside.present or (decoded and two < fair * one)
        self._is_small = small
        aside = self.original if small else self.difference
        if small:
            self.difference.hide()
        elif self._large.indexOf(self.original) < 0:
            self._large.insertWidget(0, self.original, 1)
        if self._aside.indexOf(aside) < 0:
            self._aside.insertWidget(0, aside)
        side = self._small_side()
        for view in (self.original, self.difference):
            least, most = (side, side) if view is aside else (SMALLEST, WIDE)
            view.setMinimumSize(least, least)
            view.setMaximumSize(most, most)
        self.difference.setVisible(not small and decoded and not self.original.isHidden())
        self._say_title()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_room()
        # The height of the large pictures is known once the others have theirs.
        self._soon.start()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._soon.start()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 12 + LEAST + self._caption() + 6 + self._small_side())

    def sizeHint(self) -> QSize:
        return QSize(372, 420)

    # Facts

    def _on_opened(self) -> None:
        model = self._session.main.model
        ink = model is not None and wording.as_ink(model)
        for view in (self.original, self.decoded, self._near):
            view.set_ink(ink)
        features = model is not None and not model.can_decode
        self._lines.say(*(words_of.FEATURE_LINES if features else words_of.LINES))
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
        decodes = model is None or model.can_decode
        shown = original is not None, original is None or decodes, compared, model is None or model.can_encode
        if shown != self._shown:
            self._shown = shown
            self.original.setVisible(original is not None)
            # What comes for features is the image itself, and no reconstruction.
            self.decoded.setVisible(original is None or decodes)
            self._soon.start()
        missing = "" if decodes else words_of.missing(session.main) or words_of.NO_DECODER
        self.decoded.set_placeholder(missing or words_of.EMPTY)
        if model is None or cursor is None:
            self._code.setText("")
            self.decoded.set_caption("")
            self._on_picture()
            return
        self._whose = f"{model.run.name}: " if compared else ""
        self._say_code()
        if original is not None:
            self.original.set_picture(original)
            self._title = "own picture" if item is None else wording.item_caption(model, item)
            self.original.setAccessibleName(self._title)
        else:
            self._title = self._error = words_of.missing(session.main)
        self._say_title()
        self.decoded.set_caption(
            words_of.caption(session.main) if compared else words_of.decoded(session.main, model)
        )
        self._on_picture()

    def _on_changed(self, before: Scene, now: Scene) -> None:
        """Pictures of another class are asked for: the captions name it."""
        if before.main.condition != now.main.condition:
            self._on_cursor()
        if before.beside.condition != now.beside.condition:
            self._on_beside()

    def _say_code(self) -> None:
        """As many of its numbers as there is room for; the model's name gives way first."""
        model, code = self._session.main.model, self._session.main.look.code
        if model is None or code is None:
            return
        wide = self._code.fontMetrics().horizontalAdvance
        self._code.setText(words_of.numbers(model, code, self._whose, self._code.width(), wide))

    def _say_title(self) -> None:
        """What the original is, below it or beside where it is small; and what the numbers of both are."""
        self.original.set_caption("" if self._is_small else self._title)
        large = not (self._is_small or self.original.isHidden())
        drawn = not self.decoded.isHidden()
        one, other = words_of.sizes_below(self._session.main.model, original=large, decoded=drawn)
        self.original.set_detail(*one)
        self.decoded.set_detail(*other)
        self._other.setText(self._title if self._is_small else self._error)

    def _on_beside(self) -> None:
        """The picture of the second model, where there is one."""
        beside = self._session.beside
        self.beside.setVisible(beside.present)
        self.beside.set_picture(beside.cursor.picture)
        if beside.model is not None:
            self.beside.set_ink(wording.as_ink(beside.model))
            self.beside.set_caption(words_of.caption(beside))
            self.beside.set_detail(*words_of.sizes(beside.model))
            self.beside.set_placeholder("" if beside.model.can_decode else words_of.NO_DECODER)

    def _on_picture(self) -> None:
        if not self.isVisible():
            return
        session = self._session
        here = session.main.look.code is not None
        picture, original = session.main.cursor.picture if here else None, session.main.cursor.original
        self.decoded.set_picture(picture)
        if picture is None or original is None or picture.shape != original.shape:
            self.difference.set_signed(None)
            return
        difference, self._error = words_of.difference(picture, original)
        self.difference.set_signed(difference)
        self._say_title()

    def _near_later(self) -> None:
        if not self._near_soon.isActive():
            self._near_soon.start()

    def showEvent(self, event: object) -> None:
        self._on_picture()
        self._on_neighbours()

    def _on_neighbours(self) -> None:
        if not self.isVisible():
            return
        self._near.refresh()
        model = self._session.main.model
        words = words_of.distance(model, self._session.main.cursor.neighbours)
        fits = self._distance.fontMetrics().horizontalAdvance
        fitting = (each for each in words if fits(each) <= self._distance.width())
        self._distance.setText(next(fitting, words[-1]))
        self._distance.setToolTip(f"{words[0]} in {model.space}" if model is not None and words[0] else "")
