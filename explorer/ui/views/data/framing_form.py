"""How pictures of any size become square: side, manner, ground. Part of the data dialog."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from explorer.data.framing import Framing, How
from explorer.errors import BadInput
from explorer.ui.look.forms import ChoiceField

AS_IS = "as it is"
HOWS: dict[str, How] = {"fit, padded": "fit", "crop to fill": "crop"}


class FramingForm(QWidget):
    """A `Framing`, filled in."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = ChoiceField([AS_IS, "28", "32", "64", "128", "256"])
        self._how, self._ground = ChoiceField(list(HOWS)), ChoiceField(["black", "white", "grey"])
        self._side.setEditable(True)
        self._ground.setEditable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for name, words, field, unit, tip in (
            ("side", "Side", self._side, "pixels", "A multiple of 4 from 8 to 256, or as it is"),
            ("how", "", self._how, "", "fit keeps the whole picture and pads it; crop fills the square"),
            ("ground", "on", self._ground, "", "Behind transparency and in the padding; also #rrggbb"),
        ):
            field.setObjectName(f"data.{name}")
            field.setAccessibleName(words or name)
            field.setToolTip(tip)
            field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            if words:
                row.addWidget(QLabel(words))
            row.addWidget(field)
            if unit:
                row.addWidget(QLabel(unit))
            row.addSpacing(8)
            field.currentTextChanged.connect(self.changed)
        row.addStretch(1)

    def framing(self) -> Framing:
        """What is filled in.

        Raises
        ------
        BadInput
            A side or a ground that `Framing` refuses.
        """
        text = self._side.currentText().strip()
        if text != AS_IS and not text.isdecimal():
            raise BadInput(f"side={text}: choose a multiple of 4 from 8 to 256, or “{AS_IS}”.")
        side = None if text == AS_IS else int(text)
        return Framing(side, HOWS[self._how.currentText()], self._ground.currentText().strip())

    def fill(self, framing: Framing) -> None:
        """Show a framing; emits nothing."""
        self.blockSignals(True)
        self._side.setCurrentText(AS_IS if framing.side is None else str(framing.side))
        self._how.setCurrentText(next(words for words, how in HOWS.items() if how == framing.how))
        self._ground.setCurrentText(framing.ground)
        self.blockSignals(False)
