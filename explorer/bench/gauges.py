"""What measures inside a running window: a 60 Hz beat, paints, and the way from slider to pixels.

Imports Qt. Times are those of `time.perf_counter`, in seconds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from explorer.session.session import Session
from explorer.ui.widgets.sliders.dimension_slider import DimensionSlider

HERTZ = 60
STROKE_SECONDS = 2.5
"""A dragged slider goes from one end to the other in this time."""

END_SD = 3.0


class Beat(QObject):
    """Calls back 60 times a second, and notes how late.

    The beats have fixed times. Where the event loop is held up for several of them they are
    answered at once, each with its own lateness: a stall counts with all that it delays.
    """

    def __init__(self, on_beat: Callable[[list[float]], None] | None = None) -> None:
        super().__init__()
        self.lateness: list[float] = []
        self._on_beat = on_beat
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._next = 0.0

    def start(self) -> None:
        self._next = time.perf_counter()
        self._wait()

    def stop(self) -> None:
        self._timer.stop()

    def _wait(self) -> None:
        self._timer.start(max(0, math.ceil((self._next - time.perf_counter()) * 1000)))

    def _beat(self) -> None:
        now, due = time.perf_counter(), []
        while self._next <= now:
            due.append(self._next)
            self._next += 1 / HERTZ
        self.lateness += [now - moment for moment in due]
        if due and self._on_beat is not None:
            self._on_beat(due)
        self._wait()


class Paints(QObject):
    """Calls back after a widget was painted and its window brought to the screen."""

    def __init__(self, widget: QWidget, on_painted: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._window, self._on_painted = widget, widget.window(), on_painted
        self._painted = self._updating = False
        for watched in (self._widget, self._window):
            watched.installEventFilter(self)

    def stop(self) -> None:
        for watched in (self._widget, self._window):
            watched.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.UpdateRequest:
            self._updating = True
            self._window.event(event)
            self._updating = False
        elif watched is self._widget and event.type() == QEvent.Type.Paint:
            self._widget.event(event)
            self._painted = True
        else:
            return False
        if self._painted and not self._updating:
            self._painted = False
            self._on_painted()
        return True


class SliderDrag:
    """Drags a slider to and fro with pointer events, and times each until the picture shows it.

    An event counts from the moment when it was due. It is shown by the end of the first paint of
    the picture that was decoded from its code, or from a later one's.
    """

    def __init__(self, session: Session, slider: DimensionSlider, picture: QWidget) -> None:
        self._session, self._slider = session, slider
        self.beat = Beat(self._move)
        self._paints = Paints(picture, self._on_painted)
        self._asked: list[tuple[float, NDArray[np.float32] | None]] = []
        self._newest: NDArray[np.float32] | None = None
        self.delays: list[float] = []
        self._began = 0.0

    @property
    def waits(self) -> bool:
        """Some events are not on the screen yet."""
        return bool(self._asked)

    def start(self) -> None:
        self._began = time.perf_counter()
        self._send(QEvent.Type.MouseButtonPress, self._slider.grip(self._slider.sd))
        self.beat.start()

    def stop(self) -> None:
        """Let go; what is still on its way is yet to be painted."""
        self.beat.stop()
        self._send(QEvent.Type.MouseButtonRelease, self._slider.grip(self._slider.sd))

    def close(self) -> None:
        self._paints.stop()

    def _move(self, due: list[float]) -> None:
        strokes = (due[-1] - self._began) / STROKE_SECONDS
        share = 1 - abs(strokes % 2 - 1)
        self._send(QEvent.Type.MouseMove, self._slider.grip(END_SD * (2 * share - 1)))
        code = self._session.main.look.code
        if code is not self._newest:  # at the turning points there is nothing new to show
            self._asked += [(moment, code) for moment in due]
            self._newest = code

    def _send(self, kind: QEvent.Type, at: QPointF) -> None:
        released = kind == QEvent.Type.MouseButtonRelease
        event = QMouseEvent(
            kind,
            at,
            self._slider.mapToGlobal(at),
            Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton,
            Qt.MouseButton.NoButton if released else Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self._slider, event)

    def _on_painted(self) -> None:
        now, shown = time.perf_counter(), self._session.main.cursor.pictured
        codes = [code for _, code in self._asked]
        count = next((n for n in range(len(codes), 0, -1) if codes[n - 1] is shown), 0)
        self.delays += [now - moment for moment, _ in self._asked[:count]]
        del self._asked[:count]
