"""The threads behind a session: who is asked, who takes the answers, what becomes of a fault.

Part of the session; knows no Qt and no torch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from explorer.errors import BadInput, Failure
from explorer.session.asking.engine import Engine, Request
from explorer.session.asking.mailbox import Mailbox

log = logging.getLogger(__name__)

Taker = Callable[[Any, Any], None]


class Workers:
    """The engine, which owns the displayed model, another for the one beside it, the reader, whose thread
    may wait for a disk, the fetcher, whose thread may wait for a server, and the projector, which waits for
    the process that lays codes out.

    Parameters
    ----------
    wake
        Called from the workers' threads: asks the GUI thread to call ``mailbox.collect()`` soon.
    tell
        Given the sentence of a fault, on the GUI thread.
    begin
        Whether they answer at once, or from `begin` on.
    """

    def __init__(self, wake: Callable[[], None], tell: Callable[[str], None], *, begin: bool = True) -> None:
        self.mailbox = Mailbox(wake)
        self.engine = Engine("engine", self._deliver, begin=begin)
        self.second = Engine("second engine", self._deliver, begin=begin)
        self.reader = Engine("reader", self._deliver, begin=begin)
        self.fetcher = Engine("fetcher", self._deliver, begin=begin)
        self.projector = Engine("projector", self._deliver, begin=begin)
        self._tell = tell
        self._takers: dict[str, Taker] = {}
        self._fault_takers: dict[str, Callable[[], None]] = {}

    def take(self, channel: str, taker: Taker, on_fault: Callable[[], None] | None = None) -> None:
        """Say who takes the results of a channel, and who must know that there will be none."""
        self._takers[channel] = taker
        if on_fault is not None:
            self._fault_takers[channel] = on_fault

    def begin(self) -> None:
        for engine in self._all:
            engine.begin()

    def close(self) -> bool:
        """End all threads; tells whether they have ended."""
        ended = [engine.close() for engine in self._all]
        return all(ended)

    @property
    def _all(self) -> tuple[Engine, ...]:
        return self.engine, self.second, self.reader, self.fetcher, self.projector

    def _deliver(self, request: Request, result: object) -> None:
        self.mailbox.post(partial(self._collect, request, result))

    def _collect(self, request: Request, result: object) -> None:
        if any(engine.is_forgotten(request) for engine in self._all):
            return  # it was in the post when another model was opened
        if isinstance(result, Exception):
            self._fault(request, result)
        elif taker := self._takers.get(request.channel):
            taker(request, result)

    def _fault(self, request: Request, error: Exception) -> None:
        if request.channel in self._fault_takers:
            self._fault_takers[request.channel]()
        if isinstance(error, (BadInput, Failure)):
            self._tell(str(error))
            return
        log.error("%s failed", type(request).__name__, exc_info=error)
        self._tell(f"{type(request).__name__} failed: {error}. The log has the details.")
