"""A user's own attribute out of two groups of images, picked on the map or among their pictures.

Part of the attributes' view. Imports Qt.
"""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from explorer.data.attributes.attribute import FEWEST
from explorer.session.open_model import OpenModel
from explorer.session.session import Session
from explorer.ui.look import wording
from explorer.ui.views.attributes.picture_picker import PicturePicker

GROUPS = ("with", "without")


class OwnAttributeForm(QWidget):
    """A button; pressed, a title and two groups that grow by what the cursor is at."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._groups: dict[str, list[int]] = {which: [] for which in GROUPS}
        self._counts = {which: QLabel() for which in GROUPS}
        self._this = {which: QPushButton("This image") for which in GROUPS}
        self._near = {which: QPushButton(f"{FEWEST} nearest") for which in GROUPS}
        self._new, self._make, self._leave = (
            QPushButton("New attribute …"), QPushButton("Make"), QPushButton("Cancel")
        )  # fmt: skip
        self._pictures = QPushButton("Pictures …")
        self._title = QLineEdit(placeholderText="Title, such as “curly”", maxLength=60)
        self._form = QWidget()
        self._build()
        self._new.clicked.connect(self._open)
        self._leave.clicked.connect(self._close)
        self._pictures.clicked.connect(self._pick)
        self._make.clicked.connect(self._finish)
        self._title.textChanged.connect(self._refresh)
        session.main.model_opened.connect(self._close)
        session.main.cursor.moved.connect(self._refresh)
        session.main.items_arrived.connect(self._refresh)
        self._close()

    def _build(self) -> None:
        grid = QGridLayout(self._form)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self._title, 0, 0, 1, 3)
        for row, which in enumerate(GROUPS, 1):
            grid.addWidget(self._counts[which], row, 0)
            grid.addWidget(self._this[which], row, 1)
            grid.addWidget(self._near[which], row, 2)
            self._near[which].setToolTip(
                f"Add the {FEWEST} held-out images nearest to the cursor that are in no group"
            )
            self._this[which].clicked.connect(lambda _=False, which=which: self._add(which, 1))
            self._near[which].clicked.connect(lambda _=False, which=which: self._add(which, FEWEST))
            self._this[which].setObjectName(f"attributes.own.{which}.this")
            self._near[which].setObjectName(f"attributes.own.{which}.near")
        grid.addWidget(self._pictures, 3, 0)
        grid.addWidget(self._leave, 3, 1)
        grid.addWidget(self._make, 3, 2)
        grid.setColumnStretch(0, 1)
        self._new.setProperty("role", "link")
        self._new.setToolTip("Pick images with it and images without it: they make a slider")
        self._leave.setToolTip("Forget the two groups")
        for name, widget in (
            ("new", self._new),
            ("make", self._make),
            ("title", self._title),
            ("pictures", self._pictures),
        ):
            widget.setObjectName(f"attributes.own.{name}")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 4)
        column.addWidget(self._new)
        column.addWidget(self._form)

    def _open(self) -> None:
        self._new.hide()
        self._form.show()
        self._title.setFocus()
        self._refresh()

    def _close(self) -> None:
        self._groups = {which: [] for which in GROUPS}
        self._title.clear()
        self._form.hide()
        self._new.show()

    def _finish(self) -> None:
        having, lacking = (self._groups[which] for which in GROUPS)
        if self._session.attributes.make_own(self._title.text(), having, lacking):
            self._close()

    def _add(self, which: str, count: int) -> None:
        model, look = self._session.main.model, self._session.main.look
        if model is None or model.embedding is None or look.code is None:
            return
        grouped = {item for group in self._groups.values() for item in group}
        if count == 1 and look.item is not None:
            found = [look.item]
        else:
            near, _ = model.embedding.nearest(look.code, count + len(grouped))
            found = near.tolist()
        self._groups[which] += [item for item in found if item not in grouped][:count]
        self._refresh()

    def _pick(self) -> None:
        model, cursor = self._session.main.model, self._session.main.look.code
        if model is None or model.embedding is None or model.items is None:
            return
        embedding = model.embedding
        order, _ = embedding.nearest(embedding.mean if cursor is None else cursor, len(embedding))
        picker = PicturePicker(
            model.items, order.tolist(), self._groups, ink=wording.as_ink(model), parent=self.window()
        )
        picker.accepted.connect(lambda: self._on_picked(model, picker.groups))
        picker.finished.connect(picker.deleteLater)
        picker.open()

    def _on_picked(self, model: OpenModel, groups: dict[str, list[int]]) -> None:
        now = self._session.main.model
        if now is not None and now.run.folder == model.run.folder:
            self._groups = groups
            self._refresh()

    def _refresh(self) -> None:
        if not self._form.isVisibleTo(self):
            return
        look = self._session.main.look
        for which in GROUPS:
            count = len(self._groups[which])
            self._counts[which].setText(f"{which}: {count} {'image' if count == 1 else 'images'}")
            here = look.item is not None and all(look.item not in group for group in self._groups.values())
            self._this[which].setEnabled(here)
            self._this[which].setToolTip(
                "Add the image that the cursor is at"
                if here
                else "Press an image on the map that is in no group"
            )
            self._near[which].setEnabled(look.code is not None)
        model = self._session.main.model
        pictured = model is not None and model.items is not None
        self._pictures.setEnabled(pictured)
        self._pictures.setToolTip(
            "Pick images among their pictures" if pictured else "The held-out images are not on this computer"
        )
        short = [which for which in GROUPS if len(self._groups[which]) < FEWEST]
        reason = "" if self._title.text().strip() else "Give it a title"
        if short:
            reason = f"{' and '.join(short)}: at least {FEWEST} images are needed"
        self._make.setEnabled(not reason)
        self._make.setToolTip(reason or "Fit a direction from those without to those with it")
