"""Work on files in threads that nobody has to wait for: a network drive may hang for hours.

Standard library only. Whoever iterates is given word at least ten times a second and may leave at any
time; a thread that hangs in the system then ends whenever the system lets it, and holds up no exit.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

WORD_SECONDS = 0.1
_CHUNK = 64
_MOST = 8


def gathered(items: Iterator[_T | None]) -> Iterator[list[_T]]:
    """Exhaust an iterator in a thread; gives the growing list of what has come, the last time the whole.

    Parameters
    ----------
    items
        None stands for a piece of work that brought nothing: between two items the thread can be left.
    """
    found: list[_T] = []
    faults: list[Exception] = []
    ended, left = threading.Event(), threading.Event()

    def gather() -> None:
        try:
            for item in items:
                if left.is_set():
                    return
                if item is not None:
                    found.append(item)
        except Exception as error:  # it flies where the list is waited for
            faults.append(error)
        finally:
            ended.set()

    threading.Thread(target=gather, name="listing", daemon=True).start()
    try:
        while not ended.wait(WORD_SECONDS):
            yield found
    finally:
        left.set()
    if faults:
        raise faults[0]
    yield found


def in_threads(work: Callable[[_T], _R], items: Sequence[_T]) -> Iterator[list[_R]]:
    """The results of some work on each item, in their order, as they come; an empty list says: not yet."""
    chunks = [items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK)]
    places = itertools.count()
    ready: dict[int, list[_R] | Exception] = {}
    changed, left = threading.Condition(), threading.Event()

    def serve() -> None:
        # To draw from a count is one operation: no two threads are given the same place.
        while not left.is_set() and (place := next(places)) < len(chunks):
            answer: list[_R] | Exception
            try:
                answer = [work(item) for item in chunks[place]]
            except Exception as error:  # it flies where the result is waited for
                answer = error
            with changed:
                ready[place] = answer
                changed.notify()

    for _ in range(min(_MOST, os.cpu_count() or 1, len(chunks))):
        threading.Thread(target=serve, name="pictures", daemon=True).start()
    try:
        for place in range(len(chunks)):
            while True:
                with changed:
                    if place not in ready:
                        changed.wait(WORD_SECONDS)
                    answer = ready.pop(place, None)
                if answer is not None:
                    break
                yield []
            if isinstance(answer, Exception):
                raise answer
            yield answer
    finally:
        left.set()
