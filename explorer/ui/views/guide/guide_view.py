"""The guide: a lesson step by step, which notices what was done, shows where, and does it on request.

Knows the session, the guide and the player. Imports Qt.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QStackedWidget, QVBoxLayout, QWidget

from explorer.errors import BadInput
from explorer.guide.lesson import Lesson, Step, lessons
from explorer.guide.watch import Watch
from explorer.session.open_model import OpenModel
from explorer.session.session import Session
from explorer.ui.performing.hand import bring_forward
from explorer.ui.performing.places import find_place, pixel_of
from explorer.ui.performing.player import Player
from explorer.ui.views.guide.lesson_card import LessonCard
from explorer.ui.views.guide.lesson_list import LessonList
from explorer.ui.widgets.map.point_cloud import PointCloud
from explorer.ui.widgets.spotlight import Place, Spotlight

LOOK_MS = 60
ADVANCE_MS = 2600
"""Between the tick and the next step: time to see both."""
AGAIN_MS = 300


class GuideView(QFrame):
    """Begins with the first lesson; closed, it lists them all."""

    closed = Signal()
    begun = Signal()
    """A lesson begins, wherever the last one has led."""
    """The lesson was closed: the dock may go."""

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
        self._player: Player | None = None
        self._spotlight: Spotlight | None = None
        self._card, self._list = LessonCard(), LessonList(self._lessons)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._card)
        self._pages.addWidget(self._list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._look = self._timer(LOOK_MS, self._check)
        self._onward = self._timer(ADVANCE_MS, self._advance)
        self._watch.changed.connect(self._on_fact)
        self._card.show_me.connect(self._show_me)
        self._card.next.connect(self._go_on)
        self._card.back.connect(self._go_back)
        self._card.close_wanted.connect(self.close_lesson)
        self._list.chosen.connect(self.begin)
        self._pages.setCurrentWidget(self._card if self._lesson is not None else self._list)

    def lessons(self) -> list[Lesson]:
        return self._lessons

    @property
    def step(self) -> Step | None:
        """The one being shown."""
        return None if self._lesson is None else self._lesson.steps[self._index]

    def begin(self, stem: str) -> None:
        """Begin a lesson, with the model that it is about."""
        self._lesson = next((lesson for lesson in self._lessons if lesson.stem == stem), None)
        if self._lesson is None:
            return
        model = self._session.main.model
        if self._lesson.model and (model is None or model.run.name != self._lesson.model):
            self._session.open(self._lesson.model)
        if self._lesson.beside:
            self._session.beside.open(self._lesson.beside)
        self.begun.emit()
        self._automatic = True
        self._pages.setCurrentWidget(self._card)
        self._enter(0)

    def follow(self, stem: str, index: int) -> None:
        """Show a step of a lesson that somebody else performs: nothing goes on by itself."""
        self._automatic = False
        self._lesson = next((lesson for lesson in self._lessons if lesson.stem == stem), None)
        self._pages.setCurrentWidget(self._card)
        self._enter(index)

    def close_lesson(self) -> None:
        """Leave the lesson and list all of them."""
        self._lesson = None
        self._rest()
        self._pages.setCurrentWidget(self._list)
        self.closed.emit()

    # Steps

    def _enter(self, index: int, *, anew: bool = True) -> None:
        """Show a step; what it asks for counts from now, or from where the last step began."""
        if self._lesson is None:
            return
        self._rest()
        self._index, self._done, self._entered = index, False, True
        if anew:
            self._watch.begin()
        step = self._lesson.steps[index]
        self._card.show_step(self._lesson.title, step, index, len(self._lesson.steps))
        if step.gestures and self._automatic:
            self._point_at(step)
        self._check()

    def _rest(self) -> None:
        self._look.stop()
        self._onward.stop()
        if self._player is not None:
            self._player.stop()
        if self._spotlight is not None:
            self._spotlight.leave()
        self._card.set_playing(False)

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
        facts = self._watch.outcome(step.facts)
        done = all(fact.holds for fact in facts)
        if done or not self._done:
            self._card.show_facts(facts)
        if done and not self._done:
            self._done = True
            self._on_done(step, self._lesson)

    def _on_done(self, step: Step, lesson: Lesson) -> None:
        if self._spotlight is not None:
            self._spotlight.leave()
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
        return self._done and self._watch.holds(lesson.steps[self._index + 1].facts)

    def _advance(self) -> None:
        """Go on by itself, but under no one's hands."""
        busy = self._player is not None and self._player.playing
        if busy or QApplication.mouseButtons() != Qt.MouseButton.NoButton:
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
        step, player = self.step, self._stage_player()
        if step is None:
            return
        if player.playing:
            player.stop()
            self._card.set_playing(False)
            return
        self._card.set_playing(True)
        player.play(step.gestures)

    def _stage_player(self) -> Player:
        if self._player is None:
            self._player = Player(self._stage(), self._session, self._watch)
            self._player.finished.connect(self._on_played)
        return self._player

    def _on_played(self) -> None:
        self._card.set_playing(False)
        self._on_fact()

    def _point_at(self, step: Step) -> None:
        stage = self._stage()
        target = stage.findChild(QWidget, step.place)
        if not isinstance(target, QWidget):
            return
        bring_forward(target)
        if self._spotlight is None:
            self._spotlight = Spotlight(stage)
        self._spotlight.point_at(target, self._place(step, target))

    def _place(self, step: Step, target: QWidget) -> Place | None:
        """A function to the pixel of the place on the map that a step begins at, if it does."""
        where = step.where
        if where is None or not isinstance(target, PointCloud):
            return None
        known: list[tuple[OpenModel | None, tuple[float, float] | None]] = []

        def pixel() -> QPoint | None:
            beside = target.objectName().startswith("beside")
            model = self._session.beside.model if beside else self._session.main.model
            if not known or known[-1][0] is not model:
                known[:] = [(model, find_place(where, model, target))]
            place = known[-1][1]
            return None if place is None else pixel_of(place, target)

        return pixel

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
        if self._spotlight is not None:
            self._spotlight.leave()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._card.repaint_facts()
        super().changeEvent(event)
