"""Chooses the projection of a map: own axes, PCA, UMAP, t-SNE; shows the progress of those that take a while.

Part of the map view; knows the session. Imports Qt.
"""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.session.maps.projecting import HELP, TITLES, Kind, Projecting
from explorer.ui.look import theme
from explorer.ui.look.forms import KnobForm

ORDER: tuple[Kind, ...] = ("axes", "pca", "umap", "tsne")


class ProjectionChooser(QWidget):
    """A list, a button for the settings, and while something is computed how far it is."""

    def __init__(self, projecting: Projecting, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._projecting = projecting
        self.box = QComboBox()
        self.box.setObjectName(f"{name}.projection")
        for kind in ORDER:
            self.box.addItem(TITLES[kind], kind)
            self.box.setItemData(self.box.count() - 1, HELP[kind], Qt.ItemDataRole.ToolTipRole)
        self.box.activated.connect(self._choose)
        self.box.highlighted.connect(lambda row: projecting.make_ready())
        self._progress = QLabel()
        self._progress.setObjectName(f"{name}.projection.progress")
        self._progress.setProperty("role", "muted")
        self._cancel, self._settings = QToolButton(autoRaise=True), QToolButton(autoRaise=True)
        self._cancel.setObjectName(f"{name}.projection.cancel")
        self._cancel.setToolTip("Leave it; the map stays as it is")
        self._cancel.clicked.connect(projecting.cancel)
        theme.set_icon(self._cancel, "close")
        self._settings.setObjectName(f"{name}.projection.settings")
        self._settings.setToolTip("Settings of this projection")
        self._settings.clicked.connect(self._open_settings)
        theme.set_icon(self._settings, "sliders")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self._progress, self._cancel, self.box, self._settings):
            row.addWidget(widget)
        projecting.changed.connect(self._refresh)
        self._refresh()

    def _choose(self, row: int) -> None:
        self._projecting.choose(ORDER[row])

    def _refresh(self) -> None:
        projecting = self._projecting
        kind, progress = projecting.kind, projecting.progress
        with QSignalBlocker(self.box):
            if progress is None:
                self.box.setCurrentIndex(ORDER.index(kind))
        self.box.setToolTip(HELP[kind])
        self._settings.setVisible(bool(projecting.settings[kind].knobs()))
        for widget in (self._progress, self._cancel):
            widget.setVisible(progress is not None)
        if progress is not None:
            left = "" if progress.eta_s is None else f", {progress.eta_s:.0f} s left"
            self._progress.setText(f"{progress.doing}: {100 * progress.share:.0f} %{left}")

    def _open_settings(self) -> None:
        dialog = ProjectionSettings(self._projecting.kind, self._projecting, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def showEvent(self, event: object) -> None:
        self._refresh()


class ProjectionSettings(QDialog):
    """The settings of a projection, each with its line of help."""

    def __init__(self, kind: Kind, projecting: Projecting, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("projection.settings")
        self.setWindowTitle(f"{TITLES[kind]}: settings")
        self._kind, self._projecting = kind, projecting
        now = projecting.settings[kind]
        knobs = now.knobs()
        self.form = KnobForm(knobs, [knob.name for knob in knobs])
        self.form.set_values(now.as_dict())
        help_line = QLabel(HELP[kind])
        help_line.setWordWrap(True)
        help_line.setProperty("role", "muted")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText("Project")
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self.form.changed.connect(lambda: self._ok.setEnabled(self.form.fault is None))
        column = QVBoxLayout(self)
        column.addWidget(help_line)
        column.addWidget(self.form)
        column.addWidget(buttons)

    def _accept(self) -> None:
        settings = type(self._projecting.settings[self._kind]).read(self.form.values())
        self._projecting.set_settings(self._kind, settings)
        self.accept()
