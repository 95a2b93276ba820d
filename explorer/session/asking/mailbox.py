"""Where workers leave results for the GUI thread. Standard library only.

However much is posted, one parameterless wake-up is under way at a time; the payload never
passes through a signal.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Mailbox:
    """Post from any thread; collect on the owner's.

    Parameters
    ----------
    wake
        Asks the owner's thread to call `collect` soon; called from the posting thread.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._letters: deque[Callable[[], None]] = deque()
        self._awake = False

    @property
    def empty(self) -> bool:
        """Everything that was posted has been collected."""
        with self._lock:
            return not self._letters

    def post(self, letter: Callable[[], None]) -> None:
        """Leave something to be called on the owner's thread."""
        with self._lock:
            self._letters.append(letter)
            if self._awake:
                return
            self._awake = True
        self._wake()

    def collect(self) -> None:
        """Call everything that was posted before now, in order."""
        with self._lock:
            letters, self._letters = self._letters, deque()
            self._awake = False
        while letters:
            try:
                letters.popleft()()
            except BaseException:
                self._put_back(letters)  # whose fault is none of theirs
                raise

    def _put_back(self, letters: deque[Callable[[], None]]) -> None:
        with self._lock:
            self._letters.extendleft(reversed(letters))
            if self._awake or not self._letters:
                return
            self._awake = True
        self._wake()
