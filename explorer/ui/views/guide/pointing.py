"""Shows where a step of a lesson begins: the widget, or the place on its map. Imports Qt."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from explorer.guide.lesson import Step
from explorer.session.open_model import OpenModel
from explorer.session.session import Session
from explorer.ui.performing.hand import bring_forward
from explorer.ui.performing.places import find_place, pixel_of
from explorer.ui.widgets.map.point_cloud import PointCloud
from explorer.ui.widgets.spotlight import Place, Spotlight


class Pointing:
    """The guide's finger; it points at one thing at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._spotlight: Spotlight | None = None

    def point_at(self, step: Step, stage: QWidget) -> None:
        """Bring what a step is about to the front of a window, and point there."""
        target = stage.findChild(QWidget, step.place)
        if not isinstance(target, QWidget):
            return
        bring_forward(target)
        if self._spotlight is None:
            self._spotlight = Spotlight(stage)
        self._spotlight.point_at(target, self._place(step, target))

    def leave(self) -> None:
        if self._spotlight is not None:
            self._spotlight.leave()

    def _place(self, step: Step, target: QWidget) -> Place | None:
        """A function to the pixel of the place on the map that a step begins at, if it does."""
        where = step.where
        if where is None or not isinstance(target, PointCloud):
            return None
        known: list[tuple[OpenModel | None, tuple[float, float] | None]] = []

        def pixel() -> QPoint | None:
            beside = target.objectName().startswith("beside")
            model = self._session.beside.model if beside else self._session.main.model
            if not known or known[-1][0] is not model:
                known[:] = [(model, find_place(where, model, target))]
            place = known[-1][1]
            return None if place is None else pixel_of(place, target)

        return pixel
