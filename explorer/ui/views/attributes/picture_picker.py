"""Two groups of held-out images, picked among their pictures. Part of the attributes' view.

Contains widgets and knows images and labels, no session. Imports Qt and numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from explorer.data.image_set import ImageSet
from explorer.ui.widgets.allow import allow
from explorer.ui.widgets.pictures.picture_list import PictureList

SIGNS = {"with": "+", "without": "−"}


class PicturePicker(QDialog):
    """Accepted, `groups` are what was picked."""

    def __init__(
        self,
        images: ImageSet,
        order: Sequence[int],
        groups: Mapping[str, Sequence[int]],
        *,
        ink: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("pictures")
        self.setWindowTitle("Images with it, and images without it")
        self._images, self._order, self._ink = images, np.asarray(order, np.int64), ink
        self.groups = {which: list(items) for which, items in groups.items()}
        self._counts = QLabel()
        self.classes, self.list = QComboBox(), PictureList()
        self.put = {which: QPushButton(f"{sign}  {which}") for which, sign in SIGNS.items()}
        self.put_out = QPushButton("Take out")
        self._build()
        self._filter()
        self._refresh()

    def sizeHint(self) -> QSize:
        return QSize(760, 560)

    def _build(self) -> None:
        self.list.setObjectName("pictures.list")
        names = self._images.class_names if self._images.labels is not None else ()
        self.classes.addItem("all classes", -1)
        for label, name in enumerate(names):
            self.classes.addItem(name, label)
        self.classes.setVisible(bool(names))
        self.classes.setToolTip("Show the images of one class only")
        self.classes.activated.connect(self._filter)
        head = QLabel("The nearest to the cursor first. Select images, then say which group they are in.")
        head.setProperty("role", "muted")
        top = QHBoxLayout()
        top.addWidget(head, 1)
        top.addWidget(self.classes)
        below = QHBoxLayout()
        for which, button in self.put.items():
            button.setObjectName(f"pictures.{which}")
            button.clicked.connect(lambda _=False, which=which: self._put(which))
            below.addWidget(button)
        self.put_out.clicked.connect(lambda: self._put(None))
        below.addWidget(self.put_out)
        below.addWidget(self._counts, 1)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        below.addWidget(buttons)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addLayout(below)
        self.list.selectionModel().selectionChanged.connect(self._refresh)

    def _filter(self) -> None:
        label, labels = self.classes.currentData(), self._images.labels
        order = self._order
        shown = order if label < 0 or labels is None else order[labels[order] == label]
        self.list.set_pictures(self._images.images, shown, ink=self._ink)

    def _put(self, which: str | None) -> None:
        chosen = self.list.selected
        for group, items in self.groups.items():
            kept = [item for item in items if item not in set(chosen)]
            self.groups[group] = kept + chosen if group == which else kept
        self.list.clearSelection()
        self._refresh()

    def _refresh(self) -> None:
        none = "" if self.list.selectionModel().hasSelection() else "Select images first."
        for which, button in self.put.items():
            allow(button, none, f"Put the selected images into the group {which} it")
        allow(self.put_out, none, "Take the selected images out of either group")
        self.list.set_marks({item: SIGNS[which] for which, items in self.groups.items() for item in items})
        self._counts.setText(", ".join(f"{len(items)} {which}" for which, items in self.groups.items()))
