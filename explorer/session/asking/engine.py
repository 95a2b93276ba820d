"""One thread that answers requests, the newest of each channel first. Standard library only.

This is the responsiveness: a hundred slider events cost one decode in flight and one waiting.
A request yields its results; between two of them a fresh request comes first, then the other
channels have their turn, and a newer request of the same channel takes the older one's place,
in mid-way too. So a picture under the pointer waits for one result of something else at most.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import Counter
from collections.abc import Callable, Generator, Hashable
from typing import Any, NamedTuple, Protocol

log = logging.getLogger(__name__)


class Answers(Protocol):
    """A request, as far as the engine cares."""

    def answer(self, held: dict[str, Any]) -> Generator[object, None, None]: ...


Deliver = Callable[[Any, Any, object], None]
"""Channel, request, and a result or the exception that ended it."""


class Engine:
    """Owns what its requests hold on one thread.

    Parameters
    ----------
    name
        Of the thread.
    deliver
        Called on the engine's thread with channel, request and each result, or the exception that ended it.
    begin
        Whether to answer at once; otherwise requests wait until `begin` is called.
    """

    def __init__(self, name: str, deliver: Deliver, *, begin: bool = True) -> None:
        self._deliver = deliver
        self._tickets = itertools.count()
        self._newest: dict[Hashable, int] = {}
        self._waiting: dict[Hashable, tuple[int, Answers]] = {}
        self._changed = threading.Condition()
        self._closing = self._busy = False
        self._in_flight: Counter[Hashable] = Counter()
        self.in_flight_max = 0
        """The most requests of one channel that were ever being answered at a time; one at most waits."""
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        if begin:
            self.begin()

    def begin(self) -> None:
        if self._thread.ident is None:
            self._thread.start()

    def submit(self, channel: Hashable, request: Answers) -> None:
        """Ask; what the same channel was asked before is forgotten."""
        with self._changed:
            ticket = next(self._tickets)
            self._newest[channel] = ticket
            self._waiting[channel] = (ticket, request)
            self._changed.notify()

    def forget(self, channel: Hashable) -> None:
        """Drop what a channel was asked, in mid-way too."""
        with self._changed:
            self._newest.pop(channel, None)
            self._waiting.pop(channel, None)

    @property
    def idle(self) -> bool:
        """Whatever was asked has been answered, as far as it was still wanted."""
        with self._changed:
            return not (self._waiting or self._busy)

    def close(self, seconds: float = 1.0) -> bool:
        """Ask the thread to end and wait for it; tells whether it has."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        held: dict[str, Any] = {}
        running: dict[Hashable, Answer] = {}
        while True:
            with self._changed:
                while not (self._waiting or running or self._closing):
                    self._busy = False
                    self._changed.wait()
                self._busy = True
                if self._closing:
                    return
                fresh, self._waiting = self._waiting, {}
                newest = dict(self._newest)
            for channel, answer in list(running.items()):
                if answer.ticket != newest.get(channel):
                    answer.results.close()
                    self._end(running, channel)
            begun = {
                channel: Answer(ticket, channel, request, request.answer(held))
                for channel, (ticket, request) in fresh.items()
            }
            running = begun | running
            for channel in begun:
                self._in_flight[channel] += 1
                self.in_flight_max = max(self.in_flight_max, self._in_flight[channel])
            if running:
                channel = next(iter(running))
                answer = running.pop(channel)
                running[channel] = answer  # at the end of the line now
                if not self._advance(answer):
                    self._end(running, channel)

    def _end(self, running: dict[Hashable, Answer], channel: Hashable) -> None:
        """Nothing is kept of a channel of which nothing more is wanted."""
        answer = running.pop(channel)
        self._in_flight[channel] -= 1
        with self._changed:
            if self._newest.get(channel) == answer.ticket:
                del self._newest[channel]
            if not self._in_flight[channel]:
                del self._in_flight[channel]

    def _advance(self, answer: Answer) -> bool:
        """Ask for one more result and deliver it unless it is stale; tells whether there may be more."""
        try:
            result, goes_on = next(answer.results), True
        except StopIteration:
            return False
        except Exception as error:  # the one catch point of this thread
            log.debug("%s failed", type(answer.request).__name__, exc_info=True)
            result, goes_on = error, False
        if self._newest.get(answer.channel) == answer.ticket:
            self._deliver(answer.channel, answer.request, result)
        return goes_on


class Answer(NamedTuple):
    """A request that is being answered."""

    ticket: int
    channel: Hashable
    request: Answers
    results: Generator[object, None, None]
