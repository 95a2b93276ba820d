"""The threads behind a session: who is asked, who takes the answers, what becomes of a fault.

Part of the session; knows no Qt, and torch only where it is there already.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from explorer.errors import BadInput, Failure
from explorer.session.asking.engine import Engine
from explorer.session.asking.mailbox import Mailbox
from explorer.session.asking.question import Question, Request

log = logging.getLogger(__name__)


class Workers:
    """One engine for the model of each side and one for the model in training; the reader, whose thread may
    wait for a disk; the fetcher, whose thread may wait for a server; the projector, which waits for the
    process that lays codes out.

    Parameters
    ----------
    wake
        Called from the workers' threads: asks the GUI thread to call ``mailbox.collect()`` soon.
    say_fault
        Given the sentence of a fault, on the GUI thread.
    left_gpu
        Called once the GPU is of no use to these threads any more: what lay there has to be brought anew.
    begin
        Whether they answer at once, or from `begin` on.
    """

    def __init__(
        self,
        wake: Callable[[], None],
        say_fault: Callable[[str], None],
        left_gpu: Callable[[], None] = lambda: None,
        *,
        begin: bool = True,
    ) -> None:
        self.mailbox = Mailbox(wake)
        self.main = Engine("engine", self._deliver, begin=begin)
        self.beside = Engine("engine beside", self._deliver, begin=begin)
        self.learner = Engine("learner", self._deliver, begin=begin)
        self.reader = Engine("reader", self._deliver, begin=begin)
        self.fetcher = Engine("fetcher", self._deliver, begin=begin)
        self.projector = Engine("projector", self._deliver, begin=begin)
        self._say_fault, self._left_gpu, self._has_left = say_fault, left_gpu, False

    def begin(self) -> None:
        for engine in self._all:
            engine.begin()

    def close(self) -> bool:
        """End all threads; tells whether they have ended."""
        ended = [engine.close() for engine in self._all]
        return all(ended)

    @property
    def idle(self) -> bool:
        """Nothing is being answered, and every answer has been taken."""
        return all(engine.idle for engine in self._all) and self.mailbox.empty

    @property
    def _all(self) -> tuple[Engine, ...]:
        return self.main, self.beside, self.learner, self.reader, self.fetcher, self.projector

    def _deliver(self, question: Question[Any], request: Request[Any], result: object) -> None:
        self.mailbox.post(partial(self._collect, question, request, result))

    def _collect(self, question: Question[Any], request: Request[Any], result: object) -> None:
        if not question.awaits(request):
            return
        if isinstance(result, Exception):
            question.miss(request)
            self._fault(request, result)
        else:
            question.deliver(result)

    def _fault(self, request: Request[Any], error: Exception) -> None:
        if isinstance(error, (BadInput, Failure)):
            self._say_fault(str(error))
            return
        if words := _of_gpu(error):
            self._leave_gpu(words)
            return
        log.error("%s failed", type(request).__name__, exc_info=error)
        self._say_fault(f"{type(request).__name__} failed: {error}. The log has the details.")

    def _leave_gpu(self, words: str) -> None:
        # Other threads may have met the same fault.
        if not self._has_left:
            self._has_left = True
            self._say_fault(words)
            self._left_gpu()


def _of_gpu(error: Exception) -> str | None:
    """The sentence where it is the GPU's fault; from then on these threads work on the CPU."""
    if "torch" not in sys.modules:
        return None
    from explorer.training.device import leave_gpu

    return leave_gpu(error)
