"""The classes of a map, or the curves of a plot, as chips.

A click shows only this one, Ctrl or Shift adds it, hovering brings it to the front.
Imports Qt and the theme.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.look import theme

MOST = 24
"""Chips before "other"."""
PAD, TIGHT, DOT, GAP = 8, 5, 10, 4
GESTURES = (
    ("Click", "Only this class or curve; again: all"),
    ("Ctrl or Shift + click", "Add it, or take it away"),
    ("Rest on it", "Bring the class to the front of the map"),
)
"""What the pointer does, in words."""


class Legend(QWidget):
    """Chips flow in rows.

    Parameters
    ----------
    noun
        What one chip stands for, with its plural.
    """

    shown_changed = Signal(object)
    """set[int] of the classes in full colour, or None: all."""
    front_changed = Signal(object)
    """Class under the pointer, or None."""

    def __init__(
        self, parent: QWidget | None = None, *, noun: tuple[str, str] = ("class", "classes")
    ) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._shown: set[int] | None = None
        self._over: int | None = None
        self._current = 0
        self._advances: list[int] = []
        self._chips: list[QRect] = []
        self._pad = PAD
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(noun[1].capitalize())
        self.setToolTip(f"Click: only this {noun[0]}. Ctrl or Shift: add it. Click again: all {noun[1]}")

    def set_classes(self, names: Sequence[str]) -> None:
        """Names of the classes 0, 1, ...; all after the 24th share the chip "other"."""
        self._names = list(names)
        self._shown, self._over, self._current = None, None, 0
        self._lay_out()

    def set_shown(self, shown: set[int] | None) -> None:
        """Show a choice made elsewhere (undo, another view); emits nothing."""
        self._shown = shown
        self.update()

    # Chips

    def _labels(self) -> list[str]:
        extra = ["other"] if len(self._names) > MOST else []
        return self._names[:MOST] + extra

    def _classes_of(self, chip: int) -> set[int]:
        return set(range(MOST, len(self._names))) if chip == MOST else {chip}

    def _fitting(self, width: int) -> int:
        """The padding of a chip: less where that spares a row."""
        usual, tight = self._flow(width, PAD), self._flow(width, TIGHT)
        return TIGHT if usual and tight[-1].y() < usual[-1].y() else PAD

    def _flow(self, width: int, pad: int) -> list[QRect]:
        chips, corner = [], QPoint(0, 0)
        height = self.fontMetrics().height() + 8
        for advance in self._advances:
            size = QSize(min(advance, 160) + DOT + 3 * pad, height)
            if corner.x() and corner.x() + size.width() > width:
                corner = QPoint(0, corner.y() + height + 2)
            chips.append(QRect(corner, size))
            corner += QPoint(size.width() + GAP, 0)
        return chips

    def _lay_out(self) -> None:
        metrics = self.fontMetrics()
        self._advances = [metrics.horizontalAdvance(label) for label in self._labels()]
        self._place()
        self.updateGeometry()
        self.update()

    def _place(self) -> None:
        self._pad = self._fitting(self.width())
        self._chips = self._flow(self.width(), self._pad)

    def heightForWidth(self, width: int) -> int:
        chips = self._flow(width, self._fitting(width))
        return chips[-1].bottom() + 1 if chips else 0

    def sizeHint(self) -> QSize:
        chips = self._flow(10_000, PAD)
        if not chips:
            return QSize(0, 0)
        return QSize(max(chip.right() for chip in chips) + 1, chips[-1].bottom() + 1)

    def minimumSizeHint(self) -> QSize:
        chips = self._flow(10_000, TIGHT)
        widest = max((chip.width() for chip in chips), default=0)
        return QSize(widest, self.heightForWidth(self.width()))

    def _chip_at(self, at: QPoint) -> int | None:
        return next((i for i, chip in enumerate(self._chips) if chip.contains(at)), None)

    # Painting

    def paintEvent(self, event: object) -> None:
        colours, tints = theme.current(), theme.class_colours(MOST + 1)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (label, chip) in enumerate(zip(self._labels(), self._chips, strict=True)):
            lit = self._shown is None or self._classes_of(number) <= self._shown
            box = QRectF(chip).adjusted(0.5, 0.5, -0.5, -0.5)
            focused = self.hasFocus() and number == self._current
            chosen = self._shown is not None and lit
            painter.setPen(QPen(QColor(colours.accent if focused or chosen else colours.line), 1.0))
            painter.setBrush(QColor(colours.hover if number == self._over else colours.panel))
            painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setOpacity(1.0 if lit else 0.35)
            painter.setBrush(tints[number])
            dot = QRectF(chip.x() + self._pad, chip.center().y() - DOT / 2 + 0.5, DOT, DOT)
            painter.drawEllipse(dot)
            painter.setOpacity(1.0)
            painter.setPen(QColor(colours.text if lit else colours.muted))
            room = chip.adjusted(self._pad + DOT + self._pad - 2, 0, -self._pad + 2, 0)
            text = self.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, room.width() + 2)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()

    # Input

    def _choose(self, chip: int, add: bool) -> None:
        classes = self._classes_of(chip)
        if not add:
            shown = None if self._shown == classes else classes
        elif self._shown is None:
            shown = classes
        else:
            shown = self._shown - classes if classes <= self._shown else self._shown | classes
        self._shown = shown or None
        if self._shown is not None and len(self._shown) == len(self._names):
            self._shown = None
        self.update()
        self.shown_changed.emit(self._shown)

    def _hover(self, chip: int | None) -> None:
        if chip != self._over:
            self._over = chip
            self.update()
            self.front_changed.emit(None if chip is None or chip == MOST else chip)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        chip = self._chip_at(event.position().toPoint())
        if chip is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        self._choose(chip, bool(event.modifiers() & both))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._chip_at(event.position().toPoint()))

    def leaveEvent(self, event: object) -> None:
        self._hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(
            Qt.Key(event.key()), 0
        )
        if step and self._chips:
            self._current = (self._current + step) % len(self._chips)
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return) and self._chips:
            self._choose(self._current, bool(event.modifiers()))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._lay_out()
        super().changeEvent(event)
