"""The directions that a model's weights tell, as sliders in two columns. Part of the GAN view."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.views.prior.code_grid import drawn_in_ink
from explorer.ui.widgets.sliders.dimension_slider import Dimension, DimensionSlider

STRIP_MS = 120
"""While the cursor moves, the strips follow it this often: the large picture comes first."""


class GanDirections(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._directions, self._adversaries = session, session.directions, session.adversaries
        self._rows: list[DimensionSlider] = []
        self._reason = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._reason.setObjectName("gan.directions.reason")
        self._reason.setProperty("role", "muted")
        self._reason.setContentsMargins(24, 12, 24, 12)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.verticalScrollBar().valueChanged.connect(self._look_soon)
        self._scroll.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._reason, 1)
        column.addWidget(self._scroll, 1)
        self._soon = QTimer(self, singleShot=True, interval=STRIP_MS)
        self._soon.timeout.connect(self._directions.strips.refresh)
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._want_strips)
        self._directions.changed.connect(self._on_directions)
        self._adversaries.changed.connect(self._on_directions)
        self._directions.strips.changed.connect(self._on_strip)
        session.main.cursor.moved.connect(self._on_cursor)
        self._on_directions()

    def _on_directions(self) -> None:
        reason = self._adversaries.not_on_main or self._directions.reason
        count = len(self._directions.vectors)
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self._scroll.setVisible(not reason)
        if count != len(self._rows):
            self._set_rows(count)
        self._on_cursor()
        self._look_soon()

    def _set_rows(self, count: int) -> None:
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setSpacing(0)
        self._rows = []
        for number in range(count):
            row = DimensionSlider(
                Dimension(
                    number,
                    name=f"direction {number + 1}",
                    weight_text="" if number else "the strongest",
                )
            )
            row.setObjectName(f"gan.direction.{number + 1}")
            row.slid.connect(self._directions.slide)
            row.pressed.connect(self._session.choices.begin_gesture)
            row.released.connect(self._session.choices.end_gesture)
            row.reset_wanted.connect(self._reset)
            grid.addWidget(row, number // 2, number % 2)
            self._rows.append(row)
        grid.setRowStretch(count // 2 + 1, 1)
        self._scroll.setWidget(inner)

    def _reset(self, direction: int) -> None:
        self._directions.slide(direction, 0.0, title="reset a slider")

    def _on_cursor(self) -> None:
        for number, row in enumerate(self._rows):
            row.set_sd(self._directions.at(number))
        if not self._soon.isActive() and self.isVisible():
            self._soon.start()

    def _on_strip(self, direction: int) -> None:
        if direction < len(self._rows):
            pictures = list(self._directions.strips.rows[direction])
            self._rows[direction].set_strip(pictures, drawn_in_ink(self._session.main))

    # What can be seen

    def _look_soon(self) -> None:
        self._look.start()

    def _want_strips(self) -> None:
        inner = self._scroll.widget()
        if inner is None or not self._scroll.isVisible():
            self._directions.strips.want(())
            return
        top, height = -inner.y(), self._scroll.viewport().height()
        self._directions.strips.want(
            tuple(
                number
                for number, row in enumerate(self._rows)
                if row.y() < top + height and row.geometry().bottom() > top
            )
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._look_soon()
        return super().eventFilter(watched, event)

    def showEvent(self, event: object) -> None:
        self._on_cursor()
        self._look_soon()

    def hideEvent(self, event: object) -> None:
        self._directions.strips.want(())
