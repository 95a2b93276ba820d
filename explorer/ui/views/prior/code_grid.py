"""The fixed grid of codes with its truncation and class. Part of the GAN view; knows the session."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from explorer.session.display import Display
from explorer.session.prior.code_grid import SIDE
from explorer.session.session import Session
from explorer.ui.look import wording
from explorer.ui.look.forms import ChoiceField
from explorer.ui.widgets.allow import allow
from explorer.ui.widgets.choice_grid import ChoiceGrid
from explorer.ui.widgets.plots.plane_pad import LETTERS
from explorer.ui.widgets.steady_label import SteadyLabel

FINE = 100
TRUNCATION = "Truncation ψz: nearer to the mean 0, pictures are safer and more alike"
CLASS = "The class that is asked for, here"
EACH = "each"
"""Stands before the classes: all of them in turn, on the grid alone."""


def drawn_in_ink(display: Display) -> bool:
    """Whether a model's pictures are light marks on black, as its data are."""
    if display.images.data is not None:
        return wording.are_glyphs(display.images.data.test.images)
    return display.model is not None and wording.as_ink(display.model)


class GanGrid(QWidget):
    """A press on a picture tells its place: what it means is said by whoever contains this."""

    pressed = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adversaries = session.adversaries
        self._shows_corners, self._each = False, session.adversaries.grid.each_class
        self.grid = ChoiceGrid(SIDE)
        self.grid.setObjectName("gan.grid")
        self.controls = QWidget()
        """Truncation and class, for whoever contains this to place."""
        self._psi, self._reading = QSlider(Qt.Orientation.Horizontal), SteadyLabel("ψ = 0.00")
        self._psi.setObjectName("gan.psi")
        self._psi.setRange(0, FINE)
        self._psi.setValue(FINE)
        self._psi.setAccessibleName("Truncation")
        self._reading.setToolTip(TRUNCATION)
        self._psi.setMinimumWidth(60)
        self._classes = ChoiceField([])
        self._classes.setMinimumWidth(60)
        self._classes.setPlaceholderText("none")
        self._classes.setObjectName("gan.class")
        self._classes.setAccessibleName("Class")
        self._arrange()
        self._psi.valueChanged.connect(self._on_psi)
        self._classes.activated.connect(self._choose)
        self.grid.pressed.connect(self.pressed)
        self._adversaries.changed.connect(self._on_model)
        self._adversaries.grid_changed.connect(self._on_pictures)
        self._adversaries.coverage_changed.connect(self._on_pictures)
        self._adversaries.plane_changed.connect(self._on_corners)
        self._on_model()

    def _arrange(self) -> None:
        row = QHBoxLayout(self.controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._psi.setMaximumWidth(180)
        self._class_label = QLabel("class")
        for part in (self._reading, self._psi, self._class_label, self._classes):
            row.addWidget(part)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.grid)

    def show_corners(self, shown: bool) -> None:
        """Whether the corners of the plane have their letters; it is of one class, then so is the grid."""
        self._shows_corners = shown
        self._adversaries.grid.ask_for_each(self._each and not shown)
        self._on_model()
        self._on_corners()

    def _explain(self) -> None:
        adversaries = self._adversaries
        press = "Press one to make it a corner of the plane."
        if not self._shows_corners:
            press = adversaries.on_no_map or "Press one to look at it."
        self.grid.setToolTip(
            adversaries.grid.refusal
            or "64 codes drawn once from N(0, I), always the same ones. While a model learns, the running "
            f"average of its weights draws them.\n{press}"
        )

    def _choose(self, entry: int) -> None:
        self._each = entry == 0
        self._adversaries.grid.ask_for_each(self._each and not self._shows_corners)
        if not self._each:
            self._adversaries.choose_class(entry - 1)
        self._on_model()

    def _on_psi(self, value: int) -> None:
        self._adversaries.grid.truncate(value / FINE)
        self._reading.setText(f"ψ = {value / FINE:.2f}")

    def _on_model(self) -> None:
        refusal = self._adversaries.grid.refusal
        self._reading.setText(f"ψ = {self._psi.value() / FINE:.2f}")
        allow(self._psi, refusal, TRUNCATION)
        self._explain()
        subject = self._adversaries.subject
        names, condition = subject.askable, subject.look.condition
        entries = [EACH, *names] if names else []
        if [self._classes.itemText(i) for i in range(self._classes.count())] != entries:
            self._classes.clear()
            self._classes.addItems(entries)
        chosen = -1 if condition is None or not names else condition.label + 1
        self._classes.setCurrentIndex(0 if names and self._adversaries.grid.each_class else chosen)
        without = "" if names else refusal or "This model was trained without classes: none can be asked for."
        asked = CLASS if self._adversaries.on_no_map else f"{CLASS} and under the cursor"
        for part in (self._class_label, self._classes):
            allow(part, without, asked)
        self._on_pictures()

    def _on_pictures(self) -> None:
        if not self.isVisible():
            return
        grid = self._adversaries.grid
        self.grid.set_placeholder(grid.refusal or "Codes are being decoded …")
        self.grid.set_ink(drawn_in_ink(self._adversaries.subject))
        self.grid.set_pictures([] if grid.refusal else grid.pictures)
        self._on_corners()

    def _on_corners(self) -> None:
        corners = self._adversaries.grid.corners if self._shows_corners and self.grid.count else ()
        self.grid.set_marks(dict(zip(corners, LETTERS, strict=False)))

    def showEvent(self, event: object) -> None:
        self._adversaries.want_grid(True)
        self._on_model()

    def hideEvent(self, event: object) -> None:
        self._adversaries.want_grid(False)
