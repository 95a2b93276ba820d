"""Interpolation between two images: three aligned rows, what each picture is nearest to, and a handle.

Knows the session and contains widgets. Imports Qt and numpy.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from explorer.latent.path import Manner
from explorer.session.session import Session
from explorer.session.steering.interpolation import STEPS
from explorer.ui.look import theme, wording
from explorer.ui.views.strip.strip_end import StripEnd
from explorer.ui.views.strip.words import ROWS, lines, row_tip
from explorer.ui.widgets.pictures.image_strip import EDGE, GAP, LARGEST, TITLE, ImageStrip
from explorer.ui.widgets.two_lines import TwoLines

SIDE = 208
"""Least width of the column for words and buttons."""
LEAST = 34
"""Side of the smallest pictures."""
ROOMY = 46
"""Side from which a caption has room for the distance too."""
SECONDS = 6.0
"""From A to B, for eyes to follow."""
TICK_MS = 33


class StripView(QWidget):
    """Empty until both ends are chosen; then the rows, the chosen one marked."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self._session = session
        self._ends = {"a": StripEnd("a", session), "b": StripEnd("b", session)}
        self._rows: dict[Manner, ImageStrip] = {manner: ImageStrip(STEPS) for manner in ROWS}
        self._shown: dict[Manner, tuple[NDArray[np.uint8], list[str]]] = {}
        self._reason, self._place = QLabel(), QLabel()
        self._play, self._swap, self._clear = QPushButton("Play"), QToolButton(), QToolButton()
        self._lines = TwoLines()
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._began = self._at = 0.0
        self._picture_side = 0
        self._name_parts()
        self._lay_out()
        self._connect()
        self._refresh()

    def _name_parts(self) -> None:
        for manner, row in self._rows.items():
            row.setObjectName(f"strip.{manner}")
            row.set_title(ROWS[manner][0])
            row.setToolTip(ROWS[manner][1])
            row.setAccessibleName(ROWS[manner][0])
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
        ends = QVBoxLayout()
        ends.setSpacing(2)
        for end in self._ends.values():
            ends.addWidget(end)
        ends.addStretch()
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        for row in self._rows.values():
            self._column.addWidget(row)
        self._column.addWidget(self._reason)
        self._column.addStretch()
        outer = QHBoxLayout(self)
        outer.setContentsMargins(EDGE, 4, 0, 4)
        outer.setSpacing(0)
        outer.addLayout(ends)
        outer.addLayout(self._column)
        outer.addWidget(self._side())
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
        self._play.clicked.connect(self._play_or_pause)
        self._swap.clicked.connect(session.interpolation.swap)
        self._clear.clicked.connect(session.interpolation.clear)

    # Intents

    def _choose(self, manner: Manner, place: int) -> None:
        self._pause()
        self._session.choices.begin_gesture()
        self._session.interpolation.set_manner(manner)
        self._session.interpolation.move_handle(place / (STEPS - 1))
        self._session.choices.end_gesture()

    def _press(self) -> None:
        self._pause()
        self._session.choices.begin_gesture()

    def _play_or_pause(self) -> None:
        if self._clock.isActive():
            self._pause()
            return
        handle = self._session.scene.handle
        start = handle if handle is not None and handle < 1 else 0.0
        self._began = time.monotonic() - start * SECONDS
        self._session.choices.begin_gesture()
        self._clock.start()
        self._tick()
        self._say_play()

    def _tick(self) -> None:
        self._at = min((time.monotonic() - self._began) / SECONDS, 1.0)
        self._session.interpolation.move_handle(self._at, title="play the path")
        if self._at >= 1:
            self._pause()

    def _pause(self) -> None:
        if self._clock.isActive():
            self._clock.stop()
            self._session.choices.end_gesture()
            self._say_play()

    def _say_play(self) -> None:
        playing = self._clock.isActive()
        self._play.setText("Pause" if playing else "Play")
        theme.set_icon(self._play, "pause" if playing else "play")

    # Facts

    def _on_items(self) -> None:
        model = self._session.main.model
        ink = model is not None and wording.as_ink(model)
        parts: tuple[ImageStrip | StripEnd, ...] = (*self._rows.values(), *self._ends.values())
        for part in parts:
            part.set_ink(ink)
        for manner, row in self._rows.items():
            row.setToolTip(row_tip(model, manner))
        self._refresh()

    def _on_cursor(self) -> None:
        """Somebody has gone elsewhere: then the handle plays no longer."""
        if self._session.scene.handle is None:
            self._pause()

    def _refresh(self) -> None:
        strip = self._session.interpolation
        if not strip.complete or self._session.scene.handle != self._at:
            self._pause()  # undo has taken back what was played, or there is no path any more
        if not self.isVisible():
            return
        for end in self._ends.values():
            end.refresh()
        self._allow()
        self._reason.setText(strip.reason)
        self._reason.setVisible(not strip.complete)
        self._lines.setVisible(strip.complete)
        self._lines.say(*lines(self._session.main.model))
        for manner, row in self._rows.items():
            row.setVisible(manner in strip.rows if strip.complete else manner == "line")
            self._fill(manner, row)
        self._place.setText(self._place_text())
        self._share_heights()

    def _allow(self) -> None:
        strip, scene = self._session.interpolation, self._session.scene
        tips = {self._play: "Run the handle from A to B in six seconds", self._swap: "Exchange A and B"}
        for button, tip in tips.items():
            button.setEnabled(strip.complete)
            button.setToolTip(tip if strip.complete else strip.reason)
        some = scene.end_a is not None or scene.end_b is not None
        self._clear.setEnabled(some)
        self._clear.setToolTip("Forget A and B" if some else "There are no ends to forget")

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
        row.set_title(ROWS[manner][0])
        captions = self._captions() if chosen else []
        shown = self._shown.get(manner)
        # While the handle runs the pictures stay as they are, and scaling them anew would cost the most.
        same = shown is not None and np.array_equal(pictures, shown[0]) and captions == shown[1]
        if not same:
            self._shown[manner] = (pictures.copy(), captions)
            row.set_pictures(list(pictures), captions)
        row.set_handle(handle if chosen else None)
        row.set_selected(round(handle * (STEPS - 1)) if chosen else None)

    def _captions(self) -> list[str]:
        model, found = self._session.main.model, self._session.interpolation.nearest
        if model is None:
            return []
        names = [model.class_of(int(near.items[0])) or f"{near.items[0]}" for near in found]
        if self._picture_side < ROOMY:
            return names
        return [f"{name} · {near.distances[0]:.2f}" for name, near in zip(names, found, strict=True)]

    def _place_text(self) -> str:
        """Where the handle is, in words."""
        session, strip = self._session, self._session.interpolation
        model, handle = session.main.model, session.scene.handle
        if not strip.complete or model is None:
            return ""
        if handle is None or not strip.nearest:
            return "Drag the handle, or click on a picture; a click on another row chooses that row."
        near = strip.nearest[round(handle * (STEPS - 1))]
        title = wording.item_title(model, int(near.items[0]))
        return f"t = {handle:.2f}; nearest: {title}, {near.distances[0]:.2f} away in {model.space}"

    # Geometry

    def _share_heights(self) -> None:
        """Pictures of one size in all rows, though one of them has captions and the handle too."""
        rows = [row for row in self._rows.values() if not row.isHidden()]
        least = [row.minimumSizeHint().height() for row in rows]
        around = 2 * EDGE + (TITLE if len(rows) > 1 else 0) + STEPS * GAP - GAP
        tall = (self.height() - 8 - sum(least)) // len(rows) + LEAST
        wide = (self.width() - EDGE - StripEnd.WIDTH - SIDE - around) // STEPS
        side = max(16, min(tall, wide, LARGEST if len(rows) > 1 else 64))
        for row, height in zip(rows, least, strict=True):
            row.setFixedSize(around + STEPS * side, height - LEAST + side)
        if side != self._picture_side:
            self._picture_side = side
            self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        QTimer.singleShot(0, self, self._share_heights)

    def sizeHint(self) -> QSize:
        return QSize(1000, 270)

    def minimumSizeHint(self) -> QSize:
        return QSize(560, 200)

    def showEvent(self, event: object) -> None:
        self._on_items()

    def hideEvent(self, event: object) -> None:
        self._pause()
