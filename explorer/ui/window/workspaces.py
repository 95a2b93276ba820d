"""Workspaces as tabs: what is in the middle, and which docks stand round it, for one kind of work.

Each keeps its own arrangement while the window is open, and until the next start. Knows docks by their names.
Imports Qt.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSizePolicy, QTabBar

Centre = Literal["maps", "learning", "gan", "denoising"]
"""What the middle belongs to: the maps; the map with what a model that learns makes of its images; or a view
that has it to itself, and then the maps are small, in a dock of their own."""

ASIDE = "aside"
"""The dock of the maps where they only accompany."""


class Workspace(NamedTuple):
    """One kind of work."""

    title: str
    tip: str
    docks: tuple[str, ...]
    """Names of the docks that are open."""
    presented: tuple[str, ...]
    """Those that stay in present mode."""
    centre: Centre = "maps"
    front: str = ""
    """Of the docks behind one another below the middle, the one in front."""
    also: tuple[str, ...] = ()
    """Docks that may be opened here, too."""
    behind: str = ""
    """The dock on the right that stands behind the maps."""
    compares: bool = False
    """The map beside the first is shown, where there is one."""
    model: str = ""
    """Opened where the one on display has another kind of latent space."""
    beside: str = ""
    """Opened beside it."""

    @property
    def has_maps(self) -> bool:
        """The maps are in the middle."""
        return self.centre in ("maps", "learning")


WORKSPACES = (
    Workspace(
        "Compare",
        "Two models side by side, with one cursor through both",
        ("picture", "sliders", "guide", "strip", "samples", "drawing"),
        ("picture",),
        front="strip",
        compares=True,
    ),
    Workspace(
        "Attributes",
        "Move a picture along what the images have: attributes that came with them, or groups of your own",
        ("picture", "attributes", "guide"),
        ("picture", "attributes"),
        front="guide",
    ),
    Workspace(
        "Train",
        "Train a model and watch its latent space form",
        ("picture", "sliders", "guide", "training", "drawing"),
        ("picture", "training"),
        centre="learning",
        front="training",
    ),
    Workspace(
        "GAN",
        "A generator and its critic, as they learn",
        (ASIDE, "picture", "sliders", "guide"),
        ("picture",),
        centre="gan",
        also=("training",),
        behind="sliders",
        model="gan-mnist",
    ),
    Workspace(
        "Diffusion",
        "Watch noise become a picture, step by step",
        (ASIDE, "guide"),
        (ASIDE,),
        centre="denoising",
        also=("drawing", "picture", "training"),
        compares=True,
        model="diffusion-mnist",
        beside="vae-mnist-2d",
    ),
)

Area = Qt.DockWidgetArea
RIGHT, BELOW = Area.RightDockWidgetArea, Area.BottomDockWidgetArea


class WorkspaceBar(QTabBar):
    """The tabs, and the arrangement of the docks in each.

    Parameters
    ----------
    homes
        Where each dock stands at first.
    """

    switched = Signal(Workspace)
    arranged = Signal()
    """The docks stand elsewhere now; their sizes are to be given."""

    def __init__(
        self,
        window: QMainWindow,
        docks: Mapping[str, QDockWidget],
        homes: Mapping[str, Qt.DockWidgetArea],
        version: int,
    ) -> None:
        super().__init__(window)
        self.setObjectName("workspaces")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._window, self._docks, self._homes, self._version = window, docks, homes, version
        self._kept: dict[str, QByteArray] = {}
        for number, space in enumerate(WORKSPACES):
            self.addTab(space.title)
            self.setTabToolTip(number, space.tip)
        self._shown: Workspace | None = None
        self.currentChanged.connect(self._switch)

    @property
    def current(self) -> Workspace:
        return WORKSPACES[self.currentIndex()]

    @property
    def names(self) -> set[str]:
        """Of docks, and of what may have the middle."""
        return {*self._docks, *(space.centre for space in WORKSPACES)}

    def titles(self) -> list[str]:
        return [space.title for space in WORKSPACES]

    def go_to(self, title: str) -> None:
        """Switch to a workspace by its title; an unknown one is left alone."""
        if title in self.titles():
            self.setCurrentIndex(self.titles().index(title))

    def bring(self, name: str) -> None:
        """Show a dock, or what has the middle to itself, in the first workspace that has it if need be."""
        space = self.current
        if name == space.centre or (name == ASIDE and space.has_maps):
            return
        if name not in space.docks + space.also:
            fitting = (each for each in WORKSPACES if name in (each.centre, *each.docks))
            self.go_to(next(fitting, space).title)
        if name in self._docks:
            self._docks[name].show()
            self._docks[name].raise_()

    # Arrangements

    def arrange(self) -> None:
        """Put the docks of the workspace at hand where they stand at first, and close the others."""
        space = self.current
        # Where nothing else stands below the middle the guide does, and leaves its column to the others.
        homes = {name: BELOW if name == space.front else area for name, area in self._homes.items()}
        for area in dict.fromkeys(homes.values()):
            names = [name for name, home in homes.items() if home == area]
            if not self._is_home(names, area):
                self._bring_home(names, area)
        for name, dock in self._docks.items():
            dock.setVisible(name in space.docks)
        if space.behind:
            self._window.tabifyDockWidget(self._docks[ASIDE], self._docks[space.behind])
            self._docks[ASIDE].raise_()
        if space.front:
            self._docks[space.front].raise_()
        self._shown = space
        self.arranged.emit()

    def _is_home(self, names: Sequence[str], area: Qt.DockWidgetArea) -> bool:
        """Whether these docks stand in their area, those below the middle behind one another."""
        docks = [self._docks[name] for name in names]
        # Qt doesn't tell behind which a closed dock stands.
        seen = [dock for dock in docks if not dock.isHidden()]
        behind = len(seen) - 1 if area == BELOW else 0
        return all(
            self._window.dockWidgetArea(dock) == area and not dock.isFloating() for dock in docks
        ) and all(
            sum(not other.isHidden() for other in self._window.tabifiedDockWidgets(dock)) == behind
            for dock in seen
        )

    def _bring_home(self, names: Sequence[str], area: Qt.DockWidgetArea) -> None:
        docks = [self._docks[name] for name in names]
        for dock in docks:
            dock.setFloating(False)
            self._window.addDockWidget(area, dock)
        if area == BELOW:
            for first, dock in pairwise(docks):
                self._window.tabifyDockWidget(first, dock)

    def reset(self) -> None:
        """Every workspace as at first."""
        self.forget()
        for area in dict.fromkeys(self._homes.values()):
            self._bring_home([name for name, home in self._homes.items() if home == area], area)
        self.arrange()

    def forget(self) -> None:
        """Forget how the docks of every workspace were arranged."""
        self._kept.clear()
        self._shown = None

    def to_keep(self) -> dict[str, str]:
        """The arrangement of each workspace that was seen, as text."""
        states = {**self._kept, self.current.title: self._window.saveState(self._version)}
        return {title: base64.b64encode(bytes(state.data())).decode() for title, state in states.items()}

    def restore(self, title: object, kept: object) -> bool:
        """Put back what was kept, the workspace of this title in front; tells whether it could be."""
        try:
            states = {
                str(each): QByteArray(base64.b64decode(str(state), validate=True))
                for each, state in dict(kept).items()  # type: ignore[call-overload]
            }
        except (binascii.Error, ValueError, TypeError):
            return False
        if title not in states or not self._window.restoreState(states[str(title)], self._version):
            return False
        self.forget()
        self._kept = states
        if self.current.title == title:
            self._shown = self.current
            self.arranged.emit()
        self.go_to(str(title))
        return True

    def _switch(self) -> None:
        if self._shown is not None:
            self._kept[self._shown.title] = self._window.saveState(self._version)
        space = self.current
        kept = self._kept.get(space.title)
        # What is in the middle must be there before the docks are laid out round it.
        self.switched.emit(space)
        if kept is None or not self._window.restoreState(kept, self._version):
            self.arrange()
        self._shown = space
        self.arranged.emit()
