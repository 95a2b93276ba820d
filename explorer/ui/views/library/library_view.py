"""The library dock: shipped and own models as cards, and what can be done with each. Knows the session.

Read by the session's reader, while hidden not at all. Faults are told below the list.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import (
    QAction,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.runs.manifest import FILE
from explorer.session.session import Session
from explorer.session.shelf import Card
from explorer.ui.look import theme
from explorer.ui.views.library.actions import ACTIONS, refusal
from explorer.ui.views.library.cards import CARD, CardModel, CardPainter
from explorer.ui.widgets.allow import allow
from explorer.ui.widgets.drops import folders_with
from explorer.ui.widgets.two_lines import TwoLines

ICONS = {
    "open": "open",
    "card": "info",
    "resume": "play",
    "trash": "trash",
    "folder": "folder",
    "add": "plus",
}

GESTURES = (
    ("Enter or double click", "Open the model"),
    ("F2", "Rename it"),
    ("Delete", "Move it to the trash"),
)
"""What pointer and keys do, in words."""


class LibraryView(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("library")
        self.setAcceptDrops(True)
        self._session = session
        self._list, self._empty, self._fault = QListView(), QLabel(), QLabel()
        self._cards = CardModel(self)
        self._painter = CardPainter(self._list, self._cards, session.shelf.preview_of)
        self._ask, self._question = QFrame(), QLabel()
        self._actions = {name: self._action(name) for name in ACTIONS}
        self._asked: Card | None = None
        self._dress_list()
        self._arrange()
        self._cards.renamed.connect(session.shelf.rename)
        session.shelf.changed.connect(self._on_shelf)
        session.library_changed.connect(self._on_library)
        session.main.model_opened.connect(self._on_model)
        session.main.renamed.connect(self._on_model)
        session.training.changed.connect(self._allow)
        session.training.families_arrived.connect(self._on_families)
        session.training.pictures.changed.connect(self._on_pictures)
        self._on_families()
        self._on_shelf()

    # Building

    def _action(self, name: str) -> QAction:
        text, tip = ACTIONS[name]
        action = QAction(text, self)
        action.setObjectName(f"library.{name}")
        action.setToolTip(tip)
        if name in ICONS:
            theme.set_icon(action, ICONS[name])
        action.triggered.connect(getattr(self, f"_{name}"))
        return action

    def _dress_list(self) -> None:
        self._list.setObjectName("library.list")
        self._list.setAccessibleName("Models")
        self._list.setModel(self._cards)
        self._list.setItemDelegate(self._painter)
        self._list.setResizeMode(QListView.ResizeMode.Adjust)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self._list.setMouseTracking(True)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._on_menu)
        self._list.activated.connect(self._open)
        self._list.selectionModel().selectionChanged.connect(self._allow)
        self._cards.modelReset.connect(self._allow)
        self._actions["trash"].setShortcut(QKeySequence(Qt.Key.Key_Delete))
        self._actions["trash"].setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._list.addAction(self._actions["trash"])

    def _arrange(self) -> None:
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._fault.setProperty("role", "danger")
        self._fault.setObjectName("library.fault")
        for label in (self._empty, self._fault, self._question):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._fault.setContentsMargins(12, 4, 12, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._list, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self._fault)
        column.addWidget(self._asking())
        column.addLayout(self._buttons())
        column.addWidget(
            TwoLines(
                "Models that ship with the application, and your own.",
                "A smaller error does not make a better map.",
            )
        )

    def _asking(self) -> QFrame:
        """The question before a model goes to the trash, in place."""
        self._ask.setProperty("role", "bar")
        self._ask.setObjectName("library.ask")
        yes, no = QPushButton("Move to trash"), QPushButton("Keep")
        yes.setObjectName("library.ask.yes")
        no.setObjectName("library.ask.no")
        yes.clicked.connect(self._trash_now)
        no.clicked.connect(self._ask.hide)
        row = QHBoxLayout()
        row.addWidget(yes)
        row.addWidget(no)
        row.addStretch(1)
        column = QVBoxLayout(self._ask)
        column.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self._question)
        column.addLayout(row)
        self._ask.hide()
        return self._ask

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(10, 6, 10, 0)
        row.setSpacing(2)
        for name, action in self._actions.items():
            button = QToolButton()
            button.setDefaultAction(action)
            words = name in ("open", "rename")
            style = Qt.ToolButtonStyle
            button.setToolButtonStyle(style.ToolButtonTextOnly if words else style.ToolButtonIconOnly)
            button.setObjectName(f"library.{name}.button")
            row.addWidget(button)
            if name == "folder":
                row.addStretch(1)
        return row

    # Intents

    @property
    def chosen(self) -> Card | None:
        index = self._list.currentIndex()
        return index.data(CARD) if index.isValid() else None

    def _open(self) -> None:
        card = self.chosen
        if card is not None and self._refusal("open", card) is None:
            self._session.shelf.open(card.entry.folder)

    def _card(self) -> None:
        if (card := self.chosen) is not None:
            self._session.model_cards.show(card.entry.run)

    def _resume(self) -> None:
        if (card := self.chosen) is not None:
            self._session.shelf.resume(card)

    def _rename(self) -> None:
        self._list.edit(self._list.currentIndex())

    def _trash(self) -> None:
        self._asked = self.chosen
        if self._asked is not None:
            self._question.setText(f"Move {self._asked.entry.name} to the trash?")
            self._ask.show()

    def _trash_now(self) -> None:
        self._ask.hide()
        if self._asked is not None:
            self._session.shelf.trash(self._asked)

    def _folder(self) -> None:
        card = self.chosen
        if card is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(card.entry.folder))):
            self._say(f"No file manager could be started; the folder is {card.entry.folder}.")

    def _add(self) -> None:
        dialog = QFileDialog(self, "Choose a model's folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._session.shelf.add(Path(path)))
        dialog.open()

    def _on_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        menu.addActions(list(self._actions.values()))
        menu.popup(self._list.viewport().mapToGlobal(at))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Models' folders are for the library; anything else is for the window."""
        if folders_with(event.mimeData(), FILE):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        self._session.shelf.add(*folders_with(event.mimeData(), FILE))
        event.acceptProposedAction()

    # Facts

    def _on_shelf(self) -> None:
        shelf, kept = self._session.shelf, self.chosen
        self._say(shelf.fault)
        if shelf.cards is not None and shelf.cards is not self._cards.cards:
            self._cards.put(shelf.cards)
            folders = [card.entry.folder for card in shelf.cards]
            if kept is not None and kept.entry.folder in folders:
                self._list.setCurrentIndex(self._cards.index(folders.index(kept.entry.folder)))
        self._list.setVisible(bool(self._cards.cards))
        self._empty.setVisible(not self._cards.cards)
        nothing = "No model yet: open the training and press Watch one learn."
        self._empty.setText("Reading the library …" if shelf.cards is None else nothing)
        self._allow()

    def _on_library(self) -> None:
        if self.isVisible():
            self._session.shelf.refresh()

    def _on_model(self) -> None:
        model = self._session.main.model
        self._cards.open = None if model is None else model.run.folder
        self._list.viewport().update()

    def _on_families(self) -> None:
        self._cards.titles = {family.name: family.title for family in self._session.training.families}
        self._list.scheduleDelayedItemsLayout()

    def _on_pictures(self) -> None:
        """The model in training makes other pictures now."""
        if self.isVisible():
            self._painter.forget()
            self._list.viewport().update()

    def _refusal(self, name: str, card: Card | None) -> str | None:
        return refusal(name, card, self._session.shelf)

    def _allow(self) -> None:
        card = self.chosen
        for name, action in self._actions.items():
            allow(action, self._refusal(name, card), ACTIONS[name][1])
        if card is None or (self._asked is not None and card.entry.folder != self._asked.entry.folder):
            self._ask.hide()

    def _say(self, fault: str | None) -> None:
        self._fault.setText(fault or "")
        self._fault.setVisible(fault is not None)

    def showEvent(self, event: QShowEvent) -> None:
        self._session.training.watch("library", True)
        self._on_model()
        self._session.shelf.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self._session.training.watch("library", False)
        self._ask.hide()
