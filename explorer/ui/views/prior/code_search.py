"""The code of a real or dropped picture, searched for before one's eyes. Part of the GAN view."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from explorer.session.session import Session
from explorer.ui.look import wording
from explorer.ui.views.prior.code_grid import drawn_in_ink
from explorer.ui.widgets.allow import allow
from explorer.ui.widgets.drops import is_file, local_paths
from explorer.ui.widgets.pictures.image_view import ImageView
from explorer.ui.widgets.steady_label import SteadyLabel

ITEM_TIP = "Which of the images that the model has not seen"


class GanSearch(QWidget):
    """The wanted picture, the best that has been found, the error; files can be dropped on it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._session, self._search, self._adversaries = session, session.search, session.adversaries
        self._wanted, self._found = ImageView(), ImageView()
        self._item, self._find, self._cancel = (
            QSpinBox(),
            QPushButton("Find this picture's code"),
            QPushButton("Cancel"),
        )
        self._bar, self._words = QProgressBar(), SteadyLabel("refused\nin\nthree lines")
        for name, part in (
            ("wanted", self._wanted), ("found", self._found), ("item", self._item), ("start", self._find),
            ("cancel", self._cancel), ("progress", self._bar), ("words", self._words),
        ):  # fmt: skip
            part.setObjectName(f"gan.find.{name}")
        self._wanted.setToolTip(
            "The picture that is looked for; drop a picture file here for one of your own"
        )
        self._found.setToolTip("The nearest that the model draws, of 16 codes moved side by side")
        self._find.setProperty("role", "primary")
        self._item.setPrefix("held-out image ")
        self._item.lineEdit().setTextMargins(6, 0, 0, 0)
        self._words.setProperty("role", "caption")
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._arrange()
        self._item.valueChanged.connect(self._search.choose_item)
        self._find.clicked.connect(self._search.find)
        self._cancel.clicked.connect(self._search.cancel)
        self._search.changed.connect(self._refresh)
        self._adversaries.changed.connect(self._refresh)
        self._refresh()

    def _arrange(self) -> None:
        hint = QLabel(
            "Or drop a picture file here. Gradient descent on z lowers the squared error; at the end the "
            "cursor goes there."
        )
        hint.setWordWrap(True)
        hint.setProperty("role", "caption")
        buttons = QHBoxLayout()
        buttons.addWidget(self._find, 1)
        buttons.addWidget(self._cancel)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._item)
        left.addWidget(hint)
        left.addLayout(buttons)
        left.addWidget(self._bar)
        left.addWidget(self._words)
        left.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 4)
        row.setSpacing(12)
        row.addLayout(left, 5)
        row.addWidget(self._wanted, 3)
        row.addWidget(self._found, 3)

    def _refresh(self) -> None:
        search, elsewhere = self._search, self._adversaries.not_on_main
        refusal = elsewhere or search.refusal
        self._item.blockSignals(True)
        self._item.setRange(0, max(search.count - 1, 0))
        self._item.setValue(search.item)
        self._item.blockSignals(False)
        allow(self._item, elsewhere or ("" if search.count else refusal), ITEM_TIP)
        for view in (self._wanted, self._found):
            view.set_ink(drawn_in_ink(self._session.main))
        self._wanted.set_picture(None if elsewhere else search.target)
        own = search.own is not None and not elsewhere
        self._wanted.set_caption("your own picture" if own else "held-out image")
        busy = "The search is under way." if search.searching else ""
        tip = "Search for the latent code z whose picture comes nearest"
        allow(self._find, refusal or busy, tip)
        idle = "" if search.searching else "No search is under way."
        allow(self._cancel, idle, "Leave the search; the cursor stays where it is")
        self._show_found(refusal)

    def _show_found(self, refusal: str) -> None:
        search, elsewhere = self._search, self._adversaries.not_on_main
        found = None if elsewhere else search.found
        self._found.set_picture(None if found is None else found.picture)
        self._found.set_caption("nearest so far" if found is None or not found.done else "nearest")
        self._bar.setRange(0, 0 if search.searching and found is None else 100)
        self._bar.setValue(0 if found is None else round(100 * found.step / max(found.steps, 1)))
        if found is not None:
            where = f"step {found.step} of {found.steps}: " if search.searching else ""
            self._words.setText(f"{where}squared error {wording.error_text(found.error)} per pixel")
        else:
            self._words.setText("The model is being made ready …" if search.searching else refusal)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # Folders of images and of models are the window's.
        if not self._adversaries.not_on_main and any(map(is_file, local_paths(event.mimeData()))):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if paths := [path for path in local_paths(event.mimeData()) if is_file(path)]:
            event.acceptProposedAction()
            self._search.drop(paths[0])
