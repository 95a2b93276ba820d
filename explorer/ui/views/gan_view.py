"""The GAN dock: a fixed grid of codes left; right the game, the plane, the directions, the search for a code.

Knows the session. All of it stands where its facts arrive, whatever the family is called.
"""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.views.gan_directions import GanDirections
from explorer.ui.views.gan_grid import GanGrid
from explorer.ui.views.gan_plane import GanPlane
from explorer.ui.views.gan_scores import GanScores
from explorer.ui.views.gan_search import GanSearch
from explorer.ui.widgets.two_lines import TwoLines

GRID_WIDTH = 318


SEES = "The same codes all along; the scores of real and fake draw together as G learns."
BEWARE = "A GAN's falling loss is not progress."


class GanView(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gan")
        self._codes = session.adversaries.grid
        self.grid = GanGrid(session)
        self.grid.setFixedWidth(GRID_WIDTH)
        self.plane = GanPlane(session)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("gan.tabs")
        self.tabs.setDocumentMode(True)
        for title, page, tip in (
            ("Game", GanScores(session), "What the critic says, and who moves next"),
            ("Plane", self.plane, "The plane through three codes of the grid"),
            ("Directions", GanDirections(session), "Where the weights change pictures most (SeFa)"),
            ("Find a code", GanSearch(session), "The latent code of a real picture"),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(page, title), tip)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.grid)
        row.addWidget(self.tabs, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(TwoLines(SEES, BEWARE, in_a_row=True))
        self.grid.pressed.connect(self._on_press)
        self.tabs.currentChanged.connect(self._on_tab)
        self._on_tab()

    def _on_tab(self) -> None:
        self.grid.show_corners(self.tabs.currentWidget() is self.plane)

    def _on_press(self, place: int) -> None:
        if self.tabs.currentWidget() is self.plane:
            self._codes.choose_corner(place)
        else:
            self._codes.look_at(place)

    def sizeHint(self) -> QSize:
        return QSize(900, 340)

    def minimumSizeHint(self) -> QSize:
        return QSize(720, 240)
