"""A form built from a family's knobs: label, editor, unit, help, way back to the default.

Knobs are plain values, handed over by the session; this module never imports the families.
A value that a knob refuses keeps standing in its field, with the knob's own sentence below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from explorer.errors import BadInput
from explorer.ui.look import theme
from explorer.ui.widgets.sliders.number_field import NumberField

if TYPE_CHECKING:
    from explorer.models.base import Knob


def label_of(name: str) -> str:
    """Such as ``Latent size``."""
    return name.replace("_", " ").capitalize()


def help_of(knob: Knob) -> str:
    """What a knob is, with its range and default."""
    span = "" if knob.low is None or knob.high is None else f"{knob.low:g} to {knob.high:g}"
    unit = f" {knob.unit}" if knob.unit and span else ""
    usual = f"{knob.default:g}" if isinstance(knob.default, (int, float)) else knob.default
    return f"{knob.help}\n" + "; ".join(part for part in (f"{span}{unit}", f"default {usual}") if part)


def number_field(knob: Knob) -> NumberField:
    """The editor of a knob that is a number."""
    low, high = knob.low or 0.0, 1e9 if knob.high is None else knob.high
    return NumberField(low, high, knob.default, whole=knob.kind is int)


class ChoiceField(QComboBox):
    """A choice that the wheel leaves alone while another field has the focus."""

    def __init__(self, choices: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.addItems(list(choices))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _Row:
    """The parts of one knob in the grid."""

    def __init__(self, knob: Knob, form: KnobForm) -> None:
        self.knob = knob
        self.label, self.fault, self.reset = QLabel(label_of(knob.name)), QLabel(), QToolButton()
        self.editor: NumberField | ChoiceField
        if knob.choices:
            self.editor = ChoiceField(knob.choices)
            self.editor.setCurrentText(str(knob.default))
            self.editor.currentTextChanged.connect(self._on_edit)
        else:
            self.editor = number_field(knob)
            self.editor.edited.connect(self._on_edit)
        self.unit = QLabel(knob.unit)
        self._form = form
        self._dress()

    def _dress(self) -> None:
        knob = self.knob
        self.editor.setObjectName(f"training.knob.{knob.name}")
        self.editor.setAccessibleName(label_of(knob.name))
        self.fault.setObjectName(f"training.fault.{knob.name}")
        self.fault.setProperty("role", "danger")
        self.fault.setWordWrap(True)
        self.fault.hide()
        self.unit.setProperty("role", "caption")
        theme.set_icon(self.reset, "reset")
        self.reset.setToolTip("Back to the default")
        self.reset.setAccessibleName(f"Reset {label_of(knob.name)}")
        self.reset.clicked.connect(self.put_back)
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keep)
        self.reset.hide()
        for widget in (self.label, self.editor, self.unit):
            widget.setToolTip(help_of(knob))

    def read(self) -> Any:
        """The knob's value, or `BadInput`."""
        chosen = self.editor
        return self.knob.read(chosen.currentText() if isinstance(chosen, ChoiceField) else chosen.plain)

    def write(self, value: Any) -> None:
        if isinstance(self.editor, ChoiceField):
            self.editor.setCurrentText(str(value))
        else:
            self.editor.set_number(value)
        self._on_edit()

    def put_back(self) -> None:
        self.write(self.knob.default)

    def _on_edit(self) -> None:
        try:
            self.reset.setVisible(self.read() != self.knob.default)
            self.fault.hide()
        except BadInput as error:
            self.reset.show()
            self.fault.setText(str(error).replace(self.knob.name, label_of(self.knob.name), 1))
            self.fault.show()
        self._form.changed.emit()


class KnobForm(QWidget):
    """The common knobs first, the others folded away below them.

    Parameters
    ----------
    knobs
        In their order.
    common
        Names of those that are always in sight, in that order.
    """

    changed = Signal()

    def __init__(self, knobs: Sequence[Knob], common: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = {knob.name: _Row(knob, self) for knob in knobs}
        shown = [self._rows[name] for name in common if name in self._rows]
        rest = [row for name, row in self._rows.items() if name not in common]
        self._more, self._folded = QPushButton("More settings"), QWidget()
        self._more.setObjectName("training.more")
        self._more.setProperty("role", "link")
        self._more.setCheckable(True)
        self._more.setToolTip("The settings that rarely need a change")
        self._more.toggled.connect(self._unfold)
        self._folded.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(_grid(shown))
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._more.setVisible(bool(rest))
        self._folded.setLayout(_grid(rest))
        column.addWidget(self._folded)
        column.addStretch(1)

    @property
    def fault(self) -> str | None:
        """What is wrong with the first field that is refused."""
        for row in self._rows.values():
            try:
                row.read()
            except BadInput as error:
                return str(error)
        return None

    def values(self) -> dict[str, Any]:
        """The values that differ from their defaults.

        Raises
        ------
        BadInput
            A field holds something that its knob refuses.
        """
        read = {name: row.read() for name, row in self._rows.items()}
        return {name: value for name, value in read.items() if value != self._rows[name].knob.default}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill in what is given; the others go back to their defaults."""
        for name, row in self._rows.items():
            row.write(values.get(name, row.knob.default))

    def turn(self, values: Mapping[str, Any]) -> None:
        """Fill in what is given; the others stay."""
        for name, value in values.items():
            self._rows[name].write(value)

    def _unfold(self, on: bool) -> None:
        self._folded.setVisible(on)
        self._more.setText("Fewer settings" if on else "More settings")


def _grid(rows: Sequence[_Row]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for number, row in enumerate(rows):
        row.label.setBuddy(row.editor)
        for column, widget in enumerate((row.label, row.editor, row.unit, row.reset)):
            grid.addWidget(widget, 2 * number, column)
        grid.addWidget(row.fault, 2 * number + 1, 0, 1, 4)
    return grid
