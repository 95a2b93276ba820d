"""Workspaces as tabs: which docks stand round the map for one kind of work.

Each keeps its own arrangement while the window is open. Knows docks by their names. Imports Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSizePolicy, QTabBar


class Workspace(NamedTuple):
    """One kind of work."""

    title: str
    docks: tuple[str, ...]
    """Names of the docks that are open."""
    front: str
    """The dock at the bottom, or of those behind one another there the one in front."""
    needs: str
    """The dock without which it is no workspace."""
    bottom: int
    """Pixels of height below the map."""
    compares: bool = False
    """The map beside the first is shown, where there is one."""
    tip: str = ""
    model: str = ""
    """Opened where the one on display has another kind of latent space."""
    beside: str = ""
    """Opened beside it."""


WORKSPACES = (
    Workspace(
        "Compare",
        ("picture", "sliders", "guide", "strip", "samples", "drawing"),
        "strip",
        "strip",
        250,
        True,
        "Two models side by side, with one cursor through both",
    ),
    Workspace(
        "Attributes",
        ("picture", "attributes", "guide"),
        "guide",
        "attributes",
        190,
        False,
        "Move a picture along what the images have: attributes that came with them, or groups of your own",
    ),
    Workspace(
        "Train",
        ("picture", "sliders", "guide", "training", "drawing"),
        "training",
        "training",
        320,
        False,
        "Train a model and watch its latent space form",
    ),
    Workspace(
        "GAN",
        ("picture", "sliders", "guide", "gan", "training"),
        "gan",
        "gan",
        380,
        False,
        "A generator and its critic, as they learn",
        "gan-mnist",
    ),
    Workspace(
        "Diffusion",
        ("picture", "denoising", "guide", "drawing"),
        "denoising",
        "denoising",
        380,
        True,
        "Watch noise become a picture, step by step",
        "diffusion-mnist",
        "vae-mnist-2d",
    ),
)


RIGHT = {"picture": 360, "sliders": 300, "attributes": 480, "guide": 220}
"""Docks on the right, and how high they would like to be."""

WIDTH = 372
USUAL = 1000
"""Pixels of the window's height for which the docks below the map are meant."""
BESIDE, BELOW = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
HORIZONTAL, VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


class WorkspaceBar(QTabBar):
    """The tabs; those of which no dock is there are left out."""

    switched = Signal(Workspace)

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget], version: int) -> None:
        super().__init__(window)
        self.setObjectName("workspaces")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._window, self._docks, self._version = window, docks, version
        self._kept: dict[str, QByteArray] = {}
        self._sizing = QTimer(self, singleShot=True, interval=0)
        self._sizing.timeout.connect(self._size)
        self._here = [space for space in WORKSPACES if space.needs in docks]
        for number, space in enumerate(self._here):
            self.addTab(space.title)
            self.setTabToolTip(number, space.tip)
        self._shown: Workspace | None = None
        self.currentChanged.connect(self._switch)

    @property
    def current(self) -> Workspace:
        return self._here[self.currentIndex()]

    def titles(self) -> list[str]:
        return [space.title for space in self._here]

    def go_to(self, title: str) -> None:
        """Switch to a workspace by its title; an unknown one is left alone."""
        if title in self.titles():
            self.setCurrentIndex(self.titles().index(title))

    def bring(self, dock: str) -> None:
        """Show a dock: where the workspace at hand has no place for it, in the first that has."""
        if dock not in self.current.docks:
            fitting = next((space for space in self._here if dock in space.docks), None)
            if fitting is not None:
                self.go_to(fitting.title)
        self._docks[dock].show()
        self._docks[dock].raise_()

    def leave_sizes(self) -> None:
        """The docks have got sizes from elsewhere."""
        self._sizing.stop()

    def forget(self) -> None:
        """Forget how the docks of every workspace were arranged."""
        self._kept.clear()
        self._shown = None

    def arrange(self) -> None:
        """Open the docks of the workspace at hand and close the others."""
        self._show(self.current)

    def _switch(self) -> None:
        if self._shown is not None:
            self._kept[self._shown.title] = self._window.saveState(self._version)
        kept = self._kept.get(self.current.title)
        if kept is None or not self._window.restoreState(kept, self._version):
            self._show(self.current)
        self._shown = self.current
        self.switched.emit(self.current)

    def _show(self, space: Workspace) -> None:
        for name, dock in self._docks.items():
            dock.setVisible(name in space.docks)
        # Where nothing else stands below the map the guide does, and leaves its column to the sliders.
        self._window.addDockWidget(BELOW if space.front == "guide" else BESIDE, self._docks["guide"])
        self._docks["guide"].setVisible("guide" in space.docks)
        self._docks[space.front].raise_()
        self._shown = space
        # Sizes hold only once the docks that have just come are laid out.
        self._sizing.start()

    def _size(self) -> None:
        space = self.current
        here = [name for name in RIGHT if name in space.docks and name != space.front]
        right = [self._docks[name] for name in here if name in self._docks]
        heights = [RIGHT[name] for name in here if name in self._docks]
        # On a low screen it is the first, the picture, that gives way.
        over = sum(heights) - sum(dock.height() for dock in right)
        heights[0] = max(right[0].minimumSizeHint().height(), heights[0] - max(over, 0))
        self._window.resizeDocks(right, heights, VERTICAL)
        self._window.resizeDocks(right, [WIDTH] * len(right), HORIZONTAL)
        # A larger screen is there for larger pictures too, not for the map alone.
        bottom = round(space.bottom * max(1.0, self._window.height() / USUAL))
        self._window.resizeDocks([self._docks[space.front]], [bottom], VERTICAL)
