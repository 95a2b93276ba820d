"""The settings that can be changed while a model learns. Part of the training view; knows the session.

A change is handed over when the hand rests or lets go, so that each leaves one flag on the curve.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from explorer.errors import BadInput
from explorer.session.session import Session
from explorer.ui.look.forms import help_of, label_of, number_field
from explorer.ui.widgets.sliders.number_field import SMALLEST_SHARE, spans_decades
from explorer.ui.widgets.steady_label import SteadyLabel

if TYPE_CHECKING:
    from explorer.models.base import Knob

PRESENT = "now {:.2g}"
REST_MS = 300
STEPS = 400


class Scale:
    """Between a knob's value and a place on its slider, 0 to 1: by factors where it spans decades."""

    def __init__(self, low: float, high: float, usual: float) -> None:
        self.low, self.high = low, high
        self._smallest = max(low, usual * SMALLEST_SHARE) if spans_decades(usual, high) else None

    def place(self, value: float) -> float:
        if self._smallest is None:
            share = (value - self.low) / (self.high - self.low)
        elif value <= self._smallest:
            share = 0.0
        else:
            share = math.log(value / self._smallest) / math.log(self.high / self._smallest)
        return min(max(share, 0.0), 1.0)

    def value(self, place: float) -> float:
        """Three digits, as a hand on a slider means no more."""
        if place <= 0:
            return self.low
        if self._smallest is None:
            return float(f"{self.low + place * (self.high - self.low):.3g}")
        return float(f"{self._smallest * (self.high / self._smallest) ** place:.3g}")


class LiveKnob:
    """A slider and a field for one knob."""

    def __init__(self, knob: Knob, value: float, session: Session) -> None:
        self._knob, self._session, self._sent = knob, session, value
        self._scale = Scale(knob.low or 0.0, knob.high or 1.0, knob.default)
        self.label, self.fault = QLabel(label_of(knob.name)), QLabel()
        self.present = SteadyLabel(PRESENT.format(0.888))
        """What it stands at for the moment, where that is still rising to its value."""
        self.present.setObjectName(f"training.live.{knob.name}.present")
        self.present.setProperty("role", "muted")
        self.present.setToolTip(f"{label_of(knob.name)} as it is at this step; the terms add up with it")
        self.present.hide()
        self.slider, self.field = QSlider(Qt.Orientation.Horizontal), number_field(knob)
        self.slider.setRange(0, STEPS)
        self.slider.setMinimumWidth(60)
        self.slider.setAccessibleName(label_of(knob.name))
        self.slider.setObjectName(f"training.live.{knob.name}")
        self.field.setObjectName(f"training.live.{knob.name}.value")
        self.fault.setProperty("role", "danger")
        self.fault.setWordWrap(True)
        self.fault.hide()
        for widget in (self.label, self.slider, self.field):
            widget.setToolTip(help_of(knob))
        self._rest = QTimer(self.slider, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._send)
        self.field.set_number(value)
        self._place_slider()
        self.slider.valueChanged.connect(self._on_slide)
        self.slider.sliderReleased.connect(self._send)
        self.field.edited.connect(self._on_edit)
        self.field.editingFinished.connect(self._send)

    def follow(self, value: float) -> None:
        """Show a value that has come from the training."""
        if value != self._sent and not self._rest.isActive() and not self.slider.isSliderDown():
            self._sent = value
            self.field.blockSignals(True)
            self.field.set_number(value)
            self.field.blockSignals(False)
            self._place_slider()

    def stand_at(self, present: float | None) -> None:
        """Show where it stands at this step; None where it stands at its value."""
        rising = present is not None and not math.isclose(present, self._sent, rel_tol=1e-3)
        self.present.setText(PRESENT.format(present) if rising else "")
        self.present.setVisible(rising)

    def _on_slide(self, place: int) -> None:
        self.field.blockSignals(True)
        self.field.set_number(self._scale.value(place / STEPS))
        self.field.blockSignals(False)
        self.fault.hide()
        self._rest.start()

    def _on_edit(self) -> None:
        self._place_slider()
        self._rest.start()

    def _place_slider(self) -> None:
        if self.field.number is not None:
            self.slider.blockSignals(True)
            self.slider.setValue(round(self._scale.place(self.field.number) * STEPS))
            self.slider.blockSignals(False)

    def _send(self) -> None:
        self._rest.stop()
        if self.field.number is None:
            return
        try:
            value = self._knob.read(self.field.plain)
        except BadInput as error:
            self.fault.setText(str(error))
            self.fault.show()
            return
        self.fault.hide()
        if value != self._sent:
            self._sent = value
            self._session.training.set_knob(self._knob.name, value)


class LiveKnobs(QWidget):
    """All live knobs of the family that is being trained."""

    def __init__(self, knobs: tuple[Knob, ...], session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        live = [knob for knob in knobs if knob.live]
        self._training = session.training
        self._rows = {knob: LiveKnob(knob, self._value(knob), session) for knob in live}
        title = QLabel("Change while it learns" if live else "Nothing of this family can be changed now.")
        title.setProperty("role", "muted")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(title, 0, 0, 1, 4)
        for number, row in enumerate(self._rows.values()):
            for column, widget in enumerate((row.label, row.slider, row.field, row.present)):
                grid.addWidget(widget, 2 * number + 1, column)
            grid.addWidget(row.fault, 2 * number + 2, 0, 1, 4)
        grid.setRowStretch(2 * len(self._rows) + 1, 1)

    def _value(self, knob: Knob) -> Any:
        return self._training.settings.get(knob.name, knob.default)

    def follow(self) -> None:
        """A knob was turned, perhaps elsewhere."""
        for knob, row in self._rows.items():
            row.follow(self._value(knob))

    def follow_terms(self) -> None:
        """What rises to its value has risen."""
        terms = {} if self._training.progress is None else self._training.progress.terms
        for knob, row in self._rows.items():
            row.stand_at(terms.get(knob.name))
