"""What two hundred people have to see: where the pointer is, and which keys are pressed.

Lies over a window and lets every pointer event through. Knows no session. Imports Qt.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from explorer.ui.look import theme

RADIUS, EDGE = 26, 3
KEYS_MS = 1600
"""How long the name of a key stays."""


class Limelight(QWidget):
    """A halo round the pointer, brighter while a button is down; keys at the lower edge."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._window, self.keys = window, ""
        self._at, self._pressed, self._stamp = QPoint(-99, -99), False, 0
        self._fade = QTimer(self, singleShot=True, interval=KEYS_MS)
        self._fade.timeout.connect(lambda: self._show_keys(""))
        self.hide()

    def shine(self, on: bool) -> None:
        """Follow the pointer and the keys from now on, or no longer."""
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        self.setVisible(on)
        if on:
            application.installEventFilter(self)
            self._cover()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QMouseEvent):
            if kind != QEvent.Type.MouseButtonDblClick:
                self._follow(
                    self.mapFromGlobal(event.globalPosition().toPoint()), bool(event.buttons().value)
                )
        elif kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            self._read(event)
        elif watched is self._window and kind == QEvent.Type.Resize:
            self._cover()
        return False

    def _cover(self) -> None:
        self.setGeometry(self._window.rect())
        self.raise_()

    def _follow(self, at: QPoint, pressed: bool) -> None:
        if (at, pressed) != (self._at, self._pressed):
            self.update(self._halo())
            self._at, self._pressed = at, pressed
            self.update(self._halo())

    def _read(self, event: QKeyEvent) -> None:
        """Name a key once, however many widgets hear of it; what is typed into a field is seen there."""
        stamp, self._stamp = self._stamp, event.timestamp()
        if event.isAutoRepeat() or stamp == event.timestamp() or event.key() in _MODIFIERS:
            return
        if not isinstance(QApplication.focusWidget(), QLineEdit):
            self._show_keys(QKeySequence(event.keyCombination()).toString(_NATIVE))

    def _show_keys(self, keys: str) -> None:
        self.keys = keys
        self.update(self._plate())
        if keys:
            self._fade.start()

    def _halo(self) -> QRect:
        side = RADIUS + EDGE
        return QRect(self._at - QPoint(side, side), self._at + QPoint(side, side))

    def _plate(self) -> QRect:
        return QRect(0, self.height() - 120, self.width(), 72)

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        halo = QColor(theme.current().accent)
        painter.setPen(QPen(halo, EDGE))
        halo.setAlphaF(0.35 if self._pressed else 0.12)
        painter.setBrush(halo)
        painter.drawEllipse(self._at, RADIUS, RADIUS)
        if self.keys:
            self._paint_keys(painter)
        painter.end()

    def _paint_keys(self, painter: QPainter) -> None:
        colours, font = theme.current(), self.font()
        font.setPointSizeF(1.6 * font.pointSizeF())
        painter.setFont(font)
        words = painter.fontMetrics().boundingRect(self.keys).size()
        plate = QRect(0, 0, words.width() + 40, words.height() + 20)
        plate.moveCenter(self._plate().center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.text))
        painter.drawRoundedRect(plate, 8, 8)
        painter.setPen(QColor(colours.panel))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.keys)


_NATIVE = QKeySequence.SequenceFormat.NativeText
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
