"""The one place for sentences to the user: a quiet bar that never blocks. Imports Qt and the theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from explorer.session.message import Message
from explorer.ui.look import theme

SHOWN_MS = 12_000
"""Information goes by itself; warnings and errors stay until they are closed or replaced."""


class MessageBar(QFrame):
    """Shows the newest message."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messages")
        self.setProperty("role", "bar")
        self._kind: str | None = None
        self._icon, self._text = QLabel(), QLabel()
        self._text.setObjectName("messages.text")
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        close = QToolButton()
        theme.set_icon(close, "close")
        close.setToolTip("Close this message")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 5, 8, 5)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(close)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_message(self, message: Message) -> None:
        self._kind = message.kind
        self._draw_icon()
        self._text.setText(message.text)
        self.show()
        if message.kind == "info":
            self._timer.start()
        else:
            self._timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._kind is not None:
            self._draw_icon()
        super().changeEvent(event)

    def _draw_icon(self) -> None:
        name = "info" if self._kind == "info" else "warning"
        self._icon.setPixmap(theme.icon(name).pixmap(18, 18))
