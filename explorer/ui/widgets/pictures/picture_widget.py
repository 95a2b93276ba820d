"""What widgets that show pictures have in common. Imports Qt and `painted`."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from explorer.ui.widgets.painted import PaintedWidget


class PictureWidget(PaintedWidget):
    """Shows pictures, perhaps as ink on paper."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink = False

    def set_ink(self, ink: bool) -> None:
        """Pictures of one channel are white ink on black: in the light theme, ink on paper."""
        if ink != self._ink:
            self._ink = ink
            self._renew()
