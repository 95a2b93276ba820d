"""How the game has gone so far: what each player lost, how steep it still is for it, and V(D, G) or the gap.

Part of the GAN view; knows the session. While hidden nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QBoxLayout, QWidget

from explorer.runs.manifest import GroupRecord
from explorer.session.session import Session
from explorer.training.events import GAP, VALUE
from explorer.ui.views.adversaries.scores import EQUILIBRIUM
from explorer.ui.views.adversaries.words import standing_still
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
    "gap": "E D(x) − E D(G(z)), which D raises and G lowers: with a slope of 1 at most, a bound from below "
    "on the Wasserstein distance of fakes to images (Arjovsky et al. 2017)",
}


class GanCurves(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adversaries = session.adversaries
        self.losses, self.gradients = TracePlot("loss"), TracePlot("norm of the gradient")
        self.value, self.gap = TracePlot(VALUE), TracePlot(GAP)
        row = self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        row.setContentsMargins(8, 8, 8, 4)
        row.setSpacing(10)
        plots = (self.losses, self.gradients, self.value, self.gap)
        for (name, tip), plot in zip(TIPS.items(), plots, strict=True):
            plot.setObjectName(f"gan.{name}")
            plot.setToolTip(tip)
            row.addWidget(plot, 1)
        self.losses.set_placeholder("The curves begin with the first step of a training.")
        self.value.set_marks((Mark(EQUILIBRIUM, "−log 4"),))
        self.gap.set_marks((Mark(0.0, "can't tell"),))
        for plot in (self.gradients, self.value, self.gap):
            plot.hide()  # until there is something to be seen: four beside each other are wide
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
        for plot, points in ((self.value, adversaries.term(VALUE)), (self.gap, adversaries.term(GAP))):
            plot.setVisible(bool(points))
            plot.set_traces([Trace("now", points, 0)])
        for name, plot in (("losses", self.losses), ("gradients", self.gradients)):
            plot.setToolTip("\n".join(filter(None, (TIPS[name], standing_still(adversaries)))))

    def _traces(self, what: Literal["loss", "gradient"], players: Sequence[GroupRecord]) -> list[Trace]:
        still, traces = self._adversaries.still, []
        for number, player in enumerate(players):
            colour = None if player in still else COLOURS[number % len(COLOURS)]
            traces.append(Trace(player.title, self._adversaries.curve(what, player), colour))
        return traces

    def resizeEvent(self, event: object) -> None:
        """Above each other where there is more height than width."""
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._row.setDirection(across if self.width() > self.height() else down)

    def showEvent(self, event: object) -> None:
        self._refresh()
