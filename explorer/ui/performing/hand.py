"""A hand that uses the window as a person does: real pointer and key events of Qt, paced for eyes.

What takes time is an iterator of seconds to wait; who iterates decides how long they are.
Imports Qt and the ghost pointer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import shiboken6
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from explorer.errors import Failure
from explorer.ui.widgets.ghost_pointer import GhostPointer
from explorer.ui.window.workspaces import WorkspaceBar

FRAME = 1 / 60
SPEED = 900.0
"""Pixels per second of the pointer between two gestures."""
DRAG_SPEED = 320.0
"""While it drags: slow enough to see what comes by."""
REST = 0.25
TRIES = 200
NO_BUTTON, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton


class Hand:
    """One pointer with one button."""

    def __init__(self, window: QWidget, *, visible: bool = True) -> None:
        self._window = window
        self._visible = visible
        self._ghost = GhostPointer(window)
        self._held: QWidget | None = None
        self._over: QWidget | None = None

    def go(self, widget: QWidget, to: QPoint) -> Iterator[float]:
        """Move to a pixel of a widget, no button down."""
        start, goal = self._ghost.tip(), widget.mapTo(self._window, to)
        for at in _between(start, goal, SPEED):
            self._show(at)
            yield FRAME
        target, local = _deepest(widget, to)
        self._leave(target)
        self._over = target
        _send_mouse(QEvent.Type.MouseMove, target, local, NO_BUTTON, NO_BUTTON)
        yield REST

    def press(self, widget: QWidget, at: QPoint) -> None:
        target, local = _deepest(widget, at)
        if not target.isEnabled():
            raise Failure(f"{_name(widget)} can't be used now: {target.toolTip() or 'it is greyed'}.")
        self._held = target
        self._ghost.press(True)
        if target.focusPolicy() & Qt.FocusPolicy.ClickFocus:
            target.setFocus(Qt.FocusReason.MouseFocusReason)
        _send_mouse(QEvent.Type.MouseButtonPress, target, local, LEFT, LEFT)

    def drag(self, widget: QWidget, through: Sequence[QPoint], speed: float = DRAG_SPEED) -> Iterator[float]:
        """Move on with the button down, through pixels of a widget; the first is where it is now."""
        for start, goal in pairwise(through):
            for at in _between(start, goal, speed):
                if self._held is None or not shiboken6.isValid(self._held):
                    return
                self._show(widget.mapTo(self._window, at))
                local = self._held.mapFrom(widget, at) if self._held is not widget else at
                _send_mouse(QEvent.Type.MouseMove, self._held, local, NO_BUTTON, LEFT)
                yield FRAME

    def release(self, widget: QWidget, at: QPoint) -> None:
        held, self._held = self._held, None
        self._ghost.press(False)
        if held is not None and shiboken6.isValid(held):
            local = held.mapFrom(widget, at) if held is not widget else at
            _send_mouse(QEvent.Type.MouseButtonRelease, held, local, LEFT, NO_BUTTON)

    def double_click(self, widget: QWidget, at: QPoint) -> None:
        self.press(widget, at)
        self.release(widget, at)
        _send_mouse(QEvent.Type.MouseButtonDblClick, widget, at, LEFT, LEFT)
        _send_mouse(QEvent.Type.MouseButtonRelease, widget, at, LEFT, NO_BUTTON)

    def key(self, widget: QWidget, letter: str) -> None:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, ord(letter), Qt.KeyboardModifier.NoModifier, letter.lower())
            QApplication.sendEvent(widget, event)

    def withdraw(self) -> None:
        """Let go of everything."""
        if self._held is not None and shiboken6.isValid(self._held):
            self.release(self._held, self._held.rect().center())
        self._leave(None)
        self._ghost.hide()

    def _leave(self, target: QWidget | None) -> None:
        if self._over is not None and self._over is not target and shiboken6.isValid(self._over):
            QApplication.sendEvent(self._over, QEvent(QEvent.Type.Leave))
        self._over = None

    def _show(self, at: QPoint) -> None:
        if self._visible:
            self._ghost.point(at)
        else:
            self._ghost.move(at - (self._ghost.tip() - self._ghost.pos()))


def find(window: QWidget, name: str) -> QWidget:
    """The widget of this object name.

    Raises
    ------
    Failure
        There is none.
    """
    found = window if window.objectName() == name else window.findChild(QWidget, name)
    if not isinstance(found, QWidget):
        raise Failure(f"There is no {name!r} in this window.")
    return found


def reveal(widget: QWidget) -> Iterator[float]:
    """Bring a widget in front: its dock raised, scrolled into sight.

    Raises
    ------
    Failure
        It can't be seen all the same.
    """
    bring_forward(widget)
    for _ in range(TRIES):
        if widget.isVisible() and widget.width() > 1:
            break
        yield FRAME
    else:
        raise Failure(f"{_name(widget)} can't be seen now.")
    for parent in _parents(widget):
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
    yield FRAME


def bring_forward(widget: QWidget) -> None:
    """Bring the dock or the view that a widget is in, in a workspace that has it."""
    parents = [widget, *_parents(widget)]
    bar = parents[-1].findChild(WorkspaceBar)
    for parent in parents:
        if bar is not None and parent.objectName() in bar.names:
            bar.bring(parent.objectName())


def _parents(widget: QWidget) -> Iterator[QWidget]:
    while (parent := widget.parentWidget()) is not None:
        yield parent
        widget = parent


def _name(widget: QWidget) -> str:
    return widget.accessibleName() or widget.objectName() or "This"


def _between(start: QPoint, goal: QPoint, speed: float) -> Iterator[QPoint]:
    """Places on the way, one a frame, slow at both ends; the last is the goal."""
    way = QPointF(goal - start)
    length = (way.x() ** 2 + way.y() ** 2) ** 0.5
    count = max(1, round(length / speed / FRAME))
    for number in range(1, count + 1):
        share = number / count
        eased = share * share * (3 - 2 * share)
        yield (QPointF(start) + way * eased).toPoint()


def _deepest(widget: QWidget, at: QPoint) -> tuple[QWidget, QPoint]:
    """The child that a pointer there would meet, and the pixel in it."""
    child = widget.childAt(at)
    return (widget, at) if child is None else (child, child.mapFrom(widget, at))


def _send_mouse(
    kind: QEvent.Type, widget: QWidget, at: QPoint, button: Qt.MouseButton, buttons: Qt.MouseButton
) -> None:
    place = QPointF(at)
    event = QMouseEvent(
        kind, place, widget.mapToGlobal(place), button, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)
