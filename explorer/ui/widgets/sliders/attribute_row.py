"""One attribute as a slider, with what is to be confessed of it. Imports Qt, `dimension_slider`, the theme.

The slider says where the cursor stands; below it how well the codes tell the attribute, what else
moves, and whether it is held while others are moved.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from explorer.ui.look import theme
from explorer.ui.look.images import Picture
from explorer.ui.look.palettes import blend
from explorer.ui.widgets.sliders.dimension import Dimension, sd_text
from explorer.ui.widgets.sliders.dimension_slider import DimensionSlider

MARGIN = 12


@dataclass(frozen=True)
class AttributeDimension(Dimension):
    """What a slider moves, where that is an attribute."""

    graded: bool = False
    """Its values are amounts, `centre` at 0 and `unit` more for each standard deviation."""
    measured_in: str = ""

    def reading(self, sd: float) -> str:
        """Such as `thickness ≈ 2.6 px (0.4 sd)`, or `smiling: 0.4 sd` of what is there or not."""
        if not math.isfinite(sd):
            return f"{self.label} is not a number"
        where = sd_text(sd).replace("-", "−")
        if not self.graded:
            return f"{self.label}: {where}"
        amount = f"{self.centre + sd * self.unit:.3g}".replace("-", "−")
        gap = "" if self.measured_in in ("", "°") else " "
        return f"{self.label} ≈ {amount}{gap}{self.measured_in} ({where})"


@dataclass(frozen=True)
class Confession:
    """How far a slider can be trusted."""

    score: str
    """Such as `R² 0.74`."""
    weak: bool
    explained: str
    """What the score means, for the tooltip."""


class AttributeRow(QWidget):
    """A press on the slider has `pressed`, `slid` ..., `released`; keys and the wheel have `slid` alone."""

    slid = Signal(str, float)
    pressed = Signal()
    released = Signal()
    reset_wanted = Signal(str)
    hold_wanted = Signal(str, bool)
    removal_wanted = Signal(str)

    def __init__(
        self, name: str, dimension: AttributeDimension, confession: Confession, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.slider = DimensionSlider(dimension)
        self.badge = Badge()
        self.moves = QLabel()
        self.moves.setProperty("role", "caption")
        self.moves.setWordWrap(True)
        self.moves.setTextFormat(Qt.TextFormat.PlainText)
        self.hold = QCheckBox("hold")
        self.remove = QToolButton()
        theme.set_icon(self.remove, "trash")
        self.remove.setToolTip("Forget this attribute of your own; the images stay")
        self.remove.setVisible(False)
        below = QHBoxLayout()
        below.setContentsMargins(MARGIN, 0, MARGIN, 6)
        below.setSpacing(8)
        below.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self.moves, 1)
        below.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self.hold, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.slider)
        column.addLayout(below)
        self.slider.slid.connect(lambda _, sd: self.slid.emit(name, sd))
        self.slider.pressed.connect(self.pressed)
        self.slider.released.connect(self.released)
        self.slider.reset_wanted.connect(lambda _: self.reset_wanted.emit(name))
        self.hold.toggled.connect(lambda on: self.hold_wanted.emit(name, on))
        self.remove.clicked.connect(lambda: self.removal_wanted.emit(name))
        self.update_from(dimension, confession, held=False)

    def update_from(self, dimension: AttributeDimension, confession: Confession, *, held: bool) -> None:
        """The same attribute after another fit, or with others held."""
        self.slider.set_dimension(dimension)
        self.badge.say(confession.score, confession.weak)
        self.badge.setToolTip(confession.explained)
        self.hold.blockSignals(True)
        self.hold.setChecked(held)
        self.hold.blockSignals(False)
        self.hold.setToolTip(
            f"Keep {dimension.label} where it is while another attribute is moved: "
            "d = w − B′(BB′)⁻¹B w, with the held ones' probes in the rows of B"
        )

    def set_moves(self, text: str, explained: str = "") -> None:
        """What one unit of the slider changes besides."""
        self.moves.setText(text)
        self.moves.setToolTip(explained)

    def set_strip(self, pictures: Sequence[Picture], ink: bool) -> None:
        self.slider.set_strip(pictures, ink)


class Badge(QLabel):
    """A figure; on amber where it is a warning."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "caption")
        self.setContentsMargins(0, 1, 0, 1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.weak = False

    def say(self, text: str, weak: bool) -> None:
        self.weak = weak
        self.setText(text)
        side = 6 if weak else 0
        self.setContentsMargins(side, 1, side, 1)
        theme.set_style(self, "role", "warning" if weak else "caption")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.weak:
            colours = theme.current()
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(blend(colours.panel, colours.warning, 0.2)))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
            painter.end()
        super().paintEvent(event)
