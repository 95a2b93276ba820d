"""Interpolation between two images: three aligned rows, what each picture is nearest to, and a handle.

Knows the session and contains widgets. Imports Qt and numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from explorer.latent.path import Manner
from explorer.session.session import Session
from explorer.session.steering.interpolation import STEPS
from explorer.ui.look import theme, wording
from explorer.ui.views.strip import words
from explorer.ui.views.strip.play_button import PlayButton
from explorer.ui.views.strip.strip_end import StripEnd
from explorer.ui.widgets.allow import allow
from explorer.ui.widgets.pictures.image_strip import EDGE, GAP, LARGEST, TITLE, ImageStrip
from explorer.ui.widgets.two_lines import TwoLines

SIDE = 208
"""Least width of the column for words and buttons."""
LEAST = 34
"""Side of the smallest pictures."""


class StripView(QWidget):
    """One line until an end is chosen; with both the rows, the chosen one marked."""

    need_changed = Signal()
    """It wants another height now."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self._session = session
        self._ends = {"a": StripEnd("a", session), "b": StripEnd("b", session)}
        self._rows: dict[Manner, ImageStrip] = {manner: ImageStrip(STEPS) for manner in words.ROWS}
        self._shown: dict[Manner, tuple[NDArray[np.uint8], list[str]]] = {}
        self._reason, self._place = QLabel(), QLabel()
        self._play, self._swap, self._clear = PlayButton(session), QToolButton(), QToolButton()
        self._lines = TwoLines()
        self._picture_side = self._need = 0
        self._name_parts()
        self._lay_out()
        self._connect()
        self._refresh()

    def _name_parts(self) -> None:
        for manner, row in self._rows.items():
            row.setObjectName(f"strip.{manner}")
            row.set_title(words.ROWS[manner][0])
            row.setToolTip(words.ROWS[manner][1])
            row.setAccessibleName(words.ROWS[manner][0])
        self._reason.setProperty("role", "muted")
        self._place.setProperty("role", "muted")
        self._place.setWordWrap(True)
        self._place.setContentsMargins(EDGE, 2, EDGE, 0)
        self._reason.setContentsMargins(EDGE, 2, EDGE, 0)
        for name, icon, button in (
            ("play", "play", self._play), ("swap", "swap", self._swap), ("clear", "close", self._clear),
        ):  # fmt: skip
            button.setObjectName(f"strip.{name}")
            button.setAccessibleName(name.capitalize())
            theme.set_icon(button, icon)

    def _lay_out(self) -> None:
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(2)
        for end in self._ends.values():
            self._pair.addWidget(end, 0, Qt.AlignmentFlag.AlignTop)
        self._pair.addStretch()
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        for row in self._rows.values():
            self._column.addWidget(row)
        self._column.addWidget(self._reason)
        self._column.addStretch()
        outer = QHBoxLayout(self)
        outer.setContentsMargins(EDGE, 4, 0, 4)
        outer.setSpacing(0)
        outer.addLayout(self._pair)
        outer.addLayout(self._column)
        self._beside = self._side()
        outer.addWidget(self._beside)
        outer.addStretch(1)

    def _side(self) -> QWidget:
        """Buttons, where the handle is, and the two lines."""
        side = QWidget()
        side.setMinimumWidth(SIDE)
        side.setMaximumWidth(2 * SIDE)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(EDGE, 4, 0, 2)
        buttons.setSpacing(4)
        for part in (self._play, self._swap, self._clear):
            buttons.addWidget(part)
        buttons.addStretch()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(buttons)
        column.addWidget(self._place)
        column.addStretch()
        column.addWidget(self._lines)
        return side

    def _connect(self) -> None:
        session = self._session
        session.interpolation.changed.connect(self._refresh)
        session.main.model_opened.connect(self._on_items)
        session.main.items_arrived.connect(self._on_items)
        session.main.cursor.moved.connect(self._on_cursor)
        for manner, row in self._rows.items():
            row.picture_activated.connect(lambda place, manner=manner: self._choose(manner, place))
            row.handle_moved.connect(session.interpolation.move_handle)
            row.pressed.connect(self._press)
            row.released.connect(session.choices.end_gesture)
        self._swap.clicked.connect(session.interpolation.swap)
        self._clear.clicked.connect(session.interpolation.clear)

    # Intents

    def _choose(self, manner: Manner, place: int) -> None:
        self._play.pause()
        self._session.choices.begin_gesture()
        self._session.interpolation.set_manner(manner)
        self._session.interpolation.move_handle(place / (STEPS - 1))
        self._session.choices.end_gesture()

    def _press(self) -> None:
        self._play.pause()
        self._session.choices.begin_gesture()

    # Facts

    def _on_items(self) -> None:
        model = self._session.main.model
        ink = model is not None and wording.as_ink(model)
        parts: tuple[ImageStrip | StripEnd, ...] = (*self._rows.values(), *self._ends.values())
        for part in parts:
            part.set_ink(ink)
        for manner, row in self._rows.items():
            row.setToolTip(words.row_tip(model, manner))
        self._refresh()

    def _on_cursor(self) -> None:
        """Somebody has gone elsewhere: then the handle plays no longer."""
        if self._session.scene.handle is None:
            self._play.pause()

    def _refresh(self) -> None:
        strip = self._session.interpolation
        if not strip.complete or self._session.scene.handle != self._play.at:
            self._play.pause()  # undo has taken back what was played, or there is no path any more
        if not self.isVisible():
            return
        for end in self._ends.values():
            end.refresh()
        self._allow()
        self._reason.setText(strip.reason)
        self._reason.setVisible(not strip.complete)
        self._beside.setVisible(not self.is_line)
        self._reason.setMinimumHeight(self._ends["a"].need if self.is_line else 0)
        self._lines.setVisible(strip.complete)
        self._lines.say(*words.lines(self._session.main.model))
        way = QBoxLayout.Direction
        self._pair.setDirection(way.TopToBottom if strip.complete else way.LeftToRight)
        for end in self._ends.values():
            end.set_small(self.is_line)
        for manner, row in self._rows.items():
            row.setVisible(strip.complete and manner in strip.rows)
            self._fill(manner, row)
        self._place.setText(words.place(self._session))
        self._share_heights()
        self._update_need()

    def _allow(self) -> None:
        strip, scene = self._session.interpolation, self._session.scene
        tips = {self._play: "Run the handle from A to B in six seconds", self._swap: "Exchange A and B"}
        for button, tip in tips.items():
            allow(button, strip.reason, tip)
        some = scene.end_a is not None or scene.end_b is not None
        allow(self._clear, "" if some else "There are no ends to forget.", "Forget A and B")

    def _fill(self, manner: Manner, row: ImageStrip) -> None:
        strip, scene = self._session.interpolation, self._session.scene
        if manner not in strip.rows:
            self._shown.pop(manner, None)
            row.set_title("")
            row.set_pictures([None] * STEPS)
            row.set_handle(None)
            row.set_selected(None)
            return
        chosen, pictures = manner == scene.manner, strip.rows[manner]
        handle = scene.handle or 0.0
        row.set_title(words.ROWS[manner][0])
        captions = words.captions(self._session, self._picture_side) if chosen else []
        shown = self._shown.get(manner)
        # While the handle runs the pictures stay as they are, and scaling them anew would cost the most.
        same = shown is not None and np.array_equal(pictures, shown[0]) and captions == shown[1]
        if not same:
            self._shown[manner] = (pictures.copy(), captions)
            row.set_pictures(list(pictures), captions)
        row.set_handle(handle if chosen else None)
        row.set_selected(round(handle * (STEPS - 1)) if chosen else None)

    # Geometry

    @property
    def is_line(self) -> bool:
        """Neither end is chosen: there is nothing to see yet."""
        scene = self._session.scene
        return scene.end_a is None and scene.end_b is None

    @property
    def need(self) -> int:
        """Pixels of height that it would use in its width."""
        ends, low = [end.need for end in self._ends.values()], 8
        if self.is_line:
            return max(ends) + low
        if not self._session.interpolation.complete:
            return max(*ends, self._beside.minimumSizeHint().height()) + low
        rows = self._least()
        side = max(LEAST, min(self._widest(), LARGEST))
        words = self._beside.heightForWidth(SIDE)
        return low + max(sum(rows) + len(rows) * (side - LEAST), sum(ends) + 2, words)

    def _update_need(self) -> None:
        need = self.need
        if need != self._need:
            self._need = need
            self.updateGeometry()
            self.need_changed.emit()

    def _least(self) -> list[int]:
        """Heights of the rows with the smallest pictures."""
        return [row.minimumSizeHint().height() for row in self._rows.values() if not row.isHidden()]

    def _around(self) -> int:
        """Pixels of a row's width beside its pictures."""
        return 2 * EDGE + TITLE + STEPS * GAP - GAP

    def _widest(self) -> int:
        """Side of the pictures that the width allows."""
        ends = max(end.width() for end in self._ends.values())
        return (self.width() - EDGE - ends - SIDE - self._around()) // STEPS

    def _share_heights(self) -> None:
        """Pictures of one size in all rows, though one of them has captions and the handle too."""
        rows = [row for row in self._rows.values() if not row.isHidden()]
        if not rows:
            return
        least = self._least()
        tall = (self.height() - 8 - sum(least)) // len(rows) + LEAST
        side = max(16, min(tall, self._widest(), LARGEST))
        for row, height in zip(rows, least, strict=True):
            row.setFixedSize(self._around() + STEPS * side, height - LEAST + side)
        if side != self._picture_side:
            self._picture_side = side
            self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        QTimer.singleShot(0, self, self._on_resized)

    def _on_resized(self) -> None:
        self._share_heights()
        if self.isVisible():
            self._update_need()

    def sizeHint(self) -> QSize:
        return QSize(1000, self.need)

    def minimumSizeHint(self) -> QSize:
        return QSize(560, min(self.need, 200))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            QTimer.singleShot(0, self, self._refresh)
        super().changeEvent(event)

    def showEvent(self, event: object) -> None:
        self._on_items()

    def hideEvent(self, event: object) -> None:
        self._play.pause()
