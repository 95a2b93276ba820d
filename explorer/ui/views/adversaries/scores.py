"""The game as it is played: scores of real and fake, V(D, G), warning lights, and steps one by one.

Part of the GAN view; knows the session. A control that does not apply now is greyed, and says why. While
hidden nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from explorer.roles import Role
from explorer.runs.manifest import GroupRecord
from explorer.session.session import Session
from explorer.training.events import FAKE, GAP, REAL, VALUE
from explorer.ui.look import theme
from explorer.ui.views.adversaries.words import standing_still
from explorer.ui.widgets.allow import allow
from explorer.ui.widgets.plots.histogram import Histogram, Mark, Series
from explorer.ui.widgets.steady_label import SteadyLabel

EQUILIBRIUM = float(-np.log(4))
SOON_MS = 100
"""The scores come ten times a second; more often nothing is painted."""
TITLES = {REAL: "real x", FAKE: "fake G(z)"}
COLOURS = {REAL: 0, FAKE: 2}
OF: Mapping[str, Role] = {REAL: "judges", FAKE: "makes"}
"""Whose they are: the critic says of real pictures what it has learned, fakes change with the generator."""
NARROW = 500
"""Pixels of width below which the buttons have short names."""


class GanScores(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._adversaries = session, session.adversaries
        self.scores = Histogram()
        self.scores.setObjectName("gan.scores")
        self.scores.set_placeholder(
            "While a GAN learns, what its critic says of real and generated pictures stands here. "
            "Watch one learn, or choose the family in the dock Training."
        )
        self.value = SteadyLabel(
            "step 10,000 of 10,000, paused;  V(D, G) = −0.00, and −log 4 = −1.39 where D can't"
        )
        self.value.setObjectName("gan.value")
        self.value.setProperty("role", "caption")
        self._lamps = [QLabel() for _ in self._adversaries.lights]
        self._odds = QCheckBox("Probabilities")
        self._odds.setObjectName("gan.probabilities")
        self._odds.setChecked(True)
        self._players: tuple[GroupRecord, ...] = ()
        self._steps: list[QPushButton] = []
        self._round, self._slow, self._pace = QPushButton("One round"), QCheckBox("Slow"), QDoubleSpinBox()
        self._build_steps()
        self._arrange()
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._refresh)
        self._odds.toggled.connect(self._refresh)
        self._adversaries.changed.connect(self._on_changed)
        self._adversaries.game_changed.connect(self._later)
        self._adversaries.coverage_changed.connect(self._later)
        self._adversaries.grid_changed.connect(self._later)

    def _build_steps(self) -> None:
        self._round.setObjectName("gan.step.round")
        self._round.clicked.connect(lambda: self._session.training.step())
        self._slow.setObjectName("gan.slow")
        self._slow.clicked.connect(self._on_slow)
        self._pace.setObjectName("gan.pace")
        self._pace.setRange(0.2, 20.0)
        self._pace.setDecimals(1)
        self._pace.setSingleStep(0.5)
        self._pace.setValue(2.0)
        self._pace.setSuffix(" /s")
        self._pace.setMaximumWidth(96)
        self._pace.lineEdit().setTextMargins(6, 0, 0, 0)
        self._pace.setAccessibleName("Rounds per second")
        self._pace.valueChanged.connect(self._on_pace)

    def _arrange(self) -> None:
        lights = QHBoxLayout()
        lights.setSpacing(14)
        for lamp, light in zip(self._lamps, self._adversaries.lights, strict=True):
            lamp.setObjectName(f"gan.light.{light.title}")
            lights.addWidget(lamp)
        lights.addStretch(1)
        self.value.setWordWrap(True)
        self.value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        said = QHBoxLayout()
        said.setSpacing(10)
        said.addWidget(self.value, 1)
        said.addWidget(self._odds)
        self._row = QHBoxLayout()
        self._row.setSpacing(6)
        steps = QHBoxLayout()
        steps.setSpacing(6)
        steps.addLayout(self._row)
        steps.addWidget(self._round)
        steps.addStretch(1)
        steps.addWidget(self._slow)
        steps.addWidget(self._pace)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 12, 4)
        column.setSpacing(4)
        column.addLayout(lights)
        column.addWidget(self.scores, 1)
        column.addLayout(said)
        column.addLayout(steps)

    # Intents

    def _on_slow(self, on: bool) -> None:
        self._session.training.slow_down(self._pace.value() if on else 0.0)

    def _on_pace(self, pace: float) -> None:
        if self._session.training.pace:
            self._session.training.slow_down(pace)

    # Facts

    def _on_changed(self) -> None:
        if not self.isVisible():
            return
        training, refusal = self._session.training, self._adversaries.refusal
        self._follow_players()
        meant = self._adversaries.is_game or self._adversaries.subject.model is None
        for part in (*self._lamps, self._odds):
            part.setVisible(meant)
        for player, button in zip(self._players, self._steps, strict=True):
            tip = f"One training step in which the {player.title} alone moves, then pause"
            allow(button, refusal, tip)
        allow(self._round, refusal, "One training step of all players, then pause")
        allow(self._slow, refusal, "Train so slowly that each round can be seen")
        self._slow.setChecked(bool(training.pace) and training.active)
        allow(self._pace, refusal, "Rounds per second in slow motion")

    def _follow_players(self) -> None:
        """One button for each player of what is being trained, by the name that its family gives it."""
        players = self._adversaries.players
        if players == self._players:
            return
        for button in self._steps:
            button.deleteLater()
        self._players, self._steps = players, []
        for player in players:
            button = QPushButton()
            button.setObjectName(f"gan.step.{player.name}")
            button.clicked.connect(partial(self._step, player.name))
            self._row.addWidget(button)
            self._steps.append(button)
        self._name_buttons()

    def _step(self, player: str, checked: bool = False) -> None:
        self._session.training.step(player)

    def _name_buttons(self) -> None:
        """Where there is little width they have short names."""
        narrow = self.width() < NARROW
        for player, button in zip(self._players, self._steps, strict=True):
            button.setText(player.title if narrow else f"Step {player.title}")
        self._round.setText("round" if narrow else "One round")

    def _later(self) -> None:
        if not self._soon.isActive() and self.isVisible():
            self._soon.start()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        adversaries = self._adversaries
        scores, values = adversaries.scores, adversaries.term(VALUE)
        allow(
            self._odds,
            "" if values else "Only where the loss is that of log probabilities is a score one.",
            "The axis as the critic's probability that a picture is real: sigmoid(D)",
        )
        odds = bool(values) and self._odds.isChecked()
        if odds:
            marks = (Mark(0.5, "can't tell"),)
            self.scores.set_axis("probability of being real, sigmoid(D)", (0.0, 1.0), marks)
        else:
            # Where a score is the logarithm of odds, 0 is even odds; elsewhere it means nothing.
            self.scores.set_axis("critic's score D", marks=(Mark(0.0, "can't tell"),) if values else ())
        still = {player.role for player in adversaries.still}
        self.scores.set_series(
            [
                Series(
                    TITLES.get(name, name),
                    _sigmoid(each) if odds else each,
                    None if OF.get(name) in still else COLOURS.get(name, 3),
                )
                for name, each in scores.items()
            ]
        )
        self.scores.setToolTip(standing_still(adversaries))
        self.value.setText(self._words())
        self._light_up()
        # Who can be stepped is known with the first gradients.
        self._on_changed()

    def _words(self) -> str:
        """How far the game has come, V(D, G) or the gap where it has one, and who stands still."""
        training, values = self._session.training, self._adversaries.term(VALUE)
        if training.progress is None or not self._adversaries.scores:
            return ""
        step = f"step {training.progress.step:,} of {training.progress.steps:,}"
        step += ", paused" if training.state == "paused" else ""
        gaps, still = self._adversaries.term(GAP), standing_still(self._adversaries)
        words = ""
        if values:
            words = f"{VALUE} = {values[-1][1]:.2f}, and −log 4 = {EQUILIBRIUM:.2f} where D can't tell"
        elif gaps:
            words = f"{GAP} = {gaps[-1][1]:.2f}, and 0 where D can't tell"
        # There is room for two lines.
        return ";  ".join(filter(None, (step, still or words))).replace("-", "−")

    def _light_up(self) -> None:
        for lamp, light in zip(self._lamps, self._adversaries.lights, strict=True):
            lamp.setText(f"{'●' if light.on else '○'} {light.title}")
            lamp.setToolTip(light.text)
            theme.set_style(lamp, "role", "danger" if light.on else "muted")

    def resizeEvent(self, event: object) -> None:
        self._name_buttons()

    def showEvent(self, event: object) -> None:
        self._refresh()


def _sigmoid(
    scores: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    # tanh has no overflow.
    return np.asarray(0.5 * (1 + np.tanh(0.5 * scores)), np.float32)
