"""The map: points of a plane, panned, zoomed and pressed. Imports Qt, numpy and its neighbours.

Points, axes and words are painted into one picture that is kept until the view, the points or
the colours change (repainted on a 16 ms single shot); what moves over them is painted each time,
a moment after the decoded picture: that one comes first.
Gestures are decided in `gestures`, hovering in `hover_watch`; this carries them out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.ui.look import theme
from explorer.ui.look.images import from_indices
from explorer.ui.widgets.map.frame import MapFrame, Points, finite_rows, framing
from explorer.ui.widgets.map.input import MapInput
from explorer.ui.widgets.map.motion import Motion
from explorer.ui.widgets.map.overlays import Overlays, Place, paint_focus, paint_ground, paint_overlays
from explorer.ui.widgets.map.rasteriser import (
    MOST_CLASSES,
    colour_table,
    nearest,
    point_radius,
    rasterise,
)

REACH = 14.0
"""Logical pixels within which a press or the pointer means a point."""
FLIGHT = 0.7
FRAME = 16
AFTER_PICTURE = 8
"""Milliseconds that the cursor waits, so that its paint doesn't hold up the picture's."""


class PointCloud(MapInput):
    """A map. Places are in coordinates of the plane; items are row numbers of the points."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.placeholder = "No points yet"
        self._points: Points = np.zeros((0, 2), np.float32)
        self._classes: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._shown: set[int] | None = None
        self._front: int | None = None
        self._overlays, self._stale = Overlays(), QRegion()
        self._frame = self._home = MapFrame()
        self._at_home = True
        self._raster: QPixmap | None = None
        self._pixels: Points | None = None
        self._motion = Motion()
        self._soon = QTimer(self, singleShot=True, interval=FRAME)
        self._soon.timeout.connect(self._refresh)
        self._over_soon = QTimer(self, singleShot=True, interval=AFTER_PICTURE)
        self._over_soon.timeout.connect(self._paint_stale)
        self._clock = QTimer(self, interval=FRAME)
        self._clock.timeout.connect(self._tick)
        self.preferred = 0
        """So many of the first items are met before others that lie a little nearer."""
        self.setMinimumSize(160, 160)
        self.setAccessibleName("Map")

    # Points and their colours

    def set_points(self, xy: Points, classes: NDArray[np.uint8]) -> None:
        """Show points (N, 2) of classes (N,)."""
        assert xy.shape == (len(classes), 2), "one class for each place"
        self._points = np.array(xy, np.float32)
        self._classes = np.array(classes, np.uint8)
        self._overlays.selected = self._overlays.hovered = None
        self._motion.stop()
        self._home = framing(self._points, self.width(), self.height())
        if self._at_home:
            self._frame = self._home
        self._changed()

    def move_points(self, xy: Points, seconds: float = 0.25) -> None:
        """Let the points travel to new places; the view follows if it was at home."""
        goal = np.array(xy, np.float32)
        assert goal.shape == self._points.shape, "the same points as before"
        self._home = framing(goal, self.width(), self.height())
        if self._at_home:
            self._motion.fly(self._frame, self._home, seconds)
        self._motion.send(self._points, goal, seconds)
        if seconds <= 0 or not self.isVisible():
            self._arrive()
        else:
            self._clock.start()

    def paint_now(self) -> None:
        """Bring what has changed to the screen at once."""
        self._soon.stop()
        self._refresh()
        self.repaint()

    def set_shown_classes(self, shown: set[int] | None) -> None:
        """Dim all other classes; None shows all."""
        if shown != self._shown:
            self._shown = shown
            self._changed()

    def set_front_class(self, front: int | None) -> None:
        if front != self._front:
            self._front = front
            self._changed()

    # What lies over them

    def set_cursor(self, xy: Place | None, item: int | None = None) -> None:
        """Where it is, and the item that it is at."""
        self._overlay(cursor=xy, selected=item)

    def set_hovered(self, item: int | None) -> None:
        self._overlay(hovered=item)

    def set_words(self, words: Sequence[tuple[str, Place, int | QColor]]) -> None:
        """Words at clusters: text, place, and a class (coloured with the theme) or a colour."""
        self._overlay(words=list(words))
        self._changed()

    def set_path(self, xy: Points | None, handle_at: float | None = None) -> None:
        """A curve (M, 2) with a handle at 0 (its start) to 1 (its end)."""
        usable = None if xy is None else xy[finite_rows(xy)].astype(np.float32)
        self._overlay(path=usable, handle=handle_at)

    def set_ends(self, a: Place | None, b: Place | None) -> None:
        self._overlay(end_a=a, end_b=b)

    def set_drawn(self, places: Sequence[Place]) -> None:
        """Places of the user's own drawings, as stars."""
        self._overlay(drawn=list(places))

    def set_marks(self, marks: Sequence[tuple[str, Place]]) -> None:
        """Crosses with a word, such as "try here"."""
        self._overlay(marks=list(marks))

    def set_axes(self, names: tuple[str, str] | None) -> None:
        """Ticks along the edges, with the names of the axes; None: no ticks."""
        self._overlay(axes=names)
        self._changed()

    def _overlay(self, **values: object) -> None:
        stale = self._overlays.change(self._frame, self._points, **values)
        self._stale += QRegion(self.rect()) if stale is None else stale
        if not self._over_soon.isActive():
            self._over_soon.start()

    def _paint_stale(self) -> None:
        self.update(self._stale)
        self._stale = QRegion()

    # The view

    def view(self) -> MapFrame:
        return self._frame

    def home(self) -> None:
        """Fly to the view of all points."""
        self._at_home = True
        self._home = framing(self._motion.goal(self._points), self.width(), self.height())
        if self.isVisible():
            self._motion.fly(self._frame, self._home, FLIGHT)
            self._clock.start()
        else:
            self.frame()

    def frame(self) -> None:
        """Show all points at once."""
        self._motion.land()
        self._at_home = True
        self._frame = self._home = framing(self._motion.goal(self._points), self.width(), self.height())
        self._changed()

    def pan_by(self, dx: float, dy: float) -> None:
        self._motion.land()
        self._at_home = False
        self._frame = self._frame.panned(dx, dy)
        self._changed()

    def zoom_by(self, factor: float, left: float, top: float) -> None:
        self._motion.land()
        self._at_home = False
        low, high = self._home.scale / 6, self._home.scale * 500
        self._frame = self._frame.zoomed(factor, left, top, low, high)
        self._changed()

    def to_plane(self, at: QPointF) -> Place:
        return self._frame.to_plane(at.x(), at.y())

    def place_of(self, item: int) -> Place:
        return float(self._points[item, 0]), float(self._points[item, 1])

    def pixel_of(self, item: int) -> QPoint:
        left, top = self._frame.to_pixel(*self.place_of(item))
        return QPoint(round(left), round(top))

    def items_at(self, at: QPointF) -> list[int]:
        """Items within reach, the `preferred` close by and then the nearest; none that is dimmed."""
        found = nearest(self._seen(), at.x(), at.y(), REACH).tolist()
        if self.preferred:
            close = nearest(self._seen(), at.x(), at.y(), REACH / 2)
            found = list(dict.fromkeys([*close[close < self.preferred].tolist(), *found]))
        return [i for i in found if self._shown is None or int(self._classes[i]) in self._shown]

    @property
    def in_motion(self) -> bool:
        """The points travel, or the view flies."""
        return self._motion.under_way

    # Time

    def _tick(self) -> None:
        self._points, self._frame = self._motion.now(self._points, self._frame)
        if not self.in_motion:
            self._clock.stop()
        self._pixels = None
        self._refresh()

    def _arrive(self) -> None:
        self._points, self._frame = self._motion.end(self._points, self._frame)
        self._clock.stop()
        self._changed()

    def _changed(self) -> None:
        self._pixels = None
        if not self._soon.isActive():
            self._soon.start()

    def _refresh(self) -> None:
        self._raster = None
        self.update()

    # Painting

    def _seen(self) -> Points:
        if self._pixels is None:
            with np.errstate(over="ignore", invalid="ignore"):
                self._pixels = self._frame.to_pixels(self._points)
        return self._pixels

    def _rasterised(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        size = max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)
        radius = point_radius(len(self._points), self._frame.scale / self._home.scale) * ratio
        places = self._seen() * np.float32(ratio)
        bytes_ = rasterise(places, self._classes, size, radius, self._shown, self._front)
        names = tuple(colour.name() for colour in theme.class_colours(MOST_CLASSES))
        pixmap = from_indices(bytes_, size, colour_table(names, theme.current().paper), ratio)
        painter = QPainter(pixmap)
        painter.setFont(self.font())
        lit = self._shown if self._shown is None or self._front is None else self._shown | {self._front}
        paint_ground(painter, self._overlays, self._frame, lit)
        painter.end()
        return pixmap

    def paintEvent(self, event: object) -> None:
        if self._raster is None or self._raster.devicePixelRatioF() != self.devicePixelRatioF():
            self._raster = self._rasterised()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._raster)
        if not len(self._points):
            painter.setPen(QColor(theme.current().muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, self.placeholder)
        paint_overlays(painter, self._overlays, self._frame, self._points)
        if self.shows_focus:
            paint_focus(painter, self.rect())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._home = framing(self._motion.goal(self._points), self.width(), self.height())
        self._motion.land()
        self._frame = self._home if self._at_home else self._frame.sized(self.width(), self.height())
        self._pixels = self._raster = None

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)
        self._arrive()

    def theme_changed(self) -> None:
        self._changed()
