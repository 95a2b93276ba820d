"""The guide: a lesson step by step, which notices what was done, shows where, and does it on request.

Knows the session, the guide and the player. Imports Qt.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QStackedWidget, QVBoxLayout, QWidget

from explorer.errors import BadInput
from explorer.guide.checks import Fact
from explorer.guide.lesson import Lesson, Step, lessons
from explorer.guide.needs import bring_about
from explorer.guide.watch import Watch
from explorer.session.session import Session
from explorer.ui.views.guide.lesson_card import LessonCard
from explorer.ui.views.guide.lesson_list import LessonList
from explorer.ui.views.guide.pointing import Pointing
from explorer.ui.views.guide.showing import Showing

LOOK_MS = 60
ADVANCE_MS = 2600
"""Between the tick and the next step: time to see both."""
AGAIN_MS = 300
DONE = "Done"
"""Of a step that was done, when its figures have changed since."""


class GuideView(QFrame):
    """Begins with the first lesson; closed, it lists them all."""

    closed = Signal()
    """The lesson was closed: the dock may go."""
    begun = Signal(str)
    """A lesson begins in this workspace, wherever the last one has led."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("guide")
        self.setProperty("role", "guide")
        self._session = session
        self._watch = Watch(session)
        self._lessons = self._read()
        self._lesson: Lesson | None = self._lessons[0] if self._lessons else None
        self._index = 0
        self._done = self._entered = False
        self._automatic = True
        self._pointing = Pointing(session)
        self._showing = Showing(session, self._watch, self)
        self._card, self._list = LessonCard(), LessonList(self._lessons)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._card)
        self._pages.addWidget(self._list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages, 1)
        column.addWidget(self._showing.question)
        self._look = self._timer(LOOK_MS, self._check)
        self._onward = self._timer(ADVANCE_MS, self._advance)
        self._listen(session)
        self._pages.setCurrentWidget(self._card if self._lesson is not None else self._list)

    def _listen(self, session: Session) -> None:
        self._watch.changed.connect(self._on_fact)
        self._showing.ended.connect(self._on_shown)
        self._card.show_me.connect(self._show_me)
        self._card.next.connect(self._go_on)
        self._card.back.connect(self._go_back)
        self._card.close_wanted.connect(self.close_lesson)
        self._list.chosen.connect(self.begin)

    def lessons(self) -> list[Lesson]:
        return self._lessons

    @property
    def step(self) -> Step | None:
        """The one being shown."""
        return None if self._lesson is None else self._lesson.steps[self._index]

    @property
    def asks(self) -> bool:
        """It is asked here whose turn the trainer is."""
        return self._showing.asks

    def begin(self, stem: str) -> None:
        """Begin a lesson, and bring about what it needs."""
        lesson = self._find(stem)
        if lesson is None:
            return
        self._rest()
        self.begun.emit(lesson.workspace)
        bring_about(lesson, self._session)
        self._lesson, self._automatic = lesson, True
        self._pages.setCurrentWidget(self._card)
        self._enter(0)

    def to_keep(self) -> dict[str, object]:
        """The lesson and its step, for the next start; nothing when none is being taken."""
        return {} if self._lesson is None else {"stem": self._lesson.stem, "step": self._index}

    def restore(self, kept: object) -> None:
        """Go on with the lesson of an earlier start where it was, or leave it closed.

        Nothing is opened for it; what no longer fits is left at its default.
        """
        if not isinstance(kept, dict):
            return
        if not kept:
            self._lesson = None
            self._rest()
            self._pages.setCurrentWidget(self._list)
            return
        lesson, index = self._find(kept.get("stem")), kept.get("step")
        if lesson is not None and type(index) is int and 0 <= index < len(lesson.steps):
            self._lesson = lesson
            self._enter(index, pointing=False)

    def _find(self, stem: object) -> Lesson | None:
        return next((lesson for lesson in self._lessons if lesson.stem == stem), None)

    def follow(self, stem: str, index: int) -> None:
        """Show a step of a lesson that somebody else performs: nothing goes on by itself."""
        self._automatic = False
        self._lesson = self._find(stem)
        self._pages.setCurrentWidget(self._card)
        self._enter(index)

    def close_lesson(self) -> None:
        """Leave the lesson and list all of them."""
        self._lesson = None
        self._rest()
        self._pages.setCurrentWidget(self._list)
        self.closed.emit()

    # Steps

    def _enter(self, index: int, *, anew: bool = True, pointing: bool = True) -> None:
        """Show a step; what it asks for counts from now, or from where the last step began."""
        if self._lesson is None:
            return
        self._rest()
        self._index, self._done, self._entered = index, False, True
        if anew:
            self._watch.begin()
        step = self._lesson.steps[index]
        self._card.show_step(self._lesson.title, step, index, len(self._lesson.steps))
        if step.gestures and self._automatic and pointing:
            self._pointing.point_at(step, self._stage())
        self._check()
        if anew:
            # What held before anything was done is read at leisure.
            self._onward.stop()

    def _rest(self) -> None:
        self._look.stop()
        self._onward.stop()
        self._showing.stop()
        self._pointing.leave()

    def _on_fact(self) -> None:
        if self._onward.isActive() and not self._session.training.active:
            # They are still at it; a training would never let the lesson go on.
            self._onward.start(ADVANCE_MS)
        if self.isVisible() and not self._look.isActive():
            self._look.start()

    def _check(self) -> None:
        step = self.step
        if step is None or self._lesson is None:
            return
        if self._automatic and self._next_is_done():
            self._enter(self._index + 1, anew=False)
            return
        lacking = [fact for fact in self._watch.outcome(step.needs) if not fact.holds]
        facts = lacking or self._watch.outcome(step.facts)
        done = all(fact.holds for fact in facts)
        if lacking or not step.gestures:
            # How things stand can be undone; what was done was done.
            self._onward.stop()
            self._done = self._done and done
        if self._done and not done:
            facts = [Fact(DONE, True)] * len(facts)
        self._card.show_facts(facts)
        if done and not self._done:
            self._done = True
            self._on_done(step, self._lesson)

    def _on_done(self, step: Step, lesson: Lesson) -> None:
        self._pointing.leave()
        if not step.gestures:
            # What opening the model has brought about is not what the reader does next.
            self._watch.begin()
        elif self._automatic and self._index + 1 < len(lesson.steps):
            self._onward.start(ADVANCE_MS)

    def _next_is_done(self) -> bool:
        """While one reads a step without gestures, the next one may be done already."""
        step, lesson = self.step, self._lesson
        if step is None or lesson is None or step.gestures or self._index + 1 >= len(lesson.steps):
            return False
        following = lesson.steps[self._index + 1]
        return self._done and self._watch.holds([*following.needs, *following.facts])

    def _advance(self) -> None:
        """Go on by itself, but under no one's hands."""
        if self._showing.playing or QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._onward.start(AGAIN_MS)
        else:
            self._go_on()

    def _go_on(self) -> None:
        if self._lesson is None or self._index + 1 >= len(self._lesson.steps):
            self.close_lesson()
        else:
            self._enter(self._index + 1)

    def _go_back(self) -> None:
        self._enter(max(0, self._index - 1))

    # Showing

    def _show_me(self) -> None:
        if self._showing.playing:
            self._showing.stop()
        elif self.step is not None:
            self._card.set_playing(True)
            self._showing.play(self.step, self._stage())

    def _on_shown(self) -> None:
        self._card.set_playing(False)
        self._on_fact()

    def _stage(self) -> QWidget:
        """The main window, also while the dock floats."""
        widget: QWidget = self
        while (parent := widget.parentWidget()) is not None:
            widget = parent
        return widget

    def _read(self) -> list[Lesson]:
        try:
            return lessons()
        except BadInput as error:
            self._session.say(str(error), "error")
            return []

    def _timer(self, milliseconds: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=milliseconds)
        timer.timeout.connect(then)
        return timer

    def showEvent(self, event: object) -> None:
        if not self._entered:
            self._enter(self._index)
        else:
            self._on_fact()

    def hideEvent(self, event: object) -> None:
        self._pointing.leave()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._card.repaint_facts()
        super().changeEvent(event)
