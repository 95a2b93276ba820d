"""What of a map is on its way: points to new places, the view to another part of the plane. numpy only."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from explorer.ui.widgets.map.frame import MapFrame, Points, finite_rows
from explorer.ui.widgets.map.rasteriser import eased


class Travel(NamedTuple):
    """Of the points, in a straight line."""

    start: Points
    goal: Points
    began: float
    seconds: float


class Flight(NamedTuple):
    """Of the view."""

    start: MapFrame
    goal: MapFrame
    began: float
    seconds: float


class Motion:
    """What is under way; who asks for the state of things at a moment gets it."""

    def __init__(self) -> None:
        self._travel: Travel | None = None
        self._flight: Flight | None = None

    @property
    def under_way(self) -> bool:
        return self._travel is not None or self._flight is not None

    def send(self, points: Points, goal: Points, seconds: float) -> None:
        """Send the points to new places; one that had none appears there."""
        known = np.where(finite_rows(points)[:, None], points, goal)
        self._travel = Travel(known, goal, time.monotonic(), seconds)

    def fly(self, frame: MapFrame, goal: MapFrame, seconds: float) -> None:
        self._flight = Flight(frame, goal, time.monotonic(), seconds)

    def goal(self, points: Points) -> Points:
        """Where the points will be in the end, that are here now."""
        return points if self._travel is None else self._travel.goal

    def now(self, points: Points, frame: MapFrame) -> tuple[Points, MapFrame]:
        """Where points and view are by now, that were here last."""
        now = time.monotonic()
        if (travel := self._travel) is not None:
            share = _share(travel, now)
            points = travel.start + (travel.goal - travel.start) * np.float32(share)
            if share == 1:
                points, self._travel = travel.goal, None
        if (flight := self._flight) is not None:
            share = _share(flight, now)
            frame = flight.start.towards(flight.goal, share) if share < 1 else flight.goal
            self._flight = flight if share < 1 else None
        return points, frame

    def end(self, points: Points, frame: MapFrame) -> tuple[Points, MapFrame]:
        """Arrive at once."""
        points = self.goal(points)
        frame = frame if self._flight is None else self._flight.goal
        self.stop()
        return points, frame

    def stop(self) -> None:
        """Stay here."""
        self._travel = None
        self.land()

    def land(self) -> None:
        """Let the view stay here."""
        self._flight = None


def _share(way: Travel | Flight, now: float) -> float:
    """Of the way, that is behind by now; even for the eye."""
    return eased((now - way.began) / max(way.seconds, 1e-3))
