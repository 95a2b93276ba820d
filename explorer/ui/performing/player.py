"""Performs the gestures of a lesson on the real window: "Show me" paced for eyes, the tour fast.

Knows the session (for where things are), widgets by their object names, and the guide. Imports Qt.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QListView, QTabBar, QTabWidget, QWidget

from explorer.errors import Failure
from explorer.guide.gestures import Choose, Click, Drag, Draw, Gesture, Key, Press, Slide, Wait, Where
from explorer.guide.watch import Watch
from explorer.session.session import Session
from explorer.ui.performing.hand import REST, Hand, find, reveal
from explorer.ui.performing.places import find_place, pixel_of
from explorer.ui.widgets.map.point_cloud import PointCloud
from explorer.ui.widgets.pictures.draw_canvas import DrawCanvas
from explorer.ui.widgets.pictures.image_strip import ImageStrip
from explorer.ui.widgets.plots.schedule_plot import SchedulePlot
from explorer.ui.widgets.sliders.dimension_slider import DimensionSlider

W = TypeVar("W", bound=QWidget)

FAST = 0.1
"""Of the time that eyes need."""
POLL = 0.1
AIMS = 5
"""How often one aims at a point that will not keep still."""
PATIENCE = 100
"""How often a list is looked at that is filled behind the window."""
PEN_SPEED = 420.0


class Player(QObject):
    """Plays one series of gestures at a time."""

    finished = Signal()
    """The last gesture is done, or one could not be, which the session has said."""

    def __init__(self, window: QWidget, session: Session, watch: Watch, *, fast: bool = False) -> None:
        super().__init__(window)
        self._window, self._session, self._watch = window, session, watch
        self._hand = Hand(window, visible=not fast)
        self._pace = FAST if fast else 1.0
        self._acts: Iterator[float] | None = None
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._advance)

    @property
    def playing(self) -> bool:
        return self._acts is not None

    def play(self, gestures: Sequence[Gesture]) -> None:
        """Begin; whatever was being played is over."""
        self.stop()
        self._acts = self._all(gestures)
        self._next.start(0)

    def stop(self) -> None:
        """Let go of everything; `finished` is not said."""
        self._next.stop()
        if self._acts is not None:
            self._acts = None
            self._hand.withdraw()

    def _advance(self) -> None:
        if self._acts is None:
            return
        try:
            pause = next(self._acts, None)
        except Failure as error:
            self._session.say(str(error), "warning")
            pause = None
        if self._acts is None:
            return
        if pause is None:
            self.stop()
            self.finished.emit()
        else:
            self._next.start(round(1000 * pause * self._pace))

    def _all(self, gestures: Sequence[Gesture]) -> Iterator[float]:
        for gesture in gestures:
            yield from self._one(gesture)
            yield REST

    def _one(self, gesture: Gesture) -> Iterator[float]:
        match gesture:
            case Press(at, place):
                yield from self._along((at,), place)
            case Drag(along, place):
                yield from self._along(along, place)
            case Key(key, at, place):
                yield from self._key(key, at, place)
            case Slide(place, to, dimension):
                yield from self._slide(place, to, dimension)
            case Draw(place, strokes):
                yield from self._draw(place, strokes)
            case Click(place, unless):
                if unless is None or not self._watch.holds([unless]):
                    yield from self._click(place)
            case Choose(place, entry):
                yield from self._choose(place, entry)
            case Wait():
                yield from self._wait(gesture)

    def _along(self, along: Sequence[Where], place: str) -> Iterator[float]:
        cloud = yield from self._found(place, PointCloud)
        pixels: list[QPoint] = []
        # While the pointer was on its way the points may have gone elsewhere.
        for _ in range(AIMS):
            while cloud.in_motion:
                yield POLL
            if pixels[:1] == [self._pixel(along[0], cloud)]:
                break
            pixels = [self._pixel(where, cloud) for where in along]
            yield from self._hand.go(cloud, pixels[0])
        self._hand.press(cloud, pixels[0])
        yield REST
        yield from self._hand.drag(cloud, pixels)
        self._hand.release(cloud, pixels[-1])

    def _key(self, key: str, at: Where | None, place: str) -> Iterator[float]:
        widget = yield from self._found(place, QWidget)
        if at is not None and isinstance(widget, PointCloud):
            pixel = self._pixel(at, widget)
            # The pointer has to have been elsewhere, or the map thinks that it has not moved.
            yield from self._hand.go(widget, pixel + QPoint(3, 3))
            yield from self._hand.go(widget, pixel)
        self._hand.key(widget, key)
        yield REST

    def _slide(self, place: str, to: float, dimension: int | None) -> Iterator[float]:
        parent = yield from self._found(place, QWidget)
        if isinstance(parent, ImageStrip):
            handle = self._session.scene.handle or 0.0
            yield from self._pull(parent, [parent.handle_place(handle), parent.handle_place(to)])
            return
        if isinstance(parent, SchedulePlot):
            step = self._session.denoising.step
            ends = (1.0 if step is None else step.t, to)
            yield from self._pull(parent, [parent.point_at(t).toPoint() for t in ends])
            return
        sliders = [parent] if isinstance(parent, DimensionSlider) else parent.findChildren(DimensionSlider)
        fitting = [s for s in sliders if dimension is None or s.dimension.index == dimension]
        slider = next(iter(fitting), None)
        if slider is None:
            raise Failure("This model has no such slider.")
        yield from reveal(slider)
        yield from self._pull(slider, [slider.grip(slider.sd).toPoint(), slider.grip(to).toPoint()])

    def _pull(self, widget: QWidget, through: Sequence[QPoint]) -> Iterator[float]:
        yield from self._hand.go(widget, through[0])
        self._hand.press(widget, through[0])
        yield REST
        yield from self._hand.drag(widget, through)
        self._hand.release(widget, through[-1])

    def _draw(self, place: str, strokes: Sequence[Sequence[tuple[float, float]]]) -> Iterator[float]:
        canvas = yield from self._found(place, DrawCanvas)
        for stroke in strokes:
            pixels = [canvas.sheet_place(x, y) for x, y in stroke]
            yield from self._hand.go(canvas, pixels[0])
            self._hand.press(canvas, pixels[0])
            yield from self._hand.drag(canvas, pixels, PEN_SPEED)
            self._hand.release(canvas, pixels[-1])

    def _click(self, place: str) -> Iterator[float]:
        widget = yield from self._found(place, QWidget)
        middle = widget.rect().center()
        yield from self._hand.go(widget, middle)
        self._hand.press(widget, middle)
        yield REST
        self._hand.release(widget, middle)

    def _choose(self, place: str, entry: str) -> Iterator[float]:
        widget = yield from self._found(place, QWidget)
        if isinstance(widget, QTabWidget):
            widget = widget.tabBar()
        if isinstance(widget, QTabBar):
            yield from self._turn_to(widget, entry)
        elif isinstance(widget, QListView):
            yield from self._open_entry(widget, entry)
        else:
            assert isinstance(widget, QComboBox)
            yield from self._choose_from(widget, entry)

    def _turn_to(self, bar: QTabBar, entry: str) -> Iterator[float]:
        tab = next((n for n in range(bar.count()) if bar.tabText(n) == entry), None)
        if tab is None:
            raise Failure(f"There is no {entry} here.")
        middle = bar.tabRect(tab).center()
        yield from self._hand.go(bar, middle)
        self._hand.press(bar, middle)
        self._hand.release(bar, middle)

    def _open_entry(self, entries: QListView, entry: str) -> Iterator[float]:
        for _ in range(PATIENCE):
            if (index := _entry(entries, entry)) is not None:
                break
            yield POLL
        else:
            raise Failure(f"There is no {entry} here.")
        entries.scrollTo(index)
        middle = entries.visualRect(index).center()
        yield from self._hand.go(entries.viewport(), middle)
        self._hand.double_click(entries.viewport(), middle)
        yield REST

    def _choose_from(self, box: QComboBox, entry: str) -> Iterator[float]:
        yield from self._hand.go(box, box.rect().center())
        row = box.findText(entry)
        if row < 0:
            raise Failure(f"There is no {entry} here.")
        # The list that drops down is a window of its own, out of the hand's reach.
        box.setCurrentIndex(row)
        box.activated.emit(row)
        yield REST

    def _wait(self, wait: Wait) -> Iterator[float]:
        end = time.monotonic() + wait.seconds
        while not self._watch.holds([wait.until]):
            if self._session.next_training.plan is not None:
                end = time.monotonic() + wait.seconds  # the trainer is not free yet
            if time.monotonic() > end:
                goal = self._watch.outcome([wait.until])[0].text
                raise Failure(f"Waited {wait.seconds:.0f} s in vain: {goal}.")
            yield POLL

    def _found(self, name: str, kind: type[W]) -> Generator[float, None, W]:
        """The widget of a name, once it can be seen."""
        widget = find(self._window, name)
        if not isinstance(widget, kind):
            raise Failure(f"{name!r} is no {kind.__name__}.")
        yield from reveal(widget)
        return widget

    def _pixel(self, where: Where, cloud: PointCloud) -> QPoint:
        beside = cloud.objectName().startswith("beside")
        model = self._session.beside.model if beside else self._session.main.model
        place = find_place(where, model, cloud)
        if place is None:
            raise Failure("The map has no such place now; press Home on it to see all points.")
        return pixel_of(place, cloud)


def _entry(entries: QListView, text: str) -> QModelIndex | None:
    model = entries.model()
    indices = (model.index(row, 0) for row in range(model.rowCount()))
    return next((index for index in indices if index.data() == text), None)
