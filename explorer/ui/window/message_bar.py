"""The one place for sentences to the user: a quiet bar that never blocks and moves nothing.

It lies over the lower edge of the widget that it is given, and follows its size. Imports Qt and the theme.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from explorer.session.message import Message
from explorer.ui.look import theme

SHOWN_MS = 12_000
"""Information goes by itself; warnings and errors stay until they are closed or replaced."""
HELD_S = 3.0
"""So long an error can be read before information takes its place."""
ASIDE = 12
"""Pixels left free on each side."""
SPARE = 6
LETTERS = 90
"""Of a line at most: longer ones are hard to read."""


class MessageBar(QFrame):
    """Shows the newest message over `over`; an error is not replaced by information for a while."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("messages")
        self.setProperty("role", "message")
        self._over, self._kind, self._since = over, "info", 0.0
        self._message: Message | None = None
        self._waiting: Message | None = None
        self._icon, self._text = QLabel(), QLabel()
        self._text.setObjectName("messages.text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._act, close = QPushButton(), QToolButton()
        self._act.setObjectName("messages.action")
        self._act.setProperty("role", "link")
        self._act.clicked.connect(self._run)
        close.setObjectName("messages.close")
        theme.set_icon(close, "close")
        close.setToolTip("Close this message (Esc)")
        close.setAccessibleName("Close this message")
        close.clicked.connect(self.close_message)
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.addWidget(self._text, 1)
        self._words.addWidget(self._act, 0, Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addLayout(self._words, 1)
        row.addWidget(close)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.close_message)
        self._held = QTimer(self, singleShot=True)
        self._held.timeout.connect(self._show_waiting)
        over.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_message(self, message: Message) -> None:
        """Show it now; information waits until an error has been there for three seconds."""
        action = message.action
        left = HELD_S - (time.monotonic() - self._since)
        if message.kind == "info" and self._kind == "error" and self.isVisibleTo(self._over) and left > 0:
            self._waiting = message
            self._held.start(round(1000 * left))
            return
        self._message, self._waiting = message, None
        self._kind, self._since = message.kind, time.monotonic()
        self._draw_icon()
        self._text.setText(message.text)
        self._text.setAccessibleName(f"{message.kind}: {message.text}")
        self._act.setText("" if action is None else action[0])
        self._act.setVisible(action is not None)
        self.show()
        self._lay_over()
        if message.kind == "info" and action is None:
            self._timer.start()
        else:
            self._timer.stop()

    def close_message(self) -> None:
        """Take it away; what has waited behind it is shown."""
        self.hide()
        self._next()

    def check(self) -> None:
        """Take away what was said and is not so any more."""
        if self._waiting is not None and not _holds(self._waiting):
            self._waiting = None
        if self._message is not None and not _holds(self._message) and self.isVisibleTo(self._over):
            self.close_message()

    def _show_waiting(self) -> None:
        if self.isVisibleTo(self._over):  # else all that was said is over
            self._next()

    def _next(self) -> None:
        waiting, self._waiting, self._kind = self._waiting, None, "info"
        self._held.stop()
        if waiting is not None:
            self.show_message(waiting)

    def _run(self) -> None:
        action = None if self._message is None else self._message.action
        self.close_message()
        if action is not None:
            action[1]()

    # Where it lies

    def _lay_over(self) -> None:
        """At the lower edge, as wide as its words and no wider than can be read."""
        metrics, way = self._text.fontMetrics(), QBoxLayout.Direction
        longest = max(metrics.horizontalAdvance(line) for line in self.text.split("\n")) + SPARE
        words = min(longest, LETTERS * metrics.averageCharWidth())
        room = max(self._over.width() - 2 * ASIDE, 1)
        self._words.setDirection(way.LeftToRight)
        width = self._wanted().width() + words
        if width > room:
            self._words.setDirection(way.TopToBottom)
        self._wanted()
        height = self.heightForWidth(min(width, room))
        top = max(self._over.height() - height - ASIDE, 0)
        self.setGeometry(max((self._over.width() - width) // 2, ASIDE), top, min(width, room), height)
        self.raise_()

    def _wanted(self) -> QSize:
        """Its size without the words, which take what they are given."""
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        return self.sizeHint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize and self.isVisibleTo(self._over):
            self._lay_over()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_message()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and self.text:
            self._draw_icon()
            self._lay_over()
        super().changeEvent(event)

    def _draw_icon(self) -> None:
        colours = theme.current()
        name, colour = ("info", colours.accent) if self._kind == "info" else ("warning", colours.warning)
        tint = colours.danger if self._kind == "error" else colour
        self._icon.setPixmap(theme.icon(name, tint).pixmap(18, 18))
        theme.set_style(self, "kind", self._kind)


def _holds(message: Message) -> bool:
    return message.holds is None or message.holds()
