"""From worker threads to the GUI thread: one wake-up, no payload. Imports Qt only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot


class Bridge(QObject):
    """Calls `collect` on the GUI thread soon after `wake` was called on any thread."""

    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collect: Callable[[], None] | None = None
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)

    def wake(self) -> None:
        self._woken.emit()

    def connect_to(self, collect: Callable[[], None] | None) -> None:
        """Say what to call; None once nothing is to be called any more."""
        self._collect = collect

    @Slot()
    def _on_woken(self) -> None:
        if self._collect is not None:
            self._collect()
