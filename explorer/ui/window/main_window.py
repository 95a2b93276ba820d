"""The window: the map in the middle, docks round it, menus, the message bar and the status bar.

It alone knows all views. At first it is bare and imports Qt and the theme only, so that it is on
the screen at once; `furnish` brings the session's views.
"""

from __future__ import annotations

import base64
import binascii
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QMainWindow,
    QTabWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from explorer.files import shown
from explorer.ui.look import theme
from explorer.ui.widgets.drops import is_file, is_folder, local_paths

if TYPE_CHECKING:
    from explorer.session.message import Message
    from explorer.session.session import Session
    from explorer.ui.views.guide.guide_view import GuideView
    from explorer.ui.views.training.training_view import TrainingView
    from explorer.ui.window.middle import Middle
    from explorer.ui.window.workspaces import Workspace, WorkspaceBar

LAYOUT_VERSION = 5
"""Raised when docks come or go: an older layout is then not restored."""

CLOSING_MS = 2500
"""Closing waits this long for the training to save; it has saved itself every minute anyway."""

ARRAYS = (".npz", ".npy", ".gz", ".zip")
"""Names of files that hold many images."""

Area = Qt.DockWidgetArea


class MainWindow(QMainWindow):
    """Bare until `furnish`."""

    painted = Signal()
    """The first paint is done."""

    warmed_up = Signal()
    """Whatever takes time once only has been done."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("Latent Explorer")
        self.setWindowIcon(theme.icon("decode", sides=theme.WINDOW_ICON_SIDES))
        self.setAcceptDrops(True)
        self.setMinimumSize(800, 560)
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AnimatedDocks)
        self.setCorner(Qt.Corner.BottomRightCorner, Area.RightDockWidgetArea)
        self.setCorner(Qt.Corner.BottomLeftCorner, Area.LeftDockWidgetArea)
        self.setTabPosition(Area.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.session: Session | None = None
        self.actions_by_name: dict[str, QAction] = {}
        self.docks: dict[str, QDockWidget] = {}
        self._was_painted = self._may_close = self._restoring = False
        waiting = QLabel("Opening the map …", alignment=Qt.AlignmentFlag.AlignCenter)
        waiting.setProperty("role", "muted")
        self.setCentralWidget(waiting)
        self._fit_to_screen()

    def furnish(self, session: Session) -> None:
        """Bring the views of a session; the map first."""
        from explorer.ui.window.docks import CENTRES
        from explorer.ui.window.message_bar import MessageBar
        from explorer.ui.window.middle import Middle
        from explorer.ui.window.status import Status
        from explorer.ui.window.turn_popup import TurnPopup

        self.session = session
        self.middle: Middle = Middle(session, [view(session) for view in CENTRES])
        self.map = self.middle.map
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.middle, 1)
        self.setCentralWidget(centre)
        self.messages = MessageBar(centre)
        self.setStatusBar(Status(session))
        session.said.connect(self._on_said)
        for fact in (
            *(side.model_opened for side in session.sides),
            session.training.changed,
            session.next_training.changed,
            session.library_changed,
        ):
            fact.connect(self.messages.check)
        self._furnish_docks(session)
        self._furnish_top()
        TurnPopup(self, session, "training.watch", lambda: self.guide.asks)

    def _furnish_docks(self, session: Session) -> None:
        from explorer.ui.window.docks import DOCKS, RIGHT

        self._dock("Map", self.middle.aside, RIGHT)
        for row in DOCKS:
            self._dock(row.title, row.view(session), row.area)
        self.guide.closed.connect(self.docks["guide"].hide)

    @property
    def guide(self) -> GuideView:
        view: GuideView = self.docks["guide"].widget()  # type: ignore[assignment]
        return view

    @property
    def training(self) -> TrainingView:
        view: TrainingView = self.docks["training"].widget()  # type: ignore[assignment]
        return view

    def _furnish_top(self) -> None:
        from explorer.ui.window.presenting import Presenting
        from explorer.ui.window.room import Room
        from explorer.ui.window.titles import Titles
        from explorer.ui.window.workspaces import WorkspaceBar

        homes = {name: self.dockWidgetArea(dock) for name, dock in self.docks.items()}
        self.workspaces: WorkspaceBar = WorkspaceBar(self, self.docks, homes, LAYOUT_VERSION)
        self.titles = Titles(self, self.docks.values())
        self.room: Room = Room(self, self.docks, self.workspaces)
        self.presenting: Presenting = Presenting(self, self.docks, self.workspaces, self.room, self.titles)
        self.workspaces.switched.connect(self._on_workspace)
        self.guide.begun.connect(self.workspaces.go_to)
        self.tabs = QToolBar("Workspaces", movable=False)
        self.tabs.setObjectName("toolbar.workspaces")
        self.tabs.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.tabs.addWidget(self.workspaces)
        self.addToolBar(self.tabs)
        self.workspaces.reset()

    def _on_workspace(self, space: Workspace) -> None:
        self.middle.show_workspace(space)
        if space.model and self.session is not None and not self._restoring:
            self.session.open_like(space.model, space.beside)

    def _dock(self, title: str, view: QWidget, area: Area) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(f"dock.{view.objectName()}")
        dock.setWidget(view)
        # Qt only moves the docks behind a tab out of sight; a view that can't be seen must know.
        dock.visibilityChanged.connect(view.setVisible)
        # One behind another must not keep that one high, which may be a single line.
        dock.visibilityChanged.connect(partial(_hold_height, view))
        # Without its room a hidden view's dock may be no higher than its title, nor may those tabbed with it.
        policy = view.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        view.setSizePolicy(policy)
        self.addDockWidget(area, dock)
        self.docks[view.objectName()] = dock
        return dock

    def bring(self, name: str) -> None:
        """Show a dock and put it in front, in a workspace that has it."""
        self.workspaces.bring(name)

    # Messages, drops, layout

    def _on_said(self, message: Message) -> None:
        self.messages.show_message(message)

    def offer_log(self, text: str) -> None:
        """Say what happened, with a button that shows the log."""
        name = "Show the log"
        if self.session is not None:
            self.session.say(text, "warning", (name, self.actions_by_name[name].trigger))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()) and self.session is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = local_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            # The one who drags is waiting for this event to return.
            QTimer.singleShot(0, self, lambda: self._open_dropped(paths))

    def _open_dropped(self, paths: list[Path]) -> None:
        self.open_path(paths[0])
        if len(paths) > 1 and self.session is not None:
            self.session.say(
                f"Of {len(paths):,} things that were dropped only {shown(paths[0].name)} was taken; "
                "to learn from many pictures drop their folder.",
                "warning",
            )

    def open_path(self, path: Path) -> None:
        """Open what was dropped: a model's folder, images to train on, or one picture to look at."""
        if self.session is None:
            return
        if is_file(path / "manifest.json"):
            self.session.shelf.add(path)
        elif is_folder(path) or path.suffix.lower() in ARRAYS or "ubyte" in path.name:
            self.bring("training")
            self.training.open_data(path)
        else:
            self.bring("drawing")
            self.session.drawing.drop(path)

    def reset_layout(self) -> None:
        """Docks and sizes of every workspace as at the first start."""
        if self.presenting.on:
            self.presenting.toggle()
        self.room.forget()
        self.workspaces.reset()

    def layout_to_keep(self) -> dict[str, object]:
        """Place of the window, arrangement and sizes of the docks in each workspace."""
        geometry = base64.b64encode(bytes(self.saveGeometry().data())).decode()
        if self.session is None:
            return {"geometry": geometry}
        docks, sizes = self.workspaces.to_keep(), self.room.to_keep()
        return {
            "geometry": geometry, "workspace": self.workspaces.current.title, "docks": docks, "sizes": sizes
        }  # fmt: skip

    def restore_layout(self, kept: object) -> bool:
        """Put the window back as it was, in proportion; what doesn't fit is left at its default."""
        if not isinstance(kept, dict):
            return False
        try:
            geometry = base64.b64decode(str(kept["geometry"]), validate=True)
        except (KeyError, binascii.Error, ValueError):
            return False
        restored = self.restoreGeometry(QByteArray(geometry))
        # The model that was open is opened by whoever restores the rest.
        self._restoring = True
        known = self.workspaces.restore(kept.get("workspace"), kept.get("docks"))
        self._restoring = False
        if not known:
            return False
        self.room.restore(kept.get("sizes"))
        self.tabs.show()
        screens = QApplication.screens()
        if not any(screen.availableGeometry().intersects(self.geometry()) for screen in screens):
            self._fit_to_screen()
        return restored

    def _fit_to_screen(self) -> None:
        room = QApplication.primaryScreen().availableSize()
        wanted = QSize(1600, 1000).boundedTo(QSize(room.width() - 20, room.height() - 40))
        self.resize(wanted.expandedTo(self.minimumSize()))

    # First paint, and the end

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """First phase: ask the training to stop and save; the second closes."""
        if self.session is not None and self.presenting.on:
            self.presenting.toggle()  # what is kept is the arrangement for work
        if self.session is None or self._may_close or not self.session.training.active:
            event.accept()
            return
        from explorer.session.message import Message

        event.ignore()
        self.session.next_training.cancel()
        self.messages.show_message(Message("Saving …"))
        self.session.training.changed.connect(self._close_when_saved)
        QTimer.singleShot(CLOSING_MS, self, self._close_now)
        self.session.training.stop()

    def _close_when_saved(self) -> None:
        if self.session is not None and not self.session.training.active:
            self._close_now()

    def _close_now(self) -> None:
        self._may_close = True
        self.close()


def _hold_height(view: QWidget, seen: bool) -> None:
    """Its own least height holds while it is seen; 0 stands for that."""
    if view.minimumHeight() <= 1:
        view.setMinimumHeight(0 if seen else 1)
