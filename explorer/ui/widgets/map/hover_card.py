"""The small card of the item under the pointer: its picture and beside it some lines. Imports Qt, `images`.

A child of the map and no window itself, so that it never takes the focus. It stays while the
pointer is on it. Its parts are placed by hand: a layout that has never been on the screen still
holds the sizes from before the style sheet, and the first card would be drawn with them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from explorer.ui.look.images import Picture, to_pixmap_scaled
from explorer.ui.widgets.pictures.image_view import ImageView

AWAY = 16
"""Pixels between the item and the card."""
LINGER = 260
PICTURE = 84
EDGE, GAP, END, BELOW_TITLE = 9, 12, 14, 5
"""Pixels left free: round the card, between picture and words, behind the words, below the title."""
LETTERS = 44
"""Of a line; longer ones are cut short."""


class HoverCard(QFrame):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._picture = ImageView(parent=self)
        self._picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._title, self._lines = QLabel(self), QLabel(self)
        self._title.setProperty("role", "title")
        self._lines.setProperty("role", "muted")
        for label in (self._title, self._lines):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._lines.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._leaving = QTimer(self, singleShot=True, interval=LINGER)
        self._leaving.timeout.connect(self.dismiss)
        self.hide()

    def set_ink(self, ink: bool) -> None:
        self._picture.set_ink(ink)

    def show_at(self, where: QPoint, picture: Picture | None, lines: Sequence[str]) -> None:
        """Show beside a place on the screen, inside the parent; the first line is the title."""
        self._leaving.stop()
        parent = self.parentWidget()
        assert parent is not None
        picture = picture if picture is not None and picture.size else None
        self._picture.set_picture(picture)
        self._picture.setVisible(picture is not None)
        left = EDGE if picture is None else self._place_picture(picture) + GAP
        room = QSize(parent.width() - left - END, parent.height() - 2 * EDGE)
        words = self._fill(lines, room)
        height = max(words.height(), 0 if picture is None else self._picture.height())
        self._picture.move(EDGE, EDGE + (height - self._picture.height()) // 2)
        self._place_words(left, EDGE + (height - words.height()) // 2, words.width())
        self.resize(left + words.width() + END, height + 2 * EDGE)
        at = parent.mapFromGlobal(where)
        self.move(
            _beside(at.x(), self.width(), parent.width()), _beside(at.y(), self.height(), parent.height())
        )
        self.raise_()
        self.show()

    def _place_picture(self, picture: Picture) -> int:
        """Give the picture a frame that it fills; returns where it ends."""
        room, ratio = QSize(PICTURE, PICTURE), self.devicePixelRatioF()
        drawn = to_pixmap_scaled(picture, room, ratio).deviceIndependentSize()
        side = round(max(drawn.width(), drawn.height())) + 6
        self._picture.setFixedSize(side, side)
        return EDGE + side

    def _fill(self, lines: Sequence[str], room: QSize) -> QSize:
        """Write as many lines as there is room for, cut short where they are too long; returns their size."""
        title, rest = next(iter(lines), ""), list(lines[1:])
        for label in (self._title, self._lines):
            # Before it was ever shown a label doesn't know the style sheet's font.
            label.ensurePolished()
        height, line = self._title.fontMetrics().height(), self._lines.fontMetrics().height()
        rest = rest[: max(0, (room.height() - height - BELOW_TITLE) // line)]
        most = min(room.width(), LETTERS * self._lines.fontMetrics().averageCharWidth())
        width = max(_write(self._title, [title], most), _write(self._lines, rest, most))
        self._lines.setVisible(bool(rest))
        return QSize(width, height + (BELOW_TITLE + line * len(rest) if rest else 0))

    def _place_words(self, left: int, top: int, width: int) -> None:
        height, count = self._title.fontMetrics().height(), len(self._lines.text().splitlines())
        self._title.setGeometry(left, top, width, height)
        line = self._lines.fontMetrics().height()
        self._lines.setGeometry(left, top + height + BELOW_TITLE, width, line * count)

    def dismiss(self) -> None:
        """Go, unless the pointer is on the card: then when it leaves."""
        if not self.underMouse():
            self._leaving.stop()
            self.hide()

    def leaveEvent(self, event: object) -> None:
        self._leaving.start()


def _write(label: QLabel, lines: Sequence[str], most: int) -> int:
    """Give a label its lines, none wider than `most`; returns the width of the widest."""
    metrics = label.fontMetrics()
    cut = [metrics.elidedText(line, Qt.TextElideMode.ElideRight, most) for line in lines]
    label.setText("\n".join(cut))
    return max((metrics.horizontalAdvance(line) for line in cut), default=0)


def _beside(at: int, size: int, room: int) -> int:
    """Where something of that size begins: behind a place, or else before it, but within the room."""
    begin = at + AWAY if at + AWAY + size <= room else at - AWAY - size
    return max(0, min(begin, room - size))
