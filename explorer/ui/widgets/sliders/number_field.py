"""A field for one number, stepped as suits its range. Imports Qt; knows numbers only.

Unlike Qt's own it lets a number out of range stand, so that the form can say what is wrong with it.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QStyle, QStyleOptionSpinBox, QWidget

DECADES = 10.0
"""From this ratio of the largest to the usual value on, steps are 1, 2, 5, 10, ..."""

SMALLEST_SHARE = 1e-3
"""Below this share of the usual value such steps end at zero, where zero is allowed."""

_FAR = 1e15
EIGHT, CARET = "0.000000", 6


def spans_decades(usual: float, high: float) -> bool:
    """Whether a number is better changed by factors than by amounts."""
    return 0 < usual * DECADES <= high


def next_rung(value: float, up: bool) -> float:
    """The next of ..., 0.1, 0.2, 0.5, 1, 2, 5, ... above or below a positive value."""
    decade = math.floor(math.log10(value))
    rungs = [factor * 10.0**power for power in range(decade - 1, decade + 2) for factor in (1, 2, 5)]
    beyond = [rung for rung in rungs if (rung > value * 1.001 if up else rung < value * 0.999)]
    return float(f"{beyond[0 if up else -1]:.3g}")


class NumberField(QDoubleSpinBox):
    """`number` is what stands there, in range or not; None while it is no number yet."""

    edited = Signal()

    def __init__(
        self, low: float, high: float, usual: float, *, whole: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._low, self._high, self._usual, self._whole = low, high, usual, whole
        self._ladder = not whole and spans_decades(usual, high)
        self.setRange(-_FAR, _FAR)
        self.setDecimals(0 if whole else 12)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().setTextMargins(6, 0, 0, 0)
        self.lineEdit().textChanged.connect(self.edited)
        self.set_number(usual)

    @property
    def plain(self) -> str:
        """What stands there, with a point for the comma of some countries."""
        return self.text().replace(",", ".")

    @property
    def number(self) -> float | None:
        return _read(self.text())

    def set_number(self, value: float) -> None:
        self.setValue(value)
        self.lineEdit().setText(self.textFromValue(value))

    # What Qt asks

    def minimumSizeHint(self) -> QSize:
        """Room for eight figures, however large they are."""
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        margins = self.lineEdit().textMargins()
        wide = self.fontMetrics().horizontalAdvance(EIGHT) + margins.left() + margins.right() + CARET
        room = QSize(wide, self.lineEdit().minimumSizeHint().height())
        return self.style().sizeFromContents(QStyle.ContentsType.CT_SpinBox, option, room, self)

    def textFromValue(self, value: float) -> str:
        return f"{value:.0f}" if self._whole else f"{value:.6g}"

    def valueFromText(self, text: str) -> float:
        number = _read(text)
        return self.value() if number is None else number

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        allowed = "0123456789-" if self._whole else "0123456789-+.,eE"
        if any(character not in allowed for character in text):
            return QValidator.State.Invalid, text, position
        state = QValidator.State.Intermediate if _read(text) is None else QValidator.State.Acceptable
        return state, text, position

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flag = QAbstractSpinBox.StepEnabledFlag
        up = flag.StepUpEnabled if self.value() < self._high else flag.StepNone
        return up | (flag.StepDownEnabled if self.value() > self._low else flag.StepNone)

    def stepBy(self, steps: int) -> None:
        value = self.value()
        for _ in range(min(abs(steps), 100)):
            value = self._stepped(value, steps > 0)
        self.setValue(min(max(value, self._low), self._high))
        self.selectAll()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _stepped(self, value: float, up: bool) -> float:
        sign = 1 if up else -1
        if self._ladder:
            smallest = self._usual * SMALLEST_SHARE
            if value < smallest * 1.001:
                return max(self._low, smallest) if up else self._low
            return next_rung(value, up)
        if self._whole:
            size = abs(value) if up else abs(value) - 1
            return value + sign * max(1.0, 10.0 ** (math.floor(math.log10(max(size, 1.0))) - 1))
        return round(value + sign * (self._high - self._low) / 20, 9)


def _read(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
