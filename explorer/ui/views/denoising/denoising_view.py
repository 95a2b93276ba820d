"""The denoising view: noise becomes a picture step by step, and every step can be looked at again.

Knows the session and contains widgets. Imports Qt and numpy.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.session.session import Session
from explorer.ui.look import theme, wording
from explorer.ui.views.denoising import words
from explorer.ui.views.denoising.controls import DenoisingControls
from explorer.ui.views.denoising.forks import DenoisingForks
from explorer.ui.views.denoising.pictures import DenoisingPictures
from explorer.ui.views.denoising.subject import DenoisingSubject
from explorer.ui.widgets.drops import is_file
from explorer.ui.widgets.plots.schedule_plot import SchedulePlot
from explorer.ui.widgets.steady_label import SteadyLabel
from explorer.ui.widgets.two_lines import TwoLines

SECONDS = 6.0
"""From noise to the picture, for eyes to follow."""
TICK_MS = 33


class DenoisingView(QWidget):
    """Controls above; then the pictures, numbers, and the schedule with its handle."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("denoising")
        self._session, self._denoising, self._walks = session, session.denoising, session.denoising.walks
        self._controls = DenoisingControls(session)
        self._pictures, self._forks = DenoisingPictures(), DenoisingForks(self._walks)
        self._pages = QStackedWidget()
        self._plot = SchedulePlot()
        self._play, self._fork = QToolButton(), QPushButton("Fork")
        self._back, self._on = QToolButton(), QToolButton()
        self._numbers, self._formula = SteadyLabel(), SteadyLabel()
        self._lines = TwoLines(in_a_row=True)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._began = 0.0
        self._soon = QTimer(self, singleShot=True, interval=TICK_MS)
        self._soon.timeout.connect(self._show)
        self.setAcceptDrops(True)
        self._name_parts()
        self._lay_out()
        self._connect()

    def _name_parts(self) -> None:
        for name, part in (
            ("plot", self._plot), ("play", self._play), ("back", self._back), ("on", self._on),
            ("fork", self._fork), ("numbers", self._numbers), ("formula", self._formula),
        ):  # fmt: skip
            part.setObjectName(f"denoising.{name}")
        for button, arrow, does in (
            (self._back, Qt.ArrowType.LeftArrow, "One step back"),
            (self._on, Qt.ArrowType.RightArrow, "One step on"),
        ):
            button.setArrowType(arrow)
            button.setAutoRepeat(True)
            button.setAccessibleName(does)
        theme.set_icon(self._fork, "plus")
        self._plot.setToolTip(
            "ᾱ_t = α_t² / (α_t² + σ_t²), and the stops of the walk: click, drag, or use the arrow keys"
        )
        self._plot.setAccessibleName("Place on the way from noise to picture")
        self._formula.setProperty("role", "caption")
        self._numbers.setToolTip(
            "Network calls: passes of one picture; where guidance acts it takes two at a time"
        )

    def _lay_out(self) -> None:
        for page in (self._pictures, self._forks):
            self._pages.addWidget(page)
        self.setFocusProxy(self._plot)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(12, 2, 12, 2)
        buttons.setSpacing(4)
        for part in (self._play, self._back, self._on, self._fork):
            buttons.addWidget(part)
        buttons.addSpacing(8)
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(self._numbers)
        said.addWidget(self._formula)
        buttons.addLayout(said, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(DenoisingSubject(self._session))
        column.addWidget(self._controls)
        column.addWidget(self._pages, 1)
        column.addLayout(buttons)
        column.addWidget(self._plot)
        column.addWidget(self._lines)

    def _connect(self) -> None:
        session, denoising, walks = self._session, self._denoising, self._walks
        denoising.changed.connect(self._refresh)
        walks.changed.connect(self._refresh)
        walks.stepped.connect(self._show_soon)
        walks.moved.connect(self._show)
        denoising.noise_changed.connect(self._show)
        session.main.model_opened.connect(self._on_items)
        session.main.items_arrived.connect(self._on_items)
        self._plot.sought.connect(self._seek)
        self._plot.stepped.connect(self._step)
        self._plot.ended.connect(self._go_to_end)
        self._play.clicked.connect(self._play_or_pause)
        self._back.clicked.connect(lambda: self._step(-1))
        self._on.clicked.connect(lambda: self._step(1))
        self._fork.clicked.connect(walks.fork)

    # Intents

    def _seek(self, t: float) -> None:
        """The pointer is at t: the nearest stop, or that strength of noise on a real picture."""
        if self._denoising.noising:
            self._denoising.set_level(t)
        elif self._walks.parent is not None and self._walks.parent.steps:
            self._walks.play(False)
            stops = [step.t for step in self._walks.parent.steps]
            self._walks.go(int(np.abs(np.array(stops) - t).argmin()))

    def _step(self, by: int) -> None:
        if self._denoising.noising:
            self._denoising.set_level(self._denoising.settings.level - by / 100)
        else:
            self._walks.play(False)
            self._walks.go(self._walks.place + by)

    def _go_to_end(self, last: bool) -> None:
        if self._denoising.noising:
            self._denoising.set_level(0.0 if last else 1.0)
        else:
            self._walks.play(False)
            self._walks.go(self._walks.stops if last else 0)

    def _play_or_pause(self) -> None:
        walks = self._walks
        if not walks.playing:
            start = walks.place if walks.place < walks.stops - 1 else 0
            walks.go(start)
            self._began = time.monotonic() - start / max(walks.stops - 1, 1) * SECONDS
        walks.play(not walks.playing)

    def _tick(self) -> None:
        walks = self._walks
        share = min((time.monotonic() - self._began) / SECONDS, 1.0)
        walks.go(int(share * (walks.stops - 1)))
        if share >= 1:
            walks.play(False)

    # Facts

    def _on_items(self) -> None:
        model = self._session.main.model
        ink = model is not None and wording.as_ink(model)
        self._pictures.set_ink(ink)
        self._forks.set_ink(ink)
        self._refresh()

    def _show_soon(self) -> None:
        """A step has come: many do while one is painted."""
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _refresh(self) -> None:
        playing = self._walks.playing and self.isVisible()
        if playing != self._clock.isActive():
            self._clock.start() if playing else self._clock.stop()
        if not self.isVisible():
            return
        self._controls.refresh()
        theme.set_icon(self._play, "pause" if playing else "play")
        self._play.setAccessibleName("Pause" if playing else "Play")
        self._pages.setCurrentWidget(self._forks if self._walks.forks else self._pictures)
        denoising, can = self._denoising, self._denoising.abilities
        self._plot.set_curve(None if can is None else can.alpha_bar)
        self._plot.set_forks([fork.request.t for fork in self._walks.forks])
        self._lines.say(*words.lines(denoising))
        self._show()

    def _show(self) -> None:
        """The place, and what is to be seen there."""
        if not self.isVisible():
            return
        denoising, walks = self._denoising, self._walks
        step = denoising.step
        if walks.forks:
            self._forks.refresh()
        else:
            self._pictures.show_step(
                step,
                empty=words.next_act(denoising),
                real=denoising.noising,
                classes=self._session.main.askable if walks.compares_classes else (),
            )
        walk = None if denoising.noising else walks.parent
        route = None if walk is None else walk.route
        self._plot.set_stops(() if route is None else route.times, 0 if walk is None else len(walk.steps))
        self._plot.set_place(None if step is None else step.t)
        self._numbers.setText(words.numbers(denoising))
        formula, tip = words.formula(denoising)
        self._formula.setText(formula)
        self._formula.setToolTip(tip)
        self._allow()

    def _allow(self) -> None:
        walks = self._walks
        without = "" if walks.step is not None and walks.stops > 1 else "Nothing has been denoised yet"
        tip = "Pause" if walks.playing else "Run from noise to the picture in six seconds"
        for button, does in ((self._play, tip), (self._back, "One step back"), (self._on, "One step on")):
            button.setEnabled(not without)
            button.setToolTip(without or does)
        no_fork = walks.why_no_fork
        self._fork.setEnabled(not no_fork)
        self._fork.setToolTip(
            no_fork or "Keep this x_t and walk on with fresh noise: DDIM with η = 1, drawn anew each time"
        )

    # Dropped files, geometry

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        # Folders of images and of models are the window's.
        if len(urls) == 1 and is_file(Path(urls[0].toLocalFile())) and not self._denoising.reason:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        if self._denoising.settings.source not in ("picture", "inverted"):
            self._denoising.turn(source="picture")
        self._session.drawing.drop(Path(event.mimeData().urls()[0].toLocalFile()))

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    def minimumSizeHint(self) -> QSize:
        return QSize(480, 320)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._show_soon()
        super().changeEvent(event)

    def showEvent(self, event: object) -> None:
        self._denoising.want(True)
        self._on_items()

    def hideEvent(self, event: object) -> None:
        self._denoising.want(False)
        self._walks.play(False)
