"""A grid of pictures that are renewed while a model learns."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.ui.widgets.pictures.picture_grid import PictureGrid
from tests.ui.widgets.layout_requests import LayoutRequests


def test_new_pictures_of_the_same_kind_do_not_have_the_window_placed_anew(qtbot: QtBot) -> None:
    """The window has all its docks to place: several times a second that would cost the training."""
    around, grid = QWidget(), PictureGrid(4)
    qtbot.addWidget(around)
    QVBoxLayout(around).addWidget(grid)
    around.resize(300, 200)

    def show(level: int, title: str) -> None:
        grid.set_columns(2)
        grid.set_ink(True)
        grid.set_title(title)
        grid.set_pictures([np.full((8, 8, 1), level, np.uint8)] * 4)
        QApplication.processEvents()

    show(0, "samples")
    around.show()
    qtbot.waitExposed(around)
    requests = LayoutRequests(around)
    show(255, "samples")
    assert requests.count == 0
    assert grid.count == 4
    show(255, "")
    assert requests.count == 1, "without a title it needs less room"
