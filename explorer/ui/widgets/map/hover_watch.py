"""When a pointer at rest on a map means something: the clock of hovering, for `point_cloud`.

Imports Qt. Tests for a point at most every 50 ms, asks for the card after 125 ms still and lets
it go 260 ms after the point was left, so that the card can be reached.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QTimer, Signal

TEST_EVERY = 50
STILL = 125
LINGER = 260


class HoverWatch(QObject):
    over = Signal(int)
    """The item under the pointer changed; -1: none."""
    card_wanted = Signal(int)
    card_unwanted = Signal()

    def __init__(self, item_at: Callable[[QPointF], int], parent: QObject) -> None:
        super().__init__(parent)
        self.item = -1
        self._item_at = item_at
        self._place: QPointF | None = None
        self._tested: QPointF | None = None
        self._card = False
        self._test = self._timer(TEST_EVERY, self._look)
        self._still = self._timer(STILL, self._want_card)
        self._linger = self._timer(LINGER, self._drop_card)

    def _timer(self, milliseconds: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=milliseconds)
        timer.timeout.connect(then)
        return timer

    def moved(self, place: QPointF) -> None:
        """The pointer moved with no button down."""
        self._place = QPointF(place)
        if not self._test.isActive():
            self._look()
        if self.item >= 0:
            self._still.start()

    def stop(self, *, at_once: bool) -> None:
        """The pointer left the map (the card lingers) or a button went down (it does not)."""
        self._place = None
        self._test.stop()
        self._still.stop()
        self._turn_to(-1)
        if at_once:
            self._drop_card()

    def _look(self) -> None:
        if self._place is None or self._place == self._tested:
            return
        self._tested = self._place
        self._test.start()
        self._turn_to(self._item_at(self._place))

    def _turn_to(self, item: int) -> None:
        if item == self.item:
            return
        self.item = item
        if item < 0:
            self._tested = None
            self._still.stop()
            if self._card:
                self._linger.start()
        else:
            self._still.start()
        self.over.emit(item)

    def _want_card(self) -> None:
        if self.item >= 0:
            self._linger.stop()
            self._card = True
            self.card_wanted.emit(self.item)

    def _drop_card(self) -> None:
        self._linger.stop()
        if self._card:
            self._card = False
            self.card_unwanted.emit()
