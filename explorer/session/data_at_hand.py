"""Data sets that have been read, each once, however many models were trained on it.

Part of the session. The reader reads; numpy only.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial

from psygnal import Signal

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.data.progress import ReadProgress
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.asking.requests import LoadData, Loaded

Answer = ReadProgress | Loaded


class DataAtHand:
    """Known by their fingerprints; one that nobody holds any more is let go of."""

    changed = Signal(str)
    """Of the data set with this fingerprint more is read, it is here, or it could not be read."""

    def __init__(self, reader: Engine) -> None:
        self._reader = reader
        self._known: weakref.WeakValueDictionary[str, DataSet] = weakref.WeakValueDictionary()
        self._reading: dict[str, Question[Answer]] = {}
        self.progress: dict[str, ReadProgress] = {}

    def get(self, fingerprint: str) -> DataSet | None:
        return self._known.get(fingerprint)

    def find(self, fits: Callable[[DataSet], bool]) -> DataSet | None:
        """One of those at hand."""
        return next((data for data in self._known.values() if fits(data)), None)

    def add(self, fingerprint: str, data: DataSet) -> None:
        """It was read elsewhere."""
        self._known[fingerprint] = data
        self.changed(fingerprint)

    def want(self, fingerprint: str, origin: str, framing: Framing) -> None:
        """Have it read, unless it is at hand or on its way."""
        if fingerprint in self._known or fingerprint in self._reading:
            return
        question: Question[Answer] = Question(
            self._reader, partial(self._on_answer, fingerprint), missed=partial(self._end, fingerprint)
        )
        self._reading[fingerprint] = question
        question.ask(LoadData(origin, framing))

    def _on_answer(self, wanted: str, result: Answer) -> None:
        if isinstance(result, ReadProgress):
            self.progress[wanted] = result
            self.changed(wanted)
            return
        self._known[result.fingerprint] = result.data
        self._end(wanted)

    def _end(self, wanted: str) -> None:
        self._reading.pop(wanted, None)
        self.progress.pop(wanted, None)
        self.changed(wanted)
