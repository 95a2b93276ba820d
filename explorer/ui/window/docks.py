"""The docks of the window, and the views that have its middle to themselves: one row each.

A new view is one folder of `views` and one row here.
Imports Qt and every view; the window reads the table when it is furnished.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from explorer.session.session import Session
from explorer.ui.views.adversaries.gan_view import GanView
from explorer.ui.views.attributes.attributes_view import AttributesView
from explorer.ui.views.denoising.denoising_view import DenoisingView
from explorer.ui.views.drawing.drawing_view import DrawingView
from explorer.ui.views.guide.guide_view import GuideView
from explorer.ui.views.library.library_view import LibraryView
from explorer.ui.views.picture.picture_view import PictureView
from explorer.ui.views.samples.samples_view import SamplesView
from explorer.ui.views.sliders.sliders_view import SlidersView
from explorer.ui.views.strip.strip_view import StripView
from explorer.ui.views.training.training_view import TrainingView

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


class Row(NamedTuple):
    """A dock: its title, where it stands at first, and what is in it; known by its view's object name."""

    title: str
    area: Qt.DockWidgetArea
    view: Callable[[Session], QWidget]


DOCKS = (
    Row("Picture", RIGHT, PictureView),
    Row("Sliders", RIGHT, SlidersView),
    Row("Attributes", RIGHT, AttributesView),
    Row("Guide", RIGHT, GuideView),
    Row("Library", LEFT, LibraryView),
    Row("Strip", BOTTOM, StripView),
    Row("Samples", BOTTOM, SamplesView),
    Row("Training", BOTTOM, TrainingView),
    Row("Draw your own", BOTTOM, DrawingView),
)
"""Those at the bottom stand behind one another."""

CENTRES: tuple[Callable[[Session], QWidget], ...] = (GanView, DenoisingView)
"""Views that a workspace is about, known by their object names."""
