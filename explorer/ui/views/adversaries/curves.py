"""How the game has gone so far: what each player lost, how steep it still is for it, and V(D, G).

Part of the GAN view; knows the session. While hidden nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QBoxLayout, QWidget

from explorer.runs.manifest import GroupRecord
from explorer.session.session import Session
from explorer.ui.views.adversaries.scores import EQUILIBRIUM
from explorer.ui.widgets.plots.histogram import Mark
from explorer.ui.widgets.plots.trace_plot import Trace, TracePlot

SOON_MS = 300
COLOURS = (4, 3, 5, 7)
"""Of the players: others than those of real and fake."""
TIPS = {
    "losses": "What either player lowers, a mean over the steps since the last point",
    "gradients": "|∂loss/∂weights| of either player: one that vanishes has nothing left to learn from",
    "values": "V(D, G) = E log D(x) + E log(1 − D(G(z))): D raises it, G lowers it; −log 4 where D can't "
    "tell fakes from images (Goodfellow et al. 2014)",
}


class GanCurves(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adversaries = session.adversaries
        self.losses, self.gradients = TracePlot("loss"), TracePlot("norm of the gradient")
        self.value = TracePlot("V(D, G)")
        row = self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        row.setContentsMargins(8, 8, 8, 4)
        row.setSpacing(10)
        plots = (self.losses, self.gradients, self.value)
        for (name, tip), plot in zip(TIPS.items(), plots, strict=True):
            plot.setObjectName(f"gan.{name}")
            plot.setToolTip(tip)
            row.addWidget(plot, 1)
        self.losses.set_placeholder("The curves begin with the first step of a training.")
        self.value.set_marks((Mark(EQUILIBRIUM, "−log 4"),))
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._refresh)
        self._adversaries.game_changed.connect(self._later)

    def _later(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _refresh(self) -> None:
        adversaries = self._adversaries
        players = adversaries.players if adversaries.scores else ()
        self.losses.set_traces(self._traces("loss", players))
        self.gradients.set_traces(self._traces("gradient", players))
        self.gradients.setVisible(bool(players))
        values = adversaries.values
        self.value.setVisible(bool(values))
        self.value.set_traces([Trace("now", values, 0)])

    def _traces(self, what: Literal["loss", "gradient"], players: Sequence[GroupRecord]) -> list[Trace]:
        return [
            Trace(player.title, self._adversaries.curve(what, player), COLOURS[number % len(COLOURS)])
            for number, player in enumerate(players)
        ]

    def resizeEvent(self, event: object) -> None:
        """Above each other where there is more height than width."""
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._row.setDirection(across if self.width() > self.height() else down)

    def showEvent(self, event: object) -> None:
        self._refresh()
