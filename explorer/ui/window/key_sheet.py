"""All keys and gestures on one sheet, in two columns. Imports Qt.

What it says comes from the commands themselves and from the tables beside the gestures: there is no
other list of keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFontMetrics, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from explorer.ui.views.library import library_view
from explorer.ui.widgets import choice_grid
from explorer.ui.widgets.map import gestures, legend
from explorer.ui.widgets.pictures import draw_canvas, image_strip
from explorer.ui.widgets.plots import schedule_plot
from explorer.ui.widgets.sliders import dimension_slider

Rows = list[tuple[str, str]]
ASIDE, LETTERS = 24, 165


class KeySheet(QDialog):
    """Opened over its parent, and never larger than that."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keys")
        self.setWindowTitle("Keys and gestures")
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(0, 0, 12, 0)
        columns.setSpacing(2 * ASIDE)
        for blocks in (
            (
                ("On a map: the pointer", list(gestures.POINTER)),
                ("On a map: keys", gestures.key_rows()),
                ("On the chips of classes or curves", list(legend.GESTURES)),
                ("On a picture to draw on", list(draw_canvas.GESTURES)),
                ("In the library", list(library_view.GESTURES)),
            ),
            (
                ("Everywhere", [*command_rows(actions), ("Esc", "Close a message")]),
                ("On a slider", list(dimension_slider.GESTURES)),
                ("On an interpolated row", list(image_strip.GESTURES)),
                ("On a grid of codes", list(choice_grid.GESTURES)),
                ("On the schedule of a diffusion", list(schedule_plot.GESTURES)),
            ),
        ):
            columns.addLayout(_column(blocks), 1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(sheet)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(ASIDE, ASIDE - 8, ASIDE - 12, ASIDE - 10)
        column.addWidget(scroll)
        column.addWidget(buttons)
        room = parent.window().size()
        wide = min(room.width() - ASIDE, LETTERS * QFontMetrics(QApplication.font()).averageCharWidth())
        tall = sheet.heightForWidth(wide - 2 * ASIDE) + buttons.sizeHint().height() + 3 * ASIDE
        self.resize(wide, min(room.height() - ASIDE, tall))


def command_rows(actions: Mapping[str, QAction]) -> Rows:
    """Keys of the commands that have some, but for those of the map."""
    on_map = Qt.ShortcutContext.WidgetShortcut
    return [
        (action.shortcut().toString(QKeySequence.SequenceFormat.NativeText), name.rstrip(" …"))
        for name, action in actions.items()
        if not action.shortcut().isEmpty() and action.shortcutContext() != on_map
    ]


def _column(blocks: Iterable[tuple[str, Rows]]) -> QGridLayout:
    """Blocks below each other: what to do on the left, what it does on the right."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    line = 0
    for title, rows in blocks:
        head = QLabel(title)
        head.setProperty("role", "title")
        head.setContentsMargins(0, 8 if line else 0, 0, 2)
        grid.addWidget(head, line, 0, 1, 2)
        for keys, does in rows:
            line += 1
            for place, (text, role) in enumerate(((keys, "key"), (does, "muted"))):
                label = QLabel(text)
                label.setProperty("role", role)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setWordWrap(role == "muted")
                grid.addWidget(label, line, place, Qt.AlignmentFlag.AlignTop)
        line += 1
    grid.setRowStretch(line, 1)
    return grid
