"""The GAN view: a fixed grid of codes left; right the game and what is done with codes, a page for each.

Knows the session. All of it stands where its facts arrive, whatever the family is called.
"""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.views.adversaries.coverage import GanCoverage
from explorer.ui.views.adversaries.curves import GanCurves
from explorer.ui.views.adversaries.scores import GanScores
from explorer.ui.views.adversaries.subject import GanSubject
from explorer.ui.views.adversaries.watch import GanWatch
from explorer.ui.views.adversaries.words import standing_still
from explorer.ui.views.prior.class_row import GanClasses
from explorer.ui.views.prior.code_grid import GanGrid
from explorer.ui.views.prior.code_search import GanSearch
from explorer.ui.views.prior.directions import GanDirections
from explorer.ui.views.prior.plane import GanPlane
from explorer.ui.widgets.flow_row import FlowRow
from explorer.ui.widgets.two_lines import TwoLines

NARROWEST, WIDEST = 200, 0.48
"""Pixels of the grid's side at least, and its share of the width at most."""
AROUND, BARS = 110, 120
"""Pixels of height that controls and words take, and that the bars of the classes do at least."""
TALL = 520
"""Height from which there is room for these bars."""

LINES = {
    "Game": (
        "The same codes all along; the scores of real and fake draw together as G learns.",
        "A GAN's falling loss is not progress.",
    ),
    "Curves": (
        "Two losses, one game: what helps one player harms the other.",
        "A GAN's falling loss is not progress: look at the pictures.",
    ),
    "Plane": (
        "Every place is a mixture of three codes, and most are pictures.",
        "In the middle z is shorter than the codes that G has learned from.",
    ),
    "Directions": (
        "Along these directions the first layer changes pictures most (SeFa).",
        "Nobody named them: what one means is yours to say.",
    ),
    "Classes": (
        "One code under each class: what the pictures share is the code's.",
        "That a style is kept over all classes is learned, not certain.",
    ),
    "Invert": (
        "The nearest that G draws, from 16 codes moved side by side.",
        "What G can't draw is not found: the error says how far off it is.",
    ),
}
"""What one sees on each page of a game, and what not to conclude from it."""
NO_GAME = ("This model has no critic, so there is no game to be seen.", "")
LINES_ALONE = {
    "Game": NO_GAME,
    "Curves": NO_GAME,
    "Plane": (LINES["Plane"][0], "In the middle z is shorter than the codes that the prior draws."),
    "Directions": LINES["Directions"],
    "Classes": LINES["Classes"],
    "Invert": ("The nearest that the model draws, from 16 codes moved side by side.", ""),
}
"""The same of a model that is no game."""


class GanView(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gan")
        self._session, self._adversaries = session, session.adversaries
        self.grid, self.plane, self.tabs = GanGrid(session), GanPlane(session), QTabWidget()
        self.classes = GanClasses(session)
        self._coverage, self.lines = GanCoverage(session), TwoLines(in_a_row=True)
        self._fill_tabs()
        self._arrange()
        self.grid.pressed.connect(self._on_press)
        self.tabs.currentChanged.connect(self._on_tab)
        adversaries = session.adversaries
        for fact in (adversaries.changed, adversaries.game_changed, session.directions.changed):
            fact.connect(self._say)
        session.search.changed.connect(self._say)
        session.class_row.changed.connect(self._say)
        self._on_tab()

    def _fill_tabs(self) -> None:
        session = self._session
        self.tabs.setObjectName("gan.tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setProperty("crowded", True)
        for title, page, tip in (
            ("Game", GanScores(session), "What the critic says, and who moves next"),
            (
                "Curves",
                GanCurves(session),
                "Losses and gradients of both players, and V(D, G) or the gap",
            ),
            ("Plane", self.plane, "The plane through three codes of the grid"),
            ("Directions", GanDirections(session), "Where the weights change pictures most (SeFa)"),
            ("Classes", self.classes, "The code at the cursor under each class"),
            ("Invert", GanSearch(session), "The latent code of a real picture"),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(page, title), tip)

    def _arrange(self) -> None:
        head = FlowRow()
        head.add(self.grid.controls)
        head.add(GanWatch(self._session))
        self._pictures = QVBoxLayout()
        self._pictures.setContentsMargins(12, 8, 6, 4)
        self._pictures.setSpacing(8)
        self._pictures.addWidget(head)
        self._pictures.addWidget(self.grid)
        self._pictures.addWidget(self._coverage, 1)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addLayout(self._pictures)
        row.addWidget(self.tabs, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(GanSubject(self._session))
        column.addLayout(row, 1)
        column.addWidget(self.lines)

    def _on_tab(self) -> None:
        self.grid.show_corners(self.tabs.currentWidget() is self.plane)
        self._say()

    def _say(self) -> None:
        """Where a page has nothing to show, nothing is said of it."""
        page, elsewhere = self.tabs.tabText(self.tabs.currentIndex()), self._adversaries.not_on_main
        why_not = {
            "Plane": self._adversaries.grid.refusal,
            "Directions": elsewhere or self._session.directions.reason,
            "Classes": self.classes.reason,
            "Invert": elsewhere or self._session.search.refusal,
        }
        lines = LINES if self._adversaries.is_game else LINES_ALONE
        sees, beware = ("", "") if why_not.get(page) else lines[page]
        still = standing_still(self._adversaries) if page == "Curves" else ""
        self.lines.say(*((still, sees) if still else (sees, beware)))

    def _on_press(self, place: int) -> None:
        if self.tabs.currentWidget() is self.plane:
            self._adversaries.grid.choose_corner(place)
        else:
            self._adversaries.look_at(place)

    def resizeEvent(self, event: object) -> None:
        """The grid has as much of the height as leaves its classes some, and half of the width."""
        bars = BARS if self.height() > TALL else 0
        self._coverage.setVisible(bars > 0)
        tall = self.height() - AROUND - bars
        side = max(NARROWEST, min(tall, round(WIDEST * self.width())))
        self.grid.setFixedSize(side, side)

    def sizeHint(self) -> QSize:
        return QSize(900, 640)

    def minimumSizeHint(self) -> QSize:
        return QSize(640, 320)
