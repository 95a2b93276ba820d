"""What widgets that paint themselves have in common. Imports Qt only."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget


class PaintedWidget(QWidget):
    """Paints itself in the colours and the font of the theme, and anew when they change."""

    def _renew(self) -> None:
        """Paint anew; who keeps what it has scaled or laid out gives that up first."""
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._renew()
        super().changeEvent(event)
