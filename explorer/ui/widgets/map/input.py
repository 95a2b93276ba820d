"""The hands of the map: Qt's pointer and key events, turned into gestures and signals.

The lower half of `point_cloud`, which adds points and paint. Imports Qt, `map_gestures` and
`hover_watch`.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from explorer.ui.widgets.map import gestures as gestures
from explorer.ui.widgets.map.gestures import Button, Intent, MapGestures, Tool
from explorer.ui.widgets.map.hover_watch import HoverWatch

# Who has one of these in use would lose its keys, were a map to take the focus by hovering.
_TYPED = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
# These lose it to a pointer that moves over the map, not to a map that comes to lie under a pointer at rest.
_KEEP_FOCUS = (*_TYPED, QAbstractSlider, QComboBox)
_BUTTONS: dict[Qt.MouseButton, Button] = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
}
_KEYS = {
    Qt.Key.Key_A: "a", Qt.Key.Key_B: "b", Qt.Key.Key_R: "r", Qt.Key.Key_Home: "home",
    Qt.Key.Key_D: "d", Qt.Key.Key_P: "p", Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down",
}  # fmt: skip


class MapInput(QWidget):
    pressed = Signal(float, float, int)
    """Place (of the item, if one is within reach) and item, or -1 in the void."""
    scrubbed = Signal(float, float)
    released = Signal()
    pointer_over = Signal(int)
    card_wanted = Signal(int, QPoint)
    """Item and its place on the screen."""
    card_unwanted = Signal()
    nudged = Signal(int, int)
    """Steps of 0.1 standard deviations, right and up positive."""
    end_chosen = Signal(str, int)
    """"a" or "b" and the item under the pointer, or -1."""
    menu_wanted = Signal(QPoint)
    tool_changed = Signal(Tool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gestures = MapGestures()
        self._pointer: QPointF | None = None
        self._turn = 0
        self.shows_focus = False
        self._hover = HoverWatch(lambda at: next(iter(self.items_at(at)), -1), self)
        self._hover.over.connect(self._hovers)
        self._hover.card_wanted.connect(self._wants_card)
        self._hover.card_unwanted.connect(self.card_unwanted)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._show_tool()

    # What the upper half supplies

    def items_at(self, at: QPointF) -> list[int]:
        raise NotImplementedError

    def to_plane(self, at: QPointF) -> tuple[float, float]:
        raise NotImplementedError

    def place_of(self, item: int) -> tuple[float, float]:
        raise NotImplementedError

    def pixel_of(self, item: int) -> QPoint:
        raise NotImplementedError

    def set_hovered(self, item: int | None) -> None:
        raise NotImplementedError

    def pan_by(self, dx: float, dy: float) -> None:
        raise NotImplementedError

    def zoom_by(self, factor: float, left: float, top: float) -> None:
        raise NotImplementedError

    def home(self) -> None:
        raise NotImplementedError

    def theme_changed(self) -> None:
        raise NotImplementedError

    # Tools and intents

    @property
    def tool(self) -> Tool:
        return self._gestures.tool

    def set_tool(self, tool: Tool) -> None:
        if tool is not self._gestures.tool:
            self._gestures.tool = tool
            self._show_tool()
            self.tool_changed.emit(tool)

    def _show_tool(self) -> None:
        shape = Qt.CursorShape.CrossCursor
        if self._gestures.pans:
            busy = self._gestures.busy
            shape = Qt.CursorShape.ClosedHandCursor if busy else Qt.CursorShape.OpenHandCursor
        self.setCursor(shape)

    def _carry_out(self, intent: Intent | None) -> None:
        match intent:
            case gestures.Press(x, y):
                self._press_at(QPointF(x, y))
            case gestures.Scrub(x, y):
                self.scrubbed.emit(*self.to_plane(QPointF(x, y)))
            case gestures.Release():
                self.released.emit()
            case gestures.Pan(dx, dy):
                self.pan_by(dx, dy)
            case gestures.Zoom(factor, x, y):
                self.zoom_by(factor, x, y)
            case gestures.Menu(x, y):
                self.menu_wanted.emit(self.mapToGlobal(QPoint(round(x), round(y))))
            case gestures.Nudge(dx, dy):
                self.nudged.emit(dx, dy)
            case gestures.ChooseEnd(end):
                self.end_chosen.emit(end, self._hover.item)
            case gestures.UseTool(tool):
                self.set_tool(tool)
            case gestures.Home():
                self.home()

    def _press_at(self, at: QPointF) -> None:
        item = next(iter(self.items_at(at)), -1)
        self._turn = 0
        place = self.place_of(item) if item >= 0 else self.to_plane(at)
        self.pressed.emit(*place, item)

    def _press_next(self) -> bool:
        """Press the next of several points that lie on top of each other under the pointer."""
        near = self.items_at(self._pointer) if self._pointer is not None else []
        if len(near) < 2:
            return False
        self._turn = (self._turn + 1) % len(near)
        item = near[self._turn]
        self.pressed.emit(*self.place_of(item), item)
        self.released.emit()
        return True

    def _hovers(self, item: int) -> None:
        self.set_hovered(item if item >= 0 else None)
        self.pointer_over.emit(item)

    def _wants_card(self, item: int) -> None:
        self.card_wanted.emit(item, self.mapToGlobal(self.pixel_of(item)))

    # Qt's events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        button = _BUTTONS.get(event.button())
        if button is None:
            event.ignore()
            return
        self._hover.stop(at_once=True)
        self._pointer = event.position()
        self._carry_out(self._gestures.press(button, event.position().x(), event.position().y()))
        self._show_tool()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer, self._turn = event.position(), 0
        if self._gestures.busy:
            self._carry_out(self._gestures.move(event.position().x(), event.position().y()))
        else:
            if not self.hasFocus() and not isinstance(QApplication.focusWidget(), _TYPED):
                self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._hover.moved(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        button = _BUTTONS.get(event.button())
        if button is not None:
            self._carry_out(self._gestures.release(button, event.position().x(), event.position().y()))
            self._show_tool()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.pixelDelta().y()
        at = event.position()
        if delta:
            self._carry_out(gestures.Zoom(gestures.zoom_factor(delta), at.x(), at.y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        other = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if key == Qt.Key.Key_Space:
            self._gestures.space = True
            self._show_tool()
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        intent = gestures.key_intent(_KEYS.get(key, ""), shift)
        if intent is None or event.modifiers() & other:
            super().keyPressEvent(event)
        else:
            self._carry_out(intent)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._gestures.space = False
            self._show_tool()
        super().keyReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if event.key() == Qt.Key.Key_Tab and plain and self._press_next():
                return True
        return super().event(event)

    def enterEvent(self, event: Any) -> None:
        if not isinstance(QApplication.focusWidget(), _KEEP_FOCUS):
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def leaveEvent(self, event: Any) -> None:
        self._pointer = None
        self._hover.stop(at_once=False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        tab = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.shows_focus = event.reason() in tab
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._gestures.space = False
        self.shows_focus = False
        self._show_tool()
        self.update()

    def hideEvent(self, event: Any) -> None:
        self._carry_out(self._gestures.cancel())
        self._hover.stop(at_once=True)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.theme_changed()
        super().changeEvent(event)
