"""The middle of the window: what the workspace at hand is about.

That is the maps, one or two side by side with one cursor; the map with the pictures of a model that learns;
or another view, and then the maps are small and stand aside. Knows the session and the views. Imports Qt.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from explorer.session.session import Session
from explorer.ui.views.training.learner_pictures import LearnerPictures
from explorer.ui.window.maps import Maps
from explorer.ui.window.workspaces import ASIDE, Workspace

SHARES = (62, 38)
"""Of the map and of the pictures beside it."""


class Aside(QWidget):
    """Holds the maps where they only accompany; a dock's content."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(ASIDE)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_maps(self, maps: Maps) -> None:
        self._column.addWidget(maps)
        maps.show()


class Middle(QWidget):
    """One of several views; the maps go where the workspace has them.

    Parameters
    ----------
    centres
        Views that a workspace may give the middle to.
    """

    def __init__(self, session: Session, centres: Iterable[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("middle")
        self._session = session
        self.maps, self.aside = Maps(session), Aside()
        self.map, self.beside = self.maps.map, self.maps.beside
        self.pictures = LearnerPictures(session)
        self.views = {view.objectName(): view for view in centres}
        self._trains = False
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setObjectName("middle.training")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.maps)
        self._splitter.addWidget(self.pictures)
        self._sizes = [100 * share for share in SHARES]
        """Of both, as they were last seen beside each other."""
        self._splitter.setSizes(self._sizes)
        for place, share in enumerate(SHARES):
            self._splitter.setStretchFactor(place, share)
        self.pictures.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for view in (self._splitter, *self.views.values()):
            column.addWidget(view, 1)
        for view in self.views.values():
            view.hide()
        session.training.changed.connect(self._follow_training)
        session.training.pictures.changed.connect(self._follow_training)

    def show_workspace(self, space: Workspace) -> None:
        """Give the middle to what a workspace is about."""
        if self.pictures.isVisible():
            self._sizes = self._splitter.sizes()
        self._trains = space.centre == "learning"
        self._session.carrying.set_visible(space.compares)
        self.maps.set_compares(space.compares)
        view = self.views.get(space.centre)
        for other in (self._splitter, *self.views.values()):
            other.setVisible(other is (view or self._splitter))
        self.maps.set_small(not space.has_maps)
        if space.has_maps and self.maps.parent() is not self._splitter:
            self._splitter.insertWidget(0, self.maps)
            self.maps.show()
            # What comes back to a splitter has no size of its own there.
            self._splitter.setSizes(self._sizes)
        elif not space.has_maps:
            self.aside.show_maps(self.maps)
        self._follow_training()

    def _follow_training(self) -> None:
        """The pictures are there from the first training on."""
        training = self._session.training
        there = training.active or training.pictures.originals is not None
        self.pictures.setVisible(self._trains and there)
