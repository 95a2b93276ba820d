"""Drives the window through lessons and keeps what it sees. Imports Qt; the window through `ui.app`."""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QTimer

from explorer.errors import Failure
from explorer.files import atomic_write
from explorer.guide.checks import Fact
from explorer.guide.lesson import Lesson, Step
from explorer.guide.watch import Watch
from explorer.session.message import Message
from explorer.session.session import FIRST_RUN, Session
from explorer.ui.look import theme
from explorer.ui.performing.player import Player
from explorer.ui.window.app import application, build_window
from explorer.ui.window.main_window import MainWindow

SIZE = (1600, 1000)
POLL_MS = 20
QUIET_SECONDS, SETTLE_SECONDS = 0.4, 5.0
"""A picture is taken when no fact has changed for so long, or at the latest after so long."""
GESTURE_SECONDS = 3600.0


class Record(NamedTuple):
    """What a step has come to."""

    name: str
    picture: str
    facts: list[Fact]

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "picture": self.picture, "facts": [fact._asdict() for fact in self.facts]}


def perform(lessons: Sequence[Lesson], folder: Path, colours: theme.Choice = "light") -> bool:
    """Run lessons, write a picture per step and `tour.json`; tells whether every fact held."""
    application()
    theme.use(colours)
    window = build_window()
    window.resize(*SIZE)
    window.show()
    tour = Tour(window, folder)
    try:
        with _interruptible(tour):
            for lesson in lessons:
                tour.run(lesson)
    finally:
        tour.close()
    return all(fact.holds for record in tour.records for fact in record.facts)


class Tour:
    """One window, and the records of the steps so far."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        assert window.session is not None
        self.records: list[Record] = []
        self.interrupted = False
        self._window, self._folder = window, folder
        self._session: Session = window.session
        self._watch = Watch(self._session)
        self._player = Player(window, self._session, self._watch, fast=True)
        self._changed = time.monotonic()
        self._watch.changed.connect(self._on_change)
        self._session.said.connect(_print_warning)

    def run(self, lesson: Lesson) -> None:
        """Every step, whether or not the one before came true."""
        self._open(lesson)
        for index, step in enumerate(lesson.steps):
            self._window.guide.follow(lesson.stem, index)
            self.records.append(self._step(step))
            self._write()

    def close(self) -> None:
        self._player.stop()
        self._session.close()
        self._window.close()
        self._window.deleteLater()

    def _open(self, lesson: Lesson) -> None:
        self._window.workspaces.go_to("Compare")
        if lesson.model in ("", FIRST_RUN):
            self._session.open_first()
            self._session.choices.clear_history()
        else:
            self._session.open(lesson.model)
        self._session.beside.show(None)
        if lesson.beside:
            self._session.beside.open(lesson.beside)

    def _step(self, step: Step) -> Record:
        self._watch.begin()
        self._player.play(step.gestures)
        self._until(lambda: not self._player.playing, GESTURE_SECONDS)
        self._until(lambda: self._watch.holds(step.facts), step.seconds)
        self._until(self._is_quiet, SETTLE_SECONDS)
        facts = self._watch.outcome(step.facts)
        number, name = len(self.records) + 1, step.name.rstrip(".")
        picture = f"{number:02d}-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
        atomic_write(self._folder / picture, self._picture())
        print(f"{number:02d} {name}: " + "; ".join(("" if f.holds else "NOT: ") + f.text for f in facts))
        return Record(name, picture, facts)

    def _picture(self) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if not self._window.grab().save(buffer, "PNG"):
            raise Failure("The picture of the window could not be made.")
        return bytes(buffer.data().data())

    def _write(self) -> None:
        records = [record.as_dict() for record in self.records]
        atomic_write(self._folder / "tour.json", json.dumps(records, indent=1, ensure_ascii=False).encode())

    def _on_change(self) -> None:
        self._changed = time.monotonic()

    def _is_quiet(self) -> bool:
        return time.monotonic() - self._changed > QUIET_SECONDS

    def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        """Let the window live until something holds, or for so long."""
        if holds():
            return
        loop, poll = QEventLoop(), QTimer(interval=POLL_MS)
        end = time.monotonic() + seconds

        def look() -> None:
            if self.interrupted or holds() or time.monotonic() > end:
                loop.quit()

        poll.timeout.connect(look)
        poll.start()
        loop.exec()
        poll.stop()
        if self.interrupted:
            raise KeyboardInterrupt


@contextmanager
def _interruptible(tour: Tour) -> Iterator[None]:
    """Ctrl+C ends the waiting: an exception inside a slot of Qt would only be printed."""

    def note(*_: object) -> None:
        tour.interrupted = True

    try:
        before = signal.signal(signal.SIGINT, note)
    except ValueError:  # not on the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _print_warning(message: Message) -> None:
    if message.kind != "info":
        print(message.text, file=sys.stderr)
