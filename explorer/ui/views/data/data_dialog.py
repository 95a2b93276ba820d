"""Choosing images to learn from: named sets, folders, files; looked at before they are taken.

Knows the session (`data_choice`). Not modal: everything else goes on while it is open.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from explorer.errors import BadInput
from explorer.session.session import Session
from explorer.ui.views.data.data_preview import DataPreview
from explorer.ui.views.data.framing_form import FramingForm
from explorer.ui.widgets.drops import local_paths

NAME = Qt.ItemDataRole.UserRole
LOOK_AFTER_MS = 400
"""A side is typed in several letters: the images are read again when the hand rests."""


class DataDialog(QDialog):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data")
        self.setWindowTitle("Images to learn from")
        self.setAcceptDrops(True)
        self._session, self._choice = session, session.data_choice
        self._sets, self._path = QListWidget(), QLineEdit()
        self._framing, self._preview = FramingForm(), DataPreview(session)
        self._use = QPushButton("Use these images")
        self._look_soon = QTimer(self, singleShot=True, interval=LOOK_AFTER_MS)
        self._look_soon.timeout.connect(self._look)
        self._dress()
        self._arrange()
        self.resize(880, 560)
        self._sets.itemSelectionChanged.connect(self._on_set)
        self._path.returnPressed.connect(self._on_path)
        self._path.editingFinished.connect(self._on_path)
        self._framing.changed.connect(self._look_soon.start)
        self._use.clicked.connect(self.accept)
        session.data_choice.changed.connect(self._on_changed)

    def open_data(self, path: Path) -> None:
        """Look at a folder or a file."""
        self.show()
        self.raise_()
        self._sets.clearSelection()
        self._path.setText(str(path))
        self._look()

    # Building

    def _dress(self) -> None:
        self._sets.setObjectName("data.sets")
        self._sets.setAccessibleName("Data sets")
        self._sets.setFixedWidth(250)
        self._path.setObjectName("data.path")
        self._path.setPlaceholderText("or the path of a folder or file")
        self._path.setToolTip(
            "A folder of pictures (one folder per class, or flat), .npz, .npy or idx; Enter"
        )
        self._use.setObjectName("data.use")
        self._use.setProperty("role", "primary")
        self._use.setDefault(False)
        self._use.setAutoDefault(False)

    def _arrange(self) -> None:
        title = QLabel("Images to learn from")
        title.setProperty("role", "title")
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(title)
        left.addWidget(self._sets, 1)
        buttons = QHBoxLayout()
        for words, kind, name in (("Folder …", "folder", "folder"), ("File …", "file", "file")):
            button = QPushButton(words)
            button.setObjectName(f"data.{name}")
            button.setAutoDefault(False)
            button.setToolTip(f"Choose a {kind} of your own; dropping it here does the same")
            button.clicked.connect(self._browse_folder if kind == "folder" else self._browse_file)
            buttons.addWidget(button)
        left.addLayout(buttons)
        left.addWidget(self._path)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self._framing)
        right.addWidget(self._preview, 1)
        right.addLayout(self._foot())
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(16)
        row.addLayout(left)
        row.addLayout(right, 1)

    def _foot(self) -> QHBoxLayout:
        cancel = QPushButton("Cancel")
        cancel.setObjectName("data.cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self._use)
        return row

    # What is chosen

    @property
    def origin(self) -> str:
        chosen = self._sets.selectedItems()
        return str(chosen[0].data(NAME)) if chosen else self._path.text().strip()

    def _list_sets(self) -> None:
        """The named sets, the present choice marked."""
        self._sets.blockSignals(True)
        self._sets.clear()
        chosen = self._choice.origin
        for known in self._choice.named_sets():
            where = "on this computer" if known.here else f"{known.size / 1e6:,.0f} MB to fetch"
            where = "comes with the application" if known.size == 0 else where
            item = QListWidgetItem(f"{known.title}\n{where}")
            item.setData(NAME, known.name)
            self._sets.addItem(item)
            if known.name == chosen:
                self._sets.setCurrentItem(item)
        self._path.setText("" if self._sets.selectedItems() else chosen)
        self._sets.blockSignals(False)

    def _on_set(self) -> None:
        if self._sets.selectedItems():
            self._path.clear()
            self._look()

    def _on_path(self) -> None:
        """Enter or leaving the field: look, unless that is what is looked at already."""
        path = self._path.text().strip()
        if path and path != self._choice.wanted[0]:
            self._sets.clearSelection()
            self._look()

    def _browse_folder(self) -> None:
        self._browse("Choose a folder of pictures", QFileDialog.FileMode.Directory)

    def _browse_file(self) -> None:
        self._browse("Choose a file of images", QFileDialog.FileMode.ExistingFile)

    def _browse(self, title: str, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        if mode is QFileDialog.FileMode.ExistingFile:
            dialog.setNameFilters(["Arrays (*.npz *.npy *ubyte *ubyte.gz *.idx)", "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.open_data(Path(path)))
        dialog.open()

    def _look(self) -> None:
        self._look_soon.stop()
        try:
            self._choice.look(self.origin, self._framing.framing())
        except BadInput as error:
            self._choice.refuse(str(error))

    # Facts

    def _on_changed(self) -> None:
        ready = self._choice.looked is not None
        self._use.setEnabled(ready)
        self._use.setToolTip("Train the next model on them" if ready else "No images have been read yet")
        sets = range(self._sets.count())
        if ready and any("to fetch" in self._sets.item(row).text() for row in sets):
            self._name_fetched()

    def _name_fetched(self) -> None:
        """A set that has been fetched is here from now on."""
        for row, known in enumerate(self._choice.named_sets()):
            if known.here and "to fetch" in self._sets.item(row).text():
                self._sets.item(row).setText(f"{known.title}\non this computer")

    def accept(self) -> None:
        self._choice.choose()
        super().accept()

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            self._look_soon.stop()
            self._choice.leave()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if paths := local_paths(event.mimeData()):
            event.acceptProposedAction()
            self.open_data(paths[0])

    def showEvent(self, event: QShowEvent) -> None:
        if not event.spontaneous():
            self._list_sets()
            self._framing.fill(self._choice.asked)
            self._look()
