"""The left column of the training view: start, pause, step, stop, progress, settings.

Knows the session. A control that does not apply now is greyed, and its tooltip says why.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.errors import BadInput
from explorer.session.learning.course import Flag
from explorer.session.session import Session
from explorer.training.events import Progress
from explorer.ui.look import theme
from explorer.ui.views.training.live_knobs import LiveKnobs
from explorer.ui.views.training.plan import TrainingPlan
from explorer.ui.widgets.allow import allow
from explorer.ui.widgets.steady_label import SteadyLabel

EDGES = 18
"""Pixels left and right of what can be filled in."""
LETTERS = 46
"""Of width at least."""

UNDER_WAY = "A training is under way; stop it first."
NOTHING = "Nothing is being trained now."


def duration(seconds: float) -> str:
    """Such as ``0:42``, ``12:05`` or ``3 h 20 min``."""
    whole = max(0, round(seconds))
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60}:{whole % 60:02d}"


def progress_words(progress: Progress) -> str:
    return (
        f"step {progress.step:,} of {progress.steps:,}, epoch {progress.epoch:.1f}\n"
        f"{progress.images_per_s:,.0f} images/s, {duration(progress.eta_s)} left"
    )


class TrainingControls(QWidget):
    data_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._plan = TrainingPlan(session)
        self._live: LiveKnobs | None = None
        self._watch, self._start = QPushButton("Watch one learn"), QPushButton("Start")
        self._pause, self._step, self._stop = QToolButton(), QToolButton(), QToolButton()
        self._bar, self._words, self._fault = QProgressBar(), SteadyLabel("step\nimages/s"), QLabel()
        self._pages = QStackedWidget()
        self._name_parts()
        self._arrange()
        self._watch.clicked.connect(session.training.watch_one_learn)
        self._start.clicked.connect(self._on_start)
        self._pause.clicked.connect(self._on_pause)
        self._step.clicked.connect(self._on_step)
        self._stop.clicked.connect(session.training.stop)
        self._plan.changed.connect(self._refresh)
        self._plan.data_wanted.connect(self.data_wanted)
        session.training.changed.connect(self._refresh)
        session.training.progressed.connect(self._on_progress)
        session.training.flagged.connect(self._on_flag)
        session.training.families_arrived.connect(self._refresh)
        self._refresh()

    def _name_parts(self) -> None:
        self._watch.setProperty("role", "primary")
        for name, part in (
            ("watch", self._watch), ("start", self._start), ("pause", self._pause), ("step", self._step),
            ("stop", self._stop), ("progress", self._bar), ("words", self._words), ("fault", self._fault),
            ("plan", self._plan),
        ):  # fmt: skip
            part.setObjectName(f"training.{name}")
        for button, icon in (
            (self._start, "play"), (self._pause, "pause"), (self._step, "step"), (self._stop, "stop"),
        ):  # fmt: skip
            theme.set_icon(button, icon)
        self._pause.setAccessibleName("Pause")
        self._step.setAccessibleName("One step")
        self._stop.setAccessibleName("Stop")
        self._words.setProperty("role", "caption")
        self._fault.setProperty("role", "danger")
        for label in (self._words, self._fault):
            label.setWordWrap(True)
        self._fault.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar.setRange(0, 1000)

    def _fit(self) -> None:
        """Everything that can be filled in is whole, however large the type is."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        room = self._plan.minimumSizeHint().width() + bar + EDGES
        self.setFixedWidth(max(room, self._buttons.minimumSize().width() + EDGES, LETTERS * self._letter()))

    def _letter(self) -> int:
        return self.fontMetrics().averageCharWidth()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._fitting.start()
        super().changeEvent(event)

    def _arrange(self) -> None:
        buttons = self._buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for part in (self._watch, self._start, self._pause, self._step, self._stop):
            buttons.addWidget(part)
        buttons.addStretch(1)
        scroll = self._scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._plan)
        self._pages.addWidget(scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGES - 6, 8, 6, 8)
        column.setSpacing(5)
        column.addLayout(buttons)
        column.addWidget(self._bar)
        column.addWidget(self._words)
        column.addWidget(self._fault)
        column.addWidget(self._pages, 1)
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self._fit)
        self._plan.changed.connect(self._fitting.start)
        self._fit()

    # Intents

    def _on_start(self) -> None:
        try:
            self._session.training.start(self._plan.plan())
        except BadInput as error:
            self._say(str(error))

    def _on_pause(self) -> None:
        training = self._session.training
        if training.state == "paused":
            training.go_on()
        else:
            training.pause()

    def _on_step(self) -> None:
        self._session.training.step()  # of all parameter groups

    # Facts

    def _refresh(self) -> None:
        training = self._session.training
        active, paused = training.active, training.state == "paused"
        under_way = UNDER_WAY if active else None
        steps = training.state in ("running", "paused")
        not_now = None if steps else "Saving the model …" if training.state == "stopping" else NOTHING
        allow(
            self._watch, None, "Train a small autoencoder of the variational kind on handwritten "
            "digits: under a minute, nothing to fill in",
        )  # fmt: skip
        allow(self._start, under_way or self._plan.refusal, "Train with the settings below")
        allow(self._pause, not_now, "Go on" if paused else "Pause; the map and the sliders keep working")
        allow(self._step, not_now, "Do one training step and pause")
        stoppable = None if training.state in ("starting", "running", "paused") else not_now
        allow(self._stop, stoppable, "End the training; the model is kept and can be resumed")
        if self._pause.property("icon_name") != (icon := "play" if paused else "pause"):
            theme.set_icon(self._pause, icon)
        self._say(training.fault)
        self._on_progress()
        self._turn_page()

    def _on_progress(self) -> None:
        training = self._session.training
        progress = training.progress
        self._bar.setVisible(training.active or progress is not None)
        at_work = training.state == "starting" or (training.active and progress is None)
        self._bar.setRange(0, 0 if at_work else 1000)
        if progress is not None and progress.steps:
            # Without a pixel of it done Qt would go on painting the stripes of a bar without an end, thirty
            # times a second.
            self._bar.setValue(max(10, round(1000 * progress.step / progress.steps)))
        elif not training.active:
            self._bar.setValue(0)
        self._words.setText(self._state_words())
        if self._live is not None:
            self._live.follow_terms()

    def _on_flag(self, flag: Flag) -> None:
        if self._live is not None:
            self._live.follow()

    def _state_words(self) -> str:
        training = self._session.training
        name = "" if training.run is None else training.run.name
        if training.state == "starting":
            return "Reading the images and building the model …"
        if training.state == "stopping":
            return "Saving the model …"
        if training.active and training.progress is None:
            return f"{name}: fitting …"
        if training.active and training.progress is not None:
            return ("paused at " if training.state == "paused" else "") + progress_words(training.progress)
        if training.fault is None and training.progress is not None:
            done = training.progress.step >= training.progress.steps
            where = "it was deleted" if training.deleted else "it is in the library"
            return f"{name}: {'finished' if done else 'stopped'}; {where}."
        return "Nothing is being trained. Watch one learn needs nothing filled in."

    def _turn_page(self) -> None:
        """The plan, or what can be changed while a model learns."""
        training = self._session.training
        wanted = training.active and training.run is not None
        if wanted and self._live is None and training.run is not None:
            manifest = training.run.manifest
            families = {family.name: family for family in training.families}
            if manifest.family in families:
                self._live = LiveKnobs(families[manifest.family].knobs, self._session)
                self._pages.addWidget(self._live)
                self._pages.setCurrentWidget(self._live)
        elif not wanted and self._live is not None:
            self._pages.removeWidget(self._live)
            self._live.setParent(None)
            self._live.deleteLater()
            self._live = None

    def _say(self, fault: str | None) -> None:
        self._fault.setText(fault or "")
        self._fault.setVisible(fault is not None)
